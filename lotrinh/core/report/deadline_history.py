"""Which deadlines calendars have published, so that they notice when one moves.

A deadline without a row was published as the campaign's newest run has it, and has never moved.
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
"""Unit -> step -> deadline as ``format_due`` writes it, None where it is unknown; ``OFFICE`` -> milestone -> deadline.

Units with the same deadlines may share a mapping: it is not to be changed.
"""


class PublishedDeadline(NamedTuple):
    """One deadline as it was published last, and when.

    ``number`` is how often it has moved (the SEQUENCE of its event), ``before`` the deadline it had before.
    """

    number: int
    due: Moment | None
    before: Moment | None
    at: datetime | None


PublishedDeadlines = Mapping[tuple[str, str], PublishedDeadline]
"""(unit, step) -> what was published; milestones stand under ``OFFICE``. What has never moved need not be in it."""
NOTHING_PUBLISHED: PublishedDeadlines = MappingProxyType({})
NEVER_PUBLISHED = PublishedDeadline(0, None, None, None)


class DeadlineRevision(NamedTuple):
    """One deadline as it is published now. ``number`` and ``before`` as in ``PublishedDeadline``."""

    unit: str
    step: str
    number: int
    due: str | None
    before: str | None


class DeadlineComparison(NamedTuple):
    """The deadlines that a run publishes, and those that the newest run before it published when it ended."""

    campaign: str
    current: Dues
    previous: Dues
    previous_at: datetime | None

    @property
    def units(self) -> set[str]:
        """The units of which the two do not say the same."""
        return {unit for unit in {**self.current, **self.previous} if self.current.get(unit) != self.previous.get(unit)}


LatestRevisions = Mapping[tuple[str, str], DeadlineRevision]


def format_due(due: Moment | None) -> str | None:
    """Write a deadline: a local day, or a local day with its hour."""
    if due is None or due.hour is None:
        return due and due.day.isoformat()
    return f"{due.day.isoformat()}T{due.hour.isoformat()}"


def parse_due(due: str | None) -> Moment | None:
    """Read a deadline."""
    if due is None:
        return None
    day, _, hour = due.partition("T")
    return Moment(date.fromisoformat(day), time.fromisoformat(hour) if hour else None)


def dues_of_report(report: Report, only: Collection[str] | None = None) -> Dues:
    """Return the deadlines that a report publishes; ``only`` these units, the ``OFFICE`` among them where named."""
    known: dict[int, str | None] = {}
    found: dict[str, Mapping[str, str | None]] = {}
    if only is None or OFFICE in only:
        found[OFFICE] = {row.milestone.id: format_due(row.due) for row in report.milestones}
    for unit in report.everybody:
        if only is not None and unit.unit.code not in only:
            continue
        for item in unit.plan:  # schedules are shared by most units, and are written once
            if id(item.schedule) not in known:
                known[id(item.schedule)] = format_due(item.schedule.due)
        found[unit.unit.code] = {item.step.id: known[id(item.schedule)] for item in unit.plan}
    return found


def find_moved_deadlines(current: Dues, previous: Dues, last: LatestRevisions) -> Iterator[DeadlineRevision]:
    """Find the deadlines that are others than those published last."""
    revised = {unit for unit, _ in last}
    for unit, steps in current.items():
        earlier = previous.get(unit, {})
        if unit not in revised and earlier == steps:
            continue
        for step, due in steps.items():
            row = last.get((unit, step))
            if row is None and step in earlier:
                row = DeadlineRevision(unit, step, 0, earlier[step], None)
            if row is not None and row.due != due:
                yield DeadlineRevision(unit, step, row.number + 1, due, row.due)


def find_new_deadlines(current: Dues, previous: Dues, last: LatestRevisions) -> Iterator[DeadlineRevision]:
    """Find the deadlines that are published for the first time."""
    for unit, steps in current.items():
        earlier = previous.get(unit, {})
        for step, due in steps.items():
            if due is not None and step not in earlier and (unit, step) not in last:
                yield DeadlineRevision(unit, step, 0, due, None)


def find_missing_deadlines(current: Dues, previous: Dues, last: LatestRevisions) -> Iterator[DeadlineRevision]:
    """Find what was published and this run leaves out: it is kept, for when a later run has it again."""
    return find_new_deadlines(previous, current, last)
