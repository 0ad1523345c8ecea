"""The board: milestones with their counts, units with their statuses; and one unit with all its steps."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Response
from pydantic import Field

from lotrinh.core.checklist.units import UnitKind
from lotrinh.core.report.board import milestone_statuses
from lotrinh.core.report.report import MilestoneRow, Report, UnitReport, known_statuses
from lotrinh.core.status.effective_status import known_status
from lotrinh.core.status.journal import EMPTY_RECORD
from lotrinh.core.status.observation import Outcome, ProbeOutcome
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS, status_reason
from lotrinh.core.text import fold_text
from lotrinh.i18n import say
from lotrinh.portal.api.access import ApiContext, OwnContext, ViewerContext
from lotrinh.portal.api.answers import ApiOutput, ApiPage, ApiResponder, Paging, get_responses
from lotrinh.portal.api.campaigns import CAMPAIGN, ScheduleOut, schedule_out
from lotrinh.portal.api.records import ProgressOut
from lotrinh.portal.api.units import UNIT
from lotrinh.reports.data.json_report import due_at
from lotrinh.services.runs.assess import has_own_system

router = APIRouter(tags=["board"])
Counts = dict[Status, int]
AS_KNOWN = "An unfinished step whose deadline has passed since its unit last spoke counts as unknown."


class UnitFilters(Paging):
    """Which units. Texts are compared without accents."""

    area: str = Field("", max_length=200, description="Area of the unit, in full.")
    kind: UnitKind | None = Field(None, description="Kind of the unit.")
    status: Status | None = Field(None, description="Units that count a step with this status.")
    q: str = Field("", max_length=200, description="Part of the unit's name or code.")


class UnitOut(ApiOutput):
    """A unit, and how its steps stand."""

    code: str
    name: str
    full_name: str
    kind: UnitKind
    area: str
    outcome: Outcome = Field(description="How asking it ended last.")
    outcome_reason: str
    last_answer_at: dt.datetime | None = Field(
        description="When its own system last answered; null where this portal speaks for it."
    )
    outstanding: int
    counts: Counts = Field(description=f"How many of its steps have which status. {AS_KNOWN}")


class UnitList(ApiPage):
    """One page of units, by code."""

    items: list[UnitOut]


class BoardRowOut(UnitOut):
    """A unit with one status for each milestone in which it has steps."""

    milestones: dict[str, Status]


class BoardMilestone(ApiOutput):
    """One milestone over all units that have steps in it."""

    id: str
    title: str
    due_at: dt.datetime | None
    days_left: int | None
    units: int
    done: int
    overdue: int
    unknown: int
    province: Status | None = Field(description="The province's own steps in it.")


class BoardOut(ApiPage):
    """How a campaign stands this minute: all milestones, and one page of units."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"as_of"})

    campaign: str
    as_of: dt.datetime
    run: str = Field(description="The run that asked the units last; empty for none.")
    journal_head: str
    sample: bool = Field(description="Sample data is in it, and must be labelled wherever it is shown.")
    counts: Counts = Field(description=f"How many steps of the province and all units have which status. {AS_KNOWN}")
    milestones: list[BoardMilestone]
    items: list[BoardRowOut]


class FlagsOut(ApiOutput):
    """What is said beside a status; what is missing does not hold."""

    obstacle: str | None = None
    waiting_for: list[str] | None = None
    awaiting: bool | None = None
    returned: str | None = None
    excused: str | None = None
    progress: ProgressOut | None = None
    stale: dt.datetime | None = None
    conflict: bool | None = None
    probe: ProbeOutcome | None = None


class StepStatusOut(ScheduleOut):
    """One step of one unit at this moment."""

    id: str
    milestone: str
    title: str
    status: Status = Field(description="What was said last, judged by the checklist.")
    counted: Status = Field(description=f"The status that it has in all counts. {AS_KNOWN}")
    status_text: str
    reason: str
    completed_on: dt.date | None
    heard_at: dt.datetime | None = Field(description="When the unit last said something about it.")
    version: int = Field(description="Number of the step's newest entry, for If-Match.")
    flags: FlagsOut


class UnitSteps(UnitOut):
    """One unit with all its steps, in the order of the checklist."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"as_of"})

    campaign: str
    as_of: dt.datetime
    sample: bool
    steps: list[StepStatusOut]


def filter_units(report: Report, query: UnitFilters) -> list[UnitReport]:
    """Keep the units that the filters let through, by code."""
    wanted, area = fold_text(query.q.strip()), fold_text(query.area.strip())
    kept = [
        unit
        for unit in report.units
        if (query.kind is None or unit.unit.kind is query.kind)
        and (not area or fold_text(unit.unit.area) == area)
        and (not wanted or wanted in fold_text(unit.unit.full_name) or wanted in unit.unit.code)
        and (query.status is None or known_statuses([unit], report.as_of)[query.status] > 0)
    ]
    return sorted(kept, key=code_of)


def code_of(unit: UnitReport) -> str:
    """Return the code of a unit."""
    return unit.unit.code


def count_every_status(found: Mapping[Status, int]) -> Counts:
    """Name every status, also those that no step has."""
    return {status: found.get(status, 0) for status in Status}


def unit_fields(unit: UnitReport, at: ApiContext, language: str, as_of: dt.datetime) -> dict[str, object]:
    """Write what is said of every unit, as the fields of ``UnitOut``."""
    of = unit.unit
    own_system = has_own_system(at.state.settings, of)
    return {
        "code": of.code,
        "name": of.name,
        "full_name": of.full_name,
        "kind": of.kind,
        "area": of.area,
        "outcome": unit.outcome,
        "outcome_reason": say(unit.sentence, language),
        "last_answer_at": unit.last_answer_at if own_system else None,
        "outstanding": sum(not s.status.is_finished for s in unit.step_statuses),
        "counts": count_every_status(known_statuses([unit], as_of)),
    }


def board_row_out(unit: UnitReport, at: ApiContext, language: str, as_of: dt.datetime) -> BoardRowOut:
    """Write a unit's row of the board."""
    fields = unit_fields(unit, at, language, as_of)
    return BoardRowOut.model_validate({**fields, "milestones": milestone_statuses(unit, as_of)})


def milestone_out(row: MilestoneRow, at: ApiContext, language: str) -> BoardMilestone:
    """Write a milestone of the board."""
    return BoardMilestone(
        id=row.milestone.id,
        title=say(row.milestone.title, language),
        due_at=due_at(row.due, at.campaign.zone),
        days_left=row.days_left,
        units=row.units,
        done=row.done,
        overdue=row.overdue,
        unknown=row.unknown,
        province=row.province,
    )


def step_statuses_out(unit: UnitReport, at: ApiContext, language: str) -> Iterator[StepStatusOut]:
    """Write a unit's steps."""
    records, now = at.live.records_of_unit(unit.unit.code, at.now), at.now.astimezone(at.campaign.zone)
    own_system = has_own_system(at.state.settings, unit.unit)
    for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
        record = records.get(step_status.step, EMPTY_RECORD)
        yield StepStatusOut(
            id=step_status.step,
            milestone=item.step.milestone,
            title=say(item.step.title, language),
            status=step_status.status,
            counted=known_status(step_status.status, step_status.due, now),
            status_text=say(STATUS[step_status.status], language),
            reason=say(status_reason(step_status, item.schedule, now), language),
            completed_on=step_status.completed_on,
            heard_at=step_status.heard_at if own_system else record.last_statement_at,
            version=record.number,
            flags=FlagsOut.model_validate(dict(step_status.flags)),
            **schedule_out(item.schedule, at.campaign, language),
        )


@router.get(CAMPAIGN + "/board", response_model=BoardOut, responses=get_responses(paged=True))
def read_board(responder: ApiResponder, at: ViewerContext, query: Annotated[UnitFilters, Query()]) -> Response:
    """Show all milestones with their counts, and a page of units with a status for each milestone."""
    report = at.live.report(at.now)
    found = filter_units(report, query)
    shown, following = responder.page(found, code_of, query)
    made = BoardOut(
        campaign=at.campaign.id,
        as_of=report.as_of,
        run=report.run,
        journal_head=report.head,
        sample=report.sample,
        counts=count_every_status(report.known_statuses()),
        milestones=[milestone_out(row, at, responder.language) for row in report.milestones],
        items=[board_row_out(unit, at, responder.language, report.as_of) for unit in shown],
        next=following,
        total=len(found),
    )
    return responder.give(made)


@router.get(CAMPAIGN + "/units", response_model=UnitList, responses=get_responses(paged=True))
def list_units(responder: ApiResponder, at: ViewerContext, query: Annotated[UnitFilters, Query()]) -> Response:
    """List the units with how they could be asked and how their steps stand."""
    report = at.live.report(at.now)
    found = filter_units(report, query)
    shown, following = responder.page(found, code_of, query)
    items = [UnitOut.model_validate(unit_fields(unit, at, responder.language, report.as_of)) for unit in shown]
    return responder.give(UnitList(items=items, next=following, total=len(found)))


@router.get(UNIT, response_model=UnitSteps, responses=get_responses())
def read_unit(responder: ApiResponder, at: OwnContext) -> Response:
    """Show one unit, or the province, with the standing of all its steps."""
    unit = at.live.unit(at.unit.code, at.now)
    records = at.live.records_of_unit(at.unit.code, at.now)
    fields = unit_fields(unit, at, responder.language, at.now) | {
        "campaign": at.campaign.id,
        "as_of": at.now.astimezone(at.campaign.zone),
        "sample": any(record.sample for record in records.values()),
        "steps": list(step_statuses_out(unit, at, responder.language)),
    }
    return responder.give(UnitSteps.model_validate(fields))
