"""Backups while everything runs: whole or not at all, and everything in them (fault F30)."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.errors import StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.statements.uploads import accept_upload, upload_path
from lotrinh.services.upkeep import archives
from lotrinh.services.upkeep.archives import FOLDERS
from lotrinh.services.upkeep.backup import BackupResult, DataLocation, back_up
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.store import Store, open_store
from lotrinh.store.schema import HEAD, metadata
from tests.conftest import TOP
from tests.faults.conftest import NewDatabase, postgres
from tests.services.whole import NOW, PDF, Rows, fill, rows_of, sqlite_at
from tests.store.entries import entries, entry

__all__ = ["postgres"]

WRITERS = 8
LEFT_OUT = {"lotrinh.db", "backups", "logs", "up.lock", "prefect", "prefect-server", "what-if"}
"""What lies in ``data_dir`` and is the record itself, other backups, or of no use elsewhere."""
LISTS = {
    "units/phu-tho.csv": b"code,kind,name\n",
    "campaigns/bau-cu-2026.json": b"{}",
    "checklists/Bộ đầu việc.yaml": "id: thử".encode(),
}


@pytest.fixture
def place(tmp_path: Path) -> DataLocation:
    folder = tmp_path / "data"
    for name, content in LISTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return DataLocation(f"sqlite:///{(folder / 'lotrinh.db').as_posix()}", folder)


@pytest.fixture
def filled(place: DataLocation) -> DataLocation:
    with open_store(place.url) as store:
        fill(store, place.folder)
    return place


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "kho"


def tamper(place: DataLocation, *statements: str) -> None:
    with closing(sqlite3.connect(place.folder / "lotrinh.db", isolation_level=None)) as raw:
        for trigger in ("journal_no_update", "journal_no_delete"):
            raw.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            raw.execute(statement)


def come_back(url: str) -> Rows:
    """All that was put back; when it was is written besides."""
    rows = rows_of(url)
    (written,) = (row for row in rows["outbox"] if "cursor/restored" in row)
    rows["outbox"].remove(written)
    return rows


def failed(place: DataLocation, out: Path) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        back_up(place, out, NOW)
    return say(caught.value.sentence)


def test_every_table_every_file_and_every_list_come_back_elsewhere(
    filled: DataLocation, out: Path, tmp_path: Path
) -> None:
    made, before = back_up(filled, out, NOW), rows_of(filled.url)
    assert set(made.manifest.counts) == set(metadata.tables)
    assert made.manifest.counts == {name: len(rows) for name, rows in before.items()}
    assert (made.manifest.schema, made.manifest.entries, made.manifest.first_bad) == (HEAD, 6, None)
    assert (made.manifest.files, made.manifest.missing, made.first_bad) == (1, (), None)
    shutil.rmtree(filled.folder)  # the machine is gone
    new = sqlite_at(tmp_path / "noi-khac")
    restore_backup(made.path, new, NOW)
    ended: Rows = {"sessions": [], "leases": []}  # who was signed in, and who was working, is over
    assert come_back(new.url) == before | ended
    assert {name: (new.folder / name).read_bytes() for name in LISTS} == LISTS
    with open_store(new.url) as store:
        assert store.journal.verify(made.manifest.head) is None
        (file,) = store.files.all()
    assert upload_path(new.folder, file.id).read_bytes() == PDF


def test_a_record_on_postgresql_comes_back_on_sqlite_and_on_another_postgresql(
    postgres: NewDatabase, out: Path, tmp_path: Path
) -> None:
    home = DataLocation(postgres(), tmp_path / "data")
    with open_store(home.url) as store:
        fill(store, home.folder)
    made, before = back_up(home, out, NOW), rows_of(home.url)
    for name, url in (("mot", sqlite_at(tmp_path / "mot").url), ("hai", postgres())):
        restore_backup(made.path, DataLocation(url, tmp_path / name), NOW)
        assert come_back(url) == before | {"sessions": [], "leases": []}


def test_every_folder_of_the_data_is_in_a_backup_or_left_out_on_purpose() -> None:
    sources = [
        p.read_text(encoding="utf-8") for name in ("lotrinh", "flows", "tasks") for p in (TOP / name).rglob("*.py")
    ]
    used = {name for source in sources for name in re.findall(r'data_dir / f?"([^"{/]+)"', source)}
    assert used >= {"checklists", "units"}
    assert used <= set(FOLDERS) | LEFT_OUT


def test_the_last_backup_is_written_down(filled: DataLocation, out: Path) -> None:
    made = back_up(filled, out, NOW)
    said = json.loads((filled.folder / "backups" / "last.json").read_text(encoding="utf-8"))
    assert said == {"at": NOW.isoformat(), "path": str(made.path), "head": made.manifest.head, "entries": 6}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such permissions")
def test_others_on_the_machine_cannot_read_a_backup(filled: DataLocation, out: Path) -> None:
    assert back_up(filled, out, NOW).path.stat().st_mode & 0o777 == 0o600


def test_eight_processes_that_write_lose_nothing_and_every_backup_is_whole(
    place: DataLocation, out: Path, tmp_path: Path
) -> None:
    open_store(place.url).close()
    command = [sys.executable, "-m", "tests.services.writing", str(place.folder)]
    with ExitStack() as running:
        writers = [
            running.enter_context(subprocess.Popen([*command, f"w{n}"], cwd=TOP, stdout=subprocess.PIPE))
            for n in range(WRITERS)
        ]
        assert all(writer.stdout and writer.stdout.readline() for writer in writers)  # each has confirmed something
        made = [back_up(place, out, NOW + timedelta(seconds=n)) for n in range(3)]
        (place.folder / "stop").touch()
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    counts = [one.manifest.entries for one in made]
    assert WRITERS <= counts[0] < counts[1] < counts[2]
    with open_store(place.url) as store:
        assert all(store.journal.verify(one.manifest.head) is None for one in made)
    for n, one in enumerate(made):
        assert (one.manifest.missing, one.first_bad) == ((), None)
        there = sqlite_at(tmp_path / str(n))
        restore_backup(one.path, there, NOW)
        with open_store(there.url) as store:
            named = [e.new.body["file"]["id"] for e in store.journal.entries()]
        assert len(named) == one.manifest.entries
        assert all(upload_path(there.folder, name).is_file() for name in named)


def test_a_file_that_is_gone_or_changed_is_named_and_the_rest_is_kept(filled: DataLocation, out: Path) -> None:
    with open_store(filled.url) as store:
        (file,) = store.files.all()
    upload_path(filled.folder, file.id).write_bytes(b"khac")
    assert back_up(filled, out, NOW).manifest.missing == (file.id,)
    upload_path(filled.folder, file.id).unlink()
    made = back_up(filled, out, NOW + timedelta(seconds=1))
    assert (made.manifest.missing, made.manifest.files) == ((file.id,), 0)


def test_a_file_of_a_form_that_was_never_sent_may_be_missing(filled: DataLocation, out: Path) -> None:
    with open_store(filled.url) as store:
        left = accept_upload(store, filled.folder, "04924", "a.pdf", PDF, NOW)
    upload_path(filled.folder, left.id).unlink()
    assert back_up(filled, out, NOW).manifest.missing == ()


def made_daily(place: DataLocation, out: Path, days: int, keep: int | None = None) -> list[BackupResult]:
    return [back_up(place, out, NOW + timedelta(days=n), keep) for n in range(days)]


def test_only_the_newest_are_kept_and_nothing_else_is_deleted(filled: DataLocation, out: Path) -> None:
    out.mkdir()
    (out / "của tôi.zip").write_bytes(b"x")
    made = made_daily(filled, out, 4)
    last = back_up(filled, out, NOW + timedelta(days=4), keep=2)
    assert set(last.deleted_backups) == {one.path for one in made[:3]}
    assert set(out.iterdir()) == {made[3].path, last.path, out / "của tôi.zip"}


def test_the_one_just_made_is_kept_though_the_clock_went_back(filled: DataLocation, out: Path) -> None:
    made_daily(filled, out, 2)
    last = back_up(filled, out, NOW - timedelta(days=9), keep=1)
    assert list(out.iterdir()) == [last.path]


def test_of_a_journal_that_was_changed_a_backup_is_made_and_the_old_ones_stay(filled: DataLocation, out: Path) -> None:
    (good,) = made_daily(filled, out, 1)
    tamper(filled, "UPDATE journal SET actor = 'ai-do' WHERE number = 3")
    made = back_up(filled, out, NOW + timedelta(days=1), keep=1)
    assert (made.first_bad, made.manifest.first_bad, made.deleted_backups) == (3, 3, ())
    assert good.path.is_file()


def test_a_journal_that_lost_its_end_since_the_last_backup_is_noticed(filled: DataLocation, out: Path) -> None:
    (good,) = made_daily(filled, out, 1)
    tamper(filled, "DELETE FROM journal WHERE number > 4")
    made = back_up(filled, out, NOW + timedelta(days=1), keep=1)
    assert (made.first_bad, made.manifest.first_bad, made.deleted_backups) == (5, None, ())
    assert good.path.is_file()


def test_an_empty_database_and_one_that_is_not_there_are_sentences_and_leave_nothing(
    place: DataLocation, out: Path
) -> None:
    assert "Không có cơ sở dữ liệu" in failed(place, out)
    sqlite3.connect(place.folder / "lotrinh.db").close()
    (place.folder / "lotrinh.db").touch()
    assert "còn trống" in failed(place, out)
    assert list(out.iterdir()) == []


def test_a_database_that_others_hold_is_a_sentence_and_leaves_nothing(
    filled: DataLocation, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotrinh.store.engine.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(filled.folder / "lotrinh.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "locked" in failed(filled, out)
    assert list(out.iterdir()) == []
    assert back_up(filled, out, NOW).manifest.entries == 6


def test_a_folder_that_is_a_file_is_a_sentence(filled: DataLocation, out: Path) -> None:
    out.write_bytes(b"x")
    assert failed(filled, out).startswith("Chưa sao lưu")
    assert out.read_bytes() == b"x"


def test_what_cannot_be_read_back_is_not_kept_and_the_old_ones_stay(
    filled: DataLocation, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (good,) = made_daily(filled, out, 1)
    written = archives.ArchiveWriter.finish

    def damaging(self: archives.ArchiveWriter, manifest: archives.Manifest) -> None:
        written(self, manifest)
        raw = self._archive.fp
        assert raw is not None
        raw.seek(100)
        raw.write(b"\xff" * 20)
        raw.seek(0, os.SEEK_END)

    monkeypatch.setattr(archives.ArchiveWriter, "finish", damaging)
    with pytest.raises(StoreUnavailable, match="đọc lại không đúng"):
        back_up(filled, out, NOW + timedelta(days=1), keep=1)
    assert list(out.iterdir()) == [good.path]


def test_what_a_killed_backup_left_is_cleared_after_a_day(filled: DataLocation, out: Path) -> None:
    for name, age in (("cu", 2), ("moi", 0)):
        (out / f".lotrinh-backup-{name}").mkdir(parents=True)
        at = (NOW - timedelta(days=age)).timestamp()
        os.utime(out / f".lotrinh-backup-{name}", (at, at))
    made = back_up(filled, out, NOW)
    assert set(out.iterdir()) == {made.path, out / ".lotrinh-backup-moi"}


def test_lists_that_change_while_the_record_is_read_are_taken_again(
    filled: DataLocation, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lotrinh.store.moving import image

    taken = image.write_image

    def changing(url: str, path: Path) -> None:
        taken(url, path)
        monkeypatch.setattr(image, "write_image", taken)
        with open_store(filled.url) as store:
            store.journal.append(entry("doi-danh-sach"))
        (filled.folder / "units" / "phu-tho.csv").write_bytes(b"moi")

    monkeypatch.setattr(image, "write_image", changing)
    made = back_up(filled, out, NOW)
    assert made.manifest.entries == 7
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("data/units/phu-tho.csv") == b"moi"


def test_a_restored_old_backup_is_named_by_a_head_printed_later(
    store: Store, settings: object, out: Path, tmp_path: Path
) -> None:
    """Fault F29: the chain of an old backup is good in itself; only the paper knows better."""
    assert settings
    store.journal.append(*entries(6))
    home = sqlite_at(tmp_path / "data")
    old = back_up(home, out, NOW)
    printed = store.journal.append(entry("sau"))[0].hash
    restore_backup(old.path, home, NOW, replace=True)
    assert store.journal.verify() is None  # the portal that was open all the time sees it too
    assert store.journal.verify(old.manifest.head) is None
    assert store.journal.verify(printed) == 7
    assert back_up(home, out, NOW + timedelta(days=1)).first_bad is None  # the last backup's head is still there


def test_a_lost_end_is_told_every_night_and_nothing_is_deleted_until_somebody_accepts_it(
    filled: DataLocation, out: Path
) -> None:
    (good,) = made_daily(filled, out, 1)
    tamper(filled, "DELETE FROM journal WHERE number > 4")
    for night in range(1, 4):
        made = back_up(filled, out, NOW + timedelta(days=night), keep=1)
        assert (made.first_bad, made.deleted_backups, made.is_loss_accepted) == (5, (), False)
        said = json.loads((filled.folder / "backups" / "last.json").read_text(encoding="utf-8"))
        assert (said["head"], said["first_bad"], said["path"]) == (good.manifest.head, 5, str(made.path))
        with open_store(filled.url) as store:  # work goes on: the entry that is missing stays the same
            store.journal.append(entry(f"dem-{night}"))
    accepted = back_up(filled, out, NOW + timedelta(days=4), keep=1, accept_loss=True)
    assert (accepted.first_bad, accepted.deleted_backups, accepted.is_loss_accepted) == (None, (), True)
    after = back_up(filled, out, NOW + timedelta(days=5), keep=1)
    assert (after.first_bad, len(after.deleted_backups), after.is_loss_accepted) == (None, 5, False)


def test_a_chain_that_does_not_fit_cannot_be_accepted(filled: DataLocation, out: Path) -> None:
    made_daily(filled, out, 1)
    tamper(filled, "UPDATE journal SET actor = 'ai-do' WHERE number = 3")
    made = back_up(filled, out, NOW + timedelta(days=1), keep=1, accept_loss=True)
    assert (made.first_bad, made.deleted_backups, made.is_loss_accepted) == (3, (), False)


def test_after_a_restore_the_next_backup_finds_nothing_wrong(filled: DataLocation, out: Path) -> None:
    (old,) = made_daily(filled, out, 1)
    with open_store(filled.url) as store:
        store.journal.append(entry("sau"))
    back_up(filled, out, NOW + timedelta(days=1))
    restore_backup(old.path, filled, NOW + timedelta(days=2), replace=True)
    said = json.loads((filled.folder / "backups" / "last.json").read_text(encoding="utf-8"))
    assert (said["head"], said["path"]) == (old.manifest.head, str(old.path))
    assert back_up(filled, out, NOW + timedelta(days=3)).first_bad is None
