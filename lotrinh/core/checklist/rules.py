"""Deadline rules as data: ``<reference> [± N unit]… [at HH:MM] [roll next|previous]``.

``lotrinh.core.checklist.grammar`` reads them from text, ``lotrinh.core.checklist.deadlines`` turns them into moments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple


class Moment(NamedTuple):
    """A local day, or a local day with its hour.

    A day without an hour is included until 24:00; that is the moment its arithmetic in hours starts from.
    """

    day: date
    hour: time | None = None

    def end_in(self, zone: tzinfo) -> datetime:
        """Return the first instant that is too late, as an aware date-time."""
        # The law counts days, and the last one is included until 24:00 (ADR 3).
        if self.hour is None:
            return datetime.combine(self.day + timedelta(days=1), time(), zone)
        return datetime.combine(self.day, self.hour, zone)

    def start_in(self, zone: tzinfo) -> datetime:
        """Return the first instant that belongs to it, for windows that open."""
        return datetime.combine(self.day, self.hour or time(), zone)


def is_past(due: datetime | None, at: datetime) -> bool:
    """Whether a deadline has passed; ``due`` is the first instant that is too late, None where there is none."""
    return due is not None and due <= at


def due_day_order(due: Moment | None) -> tuple[bool, date]:
    """Order deadlines by their days; what has none comes last."""
    return due is None, due.day if due else date.max


def due_order(due: Moment | None) -> tuple[bool, date, bool, time]:
    """Order deadlines by their days and hours; a day without an hour lasts until 24:00, what has none comes last."""
    hour = due.hour if due else None
    return *due_day_order(due), hour is None, hour or time()


class TimeUnit(StrEnum):
    """What an offset counts."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    WEEKS = "weeks"
    MONTHS = "months"


class Roll(StrEnum):
    """Where a deadline on a non-working day moves, if its rule says so."""

    NEXT = "next"
    PREVIOUS = "previous"


class EarliestOrLatest(StrEnum):
    """Which of several references counts."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Offset:
    """``+ 7 working days``: a signed number and what it counts."""

    amount: int
    unit: TimeUnit


@dataclass(frozen=True, slots=True)
class NamedReference:
    """The anchor, a parameter, or another milestone's or step's due date, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class CompletionReference:
    """``done(step)``: the day on which the unit really completed the step."""

    step: str


@dataclass(frozen=True, slots=True)
class FixedReference:
    """An ISO date or date-time, local to the checklist's time zone unless its hour carries an offset of its own."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class ChoiceReference:
    """``earliest(a, b)`` or ``latest(a, b)``; each part is a whole rule of its own."""

    pick: EarliestOrLatest
    rules: "tuple[DeadlineRule, ...]"


Reference = NamedReference | CompletionReference | FixedReference | ChoiceReference


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One deadline rule; ``text`` is how its author wrote it (for a mapping: the same in one line)."""

    reference: Reference
    offsets: tuple[Offset, ...]
    at: time | None
    roll: Roll | None
    text: str


def references(rule: DeadlineRule) -> Iterator[NamedReference | CompletionReference | FixedReference]:
    """All that the rule hangs on, from left to right, parts of ``earliest`` and ``latest`` included."""
    if isinstance(rule.reference, ChoiceReference):
        for part in rule.reference.rules:
            yield from references(part)
    else:
        yield rule.reference
