"""Four things that can be meant by a silent unit; each list and figure says by its rule which of them it means.

The first goes by the newest check alone, the second by everything that was ever said. The third is a unit that may
have moved on without our knowing; the fourth one from which nothing comes by the way that it uses.
"""

from collections.abc import Iterable, Sequence

from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status, StepStatus


def is_unreached(outcome: Outcome) -> bool:
    """Whether the check got no valid answer from a unit: there was none, or none that can be used."""
    return outcome is not Outcome.REACHED


def has_never_answered(steps: Sequence[StepStatus]) -> bool:
    """Whether nothing valid was ever said about any of a unit's steps; False where it has none."""
    return bool(steps) and all(step.status is Status.UNKNOWN for step in steps)


def is_out_of_touch(outcome: Outcome, steps: Iterable[StepStatus]) -> bool:
    """Whether a unit could not be asked, so that we do not know how something stands in it."""
    return is_unreached(outcome) and any(step.status is Status.UNKNOWN or "stale" in step.flags for step in steps)


def has_sent_nothing(
    outcome: Outcome, steps: Sequence[StepStatus], records: Iterable[StepRecord], *, own_system: bool
) -> bool:
    """Whether nothing comes from a unit: its system did not answer, or it uses our portal and never said anything."""
    if own_system:
        return is_unreached(outcome) or has_never_answered(steps)
    return not any(record.last_statement_at for record in records)
