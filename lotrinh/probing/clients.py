"""The HTTP clients of a run: several side by side, each with few connections, made when first needed."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.probing.options import HttpOptions

RECEIVE_BUFFER = 64 * 1024
"""Bytes that the system may take in before we ask for them, so that an endless answer stays with its sender."""


def trusted_context(options: HttpOptions) -> ssl.SSLContext:
    """Return whom we trust: the public authorities and the office's own; ``BadInput`` if its file cannot be read."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if options.ca_file:
        try:
            context.load_verify_locations(cafile=options.ca_file)
        except OSError as error:
            unreadable = M("Không đọc được tệp chứng thư gốc [http] ca_file: {file}.", file=options.ca_file)
            raise BadInput([Problem(options.ca_file, 0, 0, unreadable)]) from error
    return context


Client = httpx.AsyncHTTPTransport
"""httpx's lower half alone: the upper one keeps cookies, reads redirects it does not follow, and logs each request."""


def new_client(context: ssl.SSLContext) -> Client:
    """Make a client that keeps nothing open and reads no environment; ``exchange`` bounds its time.

    A connection is never used twice: two names may share an IP address, and each must show its own certificate.
    """
    return Client(
        verify=context,
        trust_env=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)],
    )


class Clients:
    """``shards`` clients with ``per_shard`` connections each: one client slows down as its connections grow."""

    def __init__(self, options: HttpOptions) -> None:
        self._context = trusted_context(options)
        self._made: dict[int, Client] = {}
        self._free: asyncio.Queue[int] = asyncio.Queue()
        for _ in range(options.per_shard):
            for shard in range(options.shards):
                self._free.put_nowait(shard)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Client]:
        """Wait for a free connection and lend its client."""
        shard = await self._free.get()
        try:
            yield self._client(shard)
        finally:
            self._free.put_nowait(shard)

    def _client(self, shard: int) -> Client:
        if shard not in self._made:
            self._made[shard] = new_client(self._context)
        return self._made[shard]

    async def close(self) -> None:
        """Close all clients that were made."""
        while self._made:
            await self._made.popitem()[1].aclose()
