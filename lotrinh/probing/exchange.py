"""One request and its answer: to exactly one checked IP address, in bounded time, reading bounded bytes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M
from lotrinh.probing.addresses import Address, Target
from lotrinh.probing.clients import Client
from lotrinh.probing.failures import (
    CONNECT_TIMEOUT,
    TIMEOUT,
    InvalidAnswer,
    Phase,
    ProbeFailure,
    failure_of_http,
    no_answer,
)
from lotrinh.probing.options import HttpOptions

MAX_DIGITS = 18
FRAMING = 128_000
"""Bytes that headers, interim answers and chunk framing may add to a body; a count of the body alone would not see a
flood of them."""

HeadCheck = Callable[[httpx.Response], None]
"""Looks at status and headers before the body is read; raises ``ProbeFailure``."""


@dataclass(frozen=True, slots=True)
class PageResponse:
    """An answer whose status and headers were found good."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(slots=True)
class _Progress:
    """How far a request has come; bounds connecting in time and reading in bytes. ``stream`` is httpcore's."""

    options: HttpOptions
    limit: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    phase: Phase = Phase.CONNECT
    stream: Any = None
    received: int = 0

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear from the transport what it is doing."""
        if event == "connection.connect_tcp.started":
            self.limit.reschedule(asyncio.get_running_loop().time() + self.options.connect_seconds)
        elif event == "connection.connect_tcp.complete":
            self.limit.reschedule(None)
            self._watch(info["return_value"])
        elif event == "connection.start_tls.started":
            self.phase = Phase.TLS
        elif event == "connection.start_tls.complete":
            self._watch(info["return_value"])
        elif event == "http11.send_request_headers.started":
            self.phase = Phase.ANSWER

    def _watch(self, stream: Any) -> None:  # noqa: ANN401 - httpcore's stream, as its trace hands it out
        """Count what is read from a stream."""
        self.stream, read = stream, stream.read

        async def counted(*args: Any, **named: Any) -> bytes:  # noqa: ANN401 - passed on as they are
            data: bytes = await read(*args, **named)
            self.received += len(data)
            if self.received > self.options.body_bytes + FRAMING:
                raise too_large(self.options.body_bytes)
            return data

        stream.read = counted

    async def abandon(self) -> None:
        """Close what is open: httpcore forgets a connection whose handshake is cancelled."""
        if self.phase is Phase.TLS:
            await self.stream.aclose()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What is asked for, and how its answer's head is judged."""

    target: Target
    headers: Mapping[str, str]
    check: HeadCheck


async def exchange(
    client: Client, request: PageRequest, address: Address, seconds: float, options: HttpOptions
) -> PageResponse:
    """Ask one address once, for at most ``seconds``; ``ProbeFailure`` when no good answer came."""
    progress = _Progress(options)
    try:
        async with asyncio.timeout(seconds), progress.limit:
            try:
                return await _ask(client, request, address, progress, options)
            except BaseException:
                await progress.abandon()
                raise
    except TimeoutError as error:
        if progress.limit.expired():
            raise no_answer(Reason.CONNECT_TIMEOUT, CONNECT_TIMEOUT, is_retryable=True) from error
        raise no_answer(Reason.TIMEOUT, TIMEOUT) from error
    except httpx.HTTPError as error:
        raise failure_of_http(error, progress.phase) from error


async def _ask(
    client: Client, request: PageRequest, address: Address, progress: _Progress, options: HttpOptions
) -> PageResponse:
    target = request.target
    extensions: dict[str, object] = {"trace": progress}
    if target.literal is None:
        extensions["sni_hostname"] = target.host
    ours = {"User-Agent": options.user_agent, "Accept-Encoding": "identity", "Connection": "close"}
    headers = {"Host": target.host_header, **ours, **request.headers}
    prepared = httpx.Request("GET", target.at(address), headers=headers, extensions=extensions)
    response = await client.handle_async_request(prepared)
    try:
        request.check(response)
        return PageResponse(response.status_code, response.headers, await _read(response, options.body_bytes))
    finally:
        await response.aclose()


async def _read(response: httpx.Response, limit: int) -> bytes:
    """Read the raw body, no further than just over ``limit``."""
    declared = response.headers.get("content-length", "0")
    if declared.isdecimal() and (len(declared) > MAX_DIGITS or int(declared) > limit):
        raise too_large(limit)
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


def too_large(limit: int) -> ProbeFailure:
    """Say that an answer is larger than any good one."""
    return InvalidAnswer(
        Reason.SIZE,
        M("Câu trả lời quá lớn (hơn {limit} kB). Đề nghị đơn vị sửa phần mềm trả lời.", limit=limit // 1000),
    )
