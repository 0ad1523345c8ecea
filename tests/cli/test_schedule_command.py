"""lotrinh schedule: what is shown, changed, paused and taken back, and that what is wrong changes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Lotrinh

SETTINGS = """\
[[campaigns]]
id = "bau-cu-2026"
units = ["04924"]
anchor = 2099-03-15
[campaigns.schedule]
cron = "0 7 * * *"
"""
CAMPAIGN = "bau-cu-2026"


@pytest.fixture(autouse=True)
def office(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")


def test_a_schedule_is_changed_kept_paused_and_taken_back(lotrinh: Lotrinh) -> None:
    assert lotrinh("schedule", "show", CAMPAIGN).stdout.startswith("mỗi ngày lúc 07:00\n")
    changed = lotrinh("schedule", "set", CAMPAIGN, "--cron", "30 6 * * 1-5", "--skip-days-off")
    assert changed.returncode == 0
    assert changed.stdout.startswith("thứ Hai đến thứ Sáu lúc 06:30; bỏ ngày nghỉ\n")
    assert lotrinh("schedule", "pause", CAMPAIGN).stdout.startswith("tạm dừng\n")
    again = lotrinh("schedule", "resume", CAMPAIGN)
    assert 'cron = "30 6 * * 1-5"' in again.stdout
    assert again.stdout.count("Asia/Ho_Chi_Minh") == 5
    back = lotrinh("schedule", "set", CAMPAIGN, "--reset")
    assert back.stdout.startswith("mỗi ngày lúc 07:00\n")
    assert lotrinh("verify").returncode == 0


def test_all_that_is_wrong_is_said_and_nothing_is_changed(lotrinh: Lotrinh) -> None:
    refused = lotrinh("schedule", "set", CAMPAIGN, "--cron", "0 25 * * *", "--report", "thứ hai", "--skip-days-off")
    assert refused.returncode == 2
    assert [line.split(":")[0] for line in refused.stderr.splitlines()] == ["cron", "report"]
    assert "skip_days_off = false" in lotrinh("schedule", "show", CAMPAIGN).stdout


def test_a_schedule_that_runs_too_often_is_refused(lotrinh: Lotrinh) -> None:
    refused = lotrinh("schedule", "set", CAMPAIGN, "--cron", "*/5 * * * *")
    assert refused.returncode == 2
    assert "phải cách ít nhất 15 phút" in refused.stderr
    assert 'cron = "0 7 * * *"' in lotrinh("schedule", "show", CAMPAIGN).stdout


def test_what_changes_nothing_says_so(lotrinh: Lotrinh) -> None:
    assert "không có gì thay đổi" in lotrinh("schedule", "set", CAMPAIGN, "--cron", "0 7 * * *").stderr


def test_a_kept_schedule_that_runs_too_often_stays_as_it_is_until_somebody_writes_it_anew(
    lotrinh: Lotrinh, tmp_path: Path
) -> None:
    lotrinh("schedule", "set", CAMPAIGN, "--cron", "0 6 * * *")
    keep(tmp_path, '{"cron": "*/10 6-18 * * *", "paused": false}')
    paused = lotrinh("schedule", "pause", CAMPAIGN).stdout
    assert paused.startswith("tạm dừng\n")
    assert 'cron = "*/10 6-18 * * *"' in paused
    assert "skip_days_off = true" in lotrinh("schedule", "set", CAMPAIGN, "--skip-days-off").stdout
    assert lotrinh("schedule", "set", CAMPAIGN, "--cron", "*/10 6-17 * * *").returncode == 2
    assert 'cron = "*/10 6-18 * * *"' in lotrinh("schedule", "resume", CAMPAIGN).stdout


def test_a_kept_schedule_that_cannot_be_read_is_told_and_stays_paused(lotrinh: Lotrinh, tmp_path: Path) -> None:
    lotrinh("schedule", "set", CAMPAIGN, "--cron", "0 6 * * *")
    keep(tmp_path, '{"cron": "0 7 L * *", "paused": true}')
    shown = lotrinh("schedule", "show", CAMPAIGN)
    assert shown.stdout.startswith("tạm dừng\n")
    assert "Không đọc được lịch mà văn phòng đã đổi" in shown.stderr
    assert "lịch trong tệp cấu hình không dùng" not in shown.stderr
    assert 'cron = "0 7 * * *"' in shown.stdout


def keep(folder: Path, content: str) -> None:
    """Put what an earlier version let in in the place of the changed schedule."""
    with closing(sqlite3.connect(folder / "data" / "lotrinh.db")) as connection, connection:
        assert connection.execute("UPDATE schedules SET content = ?", (content,)).rowcount == 1
