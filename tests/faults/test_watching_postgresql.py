"""Figures and readiness over PostgreSQL: the same as over SQLite."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from lotrinh.services.upkeep.figures import FigureReader
from lotrinh.services.upkeep.readiness import Readiness
from lotrinh.store import Store, open_store
from tests.faults.conftest import NewDatabase
from tests.store.entries import AT, entries


@pytest.fixture
def store(postgres: NewDatabase) -> Iterator[Store]:
    with open_store(postgres()) as opened:
        yield opened


def test_the_figures_are_those_of_the_record(store: Store) -> None:
    watch = FigureReader(store)
    store.journal.append(*entries(3))
    seen = watch.read(("bau-cu-2026",), AT + timedelta(hours=1))
    assert seen is not None
    assert sum(seen.entries.values()) == 3
    assert seen.size > 100_000
    assert seen.runs == ()


def test_a_record_that_can_only_be_read_is_not_ready(store: Store, tmp_path: Path) -> None:
    assert Readiness(store, tmp_path)() == ""
    with store.engine.begin() as connection:
        connection.execute(text("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || "
                                "' SET default_transaction_read_only = on'; END $$"))  # fmt: skip
    store.engine.dispose()
    assert Readiness(store, tmp_path)() == "database"
