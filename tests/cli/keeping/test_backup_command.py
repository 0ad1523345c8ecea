"""lotrinh backup, restore, db copy: what the person at the terminal reads."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lotrinh.cli.up.processes import Child, free_port
from lotrinh.services.upkeep.lock import FolderLock, hold_alone
from lotrinh.store import open_store
from tests.conftest import Lotrinh
from tests.store.entries import entries, entry

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from lotrinh.cli.main import main
main(sys.argv[2:])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with open_store(f"sqlite:///{tmp_path}/data/lotrinh.db") as store:
        store.journal.append(*entries(400))
    return tmp_path / "data"


def test_from_backup_to_drill_to_the_printed_head(lotrinh: Lotrinh, data: Path, tmp_path: Path) -> None:
    made = lotrinh("backup", "--keep", "7")
    assert made.returncode == 0, made.stderr
    path = Path(made.stdout.strip())
    assert path.parent == data / "backups"
    assert "400 mục nhật ký" in made.stderr
    (head,) = re.findall("[0-9a-f]{64}", made.stderr)
    drill = lotrinh("restore", str(path), "--into", str(tmp_path / "tap"))
    assert drill.returncode == 0, drill.stderr
    assert head in drill.stderr
    assert "lotrinh verify --head" in drill.stderr
    for typed in (head, head[:12], head.upper()):
        assert lotrinh("verify", "--head", typed, LOTRINH_DATA_DIR=str(tmp_path / "tap")).returncode == 0


def test_an_old_backup_put_back_is_noticed_against_a_printed_head(lotrinh: Lotrinh, data: Path) -> None:
    path = lotrinh("backup").stdout.strip()
    with open_store(f"sqlite:///{data}/lotrinh.db") as store:
        (printed,) = store.journal.append(entry("sau"))
    assert lotrinh("restore", path, "--replace", "--yes").returncode == 0
    assert lotrinh("verify").returncode == 0
    found = lotrinh("verify", "--head", printed.hash)
    assert found.returncode == 2
    assert "không còn chứa mã này: hoặc mã ghi sai, hoặc nhật ký đã bị cắt hay làm lại" in found.stderr


def test_a_record_that_is_there_is_not_replaced_without_being_asked_for_and_confirmed(
    lotrinh: Lotrinh, data: Path
) -> None:
    path = lotrinh("backup").stdout.strip()
    before = sorted(p.name for p in data.iterdir())
    refused, unasked = lotrinh("restore", path), lotrinh("restore", path, "--replace")
    assert (refused.returncode, unasked.returncode) == (2, 2)
    assert "400 mục nhật ký" in refused.stderr
    assert "--replace" in refused.stderr
    assert "--yes" in unasked.stderr
    assert set(before) <= {p.name for p in data.iterdir()} <= {*before, "up.lock", "locks"}


def test_a_record_that_is_up_is_not_replaced(lotrinh: Lotrinh, data: Path) -> None:
    path = lotrinh("backup").stdout.strip()
    with FolderLock(data / "up.lock").write_holder():
        refused = lotrinh("restore", path, "--replace", "--yes")
    assert refused.returncode == 2
    assert "lotrinh up" in refused.stderr
    assert list(data.glob("replaced-*")) == []


@contextmanager
def portal(data: Path, log: Path) -> Iterator[None]:
    """A portal of its own, as ``lotrinh portal`` starts it."""
    port = free_port(0)
    own = {"LOTRINH_DATA_DIR": str(data), "LOTRINH_PORTAL__PORT": str(port)}
    child = Child("portal", ["lotrinh", "portal"], own, log)
    try:
        child.wait_for(f"http://127.0.0.1:{port}/healthz", 60)
        yield
    finally:
        child.stop()


def test_under_a_portal_nothing_is_restored_and_two_portals_and_a_check_run_beside_each_other(
    lotrinh: Lotrinh, data: Path, tmp_path: Path, roster: Callable[..., str]
) -> None:
    path = lotrinh("backup").stdout.strip()
    with portal(data, tmp_path / "mot.log"):
        with portal(data, tmp_path / "hai.log"):
            checked = lotrinh("check", "bau-cu-2026", "--units", roster({"04924": ""}), "--direct")
            assert checked.returncode in {0, 3}, checked.stderr
        refused = lotrinh("restore", path, "--replace", "--yes")
        assert refused.returncode == 2
        assert "Cổng (`lotrinh portal`) đang chạy với thư mục dữ liệu này." in refused.stderr
        assert list(data.glob("replaced-*")) == []
    assert lotrinh("restore", path, "--replace", "--yes").returncode == 0


@pytest.mark.parametrize("command", [["portal"], ["up"], ["check", "bau-cu-2026"]])
def test_while_a_record_is_restored_nothing_is_started_on_it(lotrinh: Lotrinh, data: Path, command: list[str]) -> None:
    with hold_alone(data):
        refused = lotrinh(*command)
    assert refused.returncode == 2
    assert "Đang khôi phục (`lotrinh restore`)" in refused.stderr


def test_while_a_record_is_restored_no_schedules_are_served_on_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.serve import main

    monkeypatch.setenv("LOTRINH_LANG", "vi")
    file = tmp_path / "settings.toml"
    file.write_text('data_dir = "data"\n[prefect]\napi_url = "http://127.0.0.1:9/api"\n', encoding="utf-8")
    with hold_alone(data):
        assert main(["--settings", str(file)]) == 2
    assert "Đang khôi phục (`lotrinh restore`)" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize(("typed", "code"), [("lotrinh.db", 0), ("co", 2)])
def test_at_a_terminal_the_name_is_typed_to_replace(
    lotrinh: Lotrinh, data: Path, tmp_path: Path, typed: str, code: int
) -> None:
    path = lotrinh("backup").stdout.strip()
    own, other = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "lotrinh", "restore", path, "--replace"],
        cwd=tmp_path,
        env=os.environ | {"LOTRINH_DATA_DIR": str(data)},
        stdin=other,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        os.write(own, f"{typed}\n".encode())
        _, told = process.communicate(timeout=60)
    os.close(own)
    os.close(other)
    assert process.returncode == code, told.decode()
    assert bool(list(data.glob("replaced-*"))) == (code == 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
@pytest.mark.parametrize("limit", [100, 60_000, 300_000])
def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(data: Path, tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), "backup", "--out", str(tmp_path / "kho")],
        cwd=tmp_path,
        env=os.environ | {"LOTRINH_DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith(("Chưa sao lưu", "Chưa ghi nhận"))
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "kho").glob("*")) == list((tmp_path / "kho").glob(".lotrinh*")) == []
    assert not (data / "backups" / "last.json").exists()


def test_an_archive_that_is_damaged_is_named_with_the_member(lotrinh: Lotrinh, data: Path, tmp_path: Path) -> None:
    assert data
    path = Path(lotrinh("backup").stdout.strip())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data/units/la.csv", "x")
    found = lotrinh("restore", str(path), "--into", str(tmp_path / "tap"))
    assert found.returncode == 2
    assert f"{path}:data/units/la.csv: " in found.stderr
    assert not (tmp_path / "tap").exists()


def test_a_file_that_is_gone_is_named_and_the_exit_code_tells(lotrinh: Lotrinh, data: Path, tmp_path: Path) -> None:
    from tests.services.whole import confirm_with_file

    with open_store(f"sqlite:///{tmp_path}/data/lotrinh.db") as store:
        file = confirm_with_file(store, data, "co-tep").new.body["file"]["id"]
    (data / "files" / file[:2] / file).unlink()
    made = lotrinh("backup")
    assert made.returncode == 2
    assert file in made.stderr
    assert Path(made.stdout.strip()).is_file()


def test_copying_says_what_stands_there_and_no_secret(lotrinh: Lotrinh, data: Path, tmp_path: Path) -> None:
    source = f"sqlite:///{data}/lotrinh.db"
    failed = lotrinh("db", "copy", source, "postgresql+psycopg://ai:mat-khau@127.0.0.1:1/x")
    assert failed.returncode == 4
    assert "mat-khau" not in failed.stdout + failed.stderr
    done = lotrinh("db", "copy", source, f"sqlite:///{tmp_path}/khac.db")
    assert done.returncode == 0
    assert "400 mục nhật ký" in done.stderr
    assert "Bản cũ đã đóng" in done.stderr
    assert "LOTRINH_DATABASE__URL" not in os.environ  # so what follows does not know of the new one
    moved = f"đã chuyển sang {tmp_path}/khac.db"
    for command in ("verify", "backup", "remind"):
        refused = lotrinh(command)
        assert (refused.returncode, moved in refused.stderr) == (2, True), command
    assert moved in lotrinh("doctor").stdout
    assert lotrinh("verify", LOTRINH_DATABASE__URL=f"sqlite:///{tmp_path}/khac.db").returncode == 0
    opened = lotrinh("db", "reopen")
    assert (opened.returncode, "đừng dùng cả hai" in opened.stderr) == (0, True)
    assert lotrinh("verify").returncode == 0
    assert "không phải bản cũ đã chuyển đi" in lotrinh("db", "reopen").stderr
    again = lotrinh("db", "copy", source, f"sqlite:///{tmp_path}/khac.db")
    assert again.returncode == 2
    assert "journal 400" in again.stderr


def test_a_lost_end_is_told_until_a_person_accepts_it(lotrinh: Lotrinh, data: Path) -> None:
    import sqlite3
    from contextlib import closing

    assert lotrinh("backup").returncode == 0
    with closing(sqlite3.connect(data / "lotrinh.db", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER journal_no_delete")
        raw.execute("DELETE FROM journal WHERE number > 390")
    nights = [lotrinh("backup", "--keep", "1"), lotrinh("backup", "--keep", "1")]
    assert [night.returncode for night in nights] == [2, 2]
    assert all("mục số 391" in night.stderr and "--accept-head" in night.stderr for night in nights)
    assert lotrinh("backup", "--accept-head").returncode == 0
    assert lotrinh("backup").returncode == 0


@pytest.mark.parametrize("command", [["portal"], ["up"], ["backup"], ["check", "bau-cu-2026"], ["send"]])
def test_a_restore_that_did_not_end_is_said_and_nothing_is_started(
    lotrinh: Lotrinh, data: Path, command: list[str]
) -> None:
    (data / "restore.json").write_text("{}", encoding="utf-8")
    refused = lotrinh(*command)
    assert refused.returncode == 2
    assert "bị ngắt giữa chừng" in refused.stderr
    assert "bị ngắt giữa chừng" in lotrinh("doctor").stdout
