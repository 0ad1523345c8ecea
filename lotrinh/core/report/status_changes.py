"""What a finished check shows of steps that it did not show before, and that nobody stated in the portal."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.snapshot import ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import Status


class StatusChangeKind(StrEnum):
    """What became of a step: its unit's own system says so, or its deadline has passed."""

    DONE = "done"
    UNDONE = "undone"
    OVERDUE = "overdue"
    UNCLEAR = "unclear"


class EarlierUnit(NamedTuple):
    """A unit as the newest report before showed it, and the moment of that report."""

    unit: UnitSnapshot
    as_of: datetime


class StatusChange(NamedTuple):
    """One step that turned, and what it is now."""

    step: str
    kind: StatusChangeKind
    current: StepSnapshot


def status_changes(
    before: Mapping[str, EarlierUnit], new: ReportSnapshot, stated: Collection[tuple[str, str]]
) -> Iterator[tuple[UnitSnapshot, tuple[StatusChange, ...]]]:
    """Yield each unit with the steps that turned; units and steps that only one report has are not looked at.

    ``stated`` are the (unit, step) of which the journal said meanwhile that they are done, or are not.
    """
    for unit in new.everybody:
        code = unit.unit.code
        if old := before.get(code):
            both = ((name, old.unit.steps[name], step) for name, step in unit.steps.items() if name in old.unit.steps)
            found = tuple(
                StatusChange(name, turn, step)
                for name, then, step in both
                if (turn := _change_kind((then, old.as_of), (step, new.as_of), is_stated=(code, name) in stated))
            )
            if found:
                yield unit, found


def _change_kind(
    old: tuple[StepSnapshot, datetime], new: tuple[StepSnapshot, datetime], *, is_stated: bool
) -> StatusChangeKind | None:
    was, now = old[0].status, new[0].status
    if now.is_done:
        return StatusChangeKind.DONE if not was.is_done and not is_stated else None
    # A step that was done and is excused now is finished all the same.
    if was.is_done and not now.is_finished and not is_stated:
        return StatusChangeKind.UNDONE
    if now is Status.OVERDUE:
        return StatusChangeKind.OVERDUE if was is not Status.OVERDUE else None
    return StatusChangeKind.UNCLEAR if _is_unclear(*new) and not _is_unclear(*old) else None


def _is_unclear(step: StepSnapshot, as_of: datetime) -> bool:
    """As ``is_unclear``; a report says of a day without an hour the last second that was in time."""
    due = step.due + ONE_SECOND if step.due and step.due.second else step.due
    return is_unclear(step.status, due, as_of)
