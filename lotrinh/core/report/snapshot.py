"""The report of a finished run as it was kept: what was shown then, whatever has changed since."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.observation import Outcome, outcome_figures
from lotrinh.core.status.silence import is_unreached
from lotrinh.core.status.status import Status


class StepSnapshot(NamedTuple):
    """One step of one unit; ``due`` is the last second that was in time, None where there was no deadline yet.

    ``reported_at`` is None too in reports of an older lotrinh.
    """

    status: Status
    due: datetime | None
    completed_on: date | None
    flags: Mapping[str, object]
    reported_at: datetime | None = None


class UnitSnapshot(NamedTuple):
    """One unit; ``reason`` is the sentence on why it could not be asked, with its code, empty where it could."""

    unit: Unit
    outcome: Outcome
    reason: str
    checked_at: datetime | None
    last_answer_at: datetime | None
    steps: Mapping[str, StepSnapshot]

    @property
    def counts(self) -> Counter[Status]:
        """How many of the unit's steps stood how."""
        return Counter(step.status for step in self.steps.values())

    @property
    def sentence(self) -> str:
        """The sentence alone."""
        return self.reason.partition(": ")[2]

    @property
    def lag_key(self) -> tuple[int, int, str]:
        """Sort key: most overdue, then most due soon."""
        counts = self.counts
        return -counts[Status.OVERDUE], -counts[Status.DUE_SOON], self.unit.code


class MilestoneSnapshot(NamedTuple):
    """One milestone over all units that had steps in it."""

    id: str
    due: datetime | None
    days_left: int | None
    units: int
    done: int
    overdue: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class ReportSnapshot:
    """One report; ``checklist_hash`` names the version of the checklist it was made with.

    ``province_name`` is empty in reports of an older lotrinh.
    """

    campaign: str
    run: str
    as_of: datetime
    checklist_hash: str
    head: str
    interrupted: str
    sample: bool
    milestones: tuple[MilestoneSnapshot, ...]
    province: UnitSnapshot | None
    units: tuple[UnitSnapshot, ...]
    province_name: str = ""

    @property
    def everybody(self) -> Iterator[UnitSnapshot]:
        """The province first, then the units."""
        if self.province:
            yield self.province
        yield from self.units

    @cached_property
    def by_code(self) -> Mapping[str, UnitSnapshot]:
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

    def summary(self) -> dict[str, object]:
        """The totals, the same in every format."""
        return summarize(self.outcomes, self.statuses, sample=self.sample)

    @property
    def silent(self) -> tuple[UnitSnapshot, ...]:
        """The units that could not be asked."""
        return tuple(unit for unit in self.units if is_unreached(unit.outcome))


def summarize(outcomes: Counter[Outcome], statuses: Counter[Status], *, sample: bool) -> dict[str, object]:
    """Sum up how asking the units ended and how everybody's steps stand, as programs read it."""
    return {
        "units": outcomes.total(),
        **outcome_figures(outcomes),
        "outstanding": count_outstanding(statuses),
        "statuses": {status.value: statuses[status] for status in Status},
        "sample": sample,
    }
