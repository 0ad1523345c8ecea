"""The record on PostgreSQL: the same promises as on SQLite, and a server that goes away and comes back."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from lotrinh.errors import StoreUnavailable
from lotrinh.services.campaigns.campaigns import open_campaign
from lotrinh.store import Store, open_store
from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import metadata
from tests.faults.conftest import NewDatabase, address_of, start_postgres
from tests.services.office import WITHOUT_B, office_in
from tests.store.entries import entries, entry

WRITERS, EACH = 8, 10


@pytest.fixture
def store(postgres: NewDatabase) -> Iterator[Store]:
    with open_store(postgres()) as opened:
        yield opened


@pytest.fixture
def own_server() -> Iterator[Any]:
    folder = tempfile.mkdtemp(prefix="lotrinh-pg-")
    server = start_postgres(folder)
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with reading(store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("tampering", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal", "TRUNCATE journal"])
def test_the_database_itself_refuses_to_change_the_journal(store: Store, tampering: str) -> None:
    written = store.journal.append(*entries(3))
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(tampering))
    assert store.journal.entries() == written
    assert store.journal.verify(written[-1].hash) is None


def test_what_the_office_applies_at_one_machine_holds_at_the_others(store: Store, tmp_path: Path) -> None:
    office = office_in(store, tmp_path)
    office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    there = office.settings.model_copy(update={"data_dir": tmp_path / "may-khac"})
    url = store.engine.url.render_as_string(hide_password=False)
    with open_store(url) as elsewhere:
        opened = open_campaign(elsewhere, there, "thu", home=office.home)
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)


def test_many_that_make_the_database_at_once_and_append_keep_one_linear_chain(postgres: NewDatabase) -> None:
    url = postgres()

    def write(name: str) -> None:
        with open_store(url) as own:
            for n in range(EACH):
                own.journal.append(entry(f"{name}-{n}", actor=name))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, [f"w{n}" for n in range(WRITERS)]))
    with open_store(url) as store:
        assert [e.number for e in store.journal.entries()] == list(range(1, WRITERS * EACH + 1))
        assert store.journal.verify() is None


def test_the_chain_stays_linear_where_the_server_isolates_more_than_usual(postgres: NewDatabase) -> None:
    url = postgres()
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"))
    admin.dispose()
    with open_store(url) as store, ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda n: store.journal.append(entry(f"s{n}")), range(40)))
        assert len(store.journal.entries()) == 40
        assert store.journal.verify() is None


def test_a_writer_that_waits_too_long_for_another_says_so_and_recovers(
    postgres: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotrinh.store.engine.BUSY_SECONDS", 1)
    url = postgres()
    with open_store(url) as store, open_store(url) as other:
        with ExitStack() as held:
            held.enter_context(writing(other.engine, chain=True))
            with pytest.raises(StoreUnavailable, match=r"Chưa ghi nhận.*lock timeout"):
                store.journal.append(entry())
            assert store.journal.entries() == ()
        assert len(store.journal.append(entry())) == 1


def test_a_server_that_is_gone_is_a_sentence_and_one_that_is_back_is_used_again(own_server: Any) -> None:
    with open_store(address_of(own_server)) as store:
        written = store.journal.append(*entries(2))
        own_server.stop()
        with pytest.raises(StoreUnavailable, match="Chưa ghi nhận") as gone:
            store.journal.append(entry("c"))
        assert "\n" not in repr(gone.value)
        with pytest.raises(StoreUnavailable):
            store.journal.entries()
        own_server.start()
        assert store.journal.entries() == written
        assert store.journal.append(entry("c"))[0].number == 3
        assert store.journal.verify(written[-1].hash) is None


def test_connections_that_the_server_cut_are_replaced_unseen(store: Store) -> None:
    store.journal.append(entry())
    with reading(store.engine) as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    admin = create_engine(store.engine.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own}).scalar_one()
    admin.dispose()
    assert store.journal.append(entry("b"))[0].number == 2
