"""Prefect's runner with our deployments, kept in step with our record."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, Self
from uuid import UUID

import httpx
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runner import Runner

from flows.deploy import PlannedDeployment, retire_deployments, sync_schedules
from flows.office import OfficeSource
from lotrinh.errors import LotrinhError
from lotrinh.i18n import say

QUERY_SECONDS, PREFETCH_SECONDS = 3.0, 10.0
"""How often Prefect is asked what is due, and how long before: a process needs seconds to start, and waits then."""
AT_ONCE = 3
"""Runs carried out at a time: the machine is an office's."""
FAILURES = (httpx.HTTPError, PrefectException, RuntimeError, OSError)
"""With what Prefect's client and runner fail when the server does."""


class ServerLost(Exception):
    """The Prefect server is not there, or its runner has failed; ``reason`` in their words."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.reason = type(error).__name__


class ServerCallbacks(NamedTuple):
    """Who hears that server and record are in step, and that the server fails us."""

    on_success: Callable[[], None]
    on_failure: Callable[[str], None]


NOISE = ("FlowRunCancellingObserver", "runner.cancellation_manager", "events.clients", "_internal.concurrency")
"""Loggers of Prefect that tell at length, and again and again, that the server is away: we say it once."""


class PatientRunner(Runner):
    """A runner that does not give up, and end what it carries out, because its server is away for ten seconds.

    What runs meanwhile records its result with us; whether the server is there for good is asked beside it.
    """

    def handle_sigterm(self, *_: object) -> None:
        """Stop in order: Prefect's own handler does not wait for its stopping to be done."""
        if self._loop and self.started:
            self._stopping = self._loop.create_task(self.astop())

    async def __aenter__(self) -> Self:
        """Begin, with a poller to which a server that cannot be reached is no error."""
        await super().__aenter__()
        poller = self._scheduled_run_poller
        poll = poller._get_and_submit_flow_runs  # noqa: SLF001 - Prefect has no setting for it

        async def patiently() -> None:
            with suppress(httpx.HTTPError):
                await poll()

        setattr(poller, poll.__name__, patiently)
        return self


async def serve_once(office: OfficeSource, callbacks: ServerCallbacks) -> None:
    """Serve the office's deployments until asked to stop; ``ServerLost`` when the server is not there to begin with."""
    for name in NOISE:
        logging.getLogger(f"prefect.{name}").setLevel(logging.CRITICAL)
    runner = PatientRunner(
        "lotrinh",
        query_seconds=QUERY_SECONDS,
        prefetch_seconds=PREFETCH_SECONDS,
        limit=AT_ONCE,
        pause_on_shutdown=False,
    )
    keeper = DeploymentKeeper(office, lambda planned: runner.aadd_deployment(planned.build()))
    try:
        await keeper.sync()
    except FAILURES as error:
        raise ServerLost(error) from error
    callbacks.on_success()
    running = asyncio.create_task(runner.start())
    keeping = asyncio.create_task(keeper.keep_syncing(callbacks))
    try:
        await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            await runner.astop()
            await keeping
        await running
    except ExceptionGroup as group:
        raise ServerLost(group.exceptions[0]) from group
    except FAILURES as error:
        raise ServerLost(error) from error
    finally:
        keeping.cancel()
        running.cancel()


async def keep_pool(office: OfficeSource, pool: str, callbacks: ServerCallbacks) -> None:
    """Keep the deployments of a work pool in step with the record; ``ServerLost`` as with ``serve_once``."""
    keeper = DeploymentKeeper(office, lambda planned: planned.build(pool).aapply())
    try:
        await keeper.sync()
        callbacks.on_success()
        await keeper.keep_syncing(callbacks)
    except FAILURES as error:
        raise ServerLost(error) from error


class DeploymentKeeper:
    """The deployments of an office, and the schedules that Prefect has of them."""

    def __init__(self, office: OfficeSource, add: Callable[[PlannedDeployment], Awaitable[UUID]]) -> None:
        self._office, self._add = office, add
        self._known: dict[str, tuple[PlannedDeployment, UUID]] = {}

    async def keep_syncing(self, callbacks: ServerCallbacks) -> None:
        """Look again and again; a server that is away, or a record, is waited for."""
        while True:
            await asyncio.sleep(self._office.look_seconds)
            try:
                await self.sync()
            except LotrinhError as error:
                callbacks.on_failure(say(error.sentence))
            except (httpx.HTTPError, OSError) as error:
                callbacks.on_failure(type(error).__name__)
            else:
                callbacks.on_success()

    async def sync(self) -> None:
        """Bring Prefect in step with the record."""
        plan = await asyncio.to_thread(self._office.plan)
        async with get_client() as client:
            for each in plan.deployments:
                await self._sync_one(client, each)
            await retire_deployments(client, plan)

    async def _sync_one(self, client: PrefectClient, planned: PlannedDeployment) -> None:
        """Bring one deployment in step; one that the server does not know any more is made again."""
        try:
            await sync_schedules(client, await self._number(planned), planned.crons)
        except ObjectNotFound:
            self._known.pop(planned.full_name, None)
            await sync_schedules(client, await self._number(planned), planned.crons)

    async def _number(self, planned: PlannedDeployment) -> UUID:
        """Return a deployment's id; a new one, or one that has changed in more than its schedules, is served anew."""
        known = self._known.get(planned.full_name)
        if known and known[0].is_same_run(planned):
            return known[1]
        number = await self._add(planned)
        self._known[planned.full_name] = planned, number
        return number
