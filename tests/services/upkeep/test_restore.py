"""Putting a backup back: what is there is kept, and whatever fails leaves everything as it was."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from lotrinh.errors import Conflict, OldSchema, StoreUnavailable
from lotrinh.services.upkeep.backup import BackupResult, DataLocation, back_up
from lotrinh.services.upkeep.restore import LAID_OUT, find_existing_data, restore_backup
from lotrinh.services.upkeep.restore_marker import require_finished, undo_restore
from lotrinh.store import open_store
from lotrinh.store.engine import connect, migrate, reading, writing
from lotrinh.store.journal import Journal
from lotrinh.store.moving import image
from lotrinh.store.moving.copying import measure_extent
from lotrinh.store.schema import HEAD, outbox
from tests.conftest import TOP
from tests.faults.conftest import NewDatabase, postgres
from tests.services.whole import NOW, home, made, new, row, rows_of, sqlite_at
from tests.store.entries import entries, entry

__all__ = ["home", "made", "new", "postgres"]


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a folder but the database's, which is compared row by row."""
    found = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("lotrinh.db"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def test_a_place_with_a_record_is_refused_saying_what_is_there_and_stays(
    home: DataLocation, made: BackupResult
) -> None:
    before, files = rows_of(home.url), everything(home.folder)
    with pytest.raises(Conflict, match=r"6 mục nhật ký.*files, units"):
        restore_backup(made.path, home, NOW)
    assert (rows_of(home.url), everything(home.folder)) == (before, files)


def test_a_place_with_lists_alone_is_refused_too(made: BackupResult, new: DataLocation) -> None:
    (new.folder / "units").mkdir(parents=True)
    (new.folder / "units" / "a.csv").touch()
    with pytest.raises(Conflict, match="units"):
        restore_backup(made.path, new, NOW)


def test_what_is_replaced_lies_aside_as_a_record_of_its_own(home: DataLocation, made: BackupResult) -> None:
    with open_store(home.url) as store:
        (later,) = store.journal.append(entry("s"))
    (home.folder / "units" / "phu-tho.csv").write_bytes(b"moi")
    before = rows_of(home.url)
    done = restore_backup(made.path, home, NOW, replace=True)
    assert (done.extent.entries, done.extent.head) == (6, made.manifest.head)
    assert (home.folder / "units" / "phu-tho.csv").read_bytes() == b"cu"
    assert done.old_data is not None
    assert rows_of(sqlite_at(done.old_data).url) == before
    assert (done.old_data / "units" / "phu-tho.csv").read_bytes() == b"moi"
    with open_store(sqlite_at(done.old_data).url) as store:
        assert store.journal.head() == later.hash


def test_a_record_on_a_server_is_replaced_and_lies_aside_as_a_file(
    made: BackupResult, postgres: NewDatabase, tmp_path: Path
) -> None:
    place = DataLocation(postgres(), tmp_path / "may-chu")
    with open_store(place.url) as store:
        store.journal.append(*entries(9))
    before = rows_of(place.url)
    done = restore_backup(made.path, place, NOW, replace=True)
    assert rows_of(place.url)["journal"] == rows_of(sqlite_at(tmp_path / "data").url)["journal"]
    assert done.old_data is not None
    assert rows_of(sqlite_at(done.old_data).url) == before


def test_a_damaged_database_is_put_aside_and_replaced(home: DataLocation, made: BackupResult) -> None:
    for part in home.folder.glob("lotrinh.db*"):
        part.unlink()
    (home.folder / "lotrinh.db").write_bytes(b"khong phai co so du lieu " * 400)
    assert find_existing_data(home).counts is None
    done = restore_backup(made.path, home, NOW, replace=True)
    assert done.old_data is not None
    assert (done.old_data / "lotrinh.db").read_bytes().startswith(b"khong phai")
    with open_store(home.url) as store:
        assert store.journal.verify(made.manifest.head) is None


@pytest.mark.parametrize("damaged", [False, True])
def test_a_switch_that_fails_at_the_last_moment_leaves_everything_as_it_was(
    home: DataLocation, made: BackupResult, monkeypatch: pytest.MonkeyPatch, *, damaged: bool
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before, files = rows_of(home.url), everything(home.folder)
    if damaged:
        (home.folder / "lotrinh.db").write_bytes(b"hong" * 999)
    names = {p.name for p in home.folder.iterdir()}
    monkeypatch.setattr(image, "restore_image", failing)
    with pytest.raises(StoreUnavailable, match="ổ đĩa đã đầy"):
        restore_backup(made.path, home, NOW, replace=True)
    assert everything(home.folder) == files
    assert {p.name for p in home.folder.iterdir()} == names
    if damaged:
        assert (home.folder / "lotrinh.db").read_bytes() == b"hong" * 999
    else:
        assert rows_of(home.url) == before


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from lotrinh.services.upkeep.backup import DataLocation
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.store.moving import image
image.restore_image = lambda *_, **__: os._exit(9)
location = DataLocation(sys.argv[2], Path(sys.argv[3]))
restore_backup(Path(sys.argv[1]), location, datetime.fromisoformat(sys.argv[4]), replace=True)
"""


def test_one_that_is_killed_before_the_database_is_written_can_be_repeated(
    home: DataLocation, made: BackupResult
) -> None:
    with open_store(home.url) as store:
        store.journal.append(entry("sau"))
    before = rows_of(home.url)
    command = [sys.executable, "-c", KILLED, str(made.path), home.url, str(home.folder), NOW.isoformat()]
    assert subprocess.run(command, check=False, cwd=TOP).returncode == 9
    assert rows_of(home.url) == before  # the old database, whole
    with pytest.raises(Conflict, match="bị ngắt giữa chừng"):
        require_finished(home.folder, home.url)
    with pytest.raises(Conflict, match="bị ngắt giữa chừng"):
        back_up(home, home.folder / "backups", NOW)
    done = restore_backup(made.path, home, NOW + timedelta(seconds=1), replace=True)
    assert (done.extent.entries, done.extent.first_bad) == (6, None)
    assert list(home.folder.glob(".lotrinh-restore-*")) == []
    require_finished(home.folder, home.url)
    assert done.old_data is not None
    assert list(home.folder.glob("replaced-*")) == [done.old_data]
    assert rows_of(sqlite_at(done.old_data).url) == before
    assert (done.old_data / "units" / "phu-tho.csv").read_bytes() == b"cu"


def test_one_that_was_killed_is_undone_and_one_whose_database_was_written_has_ended(
    home: DataLocation, made: BackupResult
) -> None:
    files = everything(home.folder)
    with open_store(home.url) as store:
        store.journal.append(entry("sau"))
    command = [sys.executable, "-c", KILLED, str(made.path), home.url, str(home.folder), NOW.isoformat()]
    subprocess.run(command, check=False, cwd=TOP)
    (home.folder / "units" / "phu-tho.csv").write_bytes(b"cua ban sao luu")
    marker = (home.folder / "restore.json").read_bytes()
    undo_restore(home.folder, home.url, tuple(LAID_OUT))
    assert {name: content for name, content in everything(home.folder).items() if ".lotrinh-" not in name} == files
    done = restore_backup(made.path, home, NOW, replace=True)
    assert done.old_data is not None
    (home.folder / "restore.json").write_bytes(marker)  # killed when all was done but for the last word
    undo_restore(home.folder, home.url, tuple(LAID_OUT))
    assert (done.old_data / "units" / "phu-tho.csv").is_file()
    require_finished(home.folder, home.url)


def test_one_into_an_empty_place_that_was_killed_needs_no_replace(made: BackupResult, new: DataLocation) -> None:
    command = [sys.executable, "-c", KILLED, str(made.path), new.url, str(new.folder), NOW.isoformat()]
    assert subprocess.run(command, check=False, cwd=TOP).returncode == 9
    assert restore_backup(made.path, new, NOW).extent.entries == 6
    require_finished(new.folder, new.url)


def test_messages_that_were_waiting_are_in_doubt_and_nobody_is_signed_in(home: DataLocation, new: DataLocation) -> None:
    with open_store(home.url) as store, writing(store.engine) as connection:
        for number, state in enumerate(("waiting", "sending", "sent", "failed"), 7):
            connection.execute(insert(outbox), row(outbox, number) | {"state": state})
    done = restore_backup(back_up(home, new.folder.with_name("kho"), NOW).path, new, NOW)
    assert done.doubtful_messages == 2
    rows = {found[0]: found[7] for found in rows_of(new.url)["outbox"]}
    assert [rows[n] for n in (7, 8, 9, 10)] == ["unclear", "unclear", "sent", "failed"]
    assert rows_of(new.url)["sessions"] == rows_of(new.url)["leases"] == []


def test_a_backup_of_a_tampered_record_comes_back_and_says_so(home: DataLocation, new: DataLocation) -> None:
    with closing(sqlite3.connect(home.folder / "lotrinh.db", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET actor = 'ai' WHERE number = 4")
    made = back_up(home, new.folder.with_name("kho"), NOW)
    assert restore_backup(made.path, new, NOW).extent.first_bad == 4
    with open_store(new.url) as store:
        assert store.journal.verify() == 4


@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
@pytest.mark.parametrize("server", [False, True])
def test_an_old_record_can_be_backed_up_and_comes_back_at_this_version(
    tmp_path: Path, new: DataLocation, postgres: NewDatabase, version: str, *, server: bool
) -> None:
    old = DataLocation(postgres(), tmp_path / "cu") if server else sqlite_at(tmp_path / "cu")
    engine = connect(old.url)
    with writing(engine) as connection:
        migrate(connection, version)
    written = Journal(engine).append(*entries(60))
    engine.dispose()
    with pytest.raises(OldSchema), open_store(old.url):
        pass
    made = back_up(old, tmp_path / "kho", NOW)
    assert made.manifest.schema == version
    done = restore_backup(made.path, new, NOW)
    with open_store(new.url) as store:
        assert store.journal.entries() == written
        assert store.journal.verify(done.manifest.head) is None


def test_twenty_thousand_entries_of_the_first_version_are_upgraded_with_every_hash(tmp_path: Path) -> None:
    """Fault F30 at a size that a test can wait for; the benchmark does it with 130,000."""
    place = sqlite_at(tmp_path / "cu")
    engine = connect(place.url)
    with writing(engine) as connection:
        migrate(connection, "0001")
    Journal(engine).append(*entries(20_000))
    with reading(engine) as connection:
        before = measure_extent(connection)
    engine.dispose()
    made = back_up(place, tmp_path / "kho", NOW)
    image.upgrade_image(tmp_path / "cu" / "lotrinh.db")
    with open_store(place.url) as store, reading(store.engine) as connection:
        after = measure_extent(connection)
    assert (after.entries, after.head, after.first_bad) == (20_000, before.head, None)
    assert (made.manifest.schema, made.manifest.head, HEAD > "0001") == ("0001", before.head, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no read-only folders")
def test_what_cannot_be_written_is_a_sentence(made: BackupResult, tmp_path: Path) -> None:
    (tmp_path / "tep").write_bytes(b"x")
    with pytest.raises(StoreUnavailable, match="Chưa khôi phục"):
        restore_backup(made.path, sqlite_at(tmp_path / "tep" / "duoi"), NOW)
