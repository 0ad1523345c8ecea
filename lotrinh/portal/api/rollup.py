"""The roll-up of a run's report: unit, area, kind or province, as the command and its JSON file tell it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from lotrinh.core.report.rollup import RollupRowKind, roll_up
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.portal.api.access import ApiContext, ViewerContext
from lotrinh.portal.api.answers import ApiOutput, ApiResponder, get_responses
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.reports.rollup import rollup_data
from lotrinh.services.views.reporting import choose_report

router = APIRouter(tags=["runs"])
LAST_SECOND = dt.time(23, 59, 59)
ONE_OF_THEM = M("Chỉ ghi một trong hai: run hoặc day.")


class RollupQuery(BaseModel):
    """Of which run, and what has a row of its own."""

    model_config = ConfigDict(extra="forbid")

    by: RollupRowKind = Field(RollupRowKind.AREA, description="What each row is.")
    run: str = Field("", max_length=100, description="Id of the run; empty: the newest.")
    day: dt.date | None = Field(None, description="The newest run up to the end of this local day, without `run`.")


class RateOut(ApiOutput):
    """A part of what is expected."""

    of: int
    percent: float | None = Field(description="Null of nothing; never 100 where something is missing.")


class FiguresOut(ApiOutput):
    """The measures, in steps of units. What is unknown is counted apart, never as not done.

    `expected` = `reported` + `overdue` + `unknown`.
    """

    units: int = Field(description="Communes, wards and special zones; the province is none.")
    expected: int = Field(description="Steps whose deadline has passed.")
    reported: int
    reported_on_time: int
    time_unknown: int = Field(description="Reported, but nobody says when.")
    completed_on_time: int
    completed_late: int
    overdue: int
    awaiting: int = Field(description="Those overdue ones that the province has yet to accept.")
    unknown: int = Field(description="Never told of, or last before the deadline.")
    ahead: int = Field(description="Done before anybody expected them; not among `expected`.")
    late: int
    days_late: int
    longest: int = Field(description="Most days that one step is late.")
    mean_days_late: float | None
    rates: dict[str, RateOut]


class RollupRow(FiguresOut):
    """One row; ``key`` is the area's name, the unit's code, the kind or the province's code."""

    key: str
    title: str
    province: str


class RolledProvince(ApiOutput):
    """Which report is rolled up."""

    code: str
    name: str
    campaign: str
    run: str
    as_of: dt.datetime
    checklist_hash: str
    sample: bool


class RollupOut(ApiOutput):
    """A roll-up; the rows add up to the total."""

    by: RollupRowKind
    sample: bool
    provinces: list[RolledProvince]
    total: FiguresOut
    rows: list[RollupRow]


@router.get(CAMPAIGN + "/rollup", response_model=RollupOut, responses=get_responses())
def read_rollup(responder: ApiResponder, at: ViewerContext, query: Annotated[RollupQuery, Query()]) -> Response:
    """Roll the report of the newest run up, or of the run or day that is named."""
    with at.state.render_limiter.slot():
        made = roll_up(choose_report(at.state.store, at.campaign, query.run, end_of_day(at, query)))
    return responder.give(RollupOut.model_validate(rollup_data([made], query.by, responder.language)))


def end_of_day(at: ApiContext, query: RollupQuery) -> dt.datetime | None:
    """Return the end of the day that is asked for; ``BadInput`` where it is ahead, or a run is named too."""
    if query.day is None:
        return None
    if query.run:
        raise BadInput([Problem("day", 0, 0, ONE_OF_THEM)])
    if query.day > at.now.astimezone(at.campaign.zone).date():
        sentence = M("Ngày {day} ở sau hôm nay. Hãy chọn hôm nay hoặc một ngày trước.", day=query.day)
        raise BadInput([Problem("day", 0, 0, sentence)])
    return dt.datetime.combine(query.day, LAST_SECOND, at.campaign.zone)
