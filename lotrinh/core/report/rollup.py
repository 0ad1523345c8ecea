"""Roll-up: unit, area, province, nation, by the measures with which DHIS2 tells how complete and timely reports are.

Only steps whose deadline has passed are expected. Of each we know that it is completed, or that it is not, or
neither: what is unknown is counted apart and never as not done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import DONE, Status
from lotrinh.core.text import M, Message, fold_text

NO_AREA = M("Chưa xếp nhóm")
OWN_STEPS = M("Việc của cấp tỉnh")
WHOLE = 1000
"""Tenths of a percent in all there is."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures of one unit or of many, in steps of units; ``days_late`` and ``longest`` are in days.

    ``expected`` = ``reported`` + ``overdue`` + ``unknown``. Of the reported ones the unit told completion by the
    deadline (``reported_on_time``), or nobody says when it told (``time_unknown``), or later; the day of completion
    itself lies within the deadline (``completed_on_time``) or behind it. ``awaiting`` are those overdue ones that the
    unit has confirmed and the province has not accepted yet. ``ahead`` are done too, before anybody expected them.
    """

    longest: int = 0
    expected: int = 0
    reported: int = 0
    reported_on_time: int = 0
    time_unknown: int = 0
    completed_on_time: int = 0
    overdue: int = 0
    awaiting: int = 0
    unknown: int = 0
    ahead: int = 0
    days_late: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        sums = [a + b for a, b in zip(_counts(self), _counts(other), strict=True)]
        return Figures(max(self.longest, other.longest), *sums)

    @property
    def completed_late(self) -> int:
        """How many were completed after their deadline."""
        return self.reported - self.completed_on_time

    @property
    def late(self) -> int:
        """How many ``days_late`` counts: completed late or overdue."""
        return self.completed_late + self.overdue

    @property
    def mean(self) -> Fraction | None:
        """Days late on average, of those that are late."""
        return Fraction(self.days_late, self.late) if self.late else None


NOTHING = Figures()
_counts = attrgetter(*(field.name for field in fields(Figures) if field.name != "longest"))


class Told(NamedTuple):
    """One step of one unit: its deadline as a day and as the first moment that is too late, and what we know of it.

    Without a deadline both are None.
    """

    status: Status
    day: date | None
    due: datetime | None
    completed_on: date | None
    reported_at: datetime | None
    awaiting: bool = False


class Line(NamedTuple):
    """One unit, or the province with its own steps."""

    unit: Unit
    figures: Figures


class By(StrEnum):
    """What has a row of its own."""

    AREA = "area"
    UNIT = "unit"
    KIND = "kind"
    PROVINCE = "province"


class Row(NamedTuple):
    """One row of a roll-up. ``key`` is the area's name, the unit's code, the kind or the province's code.

    ``units`` counts communes, wards and special zones: the province with its own steps is none.
    """

    title: Message | str
    key: str
    province: str
    units: int
    figures: Figures


@dataclass(frozen=True)
class Rollup:
    """One province, the units in the report's order and before them the province with its own steps."""

    campaign: str
    code: str
    name: str
    run: str
    as_of: datetime
    checklist_hash: str
    sample: bool
    lines: tuple[Line, ...]

    @cached_property
    def figures(self) -> Figures:
        """All its units together."""
        return total(self.lines)

    @cached_property
    def areas(self) -> Mapping[str, tuple[Line, ...]]:
        """The units of each area in the order of names, those without one under "" at the end."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if not line.unit.is_province:
                found.setdefault(line.unit.area, []).append(line)
        return {name: tuple(found[name]) for name in sorted(found, key=lambda name: (not name, fold_text(name), name))}

    @property
    def own(self) -> tuple[Line, ...]:
        """The province with its own steps, if it has any."""
        return tuple(line for line in self.lines if line.unit.is_province)


@dataclass(frozen=True)
class Nation:
    """Several provinces."""

    provinces: tuple[Rollup, ...]

    @cached_property
    def figures(self) -> Figures:
        """All provinces together."""
        return sum((province.figures for province in self.provinces), NOTHING)


def nation(provinces: Iterable[Rollup]) -> Nation:
    """Add provinces up, in the order of their codes."""
    return Nation(tuple(sorted(provinces, key=lambda province: province.code)))


def rollup(report: Report) -> Rollup:
    """Roll one report up."""
    return Rollup(
        report.campaign,
        report.province.unit.code if report.province else "",
        report.province_name,
        report.run,
        report.as_of,
        report.checklist.content_hash,
        report.sample,
        tuple(Line(unit.unit, measure(_told(unit), report.as_of)) for unit in report.everybody),
    )


def _told(unit: UnitReport) -> list[Told]:
    return [
        Told(
            standing.status,
            item.schedule.due.day if item.schedule.due else None,
            item.due,
            standing.completed_on,
            standing.reported_at,
            "awaiting" in standing.flags,
        )
        for item, standing in zip(unit.plan, unit.standings, strict=True)
    ]


def measure(steps: Sequence[Told], as_of: datetime) -> Figures:
    """Measure the steps of one unit at a moment, which is aware and in the checklist's time zone."""
    expected = [s for s in steps if s.status is not Status.NOT_APPLICABLE and s.due and s.due <= as_of]
    told = [s for s in expected if s.status in DONE]
    overdue = [s for s in expected if s.status is Status.OVERDUE]
    late = [*(_days_late(s, s.completed_on) for s in told), *(_days_late(s, as_of.date()) for s in overdue)]
    return Figures(
        max(late, default=0),
        len(expected),
        len(told),
        sum(s.reported_at is not None and s.due is not None and s.reported_at < s.due for s in told),
        sum(s.reported_at is None for s in told),
        sum(s.status is Status.DONE for s in told),
        len(overdue),
        sum(s.awaiting for s in overdue),
        # Also a unit that said "not yet" before the deadline and nothing since: it may be done by now.
        sum(is_unclear(s.status, s.due, as_of) for s in expected),
        sum(s.status in DONE for s in steps) - len(told),
        sum(late),
    )


def _days_late(step: Told, day: date | None) -> int:
    return max((day - step.day).days, 0) if day and step.day else 0


def total(lines: Iterable[Line]) -> Figures:
    """Add units up."""
    return sum((line.figures for line in lines), NOTHING)


def rows(provinces: Sequence[Rollup], by: By) -> tuple[Row, ...]:
    """Make the rows of a table; whatever has the rows, they add up to the same."""
    if by is By.KIND:
        return tuple(_by_kind(provinces))
    return tuple(row for province in provinces for row in _rows(province, by))


def _rows(province: Rollup, by: By) -> Iterable[Row]:
    if by is By.PROVINCE:
        yield _row(province.name, province.code, province, province.lines)
        return
    if province.own:
        key = province.code if by is By.UNIT else ""
        yield _row(OWN_STEPS, key, province, province.own)
    for name, lines in province.areas.items():
        if by is By.AREA:
            yield _row(name or NO_AREA, name, province, lines)
        else:
            yield from (_row(line.unit.full_name, line.unit.code, province, [line]) for line in lines)


def _by_kind(provinces: Sequence[Rollup]) -> Iterable[Row]:
    lines = [line for province in provinces for line in province.lines]
    if own := [line for line in lines if line.unit.is_province]:
        yield Row(OWN_STEPS, "", "", 0, total(own))
    for kind in UnitKind:
        of_kind = [line for line in lines if line.unit.kind is kind and not line.unit.is_province]
        if of_kind:
            yield Row(M(kind.prefix), kind.value, "", len(of_kind), total(of_kind))


def _row(title: Message | str, key: str, province: Rollup, lines: Sequence[Line]) -> Row:
    units = sum(not line.unit.is_province for line in lines)
    return Row(title, key, province.name, units, total(lines))


def tenths(part: int, whole: int) -> int | None:
    """Return a rate in tenths of a percent, rounded half up; None of nothing.

    Rounding never says "all" where something is missing, nor "none" where there is something.
    """
    if not whole:
        return None
    rounded = (2 * WHOLE * part + whole) // (2 * whole)
    return rounded if part in {0, whole} else min(max(rounded, 1), WHOLE - 1)
