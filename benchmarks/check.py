"""A check of 148 units on loopback: the flow, the direct run and a bare sharded httpx script.

The three run in turn in one process against the same server, after a warm-up; the Prefect server is a real one. The
bare script does nothing but the same requests with the same clients and connections.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from lotrinh.catalog.units import packaged_roster, province, write_roster
from lotrinh.cli.checks.run_check import prefect_environment
from lotrinh.cli.demo import child_process
from lotrinh.cli.up.processes import free_port
from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import CheckRequest, run_check
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store

LATENCIES, REPEATS, CAMPAIGN = (0.2, 1.0), 5, "bau-cu-2026"
"""Seconds that a commune takes to answer: on a good line, and on a slow one."""
SHARDS, PER_SHARD = 10, 10


SERVER = """
import asyncio, json, sys
from datetime import UTC, datetime
import uvicorn
from fastapi import FastAPI, Response
app = FastAPI()

@app.get("/{code}")
async def status(code: str) -> Response:
    await asyncio.sleep(float(sys.argv[2]))
    steps = [{"id": "quyet-dinh-to-bau-cu", "state": "open"}]
    said = {"unit": code, "campaign": sys.argv[3], "generated_at": datetime.now(UTC).isoformat(), "steps": steps}
    return Response(json.dumps({"schema": "lotrinh.status/1"} | said), media_type="application/json")

@app.get("/api/health")
async def health() -> str:
    return "ok"

uvicorn.run(app, port=int(sys.argv[1]), log_level="error", lifespan="off")
"""
"""Every commune's status in a process of its own; one port stands for 148 hosts (``per_host`` is raised)."""


@contextmanager
def serving(latency: float) -> Iterator[int]:
    """Serve the communes and yield the port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port), str(latency), CAMPAIGN])
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


async def bare(urls: list[str]) -> None:
    """Send the same requests with ten clients of ten connections, and read the bodies."""
    limits = httpx.Limits(max_connections=PER_SHARD)
    clients = [httpx.AsyncClient(limits=limits, trust_env=False, timeout=10) for _ in range(SHARDS)]
    gates = [asyncio.Semaphore(PER_SHARD) for _ in clients]

    async def get(index: int, url: str) -> None:
        async with gates[index % SHARDS]:
            (await clients[index % SHARDS].get(url)).json()

    await asyncio.gather(*(get(i, url) for i, url in enumerate(urls)))
    for client in clients:
        await client.aclose()


def measure() -> dict[str, float]:
    """Medians in seconds, and the two ratios against the bare script, for each latency."""
    result: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        prefect = free_port()
        os.environ |= {
            "LOTRINH_DATA_DIR": str(folder),
            "LOTRINH_HTTP__ALLOW_NETWORKS": '["127.0.0.0/8"]',
            "LOTRINH_HTTP__PER_HOST": "100",
            "LOTRINH_PREFECT__API_URL": f"http://127.0.0.1:{prefect}/api",
            "LOTRINH_UNITS__FILE": str(folder / "units.csv"),
        }
        own = {"PREFECT_HOME": str(folder / "server"), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        arguments = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(prefect)]
        for started in child_process("prefect", arguments, own, folder / "prefect.log"):
            started.wait_for(f"http://127.0.0.1:{prefect}/api/health", 90)
            for latency in LATENCIES:
                with serving(latency) as port:
                    units = [
                        replace(u, status_url=f"http://127.0.0.1:{port}/{u.code}")
                        for u in packaged_roster(province("25"))
                    ]
                    write_roster(folder / "units.csv", units)
                    found = compare([u.status_url for u in units])
                    result |= {f"{name}@{latency}s": value for name, value in found.items()}
    return result


def compare(urls: list[str]) -> dict[str, float]:
    """Run the three in turn, several times."""
    settings = load_settings().settings
    os.environ |= prefect_environment(settings)
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - after its environment is set

    from flows.check import run_in_process  # noqa: PLC0415 - as above

    campaign = open_campaign_of_files(settings, CAMPAIGN)
    times: dict[str, list[float]] = {"bare": [], "direct": [], "flow": []}
    for turn in range(REPEATS + 1):
        began = time.perf_counter()
        asyncio.run(bare(urls))
        times["bare"].append(time.perf_counter() - began)
        with open_store(settings.database_url) as store:
            began = time.perf_counter()
            asyncio.run(run_check(store, settings, campaign, begin_run(store, campaign, now(), now(), {}), now))
            times["direct"].append(time.perf_counter() - began)
        run_in_process(CheckRequest(CAMPAIGN))
        with get_client(sync_client=True) as client:
            newest = max(client.read_flow_runs(), key=lambda r: r.created)
            times["flow"].append(newest.total_run_time.total_seconds())
        if turn == 0:
            times = {name: [] for name in times}
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {f"{name}_ratio": medians[name] / medians["bare"] for name in ("direct", "flow")}
    return {name: round(value, 2) for name, value in (medians | ratios).items()}


if __name__ == "__main__":
    print(measure())
