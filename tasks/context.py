"""What the tasks of one run share inside one process, found again from plain values in another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache

from lotrinh import logs, traces
from lotrinh.clock import now
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.probing.prober import Prober
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign
from lotrinh.services.http_options import http_options
from lotrinh.services.runs.check import CheckRequest
from lotrinh.services.runs.lease import hold_lease as lease_of
from lotrinh.services.runs.nation import settings_for_province
from lotrinh.settings.load import LoadedSettings, load_settings
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import Run

Listener = Callable[[Observation], None]


@dataclass(slots=True)
class Context:
    """Settings, campaign and store of one run, and what its tasks hand to each other."""

    loaded: LoadedSettings
    campaign: Campaign
    store: Store
    prober: Prober | None = None
    listener: Listener | None = None
    report: Report | None = None
    notes: list[str] = field(default_factory=list)
    """What the run's closing message has to say besides."""

    def find_run(self, name: str) -> Run:
        """Return the run by its name."""
        found = self.store.runs.get(name)
        if found is None:
            raise NotFound(M("Không có lượt kiểm tra “{name}”.", name=name))
        return found


@lru_cache(maxsize=4)
def open_context(request: CheckRequest) -> Context:
    """Open everything a request needs, once in each process."""
    loaded = load_settings(request.settings or None)
    logs.join(loaded.settings.log.format, loaded.settings.log.level)
    traces.start("lotrinh-check")
    loaded = replace(loaded, settings=settings_for_province(loaded.settings, request.province))
    store = open_store(loaded.settings.database_url)
    try:
        campaign = open_campaign(store, loaded.settings, request.campaign, request.units_file, loaded.home)
    except BaseException:
        store.close()
        raise
    return Context(loaded, campaign, store)


@asynccontextmanager
async def share_prober(request: CheckRequest) -> AsyncIterator[None]:
    """Share one prober among the batches of a run, so that its limits for each host hold across them."""
    shared = open_context(request)
    async with Prober(http_options(shared.loaded.settings), now) as prober:
        shared.prober = prober
        try:
            with traces.span("run", run=request.run, campaign=request.campaign, province=request.province):
                yield
        finally:
            shared.prober = None


@asynccontextmanager
async def hold_run_lease(request: CheckRequest, *, patient: bool) -> AsyncIterator[None]:
    """Hold the campaign's lease for a run; ``Overlapping`` names who has it."""
    shared = open_context(request)
    with ExitStack() as stack:
        lease = lease_of(shared.store, shared.campaign, request.run, now, patient=patient)
        await asyncio.to_thread(stack.enter_context, lease)
        yield


def close_context(request: CheckRequest) -> None:
    """Give the connections of a run back."""
    open_context(request).store.close()
    open_context.cache_clear()
