"""kill -9 at each write of a round, step by step until it passes (fault F14)."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.core.report import Report
from lotrinh.core.status import Standing
from lotrinh.services.ask import BATCH, FIRST, begin
from lotrinh.services.campaigns import open_campaign
from lotrinh.services.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.rounds import INTERRUPTED
from tests.conftest import COLUMNS, TOP, Communes
from tests.services.builders import NOW

UNITS = FIRST + BATCH + 3
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}
ROUND = """
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import Engine, event
from lotrinh.services.ask import begin
from lotrinh.services.campaigns import open_campaign
from lotrinh.services.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

data, units, now, last, when = sys.argv[1:]
left = int(last)

def written(connection):
    global left
    if connection.get_execution_options().get("writes"):
        left -= 1
        if left == 0:
            if when == "after":
                connection.connection.dbapi_connection.commit()
            os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "commit", written)
settings, at = Settings(data_dir=Path(data)), datetime.fromisoformat(now)
campaign = open_campaign(settings, "bau-cu-2026", Path(units))
with open_store(settings.database_url) as store:
    round_ = begin(store, campaign, at, at, {})
    asyncio.run(run_check(store, settings, campaign, round_, lambda: at))
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


def killed(here: Settings, units: Path, writes: int, when: str) -> int:
    """Run a round in a process of its own that dies at its n-th write; return how the process ended."""
    arguments = [str(here.data_dir), str(units), NOW.isoformat(), str(writes), when]
    return subprocess.run([sys.executable, "-c", ROUND, *arguments], cwd=TOP, timeout=60, check=False).returncode


def next_round(store: Store, here: Settings, units: Path) -> Report:
    campaign = open_campaign(here, "bau-cu-2026", units)
    round_ = begin(store, campaign, NOW, NOW, {})
    return asyncio.run(run_check(store, here, campaign, round_, lambda: NOW))


def standings(made: Report) -> list[tuple[Standing, ...]]:
    return [tuple(u.standings) for u in made.everybody]


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_kill_at_any_write_the_next_round_is_right_and_says_interrupted(
    here: Settings, units: Path, when: str
) -> None:
    with open_store(here.database_url) as store:
        expected = next_round(store, here, units)
        reports = {expected.run}
        writes = 0
        while (ended := killed(here, units, writes := writes + 1, when)) != 0:
            assert ended == -signal.SIGKILL
            assert store.journal.verify() is None
            latest = store.rounds.latest("bau-cu-2026")
            assert latest
            began = when == "after" or writes > 1
            finished = latest.id not in reports
            assert finished is (when == "after" and writes == 5)  # nothing is half a report: closed with it, or not
            assert json.loads(store.rounds.snapshot(latest.id) or "")["summary"]["units"] == UNITS
            made = next_round(store, here, units)
            assert bool(made.interrupted) is (began and not finished)
            if made.interrupted:
                cut_off = store.rounds.get(made.interrupted)
                assert cut_off
                assert cut_off.state == INTERRUPTED
                assert store.rounds.snapshot(cut_off.id) is None
            assert standings(made) == standings(expected)
            reports |= {made.run, latest.id}
        assert writes == 6  # begun, the first twenty, thirty-two more, the last three, closed
        assert next_round(store, here, units).interrupted == ""
