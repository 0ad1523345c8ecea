"""What doctor says of backups that are made every night, and then are not."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lotrinh.errors import LotrinhError
from lotrinh.i18n import say
from lotrinh.services.doctor import database
from lotrinh.services.doctor.finding import Sign
from lotrinh.services.upkeep.backup import DataLocation, back_up
from lotrinh.store import open_store
from tests.services.whole import NOW, sqlite_at
from tests.store.entries import entries

NIGHT, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path) -> DataLocation:
    made = sqlite_at(tmp_path / "data")
    with open_store(made.url) as store:
        store.journal.append(*entries(1))
    return made


def looked(place: DataLocation, later: timedelta) -> tuple[Sign, str, str]:
    """What doctor finds some time after the first night, and advises."""
    found = database.inspect_backup(place.folder, NOW + later, ZoneInfo("Asia/Ho_Chi_Minh"))
    return found.sign, say(found.found), say(found.advice) if found.advice else ""


def nights(place: DataLocation, out: Path, *apart: timedelta) -> None:
    for later in apart:
        back_up(place, out, NOW + later)


def failing(place: DataLocation, out: Path, later: timedelta) -> None:
    with pytest.raises(LotrinhError):
        back_up(place, out, NOW + later)


def test_where_backups_are_made_every_night_one_that_is_missed_is_told_the_same_day(
    place: DataLocation, tmp_path: Path
) -> None:
    nights(place, tmp_path / "kho", 0 * NIGHT, 1 * NIGHT, 2 * NIGHT)
    assert looked(place, 2 * NIGHT + 25 * HOUR)[0] is Sign.GOOD
    sign, _, advice = looked(place, 2 * NIGHT + 27 * HOUR)
    assert (sign, "Đã lỡ bản kế tiếp" in advice) == (Sign.ATTENTION, True)
    nights(place, tmp_path / "kho", 2 * NIGHT + 28 * HOUR)
    assert looked(place, 2 * NIGHT + 29 * HOUR)[0] is Sign.GOOD


@pytest.mark.parametrize("apart", [(0 * HOUR, HOUR, 2 * HOUR), (0 * NIGHT, 3 * NIGHT, 6 * NIGHT), (0 * NIGHT, NIGHT)])
def test_backups_by_hand_or_seldom_are_not_missed_the_next_day(
    place: DataLocation, tmp_path: Path, apart: tuple[timedelta, ...]
) -> None:
    nights(place, tmp_path / "kho", *apart)
    assert looked(place, apart[-1] + 2 * NIGHT)[0] is Sign.GOOD


def test_a_backup_that_fails_night_after_night_is_told_with_its_reason_until_one_is_made(
    place: DataLocation, tmp_path: Path
) -> None:
    nights(place, tmp_path / "kho", 0 * NIGHT)
    (tmp_path / "dia-mat").touch()  # where a disk should be mounted
    failing(place, tmp_path / "dia-mat", NIGHT)
    assert looked(place, 25 * HOUR)[0] is Sign.GOOD
    sign, said, advice = looked(place, 27 * HOUR)
    assert sign is Sign.ATTENTION
    assert "lần thử lúc 08:00 03/02/2026 không được (Chưa sao lưu: không ghi được tệp" in said
    assert advice == "Sửa chỗ đó rồi chạy: lotrinh backup"
    nights(place, tmp_path / "kho", 2 * NIGHT)
    assert looked(place, 2 * NIGHT + HOUR)[0] is Sign.GOOD
    assert looked(place, 4 * NIGHT)[0] is Sign.GOOD  # by hand, it seems: what failed before the last one is over


def test_a_first_backup_that_fails_says_why(place: DataLocation, tmp_path: Path) -> None:
    (tmp_path / "dia-mat").touch()
    failing(place, tmp_path / "dia-mat", 0 * NIGHT)
    sign, said, _ = looked(place, HOUR)
    assert (sign, said.startswith("Chưa sao lưu lần nào; lần thử lúc ")) == (Sign.ATTENTION, True)


def test_a_failure_where_there_is_no_data_folder_leaves_nothing(tmp_path: Path) -> None:
    failing(sqlite_at(tmp_path / "khong-co"), tmp_path / "kho", 0 * NIGHT)
    assert [path.name for path in tmp_path.iterdir() if path.name != "kho"] == []
