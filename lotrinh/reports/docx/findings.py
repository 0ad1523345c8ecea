"""What an official report tells, counted: milestones by how they ended, what comes next, and who stands in the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum, auto
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.core.checklist import Step
from lotrinh.core.report import MilestoneRow, OutstandingRow, Report, UnitReport, cell_status, outstanding
from lotrinh.core.rules import Moment
from lotrinh.core.status import Planned, Standing, Status
from lotrinh.core.units import Unit

FEW_UNITS = 8
"""So few units are named where their number would do."""


class End(Enum):
    """How a milestone ended, or that it has not."""

    ON_TIME = auto()
    LATE = auto()
    UNSURE = auto()
    AHEAD = auto()


class Reach(NamedTuple):
    """One milestone of the province's; ``late`` of its ``row.done`` units reached it after the deadline."""

    row: MilestoneRow
    end: End
    late: int


def reaches(report: Report) -> tuple[Reach, ...]:
    """Tell of every milestone in which somebody of the province has steps how it ended."""
    late = _late(report)
    return tuple(
        Reach(row, _end(report, row, late[row.milestone.id]), late[row.milestone.id])
        for row in report.milestones
        if not row.national_only and (row.units or row.province)
    )


def _late(report: Report) -> Counter[str]:
    """Count the units that reached a milestone late: all they had to do is done, and some of it late."""
    found: Counter[str] = Counter()
    for unit in report.units:
        names = {i.step.milestone for i, s in zip(unit.plan, unit.standings, strict=True) if s.status in LATE}
        found.update(name for name in names if cell_status(_cell(unit, name)) in LATE)
    return found


LATE = frozenset({Status.DONE_LATE})


def _cell(unit: UnitReport, milestone: str) -> list[tuple[Planned, Standing]]:
    pairs = [p for p in zip(unit.plan, unit.standings, strict=True) if p[0].step.milestone == milestone]
    return [pair for pair in pairs if pair[0].step.required] or pairs


def _end(report: Report, row: MilestoneRow, late: int) -> End:
    if row.overdue or late or row.province in {Status.OVERDUE, Status.DONE_LATE}:
        return End.LATE
    if row.done == row.units and (row.province is None or row.province.finished):
        return End.ON_TIME
    return End.UNSURE if row.due and row.due.ends(zone(report)) <= report.as_of else End.AHEAD


def zone(report: Report) -> ZoneInfo:
    """The time zone in which the checklist's days begin and end."""
    return ZoneInfo(report.checklist.timezone)


class Coming(NamedTuple):
    """One step with one deadline that lies ahead; ``units`` of ``of`` have not finished it.

    A step of the nation has nobody here: ``of`` is 0.
    """

    step: Step
    due: Moment
    last_working_day: date | None
    units: tuple[Unit, ...]
    of: int


def coming(report: Report, days: int) -> tuple[Coming, ...]:
    """List what is due within so many days, or is called due soon, and is not finished by all; earliest first."""
    until = report.as_of.date() + timedelta(days=days)
    left: dict[tuple[str, Moment], list[Unit]] = {}
    last: dict[tuple[str, Moment], tuple[Step, date | None]] = {}
    total: Counter[tuple[str, Moment]] = Counter()
    for unit in report.everybody:
        for item, standing in zip(unit.plan, unit.standings, strict=True):
            due = item.schedule.due
            if due is None or standing.status is Status.NOT_APPLICABLE or not _ahead(report, item, standing, until):
                continue
            key = item.step.id, due
            total[key] += 1
            last[key] = item.step, item.schedule.last_working_day
            if not standing.status.finished:
                left.setdefault(key, []).append(unit.unit)
    rows = [Coming(last[k][0], k[1], last[k][1], tuple(units), total[k]) for k, units in left.items()]
    return tuple(sorted([*rows, *_of_nation(report, until)], key=lambda c: c.due.ends(zone(report))))


def _ahead(report: Report, item: Planned, standing: Standing, until: date) -> bool:
    if item.due is None or item.due <= report.as_of:
        return False
    return standing.status is Status.DUE_SOON or (item.schedule.due is not None and item.schedule.due.day <= until)


def _of_nation(report: Report, until: date) -> Iterator[Coming]:
    for row in report.milestones:
        schedule = report.schedules.get(row.milestone.id) if row.national_only else None
        due = schedule.due if schedule else None
        if schedule and due and due.ends(zone(report)) > report.as_of and due.day <= until:
            yield Coming(row.milestone.steps[0], due, schedule.last_working_day, (), 0)


class Left(NamedTuple):
    """What one unit has not finished: how many steps, how many of them overdue, due soon, or unknown to us."""

    unit: UnitReport
    counts: Counter[Status]

    @property
    def total(self) -> int:
        """All that is outstanding."""
        return sum(n for status, n in self.counts.items() if not status.finished)

    @property
    def overdue(self) -> int:
        """How many of its steps are overdue."""
        return self.counts[Status.OVERDUE]

    @property
    def soon(self) -> int:
        """How many of its steps are due soon."""
        return self.counts[Status.DUE_SOON]

    @property
    def unknown(self) -> int:
        """Of how many of its steps nobody ever told us anything."""
        return self.counts[Status.UNKNOWN]


def lefts(report: Report) -> tuple[Left, ...]:
    """Count each unit's outstanding steps, the province first, then who has most overdue."""
    counted = [Left(unit, Counter(s.status for s in unit.standings)) for unit in report.everybody]
    return tuple(
        sorted(counted, key=lambda x: (not x.unit.unit.is_province, -x.overdue, -x.soon, -x.total, x.unit.unit.code))
    )


def pressing(counted: Sequence[Left], *statuses: Status) -> Iterator[tuple[UnitReport, tuple[OutstandingRow, ...]]]:
    """Give the units that have steps with these statuses, and those steps."""
    for left in counted:
        if any(left.counts[status] for status in statuses):
            yield left.unit, outstanding(left.unit, statuses)
