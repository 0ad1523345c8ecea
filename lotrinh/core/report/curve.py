"""Planned against done over time: how many steps of all units had to be done by each day, and how many were."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from lotrinh.core.report.report import Report
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import Status


class CurveStep(NamedTuple):
    """One step in one unit. ``reported`` is the day on which its completion was reported to us.

    ``is_unknown``: the unit never said anything valid about it, or last before its deadline, which has passed.
    """

    due: date | None
    completed: date | None = None
    reported: date | None = None
    is_unknown: bool = False


class Point(NamedTuple):
    """The end of one day, counted from the beginning.

    ``planned`` steps had their deadline by then, of ``unknown`` ones among them nobody has reported since: they are
    neither done nor not done. ``done`` were completed by then and ``reported`` were known to us; None after today.
    """

    day: date
    planned: int
    unknown: int | None
    done: int | None
    reported: int | None


class Curve(NamedTuple):
    """A point for each day on which something changes, and for today, in their order.

    ``dated`` steps are in it; ``undated`` ones, whose deadline is not known yet, are not.
    """

    points: tuple[Point, ...]
    dated: int
    undated: int


def report_curve(report: Report) -> Curve:
    """Count planned against done over all units of a report, the province among them."""
    return build_curve(curve_steps(report), report.as_of.date())


def curve_steps(report: Report) -> Iterator[CurveStep]:
    """Give every step that is somebody's work and not excused: its deadline, and when it was done and reported."""
    zone = report.as_of.tzinfo
    for unit in report.everybody:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            if step_status.status is Status.NOT_APPLICABLE:
                continue
            at = step_status.reported_at
            yield CurveStep(
                item.schedule.due.day if item.schedule.due else None,
                step_status.completed_on,
                at.astimezone(zone).date() if at else None,
                step_status.status is Status.UNKNOWN or is_unclear(step_status.status, item.due, report.as_of),
            )


def build_curve(steps: Iterable[CurveStep], today: date) -> Curve:
    """Count up all steps that have a deadline. What lies after today is planned only."""
    everything = tuple(steps)
    dated = [s for s in everything if s.due]
    due = sorted(s.due for s in dated if s.due)
    unknown = sorted(s.due for s in dated if s.due and s.is_unknown and not s.completed)
    done = sorted(s.completed for s in dated if s.completed)
    # Nothing is known to be done before it is done, whatever moment a report claims.
    reported = sorted(max(s.completed, s.reported or s.completed) for s in dated if s.completed)
    days = sorted({*due, today, *(day for day in (*done, *reported) if day <= today)})
    points = tuple(_point(day, today, due, unknown, done, reported) for day in days)
    return Curve(points, len(dated), len(everything) - len(dated))


def _point(day: date, today: date, due: Sequence[date], *others: Sequence[date]) -> Point:
    past = day <= today
    unknown, done, reported = (bisect_right(dates, day) if past else None for dates in others)
    return Point(day, bisect_right(due, day), unknown, done, reported)


def thin_points(points: Sequence[Point], today: date, most: int) -> tuple[Point, ...]:
    """Choose points for a table: evenly spread, the first, today and the last among them."""
    if len(points) <= most:
        return tuple(points)
    step = (len(points) - 1) / (most - 1)
    chosen = {points[round(index * step)] for index in range(most)}
    return tuple(sorted(chosen | {p for p in points if p.day == today}))
