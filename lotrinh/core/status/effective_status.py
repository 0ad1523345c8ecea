"""What statuses amount to: what nobody knows of a step, and sums over many steps.

Nobody knows of steps never reported on, or whose deadline has passed without a newer answer.
"""

from collections.abc import Mapping
from datetime import datetime

from lotrinh.core.checklist.rules import is_past
from lotrinh.core.status.status import Status


def is_unclear(status: Status, due: datetime | None, as_of: datetime) -> bool:
    """Whether a step is not finished, its deadline has passed, and it is not known to be overdue.

    The unit never answered, or answered last before the deadline: then the step keeps the status it had. ``due`` is
    the first moment that is too late; both moments are aware.
    """
    return is_past(due, as_of) and not status.is_finished and status is not Status.OVERDUE


def known_status(status: Status, due: datetime | None, as_of: datetime) -> Status:
    """Tell the status as far as we know it: unknown where it is only kept from before the deadline."""
    return Status.UNKNOWN if is_unclear(status, due, as_of) else status


def count_done(counts: Mapping[Status, int]) -> int:
    """Return how many steps are done, in time or late."""
    return sum(count for status, count in counts.items() if status.is_done)


def count_outstanding(counts: Mapping[Status, int]) -> int:
    """Return how many steps are not done or unknown; what a unit is excused from is not outstanding."""
    return sum(count for status, count in counts.items() if not status.is_finished)


def count_work(counts: Mapping[Status, int]) -> int:
    """Return how many steps are somebody's work; those that a unit is excused from are not."""
    return sum(count for status, count in counts.items() if status is not Status.NOT_APPLICABLE)
