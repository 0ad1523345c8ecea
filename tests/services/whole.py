"""A record with something in every table, whatever tables there are; and all of a record, to compare."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, Table, insert, select

from lotrinh.core.status.journal import Entry
from lotrinh.services.statements.uploads import accept_upload, file_reference
from lotrinh.services.upkeep.backup import BackupResult, DataLocation, back_up
from lotrinh.store import Store, open_store
from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import files, journal, metadata
from tests.store.entries import entries, entry

NOW = datetime(2026, 2, 2, 1, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 quyet dinh"
Rows = dict[str, list[tuple[Any, ...]]]


def sqlite_at(folder: Path) -> DataLocation:
    return DataLocation(f"sqlite:///{(folder / 'lotrinh.db').as_posix()}", folder)


def fill(store: Store, folder: Path, count: int = 5) -> tuple[Entry, ...]:
    """Write entries, one of them with a file, and rows of every other table."""
    written = [*store.journal.append(*entries(count)), confirm_with_file(store, folder, "co-tep")]
    with writing(store.engine) as connection:
        for table in metadata.sorted_tables:
            if table not in {journal, files}:
                connection.execute(insert(table), [row(table, n) for n in range(1, 4)])
    return tuple(written)


def confirm_with_file(store: Store, folder: Path, step: str, content: bytes = PDF) -> Entry:
    """Hand a file in, and confirm a step with it."""
    kept = accept_upload(store, folder, "04924", "Quyết định.pdf", content, NOW)
    (made,) = store.journal.append(entry(step, body={"completed_on": "2026-01-29", "file": file_reference(kept)}))
    return made


def row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: value(column, number) for column in table.columns}


def value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return value(next(iter(column.foreign_keys)).column, number)
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, LargeBinary):
        return bytes([0, 255, number]) if number != 2 else None
    # The second has nothing where nothing may be; Vietnamese, quotes and marks that other formats give a meaning.
    return None if column.nullable and number == 2 else f"ệ'\"\\{number}-{column.name}"[: column.type.length or 99]


def rows_of(url: str) -> Rows:
    """Everything that a record holds, table by table."""
    with open_store(url, make=False) as store, reading(store.engine) as connection:
        return {
            table.name: sorted((tuple(found) for found in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


@pytest.fixture
def home(tmp_path: Path) -> DataLocation:
    """A record with everything in it, and a list of units."""
    place = sqlite_at(tmp_path / "data")
    with open_store(place.url) as store:
        fill(store, place.folder)
    (place.folder / "units").mkdir()
    (place.folder / "units" / "phu-tho.csv").write_bytes(b"cu")
    return place


@pytest.fixture
def made(home: DataLocation, tmp_path: Path) -> BackupResult:
    return back_up(home, tmp_path / "kho", NOW)


@pytest.fixture
def new(tmp_path: Path) -> DataLocation:
    return sqlite_at(tmp_path / "moi")
