"""Carrying out a check for somebody at a terminal: through Prefect where a server answers, else directly."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lotrinh import logs, traces
from lotrinh.cli.base import exit_at_once, print_message
from lotrinh.clock import now
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError, PrefectGone
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run, new_run_name
from lotrinh.services.runs.assess import make_report
from lotrinh.services.runs.check import CheckRequest, run_check
from lotrinh.services.runs.lease import hold_lease
from lotrinh.services.runs.roster_mismatch import describe_roster_mismatch
from lotrinh.services.runs.snapshots import load_run_report
from lotrinh.services.upkeep.lock import CHECK
from lotrinh.services.upkeep.prefect_server import prefect_environment
from lotrinh.services.upkeep.restore_marker import in_use
from lotrinh.settings.load import LoadedSettings
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.engine import sqlite_file
from lotrinh.store.runs.runs import FINISHED

HEALTH_SECONDS = 2
AnswerCallback = Callable[[Observation], None]


def check_campaign(
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
        with progress_bar(len(campaign.units)) as on_answer:
            started = now()
            request = CheckRequest(
                campaign_name,
                as_of.isoformat() if as_of else "",
                str(loaded.file.resolve()) if loaded.file else "",
                str(Path(units).resolve()) if units else "",
                name or new_run_name(started),
            )
            if not direct and is_prefect_running(settings):
                check_through_prefect(settings, request, on_answer)
                if report := finished_report(store, settings, campaign, request.run):
                    return report
                print_message(M("Prefect không chạy xong lượt này; chạy trực tiếp lại từ đầu."))
            elif not direct:
                print_message(
                    M("Không có máy chủ Prefect tại {url}: chạy trực tiếp.", url=settings.prefect.api_url or "—")
                )
            if not units and (sentence := describe_roster_mismatch(store, campaign)):
                print_message(sentence)
            # A run that Prefect has begun keeps its name: this one gets another.
            fresh = "" if store.runs.get(request.run) else request.run
            fresh = fresh or new_run_name(now())
            with hold_lease(store, campaign, fresh, now):
                begun = now()
                run = begin_run(store, campaign, begun, as_of or begun, {"direct": True}, fresh)
                return asyncio.run(run_check(store, settings, campaign, run, now, on_answer))


def require_campaign(loaded: LoadedSettings, name: str, units: Path | None = None) -> None:
    """Say what is wrong with what was given before a record is made for it; in none can anything have been applied."""
    file = sqlite_file(loaded.settings.database_url)
    if file and not file.exists():
        open_campaign_of_files(loaded.settings, name, units, loaded.home)


@contextmanager
def open_recorded_campaign(loaded: LoadedSettings, name: str) -> Iterator[tuple[Store, Campaign]]:
    """Open the record, and a campaign as it holds there."""
    require_campaign(loaded, name)
    with open_store(loaded.settings.database_url) as store:
        yield store, open_campaign(store, loaded.settings, name, home=loaded.home)


def finished_report(store: Store, settings: Settings, campaign: Campaign, name: str) -> Report | None:
    """Return the report that a finished run left: what is printed is what was recorded."""
    run = store.runs.get(name)
    if run is None or run.state != FINISHED:
        return None
    return load_run_report(store, name) or make_report(store, settings, campaign, run)


def is_prefect_running(settings: Settings) -> bool:
    """Ask whether a Prefect server is there, briefly."""
    import httpx

    if not settings.prefect.api_url:
        return False
    try:
        url = f"{settings.prefect.api_url.rstrip('/')}/health"
        return httpx.get(url, timeout=HEALTH_SECONDS, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def check_through_prefect(settings: Settings, request: CheckRequest, on_answer: AnswerCallback | None) -> None:
    """Run the flow in this process. What fails in Prefect is said; what we recorded ourselves stays."""
    os.environ.update(prefect_environment(settings))
    from flows.check import run_in_process

    try:
        run_in_process(request, on_answer)
    except PrefectGone as error:
        print_message(error.sentence)
        exit_at_once()
    except LotrinhError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Prefect fails with, our own record decides
        print_message(M("Prefect báo lỗi: {reason}", reason=f"{type(error).__name__}: {error}"))


@contextmanager
def progress_bar(total: int) -> Iterator[AnswerCallback | None]:
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
