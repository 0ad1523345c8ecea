"""What changed between two reports: steps done or overdue, units silent or reached, deadlines moved."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.snapshot import ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.silence import is_unreached
from lotrinh.core.status.status import Status


class StepUnits(NamedTuple):
    """One step and the units in which it changed."""

    step: str
    units: tuple[Unit, ...]


class DeadlineShift(NamedTuple):
    """One deadline that moved for these units; None is a deadline that was, or is, not known."""

    step: str
    old: datetime | None
    new: datetime | None
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChanges:
    """All that changed. What only one of the two reports has is in ``joined`` or ``left`` and changed nothing else.

    ``undone`` is what was done and is not any more: withdrawn, returned, or published differently. ``added`` and
    ``dropped`` are steps that only one of the two reports has, of units that both have: the checklist was changed.
    """

    done: tuple[StepUnits, ...]
    undone: tuple[StepUnits, ...]
    overdue: tuple[StepUnits, ...]
    silent: tuple[UnitSnapshot, ...]
    reached: tuple[UnitSnapshot, ...]
    moved: tuple[DeadlineShift, ...]
    joined: tuple[Unit, ...]
    left: tuple[Unit, ...]
    added: tuple[StepUnits, ...] = ()
    dropped: tuple[StepUnits, ...] = ()

    @property
    def shifted(self) -> tuple[DeadlineShift, ...]:
        """The deadlines that were known and moved."""
        return tuple(m for m in self.moved if m.old)

    @property
    def scheduled(self) -> tuple[DeadlineShift, ...]:
        """The deadlines that were not known before."""
        return tuple(m for m in self.moved if not m.old)

    @property
    def is_empty(self) -> bool:
        """Whether the two reports say the same."""
        steps = (self.done, self.undone, self.overdue, self.moved, self.added, self.dropped)
        return not any((*steps, self.silent, self.reached, self.joined, self.left))


class _Pair(NamedTuple):
    unit: Unit
    step: str
    old: StepSnapshot
    new: StepSnapshot


def compare_snapshots(old: ReportSnapshot, new: ReportSnapshot) -> ReportChanges:
    """Compare two reports of one campaign, in the new report's order."""
    pairs = tuple(_pairs(old, new))
    both = [(old.by_code[u.unit.code], u) for u in new.units if u.unit.code in old.by_code]
    return ReportChanges(
        done=_by_step(p for p in pairs if p.new.status.is_done and not p.old.status.is_done),
        undone=_by_step(p for p in pairs if p.old.status.is_done and not p.new.status.is_done),
        overdue=_by_step(p for p in pairs if p.new.status is Status.OVERDUE and p.old.status is not Status.OVERDUE),
        silent=tuple(b for a, b in both if is_unreached(b.outcome) and not is_unreached(a.outcome)),
        reached=tuple(b for a, b in both if is_unreached(a.outcome) and not is_unreached(b.outcome)),
        moved=_moved(p for p in pairs if p.old.due != p.new.due),
        joined=_only_in(new.by_code, old.by_code),
        left=_only_in(old.by_code, new.by_code),
        added=_steps_only_in(new, old),
        dropped=_steps_only_in(old, new),
    )


def _pairs(old: ReportSnapshot, new: ReportSnapshot) -> Iterator[_Pair]:
    for unit in new.everybody:
        before = old.by_code.get(unit.unit.code)
        for name, step in unit.steps.items():
            if before and name in before.steps:
                yield _Pair(unit.unit, name, before.steps[name], step)


def _by_step(pairs: Iterator[_Pair]) -> tuple[StepUnits, ...]:
    return _together((pair.step, pair.unit) for pair in pairs)


def _steps_only_in(these: ReportSnapshot, others: ReportSnapshot) -> tuple[StepUnits, ...]:
    return _together(
        (name, unit.unit)
        for unit in these.everybody
        if (other := others.by_code.get(unit.unit.code))
        for name in unit.steps
        if name not in other.steps
    )


def _together(cells: Iterable[tuple[str, Unit]]) -> tuple[StepUnits, ...]:
    found: dict[str, list[Unit]] = {}
    for step, unit in cells:
        found.setdefault(step, []).append(unit)
    return tuple(StepUnits(step, tuple(units)) for step, units in found.items())


def _moved(pairs: Iterator[_Pair]) -> tuple[DeadlineShift, ...]:
    """Put the units together whose deadline moved in the same way."""
    found: dict[tuple[str, datetime | None, datetime | None], list[Unit]] = {}
    for pair in pairs:
        found.setdefault((pair.step, pair.old.due, pair.new.due), []).append(pair.unit)
    return tuple(DeadlineShift(*key, tuple(units)) for key, units in found.items())


def _only_in(these: Mapping[str, UnitSnapshot], others: Mapping[str, UnitSnapshot]) -> tuple[Unit, ...]:
    return tuple(then.unit for code, then in these.items() if code not in others)
