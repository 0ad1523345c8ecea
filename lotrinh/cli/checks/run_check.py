"""Carrying out a check for somebody at a terminal: through Prefect where a server answers, else directly."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lotrinh import logs, traces
from lotrinh.cli.base import tell
from lotrinh.cli.exiting import dont_wait
from lotrinh.clock import now
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError, PrefectGone
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign, open_declared
from lotrinh.services.runs.ask import begin, new_name
from lotrinh.services.runs.assess import make_report
from lotrinh.services.runs.check import Request, run_check
from lotrinh.services.runs.lease import holding
from lotrinh.services.runs.roster_mismatch import other_units
from lotrinh.services.runs.snapshots import report_again
from lotrinh.services.upkeep.lock import CHECK
from lotrinh.services.upkeep.prefect_server import prefect_environment
from lotrinh.services.upkeep.restore_marker import in_use
from lotrinh.settings.load import LoadedSettings
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.engine import file_of
from lotrinh.store.runs.runs import FINISHED

HEALTH_SECONDS = 2
Heard = Callable[[Observation], None]


def carry_out(
    loaded: LoadedSettings,
    campaign_name: str,
    as_of: datetime | None,
    units: str | None,
    *,
    direct: bool = False,
    name: str = "",
) -> Report:
    """Ask, assess, record; return the report of the finished run, which is called ``name`` where one is given."""
    settings, roster = loaded.settings, Path(units) if units else None
    logs.start(settings.log.format, settings.log.level)
    traces.start("lotrinh-check")
    require_campaign(loaded, campaign_name, roster)
    with in_use(settings.data_dir, settings.database_url, CHECK), open_store(settings.database_url) as store:
        campaign = open_campaign(store, settings, campaign_name, roster, loaded.home)
        with progress(len(campaign.units)) as heard:
            started = now()
            request = Request(
                campaign_name,
                as_of.isoformat() if as_of else "",
                str(loaded.file.resolve()) if loaded.file else "",
                str(Path(units).resolve()) if units else "",
                name or new_name(started),
            )
            if not direct and prefect_answers(settings):
                through_prefect(settings, request, heard)
                if report := finished(store, settings, campaign, request.run):
                    return report
                tell(M("Prefect không chạy xong lượt này; chạy trực tiếp lại từ đầu."))
            elif not direct:
                tell(M("Không có máy chủ Prefect tại {url}: chạy trực tiếp.", url=settings.prefect.api_url or "—"))
            if not units and (told := other_units(store, campaign)):
                tell(told)
            # A run that Prefect has begun keeps its name: this one gets another.
            fresh = "" if store.runs.get(request.run) else request.run
            fresh = fresh or new_name(now())
            with holding(store, campaign, fresh, now):
                begun = now()
                run = begin(store, campaign, begun, as_of or begun, {"direct": True}, fresh)
                return asyncio.run(run_check(store, settings, campaign, run, now, heard))


def require_campaign(loaded: LoadedSettings, name: str, units: Path | None = None) -> None:
    """Say what is wrong with what was given before a record is made for it; in none can anything have been applied."""
    file = file_of(loaded.settings.database_url)
    if file and not file.exists():
        open_declared(loaded.settings, name, units, loaded.home)


@contextmanager
def opened(loaded: LoadedSettings, name: str) -> Iterator[tuple[Store, Campaign]]:
    """Open the record, and a campaign as it holds there."""
    require_campaign(loaded, name)
    with open_store(loaded.settings.database_url) as store:
        yield store, open_campaign(store, loaded.settings, name, home=loaded.home)


def finished(store: Store, settings: Settings, campaign: Campaign, name: str) -> Report | None:
    """Return the report that a finished run left: what is printed is what was recorded."""
    run = store.runs.get(name)
    if run is None or run.state != FINISHED:
        return None
    return report_again(store, name) or make_report(store, settings, campaign, run)


def prefect_answers(settings: Settings) -> bool:
    """Ask whether a Prefect server is there, briefly."""
    import httpx

    if not settings.prefect.api_url:
        return False
    try:
        url = f"{settings.prefect.api_url.rstrip('/')}/health"
        return httpx.get(url, timeout=HEALTH_SECONDS, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def through_prefect(settings: Settings, request: Request, heard: Heard | None) -> None:
    """Run the flow in this process. What fails in Prefect is said; what we recorded ourselves stays."""
    os.environ.update(prefect_environment(settings))
    from flows.check import run_in_process

    try:
        run_in_process(request, heard)
    except PrefectGone as error:
        tell(error.sentence)
        dont_wait()
    except LotrinhError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Prefect fails with, our own record decides
        tell(M("Prefect báo lỗi: {reason}", reason=f"{type(error).__name__}: {error}"))


@contextmanager
def progress(total: int) -> Iterator[Heard | None]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty() or not total:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from lotrinh.i18n import say

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(M("Đang hỏi các đơn vị")), total=total)
        yield lambda _: bar.advance(task)
