"""Confirmations over HTTP with a journal entry each, on SQLite: as many as go, and at 100 a second.

The fair peer is a bare SQLite database on the same disk that commits one row at a time with the same pragmas. Senders
are threads of one other process; portal and senders share the machine's cores.
"""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.cli.demo import child_process
from lotrinh.cli.up.processes import free_port
from lotrinh.clock import now
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

CAMPAIGN, STEP, DAY = "bau-cu-2026", "quyet-dinh-to-bau-cu", "2026-01-29"
SENDERS, MANY, PACED, SECONDS = 8, 2_000, 100, 10
SENDING = (
    """
import http.client, json, sys, threading, time
port, senders, count, rate = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
codes = sorted(json.loads(sys.argv[5]).items())
took, refused, lock, start = [], [], threading.Lock(), time.perf_counter() + 0.5
def send(number):
    line = http.client.HTTPConnection("127.0.0.1", port)
    for turn in range(number, count, senders):
        unit, code = codes[turn % len(codes)]
        body = json.dumps({"step": "STEP", "completed_on": "DAY", "document": {"number": f"{turn}/QĐ"},
                           "progress": {"done": 1, "of": 12}})
        due = start + turn / rate if rate else start
        time.sleep(max(0, due - time.perf_counter()))
        began = due if rate else time.perf_counter()
        line.request("POST", f"/api/v1/campaigns/CAMPAIGN/units/{unit}/confirmations", body.encode(), {
            "Authorization": f"Bearer {code}", "Idempotency-Key": f"k{rate}-{turn}",
            "Content-Type": "application/json"})
        answer = line.getresponse(); answer.read()
        with lock:
            took.append(time.perf_counter() - began)
            refused.extend([answer.status] if answer.status != 201 else [])
threads = [threading.Thread(target=send, args=(n,)) for n in range(senders)]
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps({"seconds": time.perf_counter() - start, "took": took, "refused": refused}))
""".replace("STEP", STEP)
    .replace("DAY", DAY)
    .replace("CAMPAIGN", CAMPAIGN)
)


@contextmanager
def portal(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Start ``lotrinh portal`` in a process of its own; give its port and every unit's code."""
    port, settings = free_port(8600), Settings(data_dir=folder)
    with open_store(settings.database_url) as store:
        codes = store.access.issue([u.code for u in packaged_roster(province("25"))], now())
    own = {"LOTRINH_DATA_DIR": str(folder), "LOTRINH_PORTAL__PORT": str(port)}
    for started in child_process("portal", ["lotrinh", "portal"], own, folder / "portal.log"):
        started.wait_for(f"http://127.0.0.1:{port}/healthz", 30)
        yield port, codes


def send(port: int, codes: dict[str, str], count: int, rate: float) -> dict[str, float]:
    """Send confirmations from another process; return what it measured."""
    arguments = [sys.executable, "-c", SENDING, str(port), str(SENDERS), str(count), str(rate), json.dumps(codes)]
    said = json.loads(subprocess.run(arguments, capture_output=True, check=True, text=True).stdout)
    p95 = statistics.quantiles(said["took"], n=20)[-1] * 1000
    return {"a_second": round(count / said["seconds"]), "p95_ms": round(p95), "refused": len(said["refused"])}


def peer(folder: Path) -> float:
    """Commit single rows with the same pragmas; return how many a second."""
    line = sqlite3.connect(folder / "peer.db", isolation_level=None)
    line.execute("PRAGMA journal_mode=WAL")
    line.execute("PRAGMA synchronous=FULL")
    line.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)")
    began = time.perf_counter()
    for number in range(MANY):
        line.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * 400))
    line.close()
    return MANY / (time.perf_counter() - began)


def measure() -> dict[str, float]:
    """How many a second, the slowest of 95 in 100, and how that compares with a bare database."""
    os.environ.pop("LOTRINH_SETTINGS", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = peer(folder)
        with portal(folder) as (port, codes):
            send(port, codes, 200, 0)
            fast, paced = send(port, codes, MANY, 0), send(port, codes, PACED * SECONDS, PACED)
            entries = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
        return {
            "bare_sqlite": round(bare),
            **{f"full_{key}": value for key, value in fast.items()},
            **{f"at_{PACED}_{key}": value for key, value in paced.items()},
            "still_up": entries,
        }


if __name__ == "__main__":
    print(measure())
