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
from lotrinh.core.roles import Role
from lotrinh.portal.app import create_app
from lotrinh.services.accounts import add_officer
from lotrinh.services.campaigns import open_campaign
from lotrinh.services.sample import sample_entries
from lotrinh.settings.models import Settings, Units
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
    campaign = open_campaign(settings, CAMPAIGN)
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


def measured(browser: httpx.Client, page: str) -> tuple[list[float], int]:
    """Open a page again and again; return the sorted milliseconds and the bytes over the wire."""
    browser.get(page)
    took, size = [], 0
    for _ in range(TIMES):
        begun = time.perf_counter()
        with browser.stream("GET", page) as answer:
            size = sum(len(chunk) for chunk in answer.iter_raw())
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took), size


def main() -> None:
    """Print the measures of both campaigns."""
    for units, limit in LIMITS.items():
        with tempfile.TemporaryDirectory() as folder:
            roster = Units(file=nation(Path(folder)) if units > min(LIMITS) else None)
            with portal(Settings(data_dir=Path(folder), units=roster)) as (address, entries):
                with httpx.Client(base_url=address, headers={"Origin": address}, timeout=120) as browser:
                    browser.post("/sign-in", data={"name": "van-phong", "secret": SECRET})
                    for page in PAGES:
                        took, size = measured(browser, f"/campaigns/{CAMPAIGN}/{page}")
                        middle, slow = took[TIMES // 2], took[int(TIMES * 0.95) - 1]
                        print(
                            f"{page}: {units} units, {entries} entries: median {middle:.0f} ms, "
                            f"p95 {slow:.0f} ms (board: at most {limit}), {size} bytes"
                        )


if __name__ == "__main__":
    main()
