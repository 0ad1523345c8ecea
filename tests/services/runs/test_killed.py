"""kill -9 at each write of a run, step by step until it passes (fault F14)."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import StepStatus
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import BATCH, begin_run
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import INTERRUPTED
from tests.conftest import COLUMNS, TOP, Communes
from tests.services.builders import NOW

UNITS = 2 * BATCH + 3
RECORDED = {2: 0, 3: BATCH, 4: 2 * BATCH, 5: UNITS}
"""Killed at the n-th write -> how many units the run had recorded. The first begins it, the sixth closes it."""
MINUTE = timedelta(minutes=1)
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}
RUN = """
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import Engine, event
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

data, units, as_of, now, last = sys.argv[1:]
left = int(last)

def written(connection):
    global left
    if connection.get_execution_options().get("writes"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "commit", written)
settings, at = Settings(data_dir=Path(data)), datetime.fromisoformat(now)
campaign = open_campaign_of_files(settings, "bau-cu-2026", Path(units))
with open_store(settings.database_url) as store:
    run = begin_run(store, campaign, at, datetime.fromisoformat(as_of), {})
    asyncio.run(run_check(store, settings, campaign, run, lambda: at))
"""


@pytest.fixture
def units(communes: Communes, tmp_path: Path) -> Path:
    codes = [u.code for u in packaged_roster(province("25"))[:UNITS]]
    rows = [f"{code},xa,Xã {code},,,{communes.says(code, DONE)},,,," for code in codes]
    path = tmp_path / "units.csv"
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LOTRINH_HTTP__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    return Settings(data_dir=settings.data_dir)


def killed(here: Settings, units: Path, writes: int) -> int:
    """Carry out a run in a process of its own that dies as it commits its n-th write; return how the process ended."""
    at = NOW + 2 * writes * MINUTE
    arguments = [str(here.data_dir), str(units), NOW.isoformat(), at.isoformat(), str(writes)]
    return subprocess.run([sys.executable, "-c", RUN, *arguments], cwd=TOP, timeout=60, check=False).returncode


def next_run(store: Store, here: Settings, units: Path, writes: int = 0) -> Report:
    """Carry out a run a minute after the killed one; all runs report as of the same moment."""
    campaign, at = open_campaign_of_files(here, "bau-cu-2026", units), NOW + (2 * writes + 1) * MINUTE
    run = begin_run(store, campaign, at, NOW, {})
    return asyncio.run(run_check(store, here, campaign, run, lambda: at))


def step_statuses(made: Report) -> list[tuple[StepStatus, ...]]:
    return [tuple(u.step_statuses) for u in made.everybody]


def test_after_a_kill_at_any_write_the_next_run_is_right_and_says_interrupted(here: Settings, units: Path) -> None:
    with open_store(here.database_url) as store:
        expected = next_run(store, here, units)
        last, writes = expected.run, 1
        while (ended := killed(here, units, writes)) != 0:
            assert ended == -signal.SIGKILL
            assert store.journal.verify() is None
            latest = store.runs.latest("bau-cu-2026")
            assert latest
            assert latest.id == last  # the cut-off run has left no report, half or whole
            made = next_run(store, here, units, writes)
            assert step_statuses(made) == step_statuses(expected)
            assert bool(made.interrupted) is (writes > 1)  # before its first write nobody knows that it began
            if made.interrupted:
                cut_off = store.runs.get(made.interrupted)
                assert cut_off
                assert cut_off.state == INTERRUPTED
                assert store.runs.stored_report(cut_off.id) is None
                assert len(store.runs.observations(cut_off.id)) == RECORDED[writes]
            last, writes = made.run, writes + 1
        assert writes == len(RECORDED) + 2
        latest = store.runs.latest("bau-cu-2026")
        assert latest
        assert latest.id != last
        assert next_run(store, here, units, writes).interrupted == ""
