"""The units of a report in groups: by area, or by kind where no unit has an area; with how their steps stand."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.units import UnitKind
from lotrinh.core.report.report import Report, UnitReport, known_statuses
from lotrinh.core.report.rollup import NO_AREA, OWN_STEPS
from lotrinh.core.status.effective_status import count_done, count_work
from lotrinh.core.status.status import Status
from lotrinh.core.text import M, fold_text
from lotrinh.i18n import grouped, say
from lotrinh.reports.rollup import percent

KINDS: Mapping[UnitKind, M] = {
    UnitKind.COMMUNE: M("Các xã"),
    UnitKind.WARD: M("Các phường"),
    UnitKind.SPECIAL_ZONE: M("Các đặc khu"),
    UnitKind.PROVINCE: M("Các tỉnh"),
    UnitKind.CITY: M("Các thành phố"),
}
Counts = Mapping[Status, int]


class UnitGroup(NamedTuple):
    """Some units under one name, which is in the language it was asked for."""

    name: str
    units: tuple[UnitReport, ...]
    as_of: datetime

    @property
    def counts(self) -> Counts:
        """How many of their steps stand how, as far as we know."""
        return known_statuses(self.units, self.as_of)


class Share(NamedTuple):
    """How the steps of some units stand, as far as we know: one bar of the picture, one row of the table beside it."""

    name: str
    units: int
    counts: Counts

    @property
    def done(self) -> int:
        """How many are done, in time or late."""
        return count_done(self.counts)

    @property
    def total(self) -> int:
        """How many are somebody's work; those that a unit is excused from are not."""
        return count_work(self.counts)

    def rate(self, language: str) -> str:
        """Write how many are done: "2/3 (66,7%)"."""
        done, total = (grouped(number, language) for number in (self.done, self.total))
        return f"{done}/{total} ({percent(self.done, self.total, language)})"


def has_areas(report: Report) -> bool:
    """Whether any unit belongs to an area."""
    return any(unit.unit.area for unit in report.units)


def groups(report: Report, language: str) -> tuple[UnitGroup, ...]:
    """Group the units; those without an area, where others have one, come last."""
    by_area = has_areas(report)
    found: dict[str, list[UnitReport]] = {}
    for unit in report.units:
        found.setdefault(unit.unit.area if by_area else unit.unit.kind.value, []).append(unit)
    named = ((name, tuple(units)) for name, units in found.items())
    if by_area:
        ordered = sorted(named, key=lambda pair: (not pair[0], fold_text(pair[0]), pair[0]))
        return tuple(UnitGroup(name or say(NO_AREA, language), units, report.as_of) for name, units in ordered)
    kinds = {kind.value: (place, kind) for place, kind in enumerate(UnitKind)}
    in_order = sorted(named, key=lambda pair: kinds[pair[0]][0])
    return tuple(UnitGroup(say(KINDS[kinds[name][1]], language), units, report.as_of) for name, units in in_order)


def shares(report: Report, language: str) -> tuple[Share, ...]:
    """Sum up: everybody first, with the report's own totals, then each group, the province's own work last."""
    return (Share(say(M("Toàn bộ"), language), len(report.units), report.known_statuses()), *_parts(report, language))


def _parts(report: Report, language: str) -> Iterator[Share]:
    for group in groups(report, language):
        yield Share(group.name, len(group.units), group.counts)
    if report.province and report.province.step_statuses:
        yield Share(say(OWN_STEPS, language), 0, known_statuses([report.province], report.as_of))


def most_behind(parts: Iterable[Share], most: int) -> tuple[Share, ...]:
    """Keep so many, those with the greatest share overdue, in their order."""
    parts = tuple(parts)
    ranked = sorted(range(len(parts)), key=lambda n: -parts[n].counts[Status.OVERDUE] / (parts[n].total or 1))
    return tuple(parts[number] for number in sorted(ranked[:most]))
