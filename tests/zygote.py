"""Processes that start in a moment: forked from one that has loaded what every command loads, and does nothing else.

What is forked has its own number, folder, environment and streams, and ends as any process does. ``CI=true`` starts
each anew, as a user does; so does whoever passes a variable that Python itself reads.
"""

import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from select import select
from typing import Any

TOP = Path(__file__).resolve().parents[1]
MOST = 200_000
"""Bytes of one request."""
LOADED = (
    "alembic.command",
    "holidays.countries",
    "lotrinh.cli.checks.check",
    "lotrinh.cli.checks.report",
    "lotrinh.cli.checks.run_check",
)


class Zygote:
    """The process that is forked, of one process of tests."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.zygote", str(theirs.fileno())]
            kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
            self._process = subprocess.Popen(
                command, cwd=TOP, env=kept, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )

    def run(
        self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``python -m lotrinh`` to its end; like ``subprocess.run``, output is UTF-8."""
        request = json.dumps([arguments, str(folder), dict(environment)]).encode()
        read, write = os.pipe()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, os.fdopen(read, "rb", 0) as status:
            try:
                socket.send_fds(self._line, [request], [out.fileno(), err.fileno(), write])
            finally:
                os.close(write)
            number = int(status.readline())
            if not select([status], [], [], timeout)[0]:
                os.kill(number, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, timeout)
            code = int(status.readline())
            out.seek(0)
            err.seek(0)
            said, wrong = out.read().decode(), err.read().decode()
        return subprocess.CompletedProcess(arguments, code, said, wrong)

    def close(self) -> None:
        """End it, by hanging up."""
        self._line.close()
        self._process.wait(20)


def wait_for_requests(line: socket.socket) -> tuple[list[str], str, dict[str, str]] | None:
    """Fork once for each request; return it in the process that carries it out, and None when nobody asks any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits in between is waited for by nobody
    while True:
        request, descriptors, *_ = socket.recv_fds(line, MOST, 3)
        if not request:
            return None
        if os.fork() == 0:
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            out, err, status = descriptors
            number = os.fork()
            if number == 0:
                os.dup2(out, 1)
                os.dup2(err, 2)
                for each in descriptors:
                    os.close(each)
                found: tuple[list[str], str, dict[str, str]] = json.loads(request)
                return found
            os.write(status, f"{number}\n".encode())
            code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
            os.write(status, f"{code}\n".encode())
            os._exit(0)
        for each in descriptors:
            os.close(each)


def main() -> None:
    """Load, wait, and be what is asked for."""
    for name in LOADED:
        importlib.import_module(name)

    with socket.socket(fileno=int(sys.argv[1])) as line:
        request: Any = wait_for_requests(line)
    if request is not None:
        arguments, folder, environment = request
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        sys.argv = ["lotrinh", *arguments]
        sys.path[0] = folder
        runpy.run_module("lotrinh", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
