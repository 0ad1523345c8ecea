"""The record moved from SQLite to PostgreSQL and back: everything arrives, or nothing does (fault F30)."""

import re
import sqlite3
import threading
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lotrinh.errors import Conflict, DatabaseRelocated, LotrinhError, OldSchema, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.upkeep.backup import DataLocation, back_up
from lotrinh.services.upkeep.copying import copy_to_database, reopen_moved_database
from lotrinh.services.upkeep.lock import UP, FolderLock, lock_path
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.store import Store, open_store
from lotrinh.store.engine import connect, database_identity, migrate, reading, version, writing
from lotrinh.store.moving import relocated
from lotrinh.store.moving.copying import TRIGGERS, copy_database, list_triggers
from lotrinh.store.outbox import NewMessage
from lotrinh.store.schema import metadata
from lotrinh.store.store import upgrade_store
from tests.faults.conftest import NewDatabase, postgres
from tests.services.whole import NOW, fill, rows_of
from tests.store.entries import entries, entry

__all__ = ["postgres"]


@pytest.fixture
def source(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'source.db').as_posix()}"


@pytest.fixture
def back(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'back.db').as_posix()}"


@pytest.fixture
def filled(source: str, tmp_path: Path) -> str:
    with open_store(source) as store:
        fill(store, tmp_path)
    return source


def refused(source: str, target: str) -> LotrinhError:
    with pytest.raises(LotrinhError) as caught:
        copy_to_database(source, target, NOW)
    return caught.value


def test_every_row_of_every_table_and_the_chain_arrive_on_postgresql_and_back(
    filled: str, back: str, postgres: NewDatabase
) -> None:
    server, before = postgres(), rows_of(filled)
    assert all(before[table.name] for table in metadata.sorted_tables)  # a table that is forgotten fails here
    done = copy_to_database(filled, server, NOW)
    assert rows_of(server) == before
    assert done.counts == {name: len(rows) for name, rows in before.items()}
    assert copy_to_database(server, back, NOW) == done
    assert rows_of(back) == before
    with open_store(back) as store:
        assert store.journal.verify(done.head) is None
        assert store.journal.head() == done.head


def test_the_triggers_known_are_those_that_the_migrations_make(source: str, postgres: NewDatabase) -> None:
    for url in (source, postgres()):
        with open_store(url) as store, reading(store.engine) as connection:
            assert list_triggers(connection) == TRIGGERS[connection.dialect.name]


@pytest.mark.parametrize("tampering", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"])
def test_the_copy_is_append_only_too(filled: str, back: str, postgres: NewDatabase, tampering: str) -> None:
    for source, url in pairwise((filled, back, postgres())):
        copy_to_database(source, url, NOW)
        with open_store(url) as store, pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as raw:
            raw.execute(text(tampering))


def test_the_copy_goes_on_behind_the_last_numbers(filled: str, postgres: NewDatabase) -> None:
    url = postgres()
    copy_to_database(filled, url, NOW)
    with open_store(url) as store:
        assert (
            store.outbox.put(
                [
                    NewMessage(
                        key="moi", campaign="thu", kind="due", receiver="04924", channel="mail", content={}, next_at=NOW
                    )
                ],
                NOW,
            )
            == 1
        )
        (newest, *_) = store.outbox.newest((), 1)
        assert newest.id == 4
        (added,) = store.journal.append(entry("moi"))
        assert (added.number, store.journal.verify()) == (7, None)


def test_a_target_with_data_is_refused_naming_the_table_and_stays_as_it_was(filled: str, back: str) -> None:
    with open_store(back) as store:
        store.journal.append(*entries(2))
    before = rows_of(back)
    error = refused(filled, back)
    assert isinstance(error, Conflict)
    assert "journal 2" in say(error.sentence)
    assert rows_of(back) == before


def test_a_target_of_another_program_is_refused_and_stays_as_it_was(filled: str, tmp_path: Path, back: str) -> None:
    with closing(sqlite3.connect(tmp_path / "back.db")) as raw:
        raw.execute("CREATE TABLE khac (x)")
    assert isinstance(refused(filled, back), Conflict)
    with closing(sqlite3.connect(tmp_path / "back.db")) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("khac",)]


def test_a_target_whose_triggers_were_taken_away_is_refused(filled: str, tmp_path: Path, back: str) -> None:
    open_store(back).close()
    with closing(sqlite3.connect(tmp_path / "back.db")) as raw:
        raw.execute("DROP TRIGGER journal_no_delete")
    assert "journal_no_delete" in say(refused(filled, back).sentence)


def test_a_broken_chain_is_refused_naming_its_entry_and_no_file_is_left(filled: str, tmp_path: Path, back: str) -> None:
    with closing(sqlite3.connect(tmp_path / "source.db", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET actor = 'ai-do' WHERE number = 3")
    assert "mục số 3" in say(refused(filled, back).sentence)
    assert list(tmp_path.glob("back.db*")) == []


def test_an_old_source_is_refused_naming_the_command_and_no_file_is_left(
    source: str, tmp_path: Path, back: str
) -> None:
    engine = connect(source)
    with writing(engine) as connection:
        migrate(connection, "0002")
    engine.dispose()
    error = refused(source, back)
    assert isinstance(error, OldSchema)
    assert "lotrinh db upgrade" in say(error.sentence)
    assert list(tmp_path.glob("back.db*")) == []


def test_a_source_that_is_not_there_is_refused_and_not_made(source: str, back: str, tmp_path: Path) -> None:
    assert isinstance(refused(source, back), StoreUnavailable)
    assert list(tmp_path.iterdir()) == []


def test_what_the_target_cannot_hold_is_a_sentence_naming_the_table_and_nothing_is_left(
    filled: str, tmp_path: Path, postgres: NewDatabase
) -> None:
    with closing(sqlite3.connect(tmp_path / "source.db", isolation_level=None)) as raw:
        raw.execute("UPDATE observations SET sentence = 'a' || char(0) || 'b'")
    server = postgres()
    assert "observations" in say(refused(filled, server).sentence)
    engine = connect(server)
    assert version(engine) is None
    engine.dispose()


def test_a_password_in_an_address_is_not_said(filled: str) -> None:
    secret = "mat-khau-rat-dai"
    for url in (f"postgresql+psycopg://ai:{secret}@127.0.0.1:1/x", f"khong-co://ai:{secret}@may/x"):
        assert secret not in say(refused(filled, url).sentence)


def test_the_old_record_is_closed_to_everything_until_it_is_opened_again(
    filled: str, tmp_path: Path, postgres: NewDatabase, back: str
) -> None:
    place, server, before = DataLocation(filled, tmp_path), postgres(), rows_of(filled)
    made = back_up(place, tmp_path / "kho", NOW)
    copy_to_database(filled, server, NOW)
    for use in (
        lambda: open_store(filled).close(),
        lambda: upgrade_store(filled),
        lambda: back_up(place, tmp_path / "kho", NOW),
        lambda: restore_backup(made.path, place, NOW, replace=True),
        lambda: copy_to_database(filled, back, NOW),
    ):
        with pytest.raises(DatabaseRelocated) as caught:
            use()
        said = say(caught.value.sentence)
        assert f"đã chuyển sang {database_identity(server, tmp_path)} lúc 01:00 02/02/2026 UTC" in said
        assert "lotrinh db reopen" in said
    assert rows_of(server) == before
    assert reopen_moved_database(filled, NOW) == database_identity(server, tmp_path)
    assert reopen_moved_database(filled, NOW) == ""
    after = rows_of(filled)
    assert {name for name in after if after[name] != before[name]} == {"outbox"}  # nothing else was touched
    copy_to_database(filled, back, NOW)
    assert rows_of(back) == after


def test_a_record_on_a_server_is_closed_too_and_no_password_is_told(
    filled: str, postgres: NewDatabase, back: str, tmp_path: Path
) -> None:
    server = postgres()
    copy_to_database(filled, server, NOW)
    copy_to_database(server, back, NOW)
    with pytest.raises(DatabaseRelocated, match=re.escape(str(tmp_path / "back.db"))):
        open_store(server)
    open_store(back).close()


def test_a_record_that_was_written_while_it_was_copied_stays_open_and_the_copy_is_called_short(
    filled: str, back: str
) -> None:
    source, target = connect(filled), connect(back)
    copied = copy_database(source, target)
    target.dispose()
    with open_store(filled) as store:
        store.journal.append(entry("sau"))
        with pytest.raises(Conflict, match="thiếu phần mới"):
            relocated.mark_relocated(source, copied, back, NOW)
    source.dispose()
    open_store(filled).close()


def test_a_refused_copy_leaves_the_record_in_use(filled: str, back: str) -> None:
    with open_store(back) as store:
        store.journal.append(*entries(2))
    refused(filled, back)
    open_store(filled).close()


def test_a_data_folder_that_is_in_use_is_not_copied(filled: str, back: str, tmp_path: Path) -> None:
    with FolderLock(lock_path(tmp_path, UP)).write_holder(), pytest.raises(Conflict, match="lotrinh up"):
        copy_to_database(filled, back, NOW)
    copy_to_database(filled, back, NOW)


def test_a_record_that_is_written_meanwhile_is_copied_as_it_was_at_one_moment(store: Store, back: str) -> None:
    store.journal.append(*entries(2000))
    copied, stop = threading.Event(), threading.Event()
    count = 0

    def write() -> None:
        nonlocal count
        while not stop.is_set():
            store.journal.append(entry(f"sau-{count}"))
            store.outbox.put(
                [
                    NewMessage(
                        key=f"sau-{count}",
                        campaign="thu",
                        kind="due",
                        receiver="04924",
                        channel="mail",
                        content={},
                        next_at=NOW,
                    )
                ],
                NOW,
            )
            count += 1
            copied.set()

    writer = threading.Thread(target=write)
    writer.start()
    copied.wait()
    before, target = count, connect(back)
    done = copy_database(store.engine, target)
    target.dispose()
    after = count
    stop.set()
    writer.join()
    assert after > before  # it did not stand still
    assert done.first_bad is None
    assert before <= done.counts["outbox"] <= done.entries - 2000 <= done.counts["outbox"] + 1
