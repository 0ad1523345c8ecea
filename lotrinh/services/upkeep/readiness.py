"""Whether the portal can do its work now: not only is it alive, it can also record what somebody confirms."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from lotrinh.errors import LotrinhError
from lotrinh.store import Store
from lotrinh.store.engine import version
from lotrinh.store.schema import HEAD

LEAST_FREE = 100_000_000
"""Bytes of free disk below which an upload or a report may fail."""
KEPT_SECONDS = 2.0
"""How long an answer is good for: whoever asks a thousand times a second must not keep the database busy."""


class Readiness:
    """Answers with one word why not, or with nothing; remembers its answer for a moment."""

    def __init__(
        self, store: Store, folder: Path, least: int = LEAST_FREE, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._folder, self._least, self._ticks = store, folder, least, ticks
        self._lock, self._until, self._word = Lock(), 0.0, ""

    def __call__(self) -> str:
        """Return ``schema``, ``database`` or ``disk``: what keeps the portal from working; empty: nothing."""
        with self._lock:
            if self._ticks() >= self._until:
                self._word = self._look()
                self._until = self._ticks() + KEPT_SECONDS
            return self._word

    def _look(self) -> str:
        try:
            if version(self._store.engine) != HEAD:
                return "schema"
            if not self._store.figures.is_writable():
                return "database"
        except LotrinhError:
            return "database"
        return "" if disk_space(self._folder)[0] >= self._least else "disk"


def disk_space(folder: Path) -> tuple[int, int]:
    """Return the free bytes, and all, of the disk that a folder lies on, or will."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    usage = shutil.disk_usage(there)
    return usage.free, usage.total
