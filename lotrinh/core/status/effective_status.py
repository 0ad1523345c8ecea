"""What nobody knows: steps never reported on, or whose deadline has passed without a newer answer."""

from datetime import datetime

from lotrinh.core.status.status import Status


def is_unclear(status: Status, due: datetime | None, as_of: datetime) -> bool:
    """Whether a step is not finished, its deadline has passed, and it is not known to be overdue.

    The unit never answered, or answered last before the deadline: then the step keeps the status it had. ``due`` is
    the first moment that is too late; both moments are aware.
    """
    return due is not None and due <= as_of and not status.is_finished and status is not Status.OVERDUE


def known_status(status: Status, due: datetime | None, as_of: datetime) -> Status:
    """Tell the status as far as we know it: unknown where it is only kept from before the deadline."""
    return Status.UNKNOWN if is_unclear(status, due, as_of) else status
