"""What a finished check shows of steps that it did not show before, and that nobody said in the portal."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.snapshot import Snapshot, StepThen, UnitThen
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import DONE, Status


class Turn(StrEnum):
    """What became of a step: its unit's own system says so, or its deadline has passed."""

    DONE = "done"
    UNDONE = "undone"
    OVERDUE = "overdue"
    UNCLEAR = "unclear"


class Before(NamedTuple):
    """A unit as the newest report before showed it, and the moment of that report."""

    unit: UnitThen
    as_of: datetime


class Turned(NamedTuple):
    """One step that turned, and what it is now."""

    step: str
    turn: Turn
    now: StepThen


def turned(
    before: Mapping[str, Before], new: Snapshot, spoken: Collection[tuple[str, str]]
) -> Iterator[tuple[UnitThen, tuple[Turned, ...]]]:
    """Yield each unit with the steps that turned; units and steps that only one report has are not looked at.

    ``spoken`` are the (unit, step) of which the journal said meanwhile that they are done, or are not.
    """
    for unit in new.everybody:
        code = unit.unit.code
        if old := before.get(code):
            both = ((name, old.unit.steps[name], step) for name, step in unit.steps.items() if name in old.unit.steps)
            found = tuple(
                Turned(name, turn, step)
                for name, then, step in both
                if (turn := _turn((then, old.as_of), (step, new.as_of), said=(code, name) in spoken))
            )
            if found:
                yield unit, found


def _turn(old: tuple[StepThen, datetime], new: tuple[StepThen, datetime], *, said: bool) -> Turn | None:
    was, now = old[0].status, new[0].status
    if now in DONE:
        return Turn.DONE if was not in DONE and not said else None
    if was in DONE and not now.is_finished and not said:
        return Turn.UNDONE
    if now is Status.OVERDUE:
        return Turn.OVERDUE if was is not Status.OVERDUE else None
    return Turn.UNCLEAR if _unclear(*new) and not _unclear(*old) else None


def _unclear(step: StepThen, as_of: datetime) -> bool:
    """As ``unclear``; a report says of a day without an hour the last second that was in time."""
    due = step.due + ONE_SECOND if step.due and step.due.second else step.due
    return is_unclear(step.status, due, as_of)
