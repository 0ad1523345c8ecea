"""Who blocks most: how many unfinished steps wait for each unfinished step, directly or through others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.graph import sort_graph
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.status import PlannedStep, StepStatus


class BlockingStep(NamedTuple):
    """One unfinished step of one unit. ``blocked_count`` counts the unfinished steps that wait for it.

    For a step of the province's these are steps of all units.
    """

    unit: Unit
    item: PlannedStep
    step_status: StepStatus
    blocked_count: int

    def days_late(self, now: datetime) -> int:
        """Whole or begun days since the deadline; below 0 while there is time, and far below where there is none."""
        due = self.item.schedule.due
        return (now.date() - due.day).days if due else NO_DEADLINE


NO_DEADLINE = -(10**6)


class StepOrder:
    """The steps of a checklist with those that need them first, and who needs whom."""

    def __init__(self, checklist: Checklist) -> None:
        steps = checklist.steps
        order, _ = sort_graph({name: step.requires for name, step in steps.items()})
        self.last_first = tuple(reversed(order))
        # A set of steps is one number with a bit for each: uniting and counting sets is one operation.
        self.bits = {name: 1 << number for number, name in enumerate(order)}
        self.needed_by: dict[str, list[str]] = {name: [] for name in steps}
        for step in steps.values():
            for before in step.requires:
                self.needed_by[before].append(step.id)

    def waiting(self, unfinished: frozenset[str]) -> dict[str, int]:
        """For each unfinished step the set of those that wait for it, as bits: a step that is done waits no more."""
        found: dict[str, int] = {}
        for name in self.last_first:
            if name in unfinished:
                mask = 0
                for later in self.needed_by[name]:
                    if later in unfinished:
                        mask |= self.bits[later] | found[later]
                found[name] = mask
        return found

    def mask(self, names: Iterable[str]) -> int:
        """Return the set of these steps as bits."""
        mask = 0
        for name in names:
            mask |= self.bits.get(name, 0)
        return mask


class UnitBlocking(NamedTuple):
    """One unit's unfinished steps, and how many of its steps wait for each of the province's."""

    rows: tuple[BlockingStep, ...]
    by_province: Mapping[str, int]


def unfinished_steps(report: UnitReport | None) -> frozenset[str]:
    """Return the steps of a unit that are neither done nor excused."""
    return frozenset(s.step for s in report.step_statuses if not s.status.is_finished) if report else frozenset()


def unit_blocking(order: StepOrder, unit: UnitReport, province: frozenset[str]) -> UnitBlocking:
    """Tell what waits for what in one unit; ``province`` are the province's unfinished steps."""
    mine = unfinished_steps(unit)
    waiting, own = order.waiting(mine | province), order.mask(mine)
    rows = tuple(
        BlockingStep(unit.unit, item, step_status, (waiting.get(step_status.step, 0) & own).bit_count())
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True)
        if not step_status.status.is_finished
    )
    return UnitBlocking(rows, {name: (waiting.get(name, 0) & own).bit_count() for name in province})


def blocking_steps(order: StepOrder, units: Sequence[UnitBlocking], province: UnitReport | None) -> list[BlockingStep]:
    """List all unfinished steps, those of the province's with what waits for them in all units."""
    total: Counter[str] = Counter()
    for unit in units:
        total.update(unit.by_province)
    own = unit_blocking(order, province, frozenset()).rows if province else ()
    first = [row._replace(blocked_count=row.blocked_count + total[row.step_status.step]) for row in own]
    return [*first, *(row for unit in units for row in unit.rows)]
