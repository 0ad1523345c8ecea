"""What calendars have been told of each deadline, so that they notice when one moves.

A deadline that no row speaks of was told as the campaign's newest run says it, and has never moved.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import NamedTuple

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import Report

OFFICE = ""
"""Stands for the unit where the deadline is a milestone's, as the office sees it."""
Dues = Mapping[str, Mapping[str, str | None]]
"""Unit -> step -> deadline as ``as_text`` writes it, None where it is not known; ``OFFICE`` -> milestone -> deadline.

Units with the same deadlines may share a mapping: it is not to be changed.
"""


class Told(NamedTuple):
    """What was told last of one deadline, and when.

    ``number`` is how often it has moved (the SEQUENCE of its event), ``before`` the deadline it had before.
    """

    number: int
    due: Moment | None
    before: Moment | None
    at: datetime | None


Tellings = Mapping[tuple[str, str], Told]
"""(unit, step) -> what was told; milestones stand under ``OFFICE``. What has never moved need not be in it."""
NOTHING_TOLD: Tellings = MappingProxyType({})
NEVER = Told(0, None, None, None)


class Telling(NamedTuple):
    """One deadline as it is told now; ``number`` and ``before`` as in ``Told``."""

    unit: str
    step: str
    number: int
    due: str | None
    before: str | None


class News(NamedTuple):
    """The deadlines that a run tells, and those that the newest run before it told when it ended."""

    campaign: str
    now: Dues
    then: Dues
    then_at: datetime | None

    @property
    def units(self) -> set[str]:
        """The units of which the two do not say the same."""
        return {unit for unit in {**self.now, **self.then} if self.now.get(unit) != self.then.get(unit)}


Last = Mapping[tuple[str, str], Telling]


def as_text(due: Moment | None) -> str | None:
    """Write a deadline: a local day, or a local day with its hour."""
    if due is None or due.hour is None:
        return due and due.day.isoformat()
    return f"{due.day.isoformat()}T{due.hour.isoformat()}"


def from_text(due: str | None) -> Moment | None:
    """Read a deadline."""
    if due is None:
        return None
    day, _, hour = due.partition("T")
    return Moment(date.fromisoformat(day), time.fromisoformat(hour) if hour else None)


def dues(report: Report, only: Collection[str] | None = None) -> Dues:
    """Return the deadlines that a report tells; ``only`` these units, the ``OFFICE`` among them where it is named."""
    known: dict[int, str | None] = {}
    found: dict[str, Mapping[str, str | None]] = {}
    if only is None or OFFICE in only:
        found[OFFICE] = {row.milestone.id: as_text(row.due) for row in report.milestones}
    for unit in report.everybody:
        if only is not None and unit.unit.code not in only:
            continue
        for item in unit.plan:  # schedules are shared by most units, and are written once
            if id(item.schedule) not in known:
                known[id(item.schedule)] = as_text(item.schedule.due)
        found[unit.unit.code] = {item.step.id: known[id(item.schedule)] for item in unit.plan}
    return found


def moved(now: Dues, then: Dues, last: Last) -> Iterator[Telling]:
    """Find the deadlines that are others than those told last."""
    spoken = {unit for unit, _ in last}
    for unit, steps in now.items():
        held = then.get(unit, {})
        if unit not in spoken and held == steps:
            continue
        for step, due in steps.items():
            row = last.get((unit, step))
            if row is None and step in held:
                row = Telling(unit, step, 0, held[step], None)
            if row is not None and row.due != due:
                yield Telling(unit, step, row.number + 1, due, row.due)


def first(now: Dues, then: Dues, last: Last) -> Iterator[Telling]:
    """Find the deadlines that are told for the first time."""
    for unit, steps in now.items():
        held = then.get(unit, {})
        for step, due in steps.items():
            if due is not None and step not in held and (unit, step) not in last:
                yield Telling(unit, step, 0, due, None)


def left(now: Dues, then: Dues, last: Last) -> Iterator[Telling]:
    """Find what was told and this run says nothing of: it is kept, for when a later run speaks of it again."""
    return first(then, now, last)
