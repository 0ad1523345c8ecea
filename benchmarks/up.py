"""``lotrinh up`` from the command to each part serving, and the memory of all its processes when idle.

Twice in the same folder: the first start makes the databases, the second is every other day's. Memory is given as the
sum of what each process holds (RSS, shared pages counted in each) and as what is really taken (PSS).
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from lotrinh.cli.up.processes import free_port

SETTINGS = """
province = "25"
data_dir = "data"
[portal]
port = {portal}
[prefect]
api_url = "http://127.0.0.1:{prefect}/api"
[remind]
cron = "30 7 * * *"
[[campaigns]]
id = "bau-cu-2026"
schedule = {{ cron = "0 7 * * *", report = "0 8 * * 1" }}
"""
IDLE_SECONDS, LONGEST = 30, 120


def reached(begun: float, url: str) -> float:
    """Seconds until the address answers."""
    while time.perf_counter() - begun < LONGEST:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return round(time.perf_counter() - begun, 1)
        except httpx.HTTPError:
            time.sleep(0.05)
    message = f"{url} did not answer"
    raise TimeoutError(message)


def said(begun: float, process: "subprocess.Popen[str]", word: str) -> float:
    """Seconds until a status line begins with the word."""
    for line in process.stderr or ():
        if word in line:
            return round(time.perf_counter() - begun, 1)
    message = f"{word} was not said"
    raise TimeoutError(message)


def memory(process: psutil.Process) -> dict[str, int]:
    """Megabytes of a process and all that it started."""
    infos = [p.memory_full_info() for p in (process, *process.children(recursive=True))]
    return {"rss_mb": sum(i.rss for i in infos) >> 20, "pss_mb": sum(getattr(i, "pss", i.rss) for i in infos) >> 20}


def once(folder: Path) -> dict[str, object]:
    """Start, wait, measure, stop."""
    portal, prefect = free_port(0), free_port(0)
    text = SETTINGS.format(portal=portal, prefect=prefect)
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "lotrinh", "up"], cwd=folder, env=kept, stderr=subprocess.PIPE, encoding="utf-8"
    )
    try:
        found: dict[str, object] = {
            "portal_s": reached(begun, f"http://127.0.0.1:{portal}/healthz"),
            "prefect_s": reached(begun, f"http://127.0.0.1:{prefect}/api/health"),
            "flows_s": said(begun, process, "Lịch chạy: http"),
        }
        time.sleep(IDLE_SECONDS)
        found |= memory(psutil.Process(process.pid))
    finally:
        begun = time.perf_counter()
        process.terminate()
        process.communicate()
    return {**found, "stop_s": round(time.perf_counter() - begun, 1)}


def measure() -> dict[str, object]:
    """Measure the first start and the next."""
    with tempfile.TemporaryDirectory() as folder:
        first, next_ = once(Path(folder)), once(Path(folder))
    return {f"first_{k}": v for k, v in first.items()} | {f"next_{k}": v for k, v in next_.items()}


if __name__ == "__main__":
    print(measure())
