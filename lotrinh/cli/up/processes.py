"""Child processes on this machine: started, waited for, and ended, each by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lotrinh.core.text import M
from lotrinh.errors import LotrinhError

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 10
POLL_SECONDS = 0.05


class ServerStartError(LotrinhError):
    """A server that the demonstration needs did not come up."""


def free_port(preferred: int = 0) -> int:
    """Return the preferred port if nobody has it, else one that is free."""
    for port in (preferred, 0):
        with suppress(OSError):
            return require_bindable(LOOPBACK, port)
    raise ServerStartError(M("Máy này không còn cổng mạng trống."))


def require_bindable(host: str, port: int) -> int:
    """Return the port if a server could listen on it now (0: any); ``OSError`` says why not."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind) as probe:
        if sys.platform != "win32":  # there the option would take the port from who has it
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])


class Child:
    """One child process with its log file."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self._process = self._start(arguments, environment)

    def _start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as out:
            return _popen(arguments, environment, out.fileno(), subprocess.DEVNULL)

    def wait_for(self, url: str, seconds: float) -> None:
        """Wait until the address answers; say where the log is when it does not."""
        import httpx

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(url, timeout=2, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise ServerStartError(M("{name} không khởi động được; xem {log}.", name=self.name, log=str(self.log)))

    def wait_for_end(self) -> int:
        """Wait until the process has ended by itself or was stopped; return its exit code, negative for a signal."""
        return self._process.wait()

    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal; None while the process runs."""
        return self._process.poll()

    @property
    def pid(self) -> int:
        """The number of the process, which is its group's too."""
        return self._process.pid

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End the process: politely, then for good."""
        if self._process.poll() is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, number)
        else:
            self._process.terminate()


class TetheredChild(Child):
    """A child that ends when we do, even where we are killed: see ``lotrinh.cli.up.child``. Its log is added to."""

    def _start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as out:
            unicode = {"PYTHONUTF8": "1"}  # Windows would write the log in the console's code page
            return _popen(
                ["lotrinh.cli.up.child", *arguments], unicode | {**environment}, out.fileno(), subprocess.PIPE
            )

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Let go of the tether, give the process and what it started their time, then end all of them for good."""
        end = time.monotonic() + grace
        self._let_go()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        self._signal_group(signal.SIGTERM)  # what the process has left running without a word
        while self._group_lives() and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        self._kill()
        self._process.wait()

    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal; None while the process runs."""
        code = super().exit_code()
        if code is not None:
            self._let_go()
        return code

    def _let_go(self) -> None:
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()

    def is_left_running(self) -> bool:
        """Whether the process, or something that it started in its own group, still runs."""
        return self.exit_code() is None or self._group_lives()

    def _group_lives(self) -> bool:
        """Whether anything runs that the process started in its own group; Windows has no such groups."""
        if sys.platform == "win32":
            return False
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _kill(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
            return
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        if sys.platform != "win32":
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


def _popen(arguments: Sequence[str], environment: Mapping[str, str], out: int, stdin: int) -> "subprocess.Popen[bytes]":
    """Start a module of ours in a group of its own: Ctrl-C reaches us alone, and we end the children in order."""
    return subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
        [sys.executable, "-m", *arguments],
        env={**os.environ, **environment},
        stdin=stdin,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # what the line above is on Windows
    )
