"""What a new anchor or a changed checklist moves: old date, new date, whom it concerns, what becomes overdue."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Checklist, Scope, Step
from lotrinh.core.checklist.deadlines import CompletionDay, Schedule, never_completed, timetable
from lotrinh.core.checklist.rules import DeadlineRule, Moment
from lotrinh.core.text import Text


class MoveKind(StrEnum):
    """What happens to a step."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


class Move(NamedTuple):
    """One step before and after.

    ``changed`` has the same dates but other content. ``days`` counts from the old due day to the new one, None
    where one of them is not known. ``becomes_overdue`` tells that the new due day is past and the old one was not.
    ``scope`` is the units the step is asked of, as its newest version says.
    """

    kind: MoveKind
    milestone: str
    step: str
    title: Text
    old: Schedule | None
    new: Schedule | None
    days: int | None
    becomes_overdue: bool
    scope: Scope | None


class DatedSteps(NamedTuple):
    """A checklist's steps and their schedules."""

    steps: Mapping[str, Step]
    schedules: Mapping[str, Schedule]


def moves(
    old: Checklist,
    new: Checklist,
    old_anchor: date | None,
    new_anchor: date | None,
    today: date,
    completion_day: CompletionDay = never_completed,
    parameters: tuple[Mapping[str, DeadlineRule] | None, Mapping[str, DeadlineRule] | None] = (None, None),
) -> tuple[Move, ...]:
    """Compare two checklists with their anchors, in the new file's order, removed steps last.

    ``parameters`` are the office's own deadlines, old and new. Raises ``ScheduleError`` as ``timetable`` does.
    """
    before = DatedSteps(old.steps, timetable(old, old_anchor, completion_day, parameters[0]).steps)
    after = DatedSteps(new.steps, timetable(new, new_anchor, completion_day, parameters[1]).steps)
    names = [*after.steps, *(name for name in before.steps if name not in after.steps)]
    found = (_move(name, before, after, today) for name in names)
    return tuple(move for move in found if move)


def _move(name: str, before: DatedSteps, after: DatedSteps, today: date) -> Move | None:
    kind = _kind(name, before, after)
    if kind is None:
        return None
    step = after.steps.get(name) or before.steps[name]
    old, new = before.schedules.get(name), after.schedules.get(name)
    late = _passed(new, today) and not _passed(old, today)
    return Move(
        kind=kind,
        milestone=step.milestone,
        step=name,
        title=step.title,
        old=old,
        new=new,
        days=_days(old, new),
        becomes_overdue=late,
        scope=step.applies_to,
    )


def _kind(name: str, before: DatedSteps, after: DatedSteps) -> MoveKind | None:
    if name not in before.steps:
        return MoveKind.ADDED
    if name not in after.steps:
        return MoveKind.REMOVED
    if _times(before.schedules[name]) != _times(after.schedules[name]):
        return MoveKind.MOVED
    return MoveKind.CHANGED if _content(before.steps[name]) != _content(after.steps[name]) else None


def _times(schedule: Schedule) -> tuple[Moment | None, Moment | None]:
    return schedule.opens, schedule.due


def _content(step: Step) -> tuple[object, ...]:
    """All of a step but its calendar, which counts only by the dates it makes."""
    return tuple(getattr(step, name) for name in CONTENT)


CONTENT = tuple(name for name in Step.__dataclass_fields__ if name != "calendar")


def _days(old: Schedule | None, new: Schedule | None) -> int | None:
    if old is None or new is None or old.due is None or new.due is None:
        return None
    return (new.due.day - old.due.day).days


def _passed(schedule: Schedule | None, today: date) -> bool:
    return schedule is not None and schedule.due is not None and schedule.due.day < today
