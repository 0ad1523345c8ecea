"""A restore that was killed: which database it was about, and who may not go on before it is repeated."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.errors import Conflict
from lotrinh.services.upkeep.backup import BackupResult, DataLocation, back_up
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.services.upkeep.restore_marker import require_finished
from lotrinh.store import open_store
from lotrinh.store.engine import database_identity
from tests.conftest import TOP
from tests.services.upkeep.test_restore import KILLED
from tests.services.whole import NOW, home, made, rows_of, sqlite_at
from tests.store.entries import entries

__all__ = ["home", "made"]


def killed(path: Path, place: DataLocation) -> None:
    """Let a restore be killed when everything is laid out and the database is still the old one."""
    command = [sys.executable, "-c", KILLED, str(path), place.url, str(place.folder), NOW.isoformat()]
    assert subprocess.run(command, check=False, cwd=TOP).returncode == 9


def test_one_that_was_killed_is_repeated_into_its_own_database_and_no_other(
    home: DataLocation, made: BackupResult
) -> None:
    other = DataLocation(sqlite_at(home.folder.with_name("khac")).url, home.folder)
    before, units = rows_of(home.url), (home.folder / "units" / "phu-tho.csv").read_bytes()
    killed(made.path, other)
    for attempt in (
        lambda: require_finished(home.folder, home.url),  # its folders are half restored
        lambda: restore_backup(made.path, home, NOW, replace=True),
    ):
        with pytest.raises(Conflict, match=r"khac/lotrinh\.db bị ngắt giữa chừng"):
            attempt()
    assert rows_of(home.url) == before
    done = restore_backup(made.path, other, NOW + timedelta(seconds=1), replace=True)
    assert done.old_data is not None
    assert units == (done.old_data / "units" / "phu-tho.csv").read_bytes()
    require_finished(home.folder, home.url)


def test_one_that_touched_no_folder_keeps_no_other_database_from_being_used(tmp_path: Path) -> None:
    own, folder = sqlite_at(tmp_path / "data"), tmp_path / "data"
    other = DataLocation(sqlite_at(tmp_path / "khac").url, folder)
    with open_store(own.url) as store:
        store.journal.append(*entries(3))
    path = back_up(own, tmp_path / "kho", NOW).path
    killed(path, other)
    with pytest.raises(Conflict, match="bị ngắt giữa chừng"):
        require_finished(folder, other.url)
    require_finished(folder, own.url)
    assert back_up(own, tmp_path / "kho", NOW + timedelta(1)).manifest.entries == 3
    assert restore_backup(path, own, NOW, replace=True).extent.entries == 3
    require_finished(folder, other.url)


def test_a_folder_that_was_moved_with_its_database_in_it_knows_what_was_killed(
    home: DataLocation, made: BackupResult
) -> None:
    killed(made.path, home)
    moved = sqlite_at(home.folder.rename(home.folder.with_name("cho-khac")))
    with pytest.raises(Conflict, match=r"cơ sở dữ liệu lotrinh\.db bị ngắt giữa chừng"):
        require_finished(moved.folder, moved.url)
    assert restore_backup(made.path, moved, NOW + timedelta(seconds=1), replace=True).extent.entries == 6


def test_a_marker_of_an_older_version_is_about_whatever_database_there_is(
    home: DataLocation, made: BackupResult
) -> None:
    killed(made.path, home)
    marker = home.folder / "restore.json"
    said = json.loads(marker.read_text(encoding="utf-8"))
    old = {name: value for name, value in said.items() if name not in {"database", "touched"}}
    marker.write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(Conflict, match="bị ngắt giữa chừng"):
        require_finished(home.folder, home.url)
    assert restore_backup(made.path, home, NOW + timedelta(seconds=1), replace=True).extent.entries == 6


@pytest.mark.parametrize("secret", ["mat-khau", "ai"])
def test_which_database_it_is_about_is_said_without_who_and_with_what_password(tmp_path: Path, secret: str) -> None:
    place = database_identity("postgresql+psycopg://ai:mat-khau@may:5433/so?password=mat-khau&user=ai", tmp_path)
    assert place == "postgresql://may:5433/so"
    assert secret not in place
