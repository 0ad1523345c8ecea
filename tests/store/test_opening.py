"""Opening the record: which database is accepted, and what is said when it cannot be used (fault F16)."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

import lotrinh.store
from lotrinh.errors import BadInput, DamagedDatabase, LotrinhError, OldSchema, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.store import Store, open_store
from lotrinh.store.engine import (
    BUSY_SECONDS,
    connect,
    database_identity,
    database_name,
    parse_url,
    reading,
    sqlite_file,
    upgrade,
    writing,
)
from lotrinh.store.journal import Journal
from lotrinh.store.schema import HEAD, metadata
from lotrinh.store.store import upgrade_store
from tests.store.entries import entries, entry

NOBODY = 65534


def refused(url: str) -> LotrinhError:
    with pytest.raises(LotrinhError) as caught, open_store(url):
        pass
    return caught.value


def made_by(path: Path, version: str | None) -> bytes:
    """Make a database of another version, or of another program; return its bytes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE journal (number INTEGER)")
        if version is not None:
            raw.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            raw.execute("INSERT INTO alembic_version VALUES (?)", (version,))
    return path.read_bytes()


def test_a_new_database_is_made_with_its_folders(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/mot/hai/lotrinh.db") as store:
        assert store.journal.entries() == ()
    assert (tmp_path / "mot" / "hai" / "lotrinh.db").is_file()


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store, url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert url
    with reading(store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_connection_syncs_fully_and_writes_ahead(store: Store) -> None:
    with reading(store.engine) as one, reading(store.engine) as two:
        for connection in (one, two):
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
            assert found == ["wal", 2]


@pytest.mark.parametrize("version", [None, "", "0000"])
def test_an_old_database_is_refused_naming_the_command_and_not_touched(
    tmp_path: Path, url: str, version: str | None
) -> None:
    before = made_by(tmp_path / "lotrinh.db", version)
    error = refused(url)
    assert isinstance(error, OldSchema)
    assert "lotrinh db upgrade" in say(error.sentence)
    assert (tmp_path / "lotrinh.db").read_bytes() == before


def test_a_newer_database_is_refused_naming_what_to_do_and_not_touched(tmp_path: Path, url: str) -> None:
    before = made_by(tmp_path / "lotrinh.db", "0999")
    error = refused(url)
    assert isinstance(error, OldSchema)
    sentence = say(error.sentence)
    assert "0999" in sentence
    assert "nâng cấp lotrinh" in sentence
    assert "db upgrade" not in sentence
    assert (tmp_path / "lotrinh.db").read_bytes() == before


@pytest.mark.parametrize("version", [None, "", "f3a9c41d20be"])
def test_another_programs_database_is_refused_naming_its_tables_and_not_touched(
    tmp_path: Path, url: str, version: str | None
) -> None:
    with closing(sqlite3.connect(tmp_path / "lotrinh.db", isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE khach_hang (x)")
        if version is not None:
            raw.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            raw.executemany("INSERT INTO alembic_version VALUES (?)", [(version,)] if version else [])
    before = (tmp_path / "lotrinh.db").read_bytes()
    with pytest.raises(OldSchema) as upgraded:
        upgrade_store(url)
    for error in (upgraded.value, refused(url)):
        sentence = say(error.sentence)
        assert "khach_hang" in sentence
        assert "db upgrade" not in sentence
    assert (tmp_path / "lotrinh.db").read_bytes() == before


@pytest.mark.parametrize("version", [None, "", "0000", "0999"])
def test_tables_like_ours_of_a_version_that_is_unknown_are_not_upgraded(
    tmp_path: Path, url: str, version: str | None
) -> None:
    before = made_by(tmp_path / "lotrinh.db", version)
    with pytest.raises(OldSchema):
        upgrade_store(url)
    assert (tmp_path / "lotrinh.db").read_bytes() == before


def test_upgrading_says_from_where_to_where_and_then_changes_nothing(url: str) -> None:
    assert upgrade_store(url) == (None, HEAD)
    with open_store(url) as store:
        (written,) = store.journal.append(entry())
    assert upgrade_store(url) == (HEAD, HEAD)
    with open_store(url) as store:
        assert store.journal.entries() == (written,)


def test_upgrading_the_first_version_keeps_every_entry_and_the_chain(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(Path(lotrinh.store.__file__).with_name("migrations")))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    written = Journal(engine).append(*entries(5))
    engine.dispose()
    assert isinstance(refused(url), OldSchema)
    assert upgrade_store(url) == ("0001", HEAD)
    with open_store(url) as store:
        assert store.journal.entries() == written
        assert store.journal.verify(written[-1].hash) is None


def test_an_upgrade_that_fails_midway_leaves_an_empty_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    engine = connect(url)
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", broken)
        with pytest.raises(RuntimeError):
            upgrade(engine)
    engine.dispose()
    with open_store(url) as store:
        assert store.journal.verify() is None


def unusable(url: str) -> str:
    error = refused(url)
    assert isinstance(error, StoreUnavailable)
    sentence = say(error.sentence)
    assert sentence.startswith("Chưa ghi nhận")
    return sentence


def test_a_file_where_the_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    unusable(f"sqlite:///{tmp_path}/data/lotrinh.db")
    unusable(f"sqlite:///{tmp_path}/data/sub/lotrinh.db")


def test_a_folder_where_the_file_should_be_is_a_sentence(tmp_path: Path) -> None:
    assert "unable to open" in unusable(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    "content", [b"not a database, and longer than the header of one" * 9, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_database_is_a_sentence_and_not_overwritten(tmp_path: Path, url: str, content: bytes) -> None:
    (tmp_path / "lotrinh.db").write_bytes(content)
    error = refused(url)
    assert (type(error), error.exit_code) == (DamagedDatabase, 2)
    assert all(said in say(error.sentence) for said in (str(tmp_path / "lotrinh.db"), "lotrinh restore"))
    assert (tmp_path / "lotrinh.db").read_bytes() == content


@pytest.mark.parametrize("named", ["khongco://x", "sqlite+khongco:///x.db"])
def test_a_kind_of_database_that_is_unknown_is_a_sentence(named: str) -> None:
    unusable(named)


@pytest.mark.parametrize(
    "written", ["lotrinh.db", "khong-co://x", "sqlite+khong-co:///x.db", "postgresql://lotrinh:x@may:cong/lotrinh", ""]
)
def test_an_address_that_is_none_is_a_setting_to_be_mended(written: str) -> None:
    error = refused(written)
    assert isinstance(error, BadInput)
    assert (error.problems[0].where, error.exit_code) == ("database.url", 2)


def test_a_driver_that_is_not_installed_is_a_sentence_without_the_password() -> None:
    assert "mat-khau" not in unusable("oracle+oracledb://ai:mat-khau@127.0.0.1/x")


SPILT = (
    "Geh@im9@127.0.0.1/lotrinh",
    "Geh@im9:127@127.0.0.1/lotrinh",
    "Geh@im9/127@127.0.0.1/lotrinh",
    "Geh@im9?127@127.0.0.1/lotrinh",
    "Geh@im9?127=1@127.0.0.1/lotrinh",
    "Geh#im9:@@127.0.0.1:5432/lotrinh",
    "Geheim9@127.0.0.1:im9/lotrinh",
)


@pytest.mark.parametrize("rest", SPILT)
@pytest.mark.parametrize("uses", [connect, sqlite_file, database_name, lambda url: database_identity(url, Path())])
def test_nothing_of_a_password_that_was_not_written_in_codes_is_said(rest: str, uses: Callable[[str], object]) -> None:
    with pytest.raises(BadInput) as caught:
        uses(f"postgresql+psycopg://lotrinh:{rest}")
    (problem,) = caught.value.problems
    sentence = f"{problem.place}: {say(problem.sentence)}"
    assert "@ → %40, : → %3A" in sentence
    for part in ("Geh", "im9", "127"):
        assert part not in sentence
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_what_stands_between_the_marks_is_taken_as_it_is_where_it_can_be() -> None:
    for written, password in (("Geh%40im9%3A%25", "Geh@im9:%"), ("Geh/im?9#:", "Geh/im?9#:")):
        read = parse_url(f"postgresql+psycopg://lotrinh:{written}@127.0.0.1:5432/lotrinh?connect_timeout=3")
        assert (read.password, read.host, read.port, read.database) == (password, "127.0.0.1", 5432, "lotrinh")
    assert parse_url("postgresql://lotrinh@vung:Geheim9@127.0.0.1/lotrinh").username == "lotrinh@vung"
    assert parse_url("postgresql:///lotrinh?host=/run/postgresql").database == "lotrinh"


def test_a_mark_in_the_path_of_a_file_is_part_of_it(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a@b/c@d.db") as store:
        assert store.journal.entries() == ()
    assert (tmp_path / "a@b" / "c@d.db").is_file()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody in particular: to the superuser no folder is read-only."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no read-only folders")
def test_a_read_only_folder_is_a_sentence(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with unprivileged():
        unusable(f"sqlite:///{open_folder}/lotrinh.db")
        unusable(f"sqlite:///{open_folder}/sub/lotrinh.db")
    assert list(open_folder.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no read-only folders")
def test_a_record_that_has_become_read_only_refuses_the_append_and_recovers(open_folder: Path) -> None:
    with unprivileged():
        with open_store(f"sqlite:///{open_folder}/lotrinh.db") as store:
            first = store.journal.append(entry("a"))
        (open_folder / "lotrinh.db").chmod(0o444)
        with open_store(f"sqlite:///{open_folder}/lotrinh.db") as store:
            assert store.journal.entries() == first
            with pytest.raises(StoreUnavailable, match="Chưa ghi nhận"):
                store.journal.append(entry("b"))
        for part in open_folder.iterdir():
            part.chmod(0o666)
        with open_store(f"sqlite:///{open_folder}/lotrinh.db") as store:
            assert [e.number for e in store.journal.append(entry("b"))] == [2]


def test_a_database_locked_by_another_is_a_sentence_and_recovers(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BUSY_SECONDS >= 10
    monkeypatch.setattr("lotrinh.store.engine.BUSY_SECONDS", 0.05)
    with open_store(url) as store, closing(sqlite3.connect(tmp_path / "lotrinh.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.journal.append(entry())
        assert store.journal.entries() == ()
        other.execute("ROLLBACK")
        assert len(store.journal.append(entry())) == 1


def test_a_full_disk_is_a_sentence_and_nothing_of_the_append_is_kept(store: Store) -> None:
    first = store.journal.append(entry("a"))
    store.engine.dispose()
    event.listen(store.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreUnavailable, match="full"):
        store.journal.append(entry("b"), entry("c", body={"note": "x" * 100_000}))
    assert store.journal.entries() == first


def test_a_damaged_page_is_a_sentence(store: Store, url: str, tmp_path: Path) -> None:
    store.journal.append(*(entry(f"s{n}", body={"note": "x" * 3000}) for n in range(20)))
    store.close()
    with (tmp_path / "lotrinh.db").open("r+b") as file:
        file.seek(0, os.SEEK_END)
        for page in range(file.tell() // 4096 - 10, file.tell() // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(StoreUnavailable, match="Chưa ghi nhận"), open_store(url) as damaged:
        damaged.journal.verify()


def test_too_many_at_once_is_a_sentence(url: str) -> None:
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with reading(engine), pytest.raises(StoreUnavailable), reading(engine):
        pass
    engine.dispose()
