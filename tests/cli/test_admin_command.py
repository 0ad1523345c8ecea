"""lotrinh admin and lotrinh access slips: the first administrator, and slips on paper."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.services.access.sign_in import sign_in
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.views.apply_change import apply_change
from lotrinh.services.views.change_preview import ChangeRequest, preview_change
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.conftest import COLUMNS, Communes, Lotrinh

SECRET = "mật khẩu đủ dài"
NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)


def run_with_input(tmp_path: Path, text: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run ``lotrinh admin create --password-stdin`` with this on its standard input."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOTRINH_")}
    command = [sys.executable, "-m", "lotrinh", "admin", "create", *arguments, "--password-stdin"]
    environment = kept | {"LOTRINH_DATA_DIR": str(tmp_path / "data")}
    return subprocess.run(
        command, cwd=tmp_path, env=environment, input=text.encode(), capture_output=True, timeout=60, check=False
    )


def sign_in_role(tmp_path: Path, name: str, secret: str) -> Role:
    with open_store(f"sqlite:///{tmp_path / 'data' / 'lotrinh.db'}") as store:
        return Role(sign_in(store, name, secret, "192.0.2.1", NOW)[1].role)


def test_the_first_administrator_is_made_with_a_password_from_standard_input(tmp_path: Path, lotrinh: Lotrinh) -> None:
    done = run_with_input(tmp_path, SECRET + "\n", "Quan-Tri", "--display", "Quản trị mẫu")
    assert done.returncode == 0, done.stderr
    assert SECRET.encode() not in done.stdout + done.stderr
    assert sign_in_role(tmp_path, "quan-tri", SECRET) is Role.ADMINISTRATOR
    listed = lotrinh("admin", "list").stdout.split("\t")
    assert listed[:2] == ["quan-tri", "Quản trị mẫu"]
    with open_store(f"sqlite:///{tmp_path / 'data' / 'lotrinh.db'}") as store:
        (entry,) = store.journal.entries()
    assert (entry.new.kind, entry.new.actor, entry.new.unit) == (EntryKind.ACCOUNT, "console", "25")
    assert entry.new.body == {"what": "created", "account": "officer:quan-tri", "role": "administrator"}


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
@pytest.mark.parametrize(("second", "code"), [(SECRET, 0), ("một câu khác hẳn", 1)])
def test_at_a_terminal_the_password_is_asked_for_twice_and_never_shown(tmp_path: Path, second: str, code: int) -> None:
    master, slave = os.openpty()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOTRINH_")}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "lotrinh", "admin", "create", "quan-tri"],
        cwd=tmp_path,
        env=kept | {"LOTRINH_DATA_DIR": str(tmp_path / "data")},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        said = read_until(master, "Mật khẩu")
        os.write(master, SECRET.encode() + b"\n")
        said += read_until(master, "Nhập lại")
        os.write(master, second.encode() + b"\n")
        said += read_until(master, "quan-tri" if code == 0 else "Mật khẩu")
        if code:
            process.terminate()
        assert (process.wait(timeout=60) == 0) is (code == 0)
    os.close(master)
    assert SECRET not in said
    assert (tmp_path / "data" / "lotrinh.db").exists() is (code == 0)


def read_until(master: int, words: str) -> str:
    said = b""
    while words.encode() not in said:
        said += os.read(master, 1000)
    return said.decode()


def test_the_password_is_no_argument_and_there_is_no_default(tmp_path: Path, lotrinh: Lotrinh) -> None:
    refused = lotrinh("admin", "create", "quan-tri", SECRET)
    assert refused.returncode == 2
    for empty in ("", "\n", "ngắn\n", "quan-tri-2026\n"):
        assert run_with_input(tmp_path, empty, "quan-tri").returncode == 2
    assert lotrinh("admin", "list").stdout == ""


def test_a_forgotten_password_is_set_again_and_the_name_stays(tmp_path: Path, lotrinh: Lotrinh) -> None:
    run_with_input(tmp_path, SECRET, "quan-tri", "--display", "Quản trị mẫu")
    again = run_with_input(tmp_path, "một câu khác hẳn", "quan-tri")
    assert again.returncode == 0
    assert sign_in_role(tmp_path, "quan-tri", "một câu khác hẳn") is Role.ADMINISTRATOR
    assert "Quản trị mẫu" in lotrinh("admin", "list").stdout


def test_an_administrator_is_revoked_but_not_the_last_one(tmp_path: Path, lotrinh: Lotrinh) -> None:
    for name in ("mot", "hai"):
        run_with_input(tmp_path, SECRET, name)
    assert lotrinh("admin", "revoke", "mot").returncode == 0
    last = lotrinh("admin", "revoke", "hai")
    assert last.returncode == 2
    assert "cuối cùng" in last.stderr
    assert lotrinh("admin", "revoke", "khong-co").returncode == 2
    assert [line.endswith("—") for line in lotrinh("admin", "list").stdout.splitlines()] == [True, False]


@pytest.fixture
def office(tmp_path: Path, lotrinh: Lotrinh) -> Lotrinh:
    """A roster of three communes, so that hashing takes no time."""
    rows = ["04924,xa,Lương Sơn", "04960,xa,Liên Sơn", "05047,xa,Cao Dương"]
    text = "\n".join([COLUMNS, *(f"{row},,,,,,," for row in rows)])
    (tmp_path / "units.csv").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "settings.toml").write_text(
        '[portal]\npublic_url = "https://lotrinh.example.vn"\n[units]\nfile = "units.csv"\n', encoding="utf-8"
    )
    return lotrinh


def test_slips_are_written_into_a_new_file_that_others_cannot_read(tmp_path: Path, office: Lotrinh) -> None:
    done = office("access", "slips", "--unit", "04960", "--unit", "04924", "--out", "phieu.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "phieu.html").read_text(encoding="utf-8")
    secrets = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert len(secrets) == 2
    assert page.index("Xã Liên Sơn") < page.index("Xã Lương Sơn")
    assert sign_in_role(tmp_path, "04960", secrets[0]) is Role.UNIT
    assert page.count("data:image/svg+xml") == 2
    assert "https://lotrinh.example.vn" in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "phieu.html").stat().st_mode) == 0o600
    assert not set(secrets) & set((done.stdout + done.stderr).split())


def test_all_units_get_one_slip_each(tmp_path: Path, office: Lotrinh) -> None:
    assert office("access", "slips", "--all", "--out", "phieu.html").returncode == 0
    assert (tmp_path / "phieu.html").read_text(encoding="utf-8").count("<img") == 3


@pytest.mark.parametrize("arguments", [
    ("--out", "moi.html"), ("--all", "--unit", "04960", "--out", "moi.html"), ("--unit", "99999", "--out", "moi.html"),
    ("--all", "--out", "khong-co/moi.html"), ("--all", "--out", "cu.html"), ("--all",)
])  # fmt: skip
def test_what_cannot_be_meant_issues_nothing_and_writes_nothing(
    tmp_path: Path, office: Lotrinh, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "cu.html").write_text("cũ", encoding="utf-8")
    assert office("access", "slips", *arguments).returncode == 2
    assert not (tmp_path / "moi.html").exists()
    assert (tmp_path / "cu.html").read_text(encoding="utf-8") == "cũ"
    with open_store(f"sqlite:///{tmp_path / 'data' / 'lotrinh.db'}") as store:
        assert store.accounts.all() == ()


def test_help_says_which_is_for_people_and_which_for_software(lotrinh: Lotrinh) -> None:
    text = " ".join(lotrinh("access", "--help").stdout.split())
    assert "phần mềm riêng" in text
    assert "đăng nhập" in text


def test_codes_for_software_leave_an_entry(tmp_path: Path, office: Lotrinh) -> None:
    assert office("access", "issue", "04960").returncode == 0
    assert office("access", "revoke", "04960").returncode == 0
    with open_store(f"sqlite:///{tmp_path / 'data' / 'lotrinh.db'}") as store:
        assert [e.new.body["what"] for e in store.journal.entries(unit="04960")] == ["code", "code_revoked"]


def test_a_check_counts_from_the_anchor_that_was_applied_in_the_portal(
    tmp_path: Path, lotrinh: Lotrinh, communes: Communes, roster: Callable[..., str]
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with open_store(settings.database_url) as store:
        live = LiveCampaign(store, settings, open_campaign_of_files(settings, "bau-cu-2026"))
        made = preview_change(store, settings, live, ChangeRequest(date(2026, 3, 22)), NOW)
        apply_change(store, made, made.digest, "officer:lan", NOW)
    units = roster({"04924": communes.says("04924")})
    arguments = ("--as-of", "2026-02-02T08:00", "--units", units, "--format", "json", "--direct")
    done = lotrinh("check", "bau-cu-2026", *arguments)
    assert done.returncode == 0, done.stderr
    steps = {s["id"]: s for s in json.loads(done.stdout)["units"][0]["steps"]}
    assert steps["quyet-dinh-to-bau-cu"]["due_at"] == "2026-02-07T23:59:59+07:00"
