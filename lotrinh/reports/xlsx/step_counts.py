"""How all units stand in each step, and the deadlines they have there."""

from collections import Counter
from typing import NamedTuple

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment, due_order
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status


class StepCounts(NamedTuple):
    """One step: units by their status in it, and a schedule for each deadline that they have."""

    counts: Counter[Status]
    schedules: dict[Moment | None, Schedule]

    @property
    def earliest(self) -> Schedule:
        """The schedule with the earliest deadline; those that nobody knows yet come last."""
        return min(self.schedules.values(), key=lambda schedule: due_order(schedule.due))

    @property
    def has_spread(self) -> bool:
        """Whether units have different deadlines."""
        return len(self.schedules) > 1


def count_by_step(report: Report) -> dict[str, StepCounts]:
    """Count every step that is somebody's work."""
    made: dict[str, StepCounts] = {}
    for unit in report.everybody:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            tally = made.get(item.step.id) or made.setdefault(item.step.id, StepCounts(Counter(), {}))
            tally.counts[step_status.status] += 1
            tally.schedules.setdefault(item.schedule.due, item.schedule)
    return made
