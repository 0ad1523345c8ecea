"""Serving an application on loopback for a test: started when it answers, stopped at once when it is asked to."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

TICK = 0.1
"""Seconds after which uvicorn looks around when nothing wakes it."""
TRUST = ssl.create_default_context()
"""Read once: a client that reads the certificates of the machine for plain HTTP takes longer than its test."""


class Prompt(uvicorn.Server):
    """A server that need not be waited for."""

    async def main_loop(self) -> None:
        """Do as uvicorn does, but hear of the end the moment it is said."""
        self.loop, self.ended, ticks = asyncio.get_running_loop(), asyncio.Event(), 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 864_000
            try:
                await asyncio.wait_for(self.ended.wait(), TICK)
            except TimeoutError:
                continue
            self.should_exit = True

    def stop(self) -> None:
        """Let it end, from another thread."""
        self.loop.call_soon_threadsafe(self.ended.set)


@contextmanager
def serving(app: Any, listening: socket.socket | None = None, **options: Any) -> Iterator[int]:
    """Serve an application as long as the context lasts, and tell its port."""
    server = Prompt(uvicorn.Config(app, port=0, **({"log_level": "error", "lifespan": "off"} | options)))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening] if listening else None)))
    thread.start()
    try:
        while not server.started:
            thread.join(0.002)
            assert thread.is_alive()
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.stop()
        thread.join()
