"""From a schedule's moment to the first request at a commune, on one machine as ``lotrinh up`` serves it.

Campaigns come one in each of some minutes; the seconds after each full minute at which a commune is first asked are
measured. A second figure is the one after ``lotrinh schedule set``: from the change in our record to Prefect having it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from up import said

from lotrinh.cli.up.processes import free_port
from lotrinh.clock import now

SETTINGS = """
data_dir = "data"
[http]
allow_networks = ["127.0.0.0/8"]
[portal]
port = {portal}
[prefect]
api_url = "http://127.0.0.1:{prefect}/api"
[units]
file = "units.csv"
"""
DUE = """
[[campaigns]]
id = "{id}"
checklist = "bau-cu-2026"
anchor = 2099-03-15
schedule = {{ cron = "{at:%M} {at:%H} * * *" }}
"""
LONGEST = 100
STARTING = timedelta(minutes=2)
"""How long it may take until schedules are kept."""
CAMPAIGN = "bau-cu-2026"


@contextmanager
def commune(asked: list[float]) -> Iterator[int]:
    """A commune that notes when it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(now().timestamp())
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def until_changed(url: str, home: Path, cron: str) -> float:
    """Seconds until Prefect, which asks for the password that was made for it, has this schedule of the check."""
    begun = time.perf_counter()
    name, _, password = (home / "data/secrets/prefect__auth_string").read_text(encoding="utf-8").strip().partition(":")
    while time.perf_counter() - begun < LONGEST:
        there = httpx.get(
            f"{url}/deployments/name/check/{CAMPAIGN}.phu-tho", auth=(name, password), trust_env=False
        ).json()
        if [one["schedule"]["cron"] for one in there["schedules"]] == [cron]:
            return round(time.perf_counter() - begun, 1)
        time.sleep(0.5)
    raise TimeoutError(cron)


def measure() -> dict[str, object]:
    """Serve, wait for some minutes, change the schedule, stop."""
    asked: list[float] = []
    with tempfile.TemporaryDirectory() as folder, commune(asked) as port:
        home, prefect = Path(folder), free_port(4290)
        file = home / "settings.toml"
        first = now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")) + STARTING
        due = {name: first + timedelta(minutes=n) for n, name in enumerate((CAMPAIGN, "hai", "ba"))}
        written = SETTINGS.format(portal=free_port(8690), prefect=prefect)
        written += "".join(DUE.format(id=name, at=at) for name, at in due.items())
        file.write_text(written, encoding="utf-8")
        units = f"code,kind,name,status_url\n04924,xa,Lương Sơn,http://127.0.0.1:{port}/\n"
        (home / "units.csv").write_text(units, encoding="utf-8")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
        lotrinh = [sys.executable, "-m", "lotrinh"]
        with subprocess.Popen(
            [*lotrinh, "up", "--settings", str(file)], cwd=home, env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            said(time.perf_counter(), process, "Lịch chạy: ")
            asked.clear()
            time.sleep(max(due.values()).replace(second=30).timestamp() - now().timestamp())
            late = sorted(round((moment + 30) % 60 - 30, 1) for moment in asked)
            change = [*lotrinh, "schedule", "set", CAMPAIGN, "--cron", "30 6 * * *", "--settings", str(file)]
            subprocess.run(change, cwd=home, env=environment, check=True, capture_output=True)
            applied = until_changed(f"http://127.0.0.1:{prefect}/api", home, "30 6 * * *")
            process.terminate()
            process.wait(30)
    return {"first_request_s": late, "worst_s": max(late), "target_s": 12, "change_applied_s": applied}
