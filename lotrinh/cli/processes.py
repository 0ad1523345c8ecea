"""Child processes on this machine: started, waited for, and ended, each by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from lotrinh.core.text import M
from lotrinh.errors import LotrinhError

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 10


class DidNotStart(LotrinhError):
    """A server that the demonstration needs did not come up."""


def free_port(preferred: int) -> int:
    """Return the preferred port if nobody has it, else one that is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DidNotStart(M("Máy này không còn cổng mạng trống."))


class Child:
    """One child process with its log file."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
                [sys.executable, "-m", *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches us alone, and we end the children in order.
                start_new_session=True,
            )

    def wait_for(self, url: str, seconds: float) -> None:
        """Wait until the address answers; say where the log is when it does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(url, timeout=2, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise DidNotStart(M("{name} không khởi động được; xem {log}.", name=self.name, log=str(self.log)))

    def ended(self) -> int:
        """Wait until the process has ended by itself or was stopped; return its exit code, negative for a signal."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process: politely, then for good."""
        if self._process.poll() is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, number)
        else:
            self._process.terminate()
