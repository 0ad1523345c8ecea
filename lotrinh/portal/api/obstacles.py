"""Obstacles and proposals that wait, for the office."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.journal import StepRecord
from lotrinh.i18n import say
from lotrinh.portal.api.access import ApiContext, ViewerContext
from lotrinh.portal.api.answers import ApiOutput, ApiPage, ApiResponder, Paging, get_responses
from lotrinh.portal.api.campaigns import CAMPAIGN

router = APIRouter(tags=["obstacles"])
ITS_JOURNAL = StepRecord()


class ObstacleQuery(Paging):
    """Which obstacles and proposals."""

    answered: bool | None = Field(None, description="Only those that are answered, or only those that are not.")


class StepObstacleOut(ApiOutput):
    """What a unit reports as standing in the way of a step, and what it asks the province to do."""

    unit: str
    unit_name: str
    step: str
    step_title: str
    milestone: str
    obstacle: str
    proposal: str
    since: dt.datetime | None
    answer: str
    answered_at: dt.datetime | None
    handed_to: str
    from_own_system: bool = Field(description="The unit's own system says so; it cannot be answered here.")
    version: int = Field(description="Number of the step's newest entry, for If-Match.")
    sample: bool


class StepObstacleList(ApiPage):
    """One page of obstacles and proposals, those that wait longest first."""

    items: list[StepObstacleOut]


def find_step_obstacles(at: ApiContext, language: str) -> Iterator[StepObstacleOut]:
    """Find all that waits, in the journal and in what units' own systems say."""
    records = at.live.records(at.now)
    for unit in at.live.report(at.now).everybody:
        published = {s.step: s.flags["obstacle"] for s in unit.step_statuses if "obstacle" in s.flags}
        for item in unit.plan:
            record = records.get((unit.unit.code, item.step.id), ITS_JOURNAL)
            if record.obstacle or record.proposal or item.step.id in published:
                yield step_obstacle_out(at, unit, item.step.id, record, str(published.get(item.step.id, "")), language)


def step_obstacle_out(
    at: ApiContext, unit: UnitReport, step: str, record: StepRecord, published: str, language: str
) -> StepObstacleOut:
    """Write one obstacle or proposal."""
    known = at.campaign.checklist.steps[step]
    own = not record.obstacle and not record.proposal
    moments = [m for m in (record.obstacle_at, record.proposal_at) if m and not own]
    return StepObstacleOut(
        unit=unit.unit.code,
        unit_name=unit.unit.full_name,
        step=step,
        step_title=say(known.title, language),
        milestone=known.milestone,
        obstacle=record.obstacle or published,
        proposal=record.proposal,
        since=min(moments) if moments else unit.last_answer_at,
        answer="" if own else record.answer,
        answered_at=None if own else record.answered_at,
        handed_to="" if own else record.handed_to,
        from_own_system=own,
        version=record.number,
        sample=record.sample,
    )


def waiting_order(obstacle: StepObstacleOut) -> str:
    """Return what orders them: those that wait longest first."""
    since = f"{obstacle.since.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}" if obstacle.since else ""
    return f"{since}.{obstacle.unit}.{obstacle.step}"


@router.get(CAMPAIGN + "/obstacles", response_model=StepObstacleList, responses=get_responses(paged=True))
def list_obstacles(responder: ApiResponder, at: ViewerContext, query: Annotated[ObstacleQuery, Query()]) -> Response:
    """List the obstacles and proposals that wait, those that wait longest first."""
    found = [
        o for o in find_step_obstacles(at, responder.language) if query.answered in {None, o.answered_at is not None}
    ]
    found.sort(key=waiting_order)
    shown, following = responder.page(found, waiting_order, query)
    return responder.give(StepObstacleList(items=shown, next=following, total=len(found)))
