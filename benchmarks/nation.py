"""The nation: 3,321 units in 34 runs of one deployment, on two workers, PostgreSQL and Redis, at 200 ms an answer.

Beside it one process asks the same units directly into the same PostgreSQL: what distributing costs is a ratio to it.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from lotrinh.catalog.units import packaged_roster, provinces, write_roster
from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import HttpSettings, Settings
from lotrinh.store import open_store
from lotrinh.store.runs.runs import FINISHED
from tests.growth.units import CAMPAIGN
from tests.growth.world import World, deploy, world

LATENCY, AT_ONCE, WITHIN = 0.2, 3, 900
TICK = "20260202-010000"
NATION = """
import asyncio, sys
from flows.nation import check_nation
tick, within, *provinces = sys.argv[1:]
asyncio.run(check_nation("bau-cu-2026", tick, "", provinces, within=int(within), return_state=True))
"""
SIZE = text("SELECT pg_database_size('prefect')")
TASKS = text("SELECT count(*) FROM task_run GROUP BY flow_run_id")


def measure(count: int = 34) -> dict[str, float]:
    """Seconds until the last province was recorded, of the direct run, and what Prefect kept of it."""
    folder = Path(tempfile.mkdtemp(prefix="lotrinh-nation-"))
    try:
        with world(folder, provinces()[:count], latency=LATENCY) as made:
            with open_store(made.database):
                pass
            deploy(made, made.lay_out("office"))
            direct = asyncio.run(asked_directly(made))
            found = nation(made)
            return found | {"direct_s": round(direct, 1), "ratio": round(found["nation_s"] / direct, 1)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def asked_directly(of: World) -> float:
    """Ask all units of all provinces from one process into the same database, as one run of one province."""
    roster = of.folder / "all.csv"
    units = [u for p in of.provinces for u in packaged_roster(p) if not u.is_province]
    write_roster(roster, [replace(u, status_url=f"http://127.0.0.1:{of.units}/{u.code}") for u in units])
    settings = Settings(http=HttpSettings(allow_networks=("127.0.0.0/8",), per_host=1000))
    campaign = open_campaign_of_files(settings, CAMPAIGN, roster)
    with open_store(of.database) as store:
        began = time.perf_counter()
        await run_check(store, settings, campaign, begin_run(store, campaign, now(), now(), {}), now)
        return time.perf_counter() - began


def run(of: World, tick: str, count: int) -> None:
    """Run the parent flow as on the office's machine, for the first so many provinces."""
    codes = [p.code for p in of.provinces[:count]]
    of.run(of.folder / "office", NATION, tick, str(WITHIN), *codes).wait(WITHIN)


def spent(of: World) -> float:
    """Processor seconds of the server, the workers and the runs that have ended: what a busy machine cannot hide."""
    processes = [psutil.Process(pid).cpu_times() for pid in (of.server.pid, *(m.process.pid for m in of.machines))]
    return sum(sum(times[:4]) for times in processes)


def nation(of: World) -> dict[str, float]:
    """Check the nation with two workers that stand ready."""
    for name in ("m1", "m2"):
        of.add_machine(name, AT_ONCE)
    run(of, "warm", 2)  # the workers have registered, and Prefect has written what it writes once
    engine = create_engine(of.postgres.url("prefect", "psycopg"))
    with engine.connect() as prefect, open_store(of.database) as store:
        before, began = int(prefect.execute(SIZE).scalar_one()), datetime.now(UTC)  # noqa: TID251 - a measure
        worked = spent(of)
        run(of, TICK, len(of.provinces))
        worked = spent(of) - worked
        recorded = [r for r in store.runs.newest(CAMPAIGN, 200) if r.id.startswith(TICK) and r.state == FINISHED]
        time.sleep(5)  # until the server has written down what it was told
        prefect.rollback()
        grown = int(prefect.execute(SIZE).scalar_one()) - before
        tasks = [int(row[0]) for row in prefect.execute(TASKS)]
        seen = sum(store.runs.outcomes([r.id])[r.id].total() for r in recorded)
    engine.dispose()
    ended = max(r.finished_at for r in recorded if r.finished_at)
    return {
        "provinces": len(recorded),
        "units": seen,
        "nation_s": round((ended - began).total_seconds(), 1),
        "cpu_s_per_run": round(worked / len(recorded), 1),
        "kb_per_run": round(grown / 1000 / (len(recorded) + 1), 1),
        "tasks_per_run": statistics.median(tasks),
        "tasks_most": max(tasks),
    }


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
