"""Checks in a row in one process: memory and open files stay as they are (F32; at length: benchmarks/soak.py)."""

import asyncio
import gc
import os
from pathlib import Path

import psutil
import pytest

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.conftest import COLUMNS, Communes

pytestmark = pytest.mark.xdist_group("growth")

UNITS, WARM, RUNS = 5, 4, 12
MOST_GROWN = 4_000_000
"""Bytes: a third of a report kept from each run would be more."""
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}


def test_runs_in_a_row_keep_memory_and_open_files_as_they_were(
    communes: Communes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTRINH_HTTP__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    monkeypatch.setenv("LOTRINH_HTTP__PER_HOST", "20")
    codes = [u.code for u in packaged_roster(province("25"))[:UNITS]]
    rows = [f"{code},xa,Xã {code},,,{communes.says(code, DONE)},,,," for code in codes]
    (tmp_path / "units.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    settings, process = Settings(data_dir=tmp_path), psutil.Process(os.getpid())
    campaign = open_campaign_of_files(settings, "bau-cu-2026", tmp_path / "units.csv")
    found: list[tuple[int, int]] = []
    with open_store(settings.database_url) as store:
        for _ in range(RUNS):
            communes.asked.clear()
            asyncio.run(run_check(store, settings, campaign, begin_run(store, campaign, now(), now(), {}), now))
            gc.collect()
            found.append((process.memory_info().rss, process.num_fds()))
    (memory, files), (memory_in_the_end, files_in_the_end) = found[WARM], found[-1]
    assert abs(files_in_the_end - files) <= 1  # the communes' server may still be closing a connection
    assert memory_in_the_end - memory <= MOST_GROWN
