"""Runs of 148 units in a row in one process: memory and open files must stay as they are (fault F32).

``python benchmarks/soak.py 500`` for the whole; by default fewer. The first tenth is for warming up.
"""

import asyncio
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
from check import CAMPAIGN, serving

from lotrinh.catalog.units import packaged_roster, province, write_roster
from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import HttpSettings, Settings
from lotrinh.store import open_store

RUNS = 30


def measure(runs: int = RUNS) -> dict[str, float]:
    """Megabytes and open files after the warm-up and at the end, and kilobytes of our own database for each run."""
    process = psutil.Process(os.getpid())
    states: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder, serving(0.0) as port:
        roster, record = Path(folder) / "units.csv", Path(folder) / "lotrinh.db"
        units = packaged_roster(province("25"))
        write_roster(roster, [replace(u, status_url=f"http://127.0.0.1:{port}/{u.code}") for u in units])
        settings = Settings(data_dir=Path(folder), http=HttpSettings(allow_networks=("127.0.0.0/8",), per_host=100))
        campaign = open_campaign_of_files(settings, CAMPAIGN, roster)
        with open_store(settings.database_url) as store:
            for _ in range(runs):
                asyncio.run(run_check(store, settings, campaign, begin_run(store, campaign, now(), now(), {}), now))
                states.append((process.memory_info().rss / 1e6, process.num_fds()))
        kept = record.stat().st_size / runs / 1000
    (warm_mb, warm_files), (mb, files) = states[runs // 10], states[-1]
    return {
        "runs": runs,
        "mb_warm": round(warm_mb, 1),
        "mb_end": round(mb, 1),
        "files_warm": warm_files,
        "files_end": files,
        "record_kb_per_run": round(kept, 1),
    }


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
