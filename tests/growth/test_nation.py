"""The nation flow on real servers and two machines, one of which dies in the middle, while Redis goes and comes back.

One test: what it runs on takes longer to start than the check itself.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lotrinh.catalog.units import packaged_roster, provinces
from lotrinh.services.runs.lease import Holder
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING, Run
from tests.growth.units import CAMPAIGN
from tests.growth.world import NATION, POOL, Machine, World, deploy, redis_server, start, wait_until, world

pytestmark = [pytest.mark.xdist_group("growth"), pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(1500)]
# Two units at a time: a province takes five seconds, in the middle of which a machine can be killed.
PROVINCES, UNITS, PER_HOST, PATIENCE = 5, 48, 2, 40
TICK = "20260202-010000"
CHECK = """
import sys, tasks.prefect_timeout
from lotrinh.cli.main import main
tasks.prefect_timeout.PATIENCE_SECONDS = 5
main(sys.argv[1:])
"""
"""The command, with less patience than it has by itself: the test waits for it."""


@pytest.fixture
def nation() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="lotrinh-growth-"))
    with world(folder, provinces()[:PROVINCES], UNITS, per_host=PER_HOST) as made:
        with open_store(made.database):
            pass
        deploy(made, made.lay_out("office"))
        yield made
    shutil.rmtree(folder, ignore_errors=True)


def start_nation(of: World) -> str:
    """Start the nation's deployment, as from Prefect's own pages; return the id of its run."""
    asked = {"campaign": CAMPAIGN, "tick": TICK, "provinces": [p.code for p in of.provinces], "patience": PATIENCE}
    with httpx.Client(base_url=of.api, trust_env=False, timeout=30) as client:
        deployment = client.get(f"/deployments/name/{NATION}").raise_for_status().json()["id"]
        body = {"parameters": asked | {"within": 600}, "state": {"type": "SCHEDULED"}}
        made = client.post(f"/deployments/{deployment}/create_flow_run", json=body).raise_for_status()
        return str(made.json()["id"])


def online(of: World) -> set[str]:
    """Return the machines whose workers Prefect hears."""
    asked = httpx.post(f"{of.api}/work_pools/{POOL}/workers/filter", json={}, trust_env=False, timeout=30)
    return {w["name"] for w in asked.raise_for_status().json() if w["status"] == "ONLINE"}


def state(of: World, run: str) -> tuple[str, str]:
    """Return how a run stands, and the sentence that says it."""
    found = httpx.get(f"{of.api}/flow_runs/{run}", trust_env=False, timeout=30).raise_for_status().json()["state"]
    return found["type"], found["message"] or ""


def end_of(of: World, run: str) -> tuple[str, str]:
    """Wait for the end of a run."""
    wait_until(lambda: state(of, run)[0] not in {"SCHEDULED", "PENDING", "RUNNING"}, 620)
    return state(of, run)


def runs_of(store: Store) -> tuple[Run, ...]:
    return store.runs.newest(CAMPAIGN)


def heard(store: Store, run: Run) -> int:
    return store.runs.outcomes([run.id])[run.id].total()


def asking(of: World, machine: Machine, store: Store) -> bool:
    """Whether a run that a machine has started is in the middle of a province: it holds the lease, and has heard."""
    leases = [store.leases.get(f"{CAMPAIGN}/{p.code}") for p in of.provinces]
    processes = {process.pid for process in machine.tree()}
    held = {Holder.of(lease.holder).run for lease in leases if lease and Holder.of(lease.holder).pid in processes}
    return any(r.id in held and r.state == RUNNING and heard(store, r) for r in runs_of(store))


def disturbed(of: World, store: Store) -> tuple[str, str]:
    """Run the nation on two machines; in the middle of it Redis is killed and started anew, and one machine dies."""
    machines = [of.add_machine(name, 2) for name in ("may-1", "may-2")]
    wait_until(lambda: online(of) == {"may-1", "may-2"}, 120)
    run = start_nation(of)
    wait_until(lambda: state(of, run)[0] == "RUNNING", 180)
    # The machine that carries out the nation itself lives.
    dying = min(machines, key=lambda machine: len(machine.tree()))
    wait_until(lambda: asking(of, dying, store), 120)
    of.redis_process.kill()
    dying.kill()
    of.redis_process.wait()
    of.redis_process = redis_server(of.folder, of.redis)
    return end_of(of, run)


def ended_without_prefect(of: World, store: Store) -> int:
    """Take Prefect away for good while a check runs (F15); return how the command ended, which it must within 40 s."""
    office, known = of.folder / "office", len(runs_of(store))
    command = ["-c", CHECK, "check", CAMPAIGN, "--units", str(office / "data" / "units" / "ha-noi.csv")]
    checking = start(command, of.environment(office), office, "check.log", module=False)
    wait_until(lambda: len(runs_of(store)) > known and heard(store, runs_of(store)[0]), 180)
    of.server.kill()
    code = checking.wait(40)
    said = (office / "check.log").read_text(encoding="utf-8")
    assert "Máy chủ Prefect không trả lời nữa; kết quả đã ghi" in said
    assert runs_of(store)[0].state == FINISHED
    assert runs_of(store)[0].id in said  # the report was made all the same
    return code


def test_each_province_is_recorded_once_though_a_machine_is_killed_and_redis_restarted(nation: World) -> None:
    with open_store(nation.database) as store:
        assert disturbed(nation, store) == ("COMPLETED", "Đã ghi 5 trên 5 tỉnh, thành phố.")
        found = runs_of(store)
        ended = Counter((r.province, r.state) for r in found)
        assert {p.code: ended[p.code, FINISHED] for p in nation.provinces} == {p.code: 1 for p in nation.provinces}
        cut_off = [r for r in found if r.state == INTERRUPTED]
        assert cut_off  # the machine died in the middle
        assert all(store.runs.stored_report(r.id) is None for r in cut_off)
        for each in (r for r in found if r.state == FINISHED):
            province = next(p for p in nation.provinces if p.code == each.province)
            seen = store.runs.observations(each.id)
            assert set(seen) == {u.code for u in packaged_roster(province)[:UNITS]}
            assert {unit.outcome for unit in seen.values()} == {"REACHED"}
        assert {r.state for r in found} == {FINISHED, INTERRUPTED}
        assert store.journal.verify() is None
        # Whoever starts the same check again finds that nothing is left to do.
        assert end_of(nation, start_nation(nation)) == ("COMPLETED", "Đã ghi 5 trên 5 tỉnh, thành phố.")
        assert runs_of(store) == found
        assert ended_without_prefect(nation, store) == 0
