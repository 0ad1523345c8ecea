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
from typing import NamedTuple

from lotrinh.core.checklist.rules import is_past
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import Status
from lotrinh.core.text import M, Message, fold_text

NO_AREA = M("Chưa xếp nhóm")
OWN_STEPS = M("Việc của cấp tỉnh")
WHOLE = 1000
"""Tenths of a percent in all there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupFigures:
    """The measures of one unit or of many, in steps of units; ``days_late`` and ``longest`` are in days.

    ``expected`` = ``reported`` + ``overdue`` + ``unknown``. Of the reported ones the unit reported completion by the
    deadline (``reported_on_time``), or nobody says when it did (``time_unknown``), or later; the day of completion
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

    def __add__(self, other: "RollupFigures") -> "RollupFigures":
        sums = {name: getattr(self, name) + getattr(other, name) for name in SUMMED}
        return RollupFigures(longest=max(self.longest, other.longest), **sums)

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


NO_FIGURES = RollupFigures()
SUMMED = tuple(field.name for field in fields(RollupFigures) if field.name != "longest")
"""The figures of several units that are added up; of the longest delay the greatest counts."""


class MeasuredStep(NamedTuple):
    """One step of one unit: its deadline as a day and as the first moment that is too late, and what we know of it.

    Without a deadline both are None.
    """

    status: Status
    day: date | None
    due: datetime | None
    completed_on: date | None
    reported_at: datetime | None
    is_awaiting: bool = False


class UnitFigures(NamedTuple):
    """One unit, or the province with its own steps."""

    unit: Unit
    figures: RollupFigures


class RollupRowKind(StrEnum):
    """What has a row of its own."""

    AREA = "area"
    UNIT = "unit"
    KIND = "kind"
    PROVINCE = "province"


class RollupGroup(NamedTuple):
    """One row of a roll-up. ``key`` is the area's name, the unit's code, the kind or the province's code.

    ``units`` counts communes, wards and special zones: the province with its own steps is none.
    """

    title: Message | str
    key: str
    province: str
    units: int
    figures: RollupFigures


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """One province, the units in the report's order and before them the province with its own steps."""

    campaign: str
    code: str
    name: str
    run: str
    as_of: datetime
    checklist_hash: str
    sample: bool
    lines: tuple[UnitFigures, ...]

    @cached_property
    def figures(self) -> RollupFigures:
        """All its units together."""
        return sum_figures(self.lines)

    @cached_property
    def areas(self) -> Mapping[str, tuple[UnitFigures, ...]]:
        """The units of each area in the order of names, those without one under "" at the end."""
        found: dict[str, list[UnitFigures]] = {}
        for line in self.lines:
            if not line.unit.is_province:
                found.setdefault(line.unit.area, []).append(line)
        return {name: tuple(found[name]) for name in sorted(found, key=lambda name: (not name, fold_text(name), name))}

    @property
    def own(self) -> tuple[UnitFigures, ...]:
        """The province with its own steps, if it has any."""
        return tuple(line for line in self.lines if line.unit.is_province)


@dataclass(frozen=True)
class NationRollup:
    """Several provinces."""

    provinces: tuple[Rollup, ...]

    @cached_property
    def figures(self) -> RollupFigures:
        """All provinces together."""
        return sum((province.figures for province in self.provinces), NO_FIGURES)


def nation_rollup(provinces: Iterable[Rollup]) -> NationRollup:
    """Add provinces up, in the order of their codes."""
    return NationRollup(tuple(sorted(provinces, key=lambda province: province.code)))


def roll_up(report: Report) -> Rollup:
    """Roll one report up."""
    return Rollup(
        campaign=report.campaign,
        code=report.province.unit.code if report.province else "",
        name=report.province_name,
        run=report.run,
        as_of=report.as_of,
        checklist_hash=report.checklist.content_hash,
        sample=report.sample,
        lines=tuple(
            UnitFigures(unit.unit, measure_steps(_measured_steps(unit), report.as_of)) for unit in report.everybody
        ),
    )


def _measured_steps(unit: UnitReport) -> list[MeasuredStep]:
    return [
        MeasuredStep(
            step_status.status,
            item.schedule.due.day if item.schedule.due else None,
            item.due,
            step_status.completed_on,
            step_status.reported_at,
            "awaiting" in step_status.flags,
        )
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True)
    ]


def measure_steps(steps: Sequence[MeasuredStep], as_of: datetime) -> RollupFigures:
    """Measure the steps of one unit at a moment, which is aware and in the checklist's time zone."""
    expected = [s for s in steps if s.status is not Status.NOT_APPLICABLE and is_past(s.due, as_of)]
    done = [s for s in expected if s.status.is_done]
    overdue = [s for s in expected if s.status is Status.OVERDUE]
    late = [*(_days_late(s, s.completed_on) for s in done), *(_days_late(s, as_of.date()) for s in overdue)]
    return RollupFigures(
        longest=max(late, default=0),
        expected=len(expected),
        reported=len(done),
        reported_on_time=sum(s.reported_at is not None and s.due is not None and s.reported_at < s.due for s in done),
        time_unknown=sum(s.reported_at is None for s in done),
        completed_on_time=sum(s.status is Status.DONE for s in done),
        overdue=len(overdue),
        awaiting=sum(s.is_awaiting for s in overdue),
        # Also a unit that said "not yet" before the deadline and nothing since: it may be done by now.
        unknown=sum(is_unclear(s.status, s.due, as_of) for s in expected),
        ahead=sum(s.status.is_done for s in steps) - len(done),
        days_late=sum(late),
    )


def _days_late(step: MeasuredStep, day: date | None) -> int:
    return max((day - step.day).days, 0) if day and step.day else 0


def sum_figures(lines: Iterable[UnitFigures]) -> RollupFigures:
    """Add units up."""
    return sum((line.figures for line in lines), NO_FIGURES)


def rollup_groups(provinces: Sequence[Rollup], by: RollupRowKind) -> tuple[RollupGroup, ...]:
    """Make the rows of a table; whatever has the rows, they add up to the same."""
    if by is RollupRowKind.KIND:
        return tuple(_by_kind(provinces))
    return tuple(row for province in provinces for row in _rows(province, by))


def _rows(province: Rollup, by: RollupRowKind) -> Iterable[RollupGroup]:
    if by is RollupRowKind.PROVINCE:
        yield _row(province.name, province.code, province, province.lines)
        return
    if province.own:
        key = province.code if by is RollupRowKind.UNIT else ""
        yield _row(OWN_STEPS, key, province, province.own)
    for name, lines in province.areas.items():
        if by is RollupRowKind.AREA:
            yield _row(name or NO_AREA, name, province, lines)
        else:
            yield from (_row(line.unit.full_name, line.unit.code, province, [line]) for line in lines)


def _by_kind(provinces: Sequence[Rollup]) -> Iterable[RollupGroup]:
    lines = [line for province in provinces for line in province.lines]
    if own := [line for line in lines if line.unit.is_province]:
        yield RollupGroup(OWN_STEPS, "", "", 0, sum_figures(own))
    for kind in UnitKind:
        of_kind = [line for line in lines if line.unit.kind is kind and not line.unit.is_province]
        if of_kind:
            yield RollupGroup(M(kind.prefix), kind.value, "", len(of_kind), sum_figures(of_kind))


def _row(title: Message | str, key: str, province: Rollup, lines: Sequence[UnitFigures]) -> RollupGroup:
    units = sum(not line.unit.is_province for line in lines)
    return RollupGroup(title, key, province.name, units, sum_figures(lines))


def rate_in_tenths(part: int, whole: int) -> int | None:
    """Return a rate in tenths of a percent, rounded half up; None of nothing.

    Rounding never says "all" where something is missing, nor "none" where there is something.
    """
    if not whole:
        return None
    rounded = (2 * WHOLE * part + whole) // (2 * whole)
    return rounded if part in {0, whole} else min(max(rounded, 1), WHOLE - 1)
