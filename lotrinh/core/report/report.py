"""Roll-up: from the statuses of all units' steps to the figures and rows that every rendering shows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Checklist, Level, Milestone, Step
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment, due_order
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.snapshot import summarize
from lotrinh.core.status.effective_status import count_done, is_unclear, known_status
from lotrinh.core.status.journal import EMPTY_RECORD, StepRecord
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.silence import has_never_answered
from lotrinh.core.status.status import PlannedStep, Status, StepStatus
from lotrinh.core.status.status_groups import UNKNOWN_LAST, WORKABLE_STATUSES, WORST_FIRST
from lotrinh.core.text import Message, Text


class UnitReport(NamedTuple):
    """One unit in one report. ``last_answer_at`` is when its last valid answer was true, None if it never gave one."""

    unit: Unit
    outcome: Outcome
    reason: Reason
    sentence: Message
    checked_at: datetime | None
    last_answer_at: datetime | None
    plan: Sequence[PlannedStep]
    step_statuses: Sequence[StepStatus]


class MilestoneRow(NamedTuple):
    """One milestone over all units that have steps in it.

    ``due`` is the earliest that any of them has; ``has_different_dues`` tells that units differ. A unit counts once:
    done when all its required steps are finished, else overdue before unknown before on its way. It is unknown where
    it never answered about a step, or last before that step's deadline, which has passed.
    """

    milestone: Milestone
    due: Moment | None
    last_working_day: date | None
    waiting: Message | None
    has_different_dues: bool
    days_left: int | None
    units: int
    done: int
    overdue: int
    unknown: int
    province: Status | None
    doubtful: bool
    is_national_only: bool


class OutstandingRow(NamedTuple):
    """One step that one unit has not finished."""

    unit: Unit
    step: Step
    step_status: StepStatus
    schedule: Schedule


class StepObstacle(NamedTuple):
    """What a unit reports as standing in its way, or asks the province to do, and what came of it.

    ``is_proposal`` tells which of the two it is; times are None where it came from a unit's own system.
    """

    unit: Unit
    step: Step
    text: str
    is_proposal: bool
    reported_at: datetime | None
    answer: str
    answered_at: datetime | None
    handed_to: str
    sample: bool


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Report:
    """All that is shown of one run.

    ``sample`` says that sample data is in it and must be labelled; ``interrupted`` names the run before this one if
    it was cut off, so that nobody takes a missing report for a good one. ``schedules`` are those of the milestones, the
    nation's among them, as far as they hang on no real event. ``only`` is the code of the one unit to which the
    report was narrowed: then it tells nothing of the others that the run asked.
    """

    campaign: str
    title: Text
    province_name: str
    as_of: datetime
    run: str
    checklist: Checklist
    head: str
    sample: bool
    units: tuple[UnitReport, ...]
    province: UnitReport | None
    milestones: tuple[MilestoneRow, ...]
    interrupted: str = ""
    obstacles: tuple[StepObstacle, ...] = ()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    only: str = ""

    def __repr__(self) -> str:
        """Name the report: event loops and logs spell what they hold, and this is a hundred thousand values."""
        return f"Report({self.campaign!r}, {self.run!r})"

    @property
    def everybody(self) -> Iterator[UnitReport]:
        """The province first, then the units."""
        if self.province:
            yield self.province
        yield from self.units

    def statuses(self) -> Counter[Status]:
        """How many steps of all units stand how."""
        return Counter(s.status for u in self.everybody for s in u.step_statuses)

    def unclear_statuses(self) -> Counter[Status]:
        """How many of them are past their deadline without our knowing, by the status that they keep."""
        step_statuses = (s for u in self.everybody for s in u.step_statuses)
        return Counter(s.status for s in step_statuses if is_unclear(s.status, s.due, self.as_of))

    def known_statuses(self) -> Counter[Status]:
        """How many steps stand how as far as we know: those past their deadline without our knowing are unknown."""
        return known_statuses(self.everybody, self.as_of)

    def outcomes(self) -> Counter[Outcome]:
        """How asking the units ended."""
        return Counter(u.outcome for u in self.units)

    def summary(self) -> dict[str, object]:
        """The totals, the same in every format."""
        return summarize(self.outcomes(), self.statuses(), sample=self.sample)


def known_statuses(units: Iterable[UnitReport], as_of: datetime) -> Counter[Status]:
    """Count the steps of some units as ``Report.known_statuses`` does."""
    return Counter(known_status(s.status, s.due, as_of) for unit in units for s in unit.step_statuses)


def obstacles_of(unit: UnitReport, records: Mapping[tuple[str, str], StepRecord]) -> Iterator[StepObstacle]:
    """List what one unit says besides its progress, in the order of its steps."""
    for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
        record = records.get((unit.unit.code, item.step.id), EMPTY_RECORD)
        # What its own system reports stands in the flags alone, and goes before what was stated in the portal.
        obstacle = str(step_status.flags.get("obstacle") or record.obstacle)
        for text, proposal, at in (
            (obstacle, False, record.obstacle_at),
            (record.proposal, True, record.proposal_at),
        ):
            if text:
                yield StepObstacle(
                    unit=unit.unit,
                    step=item.step,
                    text=text,
                    is_proposal=proposal,
                    reported_at=at,
                    answer=record.answer,
                    answered_at=record.answered_at,
                    handed_to=record.handed_to,
                    sample=record.sample,
                )


def outstanding_rows(report: UnitReport, statuses: Sequence[Status] = WORKABLE_STATUSES) -> tuple[OutstandingRow, ...]:
    """List one unit's outstanding steps with these statuses, most urgent first, then by deadline."""
    rows = [
        OutstandingRow(report.unit, item.step, step_status, item.schedule)
        for item, step_status in zip(report.plan, report.step_statuses, strict=True)
        if step_status.status in statuses
    ]
    ranks = {status: rank for rank, status in enumerate(statuses)}
    return tuple(sorted(rows, key=lambda r: (ranks[r.step_status.status], due_order(r.schedule.due))))


def is_pressing(step_status: StepStatus, as_of: datetime) -> bool:
    """Whether a step is overdue or due soon, or its deadline has passed and nobody knows."""
    return step_status.status.is_pressing or is_unclear(step_status.status, step_status.due, as_of)


def pressing_rows(report: UnitReport, as_of: datetime) -> tuple[OutstandingRow, ...]:
    """List the steps that press in one unit; none of a unit that never said anything, for all are unknown alike."""
    if has_never_answered(report.step_statuses):
        return ()
    return tuple(row for row in outstanding_rows(report, UNKNOWN_LAST) if is_pressing(row.step_status, as_of))


def milestone_rows(
    checklist: Checklist, units: Sequence[UnitReport], province: UnitReport | None, as_of: datetime
) -> tuple[MilestoneRow, ...]:
    """Roll up every milestone of the checklist; ``as_of`` is aware and in the checklist's time zone."""
    by_milestone = _by_milestone(units)
    of_province = _by_milestone([province] if province else [])
    return tuple(
        _row(milestone, by_milestone.get(milestone.id, []), of_province.get(milestone.id, []), as_of)
        for milestone in checklist.milestones
    )


MilestoneCell = list[tuple[PlannedStep, StepStatus]]


def _by_milestone(units: Sequence[UnitReport]) -> Mapping[str, list[MilestoneCell]]:
    """Milestone id -> for each unit concerned its required steps there."""
    result: dict[str, list[MilestoneCell]] = {}
    for unit in units:
        cells: dict[str, MilestoneCell] = {}
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            cells.setdefault(item.step.milestone, []).append((item, step_status))
        for milestone, cell in cells.items():
            required = [pair for pair in cell if pair[0].step.required]
            result.setdefault(milestone, []).append(required or cell)
    return result


def _row(
    milestone: Milestone, cells: list[MilestoneCell], province: list[MilestoneCell], as_of: datetime
) -> MilestoneRow:
    statuses = Counter(cell_status(cell, as_of) for cell in cells)
    schedules = [item.schedule for cell in (*cells, *province) for item, _ in cell]
    first = min(schedules, key=lambda schedule: due_order(schedule.due)) if schedules else None
    due = first.due if first else None
    return MilestoneRow(
        milestone=milestone,
        due=due,
        last_working_day=first.last_working_day if first and due and first.last_working_day != due.day else None,
        waiting=first.waiting if first else None,
        has_different_dues=len({s.due for s in schedules}) > 1,
        days_left=(due.day - as_of.date()).days if due else None,
        units=len(cells),
        done=count_done(statuses),
        overdue=statuses[Status.OVERDUE],
        unknown=statuses[Status.UNKNOWN],
        province=cell_status(province[0], as_of) if province else None,
        doubtful=any(b.confidence.doubtful for b in milestone.basis) or any(s.doubtful for s in milestone.steps),
        is_national_only=all(s.level is Level.NATIONAL for s in milestone.steps),
    )


def cell_status(cell: MilestoneCell, as_of: datetime) -> Status:
    """Sum one unit's steps in one milestone up in one status: reached, or its most pressing step, as far as known."""
    statuses = {known_status(step_status.status, item.due, as_of) for item, step_status in cell}
    counted = statuses - {Status.NOT_APPLICABLE}
    return next((status for status in WORST_FIRST if status in counted), Status.DONE)
