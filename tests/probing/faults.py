"""A server on loopback that does what it should not, and what the tests ask with."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from time import monotonic
from typing import Any, Self

from lotrinh.core.status.observation import Observation
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.prober import Prober, Question
from lotrinh.probing.resolver import Resolver, system_resolver

NOW = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)
LOOPBACK = ip_network("127.0.0.0/8")
# A machine that stands still for a while fails no test: what is answered has far more time than it needs, what runs
# into its limit has CUT's, and has been cut where it did not go on for as long as it meant to.
QUICK = HttpOptions(
    connect_seconds=20.0,
    total_seconds=40.0,
    jitter_seconds=0.02,
    retry_after_seconds=0.2,
    shards=2,
    per_shard=8,
    allow_networks=(LOOPBACK,),
)
CUT = replace(QUICK, connect_seconds=2.0, total_seconds=2.0)
SLACK = 20.0
UNIT, CAMPAIGN = "04924", "bau-cu-2026"
STEPS = frozenset({"thanh-lap-to", "niem-yet"})


def document(**changes: object) -> dict[str, Any]:
    """A good answer, with changes."""
    good = {
        "schema": "lotrinh.status/1",
        "unit": UNIT,
        "campaign": CAMPAIGN,
        "generated_at": "2026-02-02T08:00:00+07:00",
        "steps": [
            {
                "id": "thanh-lap-to",
                "state": "done",
                "completed_on": "2026-01-29",
                "reported_at": "2026-01-30T09:12:00+07:00",
                "document": {"number": "12/QĐ-UBND", "date": "2026-01-29"},
                "progress": {"done": 12, "of": 12},
            },
            {"id": "niem-yet", "state": "obstacle", "note": "Chưa nhận được dữ liệu dân cư"},
        ],
    }
    return good | changes


def with_step(**changes: object) -> dict[str, Any]:
    """A good answer of one step, with changes; ``...`` leaves a field out."""
    step = {"id": "thanh-lap-to", "state": "done", "completed_on": "2026-01-29"} | changes
    return document(steps=[{name: value for name, value in step.items() if value is not ...}])


def body(**changes: object) -> bytes:
    return json.dumps(document(**changes), ensure_ascii=False).encode()


def answer(content: bytes | None = None, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer; ``content_length`` and the like replace what is sent otherwise, "" leaves it out."""
    content = body() if content is None else content
    fields = {"content_type": "application/json", "content_length": str(len(content))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + content


@dataclass
class Talk:
    """One connection, as a behaviour sees it; ``request`` is the head of what was asked."""

    server: "FaultServer"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: bytes = b""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.server.sent += len(data)

    def reset(self) -> None:
        """Close with RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Talk], Awaitable[None]]


def says(data: bytes) -> Behaviour:
    """Send these bytes and close."""

    async def behave(talk: Talk) -> None:
        await talk.send(data)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave differently from one request to the next; the last one stays."""
    waiting = list(behaviours)

    async def behave(talk: Talk) -> None:
        await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(talk)

    return behave


def drips(data: bytes, pause: float = 0.05, at_once: bytes = b"") -> Behaviour:
    """Send some at once and the rest byte by byte, for ever if need be."""

    async def behave(talk: Talk) -> None:
        await talk.send(at_once)
        for n in range(len(data)):
            await talk.send(data[n : n + 1])
            await asyncio.sleep(pause)

    return behave


def endless(piece: bytes, at_once: bytes = b"") -> Behaviour:
    async def behave(talk: Talk) -> None:
        await talk.send(at_once)
        while True:
            await talk.send(piece)

    return behave


@dataclass
class FaultServer:
    """Counts connections, requests and bytes. ``on_connect`` behaves before anything is read; else one behaviour
    for each path, or ``default`` for all."""

    default: Behaviour = field(default_factory=lambda: says(answer()))
    paths: Mapping[str, Behaviour] = field(default_factory=dict)
    on_connect: Behaviour | None = None
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    sent: int = 0
    requests: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def __aenter__(self) -> Self:
        raw = socket.create_server((self.host, self.port), backlog=1024)
        # What the system buffers for the sender would be counted as sent.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        self._server = await asyncio.start_server(self._serve, sock=raw, ssl=self.tls)
        self.port = raw.getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
                await self._behave(Talk(self, reader, writer))
        finally:
            self.at_once -= 1
            with suppress(OSError):
                writer.close()

    async def _behave(self, talk: Talk) -> None:
        if self.on_connect:
            await self.on_connect(talk)
            return
        talk.request = await talk.reader.readuntil(b"\r\n\r\n")
        self.requests.append(talk.request)
        path = talk.request.split(b" ")[1].decode()
        await self.paths.get(path, self.default)(talk)


def resolves_to(*addresses: str) -> Resolver:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


def question(url: str, **changes: Any) -> Question:
    return replace(Question(UNIT, CAMPAIGN, url, STEPS), **changes)


@dataclass
class Heard:
    """What came out of asking, how long it took, and the server as it stands."""

    observation: Observation
    seconds: float
    server: FaultServer


async def ask_url(
    url: str, options: HttpOptions = QUICK, resolver: Resolver = system_resolver, **changes: Any
) -> tuple[Observation, float]:
    async with Prober(options, lambda: NOW, resolver) as prober:
        started = monotonic()
        return await prober.ask(question(url, **changes)), monotonic() - started


def ask(
    server: FaultServer | Behaviour | bytes, options: HttpOptions = QUICK, path: str = "/status", **changes: Any
) -> Heard:
    """Start the server, ask it once, stop it."""
    if isinstance(server, bytes):
        server = says(server)
    faulty = server if isinstance(server, FaultServer) else FaultServer(server)

    async def run() -> Heard:
        async with faulty:
            return Heard(*await ask_url(faulty.origin + path, options, **changes), faulty)

    return asyncio.run(run())


@contextmanager
def black_hole() -> Iterator[int]:
    """A port whose queue is full: the system drops every further knock without a word (Linux)."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        knocks = []
        for _ in range(4):
            knock = socket.socket()
            knock.settimeout(0)
            with suppress(BlockingIOError):
                knock.connect(full.getsockname())
            knocks.append(knock)
        yield full.getsockname()[1]
        for knock in knocks:
            knock.close()
