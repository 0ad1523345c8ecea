"""Getting pages within limits: clients side by side, hosts in turn, tries within one budget."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lotrinh.core.status.observation import Reason
from lotrinh.probing.addresses import Address, Gate, Target, read_target
from lotrinh.probing.clients import Client, Clients
from lotrinh.probing.exchange import HeadCheck, PageRequest, PageResponse, exchange
from lotrinh.probing.failures import ProbeFailure, failure_of_lookup, lookup_failure, no_answer
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.resolver import Resolver

_jitter = random.SystemRandom()


@dataclass(slots=True)
class ProbeCost:
    """What getting one page has cost so far: tries, and seconds on the network."""

    tries: int = 0
    seconds: float = 0.0


class Network:
    """Clients, and the turns at each host. ``BadInput`` when ``ca_file`` cannot be read."""

    def __init__(self, options: HttpOptions, resolver: Resolver) -> None:
        self._options = options
        self._resolver = resolver
        self._gate = Gate(options)
        self._clients = Clients(options)
        self._turns = defaultdict[tuple[str, int], asyncio.Semaphore](lambda: asyncio.Semaphore(options.per_host))

    async def close(self) -> None:
        """Close all connections."""
        await self._clients.close()

    async def get(
        self, url: str, headers: Mapping[str, str], check: HeadCheck, cost: ProbeCost, tries: int | None = None
    ) -> PageResponse:
        """Get a page, trying again where that may help; ``ProbeFailure`` says why there is none."""
        visit = _Visit(self, PageRequest(read_target(url), headers, check), cost)
        while True:
            try:
                return await visit.go()
            except ProbeFailure as failed:
                left = self._options.total_seconds - cost.seconds
                if not failed.is_retryable or cost.tries >= (tries or self._options.tries) or left <= 0:
                    raise
                pause = self._pause(failed)
            await asyncio.sleep(pause)

    def _pause(self, failed: ProbeFailure) -> float:
        """Return how long to wait: as asked, within our patience, and a little at random."""
        asked = min(failed.wait_seconds or 0.0, self._options.retry_after_seconds)
        return asked + _jitter.uniform(0.25, 1) * self._options.jitter_seconds

    async def resolve(self, target: Target, seconds: float) -> list[Address]:
        """Return the checked addresses of a target; an IP address means itself."""
        if target.literal is not None:
            return self._gate.admit(target, [str(target.literal)])
        try:
            async with asyncio.timeout(seconds):
                found = await self._resolver(target.host, target.port)
            return self._gate.admit(target, found)
        except TimeoutError as error:
            raise no_answer(Reason.DNS, lookup_failure(target.host)) from error
        except (OSError, ValueError) as error:
            raise failure_of_lookup(error, target.host) from error

    @asynccontextmanager
    async def turn(self, target: Target) -> AsyncIterator[Client]:
        """Wait for a turn at the host and for a free client; waiting costs nobody's budget."""
        if self._gate.is_own(target):
            self._turns.setdefault(_key(target), asyncio.Semaphore(self._options.own_origin_at_once))
        async with self._turns[_key(target)], self._clients.one() as client:
            yield client

    async def send(self, client: Client, request: PageRequest, address: Address, seconds: float) -> PageResponse:
        """Send one request to one checked address."""
        return await exchange(client, request, address, seconds, self._options)

    @property
    def total_seconds(self) -> float:
        """The budget of one question."""
        return self._options.total_seconds


def _key(target: Target) -> tuple[str, int]:
    return target.origin[1:]


class _Visit:
    """The tries for one page. A name is looked up once; the second try takes the next of its addresses."""

    def __init__(self, network: Network, request: PageRequest, cost: ProbeCost) -> None:
        self._network = network
        self._request = request
        self._cost = cost
        self._addresses: Sequence[Address] = ()

    async def go(self) -> PageResponse:
        """Try once, within what is left of the budget."""
        async with self._network.turn(self._request.target) as client:
            started, before = time.monotonic(), self._cost.seconds
            self._cost.tries += 1
            try:
                return await self._try(client, started + self._network.total_seconds - before)
            finally:
                self._cost.seconds = before + time.monotonic() - started

    async def _try(self, client: Client, until: float) -> PageResponse:
        if not self._addresses:
            self._addresses = await self._network.resolve(self._request.target, until - time.monotonic())
        address = self._addresses[(self._cost.tries - 1) % len(self._addresses)]
        return await self._network.send(client, self._request, address, until - time.monotonic())
