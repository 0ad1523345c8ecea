"""What an official report tells, counted: milestones by how they ended, what comes next, and who stands in the way."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.rules import Moment, due_day_order, is_past
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import MilestoneRow, OutstandingRow, Report, UnitReport, cell_status, pressing_rows
from lotrinh.core.status.effective_status import count_outstanding, is_unclear
from lotrinh.core.status.status import PlannedStep, Status, StepStatus

FEW_UNITS = 8
"""So few units are named where their number would do."""


class MilestoneEnd(Enum):
    """How a milestone ended, or that it has not."""

    ON_TIME = auto()
    LATE = auto()
    UNSURE = auto()
    AHEAD = auto()


class MilestoneResult(NamedTuple):
    """One milestone of the province's; ``late`` of its ``row.done`` units reached it after the deadline."""

    row: MilestoneRow
    end: MilestoneEnd
    late: int


def milestone_results(report: Report) -> tuple[MilestoneResult, ...]:
    """Tell of every milestone in which somebody of the province has steps how it ended, the earliest first."""
    late, unsure = _late(report), _unsure(report)
    rows = [row for row in report.milestones if not row.is_national_only and (row.units or row.province)]
    rows.sort(key=lambda row: due_day_order(row.due))
    names = [row.milestone.id for row in rows]
    return tuple(
        MilestoneResult(row, _end(row, late[name], unsure=name in unsure), late[name])
        for name, row in zip(names, rows, strict=True)
    )


def _unsure(report: Report) -> frozenset[str]:
    """Name the milestones of which a step is past its deadline without our knowing."""
    pairs = ((i, s) for unit in report.everybody for i, s in zip(unit.plan, unit.step_statuses, strict=True))
    return frozenset(i.step.milestone for i, s in pairs if is_unclear(s.status, i.due, report.as_of))


def _late(report: Report) -> Counter[str]:
    """Count the units that reached a milestone late: all they had to do is done, and some of it late."""
    found: Counter[str] = Counter()
    for unit in report.units:
        names = {i.step.milestone for i, s in zip(unit.plan, unit.step_statuses, strict=True) if s.status in LATE}
        found.update(name for name in names if cell_status(_cell(unit, name), report.as_of) in LATE)
    return found


LATE = frozenset({Status.DONE_LATE})


def _cell(unit: UnitReport, milestone: str) -> list[tuple[PlannedStep, StepStatus]]:
    pairs = [p for p in zip(unit.plan, unit.step_statuses, strict=True) if p[0].step.milestone == milestone]
    return [pair for pair in pairs if pair[0].step.required] or pairs


def _end(row: MilestoneRow, late: int, *, unsure: bool) -> MilestoneEnd:
    if row.overdue or late or row.province in {Status.OVERDUE, Status.DONE_LATE}:
        return MilestoneEnd.LATE
    if row.done == row.units and (row.province is None or row.province.is_finished):
        return MilestoneEnd.ON_TIME
    return MilestoneEnd.UNSURE if unsure else MilestoneEnd.AHEAD


def checklist_zone(report: Report) -> ZoneInfo:
    """The time zone in which the checklist's days begin and end."""
    return ZoneInfo(report.checklist.timezone)


class UpcomingStep(NamedTuple):
    """One step with one deadline that lies ahead; ``units`` of ``of`` have not finished it, as we know.

    Of ``unknown`` more nobody knows. A step of the nation has nobody here: ``of`` is 0.
    """

    step: Step
    due: Moment
    last_working_day: date | None
    units: tuple[Unit, ...]
    of: int
    unknown: int = 0


def upcoming_steps(report: Report, days: int) -> tuple[UpcomingStep, ...]:
    """List what is due within so many days, or is called due soon, and is not finished by all; earliest first."""
    until = report.as_of.date() + timedelta(days=days)
    left: dict[tuple[str, Moment], list[Unit]] = {}
    last: dict[tuple[str, Moment], tuple[Step, date | None]] = {}
    total, unknown = Counter[tuple[str, Moment]](), Counter[tuple[str, Moment]]()
    for unit in report.everybody:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            due = item.schedule.due
            if (
                due is None
                or step_status.status is Status.NOT_APPLICABLE
                or not _ahead(report, item, step_status, until)
            ):
                continue
            key = item.step.id, due
            total[key] += 1
            last[key] = item.step, item.schedule.last_working_day
            if step_status.status.is_finished:
                continue
            unknown[key] += step_status.status is Status.UNKNOWN
            known = left.setdefault(key, [])
            if step_status.status is not Status.UNKNOWN:
                known.append(unit.unit)
    rows = [UpcomingStep(last[k][0], k[1], last[k][1], tuple(units), total[k], unknown[k]) for k, units in left.items()]
    return tuple(sorted([*rows, *_of_nation(report, until)], key=lambda c: c.due.end_in(checklist_zone(report))))


def _ahead(report: Report, item: PlannedStep, step_status: StepStatus, until: date) -> bool:
    if item.due is None or is_past(item.due, report.as_of):
        return False
    return step_status.status is Status.DUE_SOON or (item.schedule.due is not None and item.schedule.due.day <= until)


def _of_nation(report: Report, until: date) -> Iterator[UpcomingStep]:
    for row in report.milestones:
        schedule = report.schedules.get(row.milestone.id) if row.is_national_only else None
        due = schedule.due if schedule else None
        if schedule and due and due.end_in(checklist_zone(report)) > report.as_of and due.day <= until:
            yield UpcomingStep(row.milestone.steps[0], due, schedule.last_working_day, (), 0)


class UnitBacklog(NamedTuple):
    """What one unit has not finished: how many steps, how many of them overdue, due soon, or unknown to us.

    ``unclear`` counts those past their deadline without our knowing by the status that they keep; ``rows`` press.
    """

    unit: UnitReport
    counts: Counter[Status]
    unclear: Counter[Status]
    rows: tuple[OutstandingRow, ...]

    @property
    def total(self) -> int:
        """All that is outstanding."""
        return count_outstanding(self.counts)

    @property
    def overdue(self) -> int:
        """How many of its steps are overdue."""
        return self.counts[Status.OVERDUE]

    @property
    def soon(self) -> int:
        """How many of its steps are due soon."""
        return self.counts[Status.DUE_SOON] - self.unclear[Status.DUE_SOON]

    @property
    def unknown(self) -> int:
        """How many of its steps nobody told us of, ever or since their deadline."""
        return self.counts[Status.UNKNOWN] + self.outdated

    @property
    def outdated(self) -> int:
        """How many of its steps keep a status from before their deadline."""
        return self.unclear.total() - self.unclear[Status.UNKNOWN]


def count_backlogs(report: Report) -> tuple[UnitBacklog, ...]:
    """Count each unit's outstanding steps, the province first, then who has most overdue."""
    counted = [_unit_backlog(unit, report.as_of) for unit in report.everybody]
    return tuple(
        sorted(counted, key=lambda x: (not x.unit.unit.is_province, -x.overdue, -x.soon, -x.total, x.unit.unit.code))
    )


def _unit_backlog(unit: UnitReport, as_of: datetime) -> UnitBacklog:
    unknown = Counter(s.status for s in unit.step_statuses if is_unclear(s.status, s.due, as_of))
    return UnitBacklog(unit, Counter(s.status for s in unit.step_statuses), unknown, pressing_rows(unit, as_of))
