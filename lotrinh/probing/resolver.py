"""Looking up names on threads of our own, so that a name server that hangs keeps nobody else waiting."""

import asyncio
import contextlib
import queue
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""From host and port to IP addresses as text; raises ``OSError`` (``socket.gaierror``) or ``UnicodeError``."""

AT_ONCE = 64
"""Threads at most. Each that a dead name server holds comes back when the system's own look-up gives up."""


def lookup(host: str, port: int) -> list[str]:
    """Ask the system, which reads the hosts file too. Blocks."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class _Job(NamedTuple):
    host: str
    port: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Sequence[str]]


class ThreadedResolver:
    """A ``Resolver`` over a blocking look-up. Its threads are daemons: a hanging one never keeps the program alive."""

    def __init__(self, look_up: Callable[[str, int], Sequence[str]] = lookup, at_once: int = AT_ONCE) -> None:
        self._look_up = look_up
        self._at_once = at_once
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Look a name up; whoever stops waiting leaves the thread to finish by itself."""
        loop = asyncio.get_running_loop()
        job = _Job(host, port, loop, loop.create_future())
        self._put(job)
        return await job.answer

    def _put(self, job: _Job) -> None:
        """Hand a job to an idle thread, or to a new one while there may be more."""
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
            elif self._threads < self._at_once:
                self._threads += 1
                threading.Thread(target=self._work, name="lotrinh-resolver", daemon=True).start()
            self._jobs.put(job)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if not job.answer.done():
                self._do(job)
            with self._lock:
                # A job that found no idle thread waits in the queue; this thread takes it and is not idle.
                if self._jobs.empty():
                    self._idle += 1

    def _do(self, job: _Job) -> None:
        try:
            found: Sequence[str] | Exception = self._look_up(job.host, job.port)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the one who asked
            found = error
        # The loop may have been closed in the meantime: then nobody waits.
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(_settle, job.answer, found)


def _settle(answer: asyncio.Future[Sequence[str]], found: Sequence[str] | Exception) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)


system_resolver = ThreadedResolver()
