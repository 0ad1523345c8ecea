"""The clock. Only outermost functions call it; everything else takes the moment as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may


def started_at(moment: datetime) -> Clock:
    """Return a clock that shows ``moment`` now and goes on from there: for demonstrations on another day."""
    ahead = moment - now()
    return lambda: now() + ahead
