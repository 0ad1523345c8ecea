"""The timetable of a checklist as rows, and what a change of it moves."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lotrinh.core.checklist.checklist import Checklist, Level, Step
from lotrinh.core.checklist.deadline_diff import moves
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit
from lotrinh.reports.calendar.timeline import TimelineRow
from lotrinh.reports.moves import MoveRow
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.settings.models import Settings


def timeline_rows(
    settings: Settings, checklist: Checklist, anchor: date | None, units: Path | None
) -> tuple[TimelineRow, ...]:
    """Compute every step's schedule; with a roster also whose work each step is."""
    dates = timetable(checklist, anchor)
    everybody = _everybody(settings, units) if units else None
    return tuple(
        TimelineRow(step, dates.steps[step.id], _concerned(step, everybody) if everybody is not None else None)
        for step in checklist.iter_steps()
    )


def timeline_moves(
    settings: Settings,
    old: Checklist,
    new: Checklist,
    anchors: tuple[date | None, date | None],
    today: date,
    units: Path | None,
) -> tuple[MoveRow, ...]:
    """List what moves between two checklists and anchors, and for which units."""
    everybody = _everybody(settings, units)
    steps = {**old.steps, **new.steps}
    return tuple(MoveRow(m, _concerned(steps[m.step], everybody)) for m in moves(old, new, *anchors, today))


def _everybody(settings: Settings, units: Path | None) -> tuple[Unit, ...]:
    roster = open_roster(settings, units)
    return (*roster.units, roster.province)


def _concerned(step: Step, units: Sequence[Unit]) -> tuple[Unit, ...]:
    if step.level is Level.NATIONAL:
        return ()
    return tuple(u for u in units if step.is_work_of(u))
