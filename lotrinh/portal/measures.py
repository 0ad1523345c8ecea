"""What is measured of the portal, in Prometheus' words: requests as they happen, the record when somebody asks."""

import logging
import platform
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lotrinh import __version__, logs, traces
from lotrinh.catalog.checklists import packaged_names
from lotrinh.errors import LotrinhError
from lotrinh.portal.state import PortalState
from lotrinh.services.campaigns.schedules import first_overdue_check
from lotrinh.services.upkeep.figures import CurrentFigures, FigureReader
from lotrinh.store.schema import HEAD

BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
FAILED = 500
ID_BYTES = 8


class RequestMetrics:
    """Counts and times requests. Labels are the portal's own routes: whoever asks cannot make more of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route", "status")
        self.count = Counter("lotrinh_http_requests", "Requests answered.", labels, registry=registry)
        self.seconds = Histogram(
            "lotrinh_http_request_seconds", "Seconds until the answer.", ("route",), registry=registry, buckets=BUCKETS
        )

    def count_answer(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request."""
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self.count.labels(method, route_of(scope), str(status)).inc()
        self.seconds.labels(route_of(scope)).observe(seconds)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered; ``other`` where none did."""
    path = getattr(scope.get("route"), "path", "")
    return path if isinstance(path, str) and path else OTHER


class MetricsMiddleware:
    """ASGI middleware around everything: measures each request, and gives it an id that its log lines carry."""

    def __init__(self, app: ASGIApp, requests: RequestMetrics, log: logging.Logger) -> None:
        self.app, self.requests, self.log = app, requests, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and tell afterwards how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number, status, began = secrets.token_hex(ID_BYTES), FAILED, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", number.encode()))
            await send(message)

        with logs.about(request=number):
            try:
                await self.app(scope, receive, noted)
            finally:
                seconds = time.perf_counter() - began
                self.requests.count_answer(scope, status, seconds)
                # The route and not the address: an address may hold a secret, or a line end.
                self.log.info("%s %s %d %.0f ms", scope["method"], route_of(scope), status, 1000 * seconds)


class DatabaseCollector(Collector):
    """The figures of the record, looked up whenever they are asked for."""

    def __init__(self, look: Callable[[], CurrentFigures | None], overdue: Callable[[], "Samples"]) -> None:
        self._look, self._overdue = look, overdue

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what is known now; of a record that does not answer, that it does not."""
        about = {"version": __version__, "python": platform.python_version(), "schema": HEAD}
        yield make_gauge("lotrinh_build_info", "Versions.", [(tuple(about.values()), 1)], *about)
        figures = self._look()
        yield make_gauge("lotrinh_database_up", "Whether the database answers.", [((), int(figures is not None))])
        if figures:
            yield from database_metrics(figures)
            yield from run_metrics(figures)
            about_due = "Seconds since a check was due that did not come; 0: none."
            yield make_gauge("lotrinh_run_overdue_seconds", about_due, self._overdue(), "campaign", "province")


Samples = Sequence[tuple[tuple[str, ...], float]]


def database_metrics(figures: CurrentFigures) -> Iterator[Metric]:
    """Yield the figures of the record as a whole."""
    entries = [((kind,), float(n)) for kind, n in figures.entries.items()]
    yield make_gauge("lotrinh_journal_entries", "Entries of the journal.", entries, "kind")
    yield make_gauge(
        "lotrinh_outbox_messages", "Messages.", [((s,), float(n)) for s, n in figures.outbox.items()], "state"
    )
    yield make_gauge("lotrinh_database_bytes", "Size of the database.", [((), figures.size)])
    slowed = [((kind,), float(n)) for kind, n in figures.slow_sign_ins.items()]
    yield make_gauge("lotrinh_sign_in_throttled", "Who has to wait before signing in.", slowed, "kind")


def run_metrics(figures: CurrentFigures) -> Iterator[Metric]:
    """Yield the figures of the runs: of the newest finished one of each campaign and province, and how many."""
    ages: Samples = [((r.campaign, r.province), r.age) for r in figures.runs]
    units: Samples = [((r.campaign, r.province, o), float(n)) for r in figures.runs for o, n in r.units.items()]
    steps: Samples = [((r.campaign, r.province, s), float(n)) for r in figures.runs for s, n in r.steps.items()]
    runs: Samples = [(key, float(n)) for key, n in figures.states.items()]
    place = ("campaign", "province")
    yield make_gauge("lotrinh_run_age_seconds", "Seconds since a check finished.", ages, *place)
    yield make_gauge("lotrinh_run_units", "Units of the newest finished check.", units, *place, "outcome")
    yield make_gauge("lotrinh_run_steps", "Steps of the newest finished check.", steps, *place, "status")
    yield make_gauge("lotrinh_runs", "Checks.", runs, "campaign", "state")


def overdue_seconds(state: PortalState, names: Sequence[str]) -> Iterator[tuple[tuple[str, str], float]]:
    """Look for each campaign since when a check is missing; one that cannot be opened has no figure."""
    now = state.clock()
    for name in names:
        with suppress(LotrinhError):
            campaign = state.campaign(name)
            due = first_overdue_check(state.store, state.settings, campaign, state.started_at, now)
            yield (name, campaign.province.code), (now - due).total_seconds() if due else 0.0


def make_gauge(name: str, about: str, samples: Samples, *labels: str) -> Metric:
    """Make one family of figures."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for values, figure in samples:
        family.add_metric(values, figure)
    return family


def install_metrics(app: FastAPI, state: PortalState) -> None:
    """Measure an application, around everything else that it does; its figures are in a registry of its own."""
    registry = app.state.registry = CollectorRegistry()
    names = tuple(c.id for c in state.settings.campaigns) or tuple(packaged_names())
    watch = FigureReader(state.store)
    registry.register(
        DatabaseCollector(lambda: watch.read(names, state.clock()), lambda: tuple(overdue_seconds(state, names)))
    )
    app.add_middleware(MetricsMiddleware, requests=RequestMetrics(registry), log=state.log)
    traces.watch(app)
