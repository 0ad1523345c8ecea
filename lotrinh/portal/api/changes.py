"""What changed between two runs or two days, as the command and its JSON file tell it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from lotrinh.core.status.observation import Outcome
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.portal.api.access import ApiContext, ViewerContext
from lotrinh.portal.api.answers import ApiOutput, ApiResponder, get_responses
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.reports.changes import Comparison, changes_data
from lotrinh.services.views.compare_runs import RunComparison, compare_runs

router = APIRouter(tags=["runs"])
END = "Id of a run, or a day (then the newest run up to its end)"


class ChangesQuery(BaseModel):
    """Which two runs, the older first."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field("", alias="from", max_length=100, description=f"{END}; empty: the run before `to`.")
    new: str = Field("", alias="to", max_length=100, description=f"{END}; empty: the newest run.")


class EndOut(ApiOutput):
    """One of the two runs."""

    run: str
    as_of: dt.datetime
    checklist_hash: str


class ChangedStep(ApiOutput):
    """One step, and the codes of the units in which the same changed."""

    step: str
    title: str
    units: list[str]


class MovedDeadline(ChangedStep):
    """One deadline that was moved, or set: then there is no old one."""

    old_due_at: dt.datetime | None
    new_due_at: dt.datetime | None


class NamedUnit(ApiOutput):
    """A unit."""

    code: str
    name: str


class AskedUnit(NamedUnit):
    """A unit, and how asking it ended in the newer run."""

    outcome: Outcome
    reason: str | None


class ChangesOut(ApiOutput):
    """What changed from the older to the newer run. That a unit could not be asked changes none of its steps."""

    campaign: str
    province_name: str
    old: EndOut = Field(alias="from")
    new: EndOut = Field(alias="to")
    swapped: bool = Field(description="Always false here; files can be asked for the other way round.")
    sample: bool
    summary: dict[str, int] = Field(description="How many steps, deadlines or units each of the lists below has.")
    done: list[ChangedStep]
    undone: list[ChangedStep] = Field(description="Withdrawn, returned, or corrected by the unit.")
    overdue: list[ChangedStep]
    added: list[ChangedStep] = Field(description="New in the checklist.")
    dropped: list[ChangedStep] = Field(description="No longer in the checklist.")
    shifted: list[MovedDeadline]
    scheduled: list[MovedDeadline]
    silent: list[AskedUnit] = Field(description="Could be asked before, and now not.")
    reached: list[AskedUnit]
    joined: list[NamedUnit]
    left: list[NamedUnit]


@router.get(CAMPAIGN + "/changes", response_model=ChangesOut, responses=get_responses())
def read_changes(responder: ApiResponder, at: ViewerContext, query: Annotated[ChangesQuery, Query()]) -> Response:
    """Tell what changed between two runs or two days; without them, between the last two runs."""
    with at.state.render_limiter.slot():
        found = compare_runs(at.state.store, at.campaign, query.old, query.new, at.now)
    if found.is_swapped:
        raise BadInput([Problem("from", 0, 0, swapped_message(found, at))])
    of = Comparison(
        at.campaign.title, at.campaign.province.full_name, found.old, found.new, found.changes, found.titles
    )
    return responder.give(ChangesOut.model_validate(changes_data(of, responder.language)))


def swapped_message(found: RunComparison, at: ApiContext) -> M:
    """Say that the run that was asked for as the older one is the newer."""
    return M(
        "Lượt kiểm tra {later} ghi ở from (lúc {after}) sau lượt {earlier} ghi ở to (lúc {before}). "
        "Hãy đổi chỗ from và to.",
        later=found.new.run,
        after=found.new.as_of.astimezone(at.campaign.zone),
        earlier=found.old.run,
        before=found.old.as_of.astimezone(at.campaign.zone),
    )
