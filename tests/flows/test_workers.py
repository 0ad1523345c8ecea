"""What doctor says of work pools, their workers and runs that wait, on a real Prefect server."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.deploy import main
from lotrinh.clock import now
from lotrinh.i18n import say
from lotrinh.services.doctor import servers
from lotrinh.services.doctor.finding import Diagnosis, Sign
from lotrinh.settings.load import load_settings
from tests.flows.test_deploy import CAMPAIGN, asked, keep_in_step, office
from tests.growth.world import wait_until

pytestmark = [pytest.mark.xdist_group("prefect-server"), pytest.mark.filterwarnings("ignore")]
POOL = "doctor"


def looked(file: Path) -> dict[str, Diagnosis]:
    """What doctor finds of the Prefect server that an office's settings name."""
    found = servers.inspect_prefect(load_settings(str(file)).settings, now, "3.8.8")
    return {finding.what: finding for finding in found}


@pytest.fixture
def pooled(prefect: Any, port: int, tmp_path: Path) -> Iterator[Path]:
    """An office whose deployments are in a work pool."""
    from prefect.client.schemas.actions import WorkPoolCreate

    prefect.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
    file = office(tmp_path / "office", port)
    assert main(["--settings", str(file), "--pool", POOL]) == 0
    yield file
    assert told(port, "DELETE").status_code in {httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND}


def beats(port: int, worker: str, seconds: int = 30) -> None:
    """Let a worker of the pool say that it is alive, as it does every so many seconds."""
    said = {"name": worker, "heartbeat_interval_seconds": seconds}
    told(port, "POST", "/workers/heartbeat", json=said).raise_for_status()


def told(port: int, method: str, path: str = "", **more: Any) -> httpx.Response:
    """Tell Prefect something of the pool, again while its SQLite is busy: else it would know of it in the next test."""
    for _ in range(60):
        said = httpx.request(method, f"http://127.0.0.1:{port}/api/work_pools/{POOL}{path}", timeout=60, **more)
        if said.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(1)
    return said


def test_what_one_machine_serves_itself_has_no_pool_and_nothing_is_said_of_one(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    file = office(tmp_path / "office", port)
    keep_in_step(file)()
    asked(prefect, timedelta(hours=3), tick="usual")
    assert set(looked(file)) == {"prefect", "telemetry_server", "clock_prefect"}


def test_a_pool_without_a_worker_that_lives_is_broken_and_says_how_to_start_one(pooled: Path, port: int) -> None:
    never = looked(pooled)[f"workers:{POOL}"]
    assert (never.sign, "Chưa worker nào" in say(never.found)) == (Sign.BROKEN, True)
    assert "systemctl start lotrinh-worker@1" in say(never.advice or never.found)
    beats(port, "may-mot")
    assert "1 worker" in say(looked(pooled)[f"workers:{POOL}"].found)
    beats(port, "may-mot", seconds=1)
    wait_until(lambda: looked(pooled)[f"workers:{POOL}"].sign is Sign.BROKEN, 180)
    assert "còn chạy; lần cuối lúc " in say(looked(pooled)[f"workers:{POOL}"].found)
    beats(port, "may-hai")
    assert looked(pooled)[f"workers:{POOL}"].sign is Sign.GOOD


def test_runs_that_wait_are_counted_and_whose_fault_it_is_is_said(prefect: Any, pooled: Path, port: int) -> None:
    assert looked(pooled)["late_runs"].sign is Sign.GOOD
    asked(prefect, timedelta(minutes=1), tick="usual")
    assert looked(pooled)["late_runs"].sign is Sign.GOOD
    asked(prefect, timedelta(hours=3), tick="usual")
    asked(prefect, timedelta(hours=2), tick="usual")
    alone = looked(pooled)["late_runs"]
    assert (alone.sign, "2 lượt đã đến giờ mà chưa chạy" in say(alone.found)) == (Sign.ATTENTION, True)
    assert "Cho worker" in say(alone.advice or alone.found)
    beats(port, "may-mot")
    assert "Redis" in say(looked(pooled)["late_runs"].advice or alone.found)


def test_a_paused_pool_and_one_that_was_deleted_are_named(prefect: Any, pooled: Path, port: int) -> None:
    from prefect.client.schemas.actions import WorkPoolUpdate

    beats(port, "may-mot")
    assert f"work_pool:{POOL}" not in looked(pooled)
    prefect.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))
    paused = looked(pooled)[f"work_pool:{POOL}"]
    assert (paused.sign, f"prefect work-pool resume {POOL}" in say(paused.advice or paused.found)) == (
        Sign.ATTENTION,
        True,
    )
    told(port, "DELETE").raise_for_status()
    deleted = looked(pooled)["workers:"]
    assert (deleted.sign, "đã bị xóa" in say(deleted.found)) == (Sign.BROKEN, True)
    assert prefect.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho").work_pool_name is None
