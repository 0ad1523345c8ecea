"""The report of a finished run as it was kept: what was shown then, whatever has changed since."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status


class StepThen(NamedTuple):
    """One step of one unit; ``due`` is the last second that was in time, None where there was no deadline yet.

    ``reported_at`` is None too in reports of an older lotrinh.
    """

    status: Status
    due: datetime | None
    completed_on: date | None
    flags: Mapping[str, object]
    reported_at: datetime | None = None


class UnitThen(NamedTuple):
    """One unit; ``reason`` is the sentence on why it could not be asked, with its code, empty where it could."""

    unit: Unit
    outcome: Outcome
    reason: str
    checked_at: datetime | None
    last_answer_at: datetime | None
    steps: Mapping[str, StepThen]

    @property
    def counts(self) -> Counter[Status]:
        """How many of the unit's steps stood how."""
        return Counter(step.status for step in self.steps.values())

    @property
    def sentence(self) -> str:
        """The sentence alone."""
        return self.reason.partition(": ")[2]

    @property
    def behind(self) -> tuple[int, int, str]:
        """Sort key: most overdue, then most due soon."""
        counts = self.counts
        return -counts[Status.OVERDUE], -counts[Status.DUE_SOON], self.unit.code


class MilestoneThen(NamedTuple):
    """One milestone over all units that had steps in it."""

    id: str
    due: datetime | None
    days_left: int | None
    units: int
    done: int
    overdue: int
    unknown: int


@dataclass(frozen=True)
class Snapshot:
    """One report; ``checklist_hash`` names the version of the checklist it was made with."""

    campaign: str
    run: str
    as_of: datetime
    checklist_hash: str
    head: str
    interrupted: str
    sample: bool
    milestones: tuple[MilestoneThen, ...]
    province: UnitThen | None
    units: tuple[UnitThen, ...]

    @property
    def everybody(self) -> Iterator[UnitThen]:
        """The province first, then the units."""
        if self.province:
            yield self.province
        yield from self.units

    @cached_property
    def by_code(self) -> Mapping[str, UnitThen]:
        """The units and the province by code."""
        return {unit.unit.code: unit for unit in self.everybody}

    @cached_property
    def statuses(self) -> Counter[Status]:
        """How many steps of everybody stood how."""
        return sum((unit.counts for unit in self.everybody), Counter())

    @cached_property
    def outcomes(self) -> Counter[Outcome]:
        """How asking the units had ended."""
        return Counter(unit.outcome for unit in self.units)

    @property
    def silent(self) -> tuple[UnitThen, ...]:
        """The units that could not be asked."""
        return tuple(unit for unit in self.units if unit.outcome is not Outcome.REACHED)
