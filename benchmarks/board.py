"""The board over a real socket with a warm campaign: 148 units of one province, then the 3,321 of the nation."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from lotrinh.catalog.units import packaged_roster, provinces, write_roster
from lotrinh.core.status.roles import Role
from lotrinh.portal.app import create_app
from lotrinh.services.access.accounts import add_officer
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from lotrinh.settings.models import Settings, UnitsSettings
from lotrinh.store import open_store

NOW = datetime(2026, 5, 30, 1, tzinfo=UTC)
"""After the campaign: its whole history is in the journal."""
CAMPAIGN, SECRET, TIMES = "bau-cu-2026", "mật khẩu đủ dài", 40
PAGES = ("board", "board?q=luong+son", "board?sort=overdue", "outstanding")
LIMITS = {148: 100, 3_321: 600}
"""Units -> milliseconds within which 95 of 100 boards must come."""


def nation(folder: Path) -> Path:
    """Write a roster of all communes of the nation."""
    units = [unit for province in provinces() for unit in packaged_roster(province)]
    write_roster(folder / "units.csv", units)
    return folder / "units.csv"


@contextmanager
def portal(settings: Settings) -> Iterator[tuple[str, int]]:
    """Serve a portal full of sample data; give its address and how many entries its journal has."""
    campaign = open_campaign_of_files(settings, CAMPAIGN)
    with open_store(settings.database_url) as store:
        entries = store.journal.append(*sample_entries(campaign, NOW))
        add_officer(store, "van-phong", Role.VIEWER, "Văn phòng", SECRET, NOW)
        app = create_app(settings, store, clock=lambda: NOW)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", len(entries)
        server.should_exit = True
        thread.join()


def measured(browser: httpx.Client, page: str) -> str:
    """Open a page again and again; return how long it took and how many bytes came over the wire."""
    browser.get(page)
    took, size, busy = [], 0, time.process_time()
    for _ in range(TIMES):
        begun = time.perf_counter()
        with browser.stream("GET", page) as answer:
            size = sum(len(chunk) for chunk in answer.iter_raw())
        took.append((time.perf_counter() - begun) * 1000)
    busy, took = (time.process_time() - busy) * 1000 / TIMES, sorted(took)
    return (
        f"median {took[TIMES // 2]:.0f} ms, p95 {took[int(TIMES * 0.95) - 1]:.0f} ms, CPU {busy:.0f} ms, {size} bytes"
    )


def measure() -> dict[str, object]:
    """Time the office's pages of both campaigns; client and server share the CPU time."""
    found: dict[str, object] = {}
    for units, limit in LIMITS.items():
        with tempfile.TemporaryDirectory() as folder:
            roster = UnitsSettings(file=nation(Path(folder)) if units > min(LIMITS) else None)
            settings = Settings(data_dir=Path(folder), units=roster)
            with portal(settings) as (address, entries), httpx.Client(base_url=address, timeout=120) as browser:
                browser.post("/sign-in", data={"name": "van-phong", "secret": SECRET}, headers={"Origin": address})
                found |= {
                    f"\n  {page}, {units} units, {entries} entries:": measured(browser, f"/campaigns/{CAMPAIGN}/{page}")
                    for page in PAGES
                }
        found[f"\n  board of {units} units: p95 at most"] = f"{limit} ms"
    return found


if __name__ == "__main__":
    print(*(f"{name} {said}" for name, said in measure().items()))
