"""The nation flow on real servers and two machines, one of which dies in the middle, while Redis goes and comes back.

One test: what it runs on takes longer to start than the check itself.
"""

import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lotrinh.catalog.units import packaged_roster, provinces
from lotrinh.store import Store, open_store
from lotrinh.store.rounds import FINISHED, INTERRUPTED, RUNNING, Round
from tests.growth.units import CAMPAIGN
from tests.growth.world import Machine, World, deploy, redis_server, start, wait_until, world

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(280)]
PROVINCES, UNITS, PATIENCE = 4, 24, 10
TICK = "20260202-010000"
NATION = """
import asyncio, json, sys
from flows.nation import check_nation
tick, patience, provinces = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
ended = asyncio.run(check_nation("bau-cu-2026", tick, "", provinces, patience=patience, within=200, return_state=True))
print(json.dumps([ended.type.value, ended.message], ensure_ascii=False))
"""
CHECK = """
import sys, tasks.patience
from lotrinh.cli.main import main
tasks.patience.PATIENCE_SECONDS = 5
main(sys.argv[1:])
"""
"""The command, with less patience than it has by itself: the test waits for it."""


@pytest.fixture
def nation() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="lotrinh-growth-"))
    with world(folder, provinces()[:PROVINCES], UNITS, per_host=4) as made:
        with open_store(made.database):
            pass
        deploy(made, made.lay_out("office"))
        yield made
    shutil.rmtree(folder, ignore_errors=True)


def run_nation(of: World) -> list[str]:
    """Start the parent flow at the office; return the state in which it ended and its sentence."""
    office = of.folder / "office"
    ended = of.run(office, NATION, TICK, str(PATIENCE), *(p.code for p in of.provinces)).wait(240)
    said = (office / "run.log").read_text(encoding="utf-8").splitlines()
    assert ended == 0, said
    found: list[str] = json.loads(said[-1])
    return found


def busy(machine: Machine, store: Store) -> bool:
    """Whether a round runs that a machine carries out: one of a run that it has started."""
    return len(machine.tree()) > 1 and any(r.state == RUNNING and heard(store, r) for r in rounds_of(store))


def rounds_of(store: Store) -> tuple[Round, ...]:
    return store.rounds.newest(CAMPAIGN)


def heard(store: Store, round_: Round) -> int:
    return store.rounds.outcomes([round_.id])[round_.id].total()


async def disturbed(of: World, store: Store) -> list[str]:
    """Run the nation; in the middle of it Redis and a machine go, and a new Redis and a second machine come."""
    first = of.add_machine("may-1", 2)
    running = asyncio.create_task(asyncio.to_thread(run_nation, of))
    await asyncio.to_thread(wait_until, lambda: busy(first, store) or running.done(), 60)
    of.redis_process.kill()
    first.kill()
    of.redis_process.wait()
    of.redis_process = redis_server(of.folder, of.redis)
    of.add_machine("may-2", 2)
    return await running


def ended_without_prefect(of: World, store: Store) -> int:
    """Take Prefect away for good while a check runs (F15); return how the command ended, which it must within 40 s."""
    office, known = of.folder / "office", len(rounds_of(store))
    command = ["-c", CHECK, "check", CAMPAIGN, "--units", str(office / "data" / "units" / "ha-noi.csv")]
    checking = start(command, of.environment(office), office, "check.log", module=False)
    wait_until(lambda: len(rounds_of(store)) > known and heard(store, rounds_of(store)[0]), 60)
    of.server.kill()
    code = checking.wait(40)
    said = (office / "check.log").read_text(encoding="utf-8")
    assert "Máy chủ Prefect không trả lời nữa; kết quả đã ghi" in said
    assert rounds_of(store)[0].state == FINISHED
    assert rounds_of(store)[0].id in said  # the report was made all the same
    return code


def test_each_province_is_recorded_once_though_a_machine_is_killed_and_redis_restarted(nation: World) -> None:
    with open_store(nation.database) as store:
        assert asyncio.run(disturbed(nation, store)) == ["COMPLETED", "Đã ghi 4 trên 4 tỉnh, thành phố."]
        found = rounds_of(store)
        ended = Counter((r.province, r.state) for r in found)
        assert {p.code: ended[p.code, FINISHED] for p in nation.provinces} == {p.code: 1 for p in nation.provinces}
        cut_off = [r for r in found if r.state == INTERRUPTED]
        assert cut_off  # the machine died in the middle
        assert all(store.rounds.snapshot(r.id) is None for r in cut_off)
        for each in (r for r in found if r.state == FINISHED):
            province = next(p for p in nation.provinces if p.code == each.province)
            seen = store.rounds.seen(each.id)
            assert set(seen) == {u.code for u in packaged_roster(province)[:UNITS]}
            assert {unit.outcome for unit in seen.values()} == {"REACHED"}
        assert {r.state for r in found} == {FINISHED, INTERRUPTED}
        assert store.journal.verify() is None
        # Whoever starts the same check again finds that nothing is left to do.
        assert run_nation(nation) == ["COMPLETED", "Đã ghi 4 trên 4 tỉnh, thành phố."]
        assert rounds_of(store) == found
        assert ended_without_prefect(nation, store) == 0
