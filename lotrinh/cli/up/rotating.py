"""The logs of ``lotrinh up``: a new one at each start and wherever one has become large, and a few old ones."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

KEPT = 5
LARGEST_BYTES = 10_000_000
LOOK_SECONDS = 10
CHUNK_BYTES = 1 << 20


class LogRotation:
    """Keeps the logs of the parts from growing for ever. ``look`` is called again and again while parts write them."""

    def __init__(self, logs: Sequence[Path]) -> None:
        self._logs, self._looked = logs, time.monotonic()
        for log in logs:
            if log.exists():
                log.replace(_make_room(log))

    def look(self) -> None:
        """Put away what has become large."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        for log in self._logs:
            with suppress(OSError):  # a full disk, where nothing grows any more
                if log.stat().st_size > LARGEST_BYTES:
                    put_away(log)


def put_away(log: Path) -> None:
    """Copy a log that is being written, and empty it in place: all who write it append, and go on at its beginning.

    On Windows nobody appends to a file that another process opened: there a log grows until the next start.
    """
    if sys.platform == "win32":
        return
    part = log.with_suffix(".part")
    with log.open("r+b") as full, part.open("wb") as out:
        while chunk := full.read(CHUNK_BYTES):
            out.write(chunk)
        full.truncate(0)
    part.replace(_make_room(log))


def _make_room(log: Path) -> Path:
    """Number the old logs anew, portal.1.log becomes portal.2.log and so on, and return the place of the newest."""
    for number in range(KEPT - 1, 0, -1):
        old = log.with_suffix(f".{number}.log")
        if old.exists():
            old.replace(log.with_suffix(f".{number + 1}.log"))
    return log.with_suffix(".1.log")
