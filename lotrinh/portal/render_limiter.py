"""Turns at what is heavy: a small server makes one document at a time, and ten clicks do not bring it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from lotrinh.core.text import M
from lotrinh.errors import Busy

AT_ONCE, WAITING = 1, 8
"""A nation's workbook takes all of one processor. Those who wait each hold one of the portal's forty threads."""
PATIENCE, COME_AGAIN = 20.0, 15
"""Seconds: how long one waits for a turn, and when to come again who had none."""
BUSY = M("Cổng đang lập nhiều báo cáo cùng lúc. Hãy thử lại sau {seconds} giây.", seconds=COME_AGAIN)


class RenderLimiter:
    """At most ``at_once`` have their turn, ``waiting`` more wait for it, ``patience`` seconds; all others are sent off.

    ``Busy`` for those.
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._places, self._turns = BoundedSemaphore(at_once + waiting), BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a turn and have it."""
        with _held(self._places, 0), _held(self._turns, self._patience):
            yield


@contextmanager
def _held(semaphore: BoundedSemaphore, patience: float) -> Iterator[None]:
    if not semaphore.acquire(timeout=patience):
        raise Busy(BUSY, COME_AGAIN)
    try:
        yield
    finally:
        semaphore.release()
