"""``lotrinh send`` now and then, as a child of ``lotrinh up``: mail goes out, silence is noticed, without Prefect."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lotrinh.cli.up.processes import TetheredChild
from lotrinh.core.text import M

EVERY_SECONDS = 600
LONGEST_SECONDS = 3600
"""A sender that takes longer hangs: it is ended, and another one begins."""
STOP_SECONDS = 2
NORMAL = (0, 3)
"""Exit codes of a sender that did its work; 3 where something could not be sent, which the outbox shows."""


class Sender:
    """Runs ``lotrinh send`` every ten minutes, one at a time; Prefect may do so too: no message has two senders."""

    def __init__(self, arguments: Sequence[str], logs: Path, tell: Callable[[M], None]) -> None:
        self.log, self._arguments, self._tell = logs / "send.log", arguments, tell
        self._child: TetheredChild | None = None
        self._begun, self._code = time.monotonic(), 0

    def look(self) -> None:
        """Start, or end, what is to be started or ended now."""
        lasted = time.monotonic() - self._begun
        if self._child and (code := self._child.exit_code()) is not None:
            self._finish(self._child, code)
        elif self._child and lasted > LONGEST_SECONDS:
            self.stop()
        elif not self._child and lasted >= EVERY_SECONDS:
            self._begun = time.monotonic()
            self._child = TetheredChild("send", self._arguments, {}, self.log)

    def stop(self) -> None:
        """End a sender that still runs."""
        if self._child:
            self._child.stop(STOP_SECONDS)
            self._child = None

    def _finish(self, child: TetheredChild, code: int) -> None:
        """Say once that it cannot do its work, until it can again."""
        child.stop(0)
        self._child = None
        if code not in NORMAL and code != self._code:
            self._tell(M("Gửi tin: lotrinh send báo lỗi (mã {code}). Xem {log}.", code=code, log=str(self.log)))
        self._code = code
