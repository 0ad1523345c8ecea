"""Every row of a return sheet is answered: with what it says, or with everything that is wrong, cell by cell."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.status.journal import EntryKind
from lotrinh.reports.return_sheet.layout import PLACE
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from tests.services.builders import LIEN_SON, NOW
from tests.services.returned import DONE, LATER, Desk, desk_of, filled, row_of, sentences


@pytest.fixture
def desk(store: Store, settings: Settings) -> Desk:
    return desk_of(store, settings)


WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("so", {"completed_on": "29/1/2026"}, [("document.number", "cần số văn bản: Quyết định")]),
    ("so", {"document.number": "12/QĐ-UBND"}, [("completed_on", "Hãy ghi ngày hoàn thành")]),
    ("thuong", {"completed_on": "31/2/2026"}, [("completed_on", "“31/2/2026” không phải một ngày")]),
    ("thuong", {"completed_on": "hôm qua"}, [("completed_on", "“hôm qua” không phải một ngày")]),
    ("thuong", {"completed_on": 46051}, [("completed_on", "“46051” không phải một ngày")]),
    ("thuong", {"completed_on": "10/2/2026"}, [("completed_on", "10/02/2026 ở sau hôm nay")]),
    ("thuong", {"completed_on": "29/1/2026", "document.date": "30/1/2026"}, [("document.date", "sau ngày hoàn thành")]),
    ("thuong", {"completed_on": "=TODAY()"}, [("completed_on", "có công thức")]),
    ("thuong", {"obstacle": '=HYPERLINK("http://x")'}, [("obstacle", "có công thức")]),
    ("thuong", {"completed_on": "29/1/2026", "note": "x" * 2001}, [("note", "Nhiều nhất 2000 ký tự")]),
    ("thuong", {"completed_on": "29/1/2026", "document.number": "9" * 201}, [("document.number", "Nhiều nhất 200")]),
    ("thuong", {"obstacle": "x" * 2001}, [("obstacle", "Nhiều nhất 2000 ký tự")]),
    ("thuong", {"completed_on": "29/1/2026", "obstacle": "Mất điện"}, [("obstacle", "vừa ghi hoàn thành vừa ghi")]),
    ("thuong", {"completed_on": "29/1/2026", "done": 1, "of": 2}, [("done", "không đếm số lượng")]),
    ("thuong", {"obstacle": "Mất điện", "note": "x"}, [("note", "chỉ đi cùng ngày hoàn thành")]),
    ("thuong", {"signer": "Chủ tịch UBND xã"}, [("completed_on", "Hãy ghi ngày hoàn thành")]),
    (
        "thuong",
        {"completed_on": "29/1/2026", "document.number": date(2026, 3, 12)},
        [("document.number", "đổi chữ thành")],
    ),
    ("thuong", {"completed_on": "29/1/2026", "note": True}, [("note", "đổi chữ thành đúng/sai")]),
    ("dem", {"completed_on": "29/1/2026", "done": True, "of": 2}, [("done", "đổi chữ thành đúng/sai")]),
    ("dem", {"done": 7, "of": 12}, [("completed_on", "ngày của số liệu")]),
    ("dem", {"completed_on": "29/1/2026", "done": 7}, [("of", "Hãy ghi tổng số")]),
    ("dem", {"completed_on": "29/1/2026", "of": 12}, [("done", "Hãy ghi số đã xong")]),
    ("dem", {"completed_on": "29/1/2026", "done": 13, "of": 12}, [("done", "lớn hơn tổng số 12")]),
    (
        "dem",
        {"completed_on": "29/1/2026", "done": "bảy", "of": 0},
        [("done", "không phải một số lượng"), ("of", "từ 1")],
    ),
    ("dem", {"completed_on": "29/1/2026", "done": 1.5, "of": 2}, [("done", "“1.5” không phải một số lượng")]),
    ("dem", {"completed_on": "29/1/2026", "done": -1, "of": 2}, [("done", "“-1” không phải một số lượng")]),
    ("tep", DONE, [("completed_on", "phải kèm tệp văn bản: hãy xác nhận hoàn thành ở trang")]),
]


@pytest.mark.parametrize(("name", "fields", "expected"), WRONG)
def test_what_is_wrong_is_said_with_its_cell_and_nothing_is_recorded(
    desk: Desk, name: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    numbers: list[int] = []
    content = filled(
        desk.sheet(), {name: fields, "dem-nua": {"proposal": "Xin máy"}}, lambda p: numbers.append(row_of(p, name))
    )
    found = sentences(desk.judge(content))
    assert [place for place, _ in found] == [f"phieu-1.xlsx:{numbers[0]}:{PLACE[field] + 1}" for field, _ in expected]
    for (_, sentence), (field, part) in zip(found, expected, strict=True):
        assert sentence.startswith(f"Ô {chr(ord('A') + PLACE[field])}{numbers[0]}: ")
        assert part in sentence
    assert desk.said() == []


def test_all_rows_are_answered_at_once_in_their_order(desk: Desk) -> None:
    cells = {name: {"completed_on": "x"} for name in ("so", "thuong", "dem")}
    found = sentences(desk.judge(filled(desk.sheet(), cells)))
    assert len(found) == 4  # the first lacks its document's number too
    assert [int(place.split(":")[1]) for place, _ in found] == sorted(int(place.split(":")[1]) for place, _ in found)


READ: list[tuple[Any, date]] = [
    ("29/1/2026", date(2026, 1, 29)),
    ("2/1/2026", date(2026, 1, 2)),
    ("02-01-2026", date(2026, 1, 2)),
    ("2.1.2026", date(2026, 1, 2)),
    (" 02012026 ", date(2026, 1, 2)),
    ("2026-01-29", date(2026, 1, 29)),
    (29012026, date(2026, 1, 29)),
    (date(2026, 1, 29), date(2026, 1, 29)),
    (datetime(2026, 1, 29, 10, 30), date(2026, 1, 29)),  # noqa: DTZ001 - cells know no zones
]


@pytest.mark.parametrize(("typed", "day"), READ)
def test_days_are_read_day_before_month_however_they_stand_in_the_cell(desk: Desk, typed: object, day: date) -> None:
    (entry,) = desk.record(filled(desk.sheet(), {"thuong": {"completed_on": typed}}))
    assert entry.new.body["completed_on"] == day.isoformat()


def test_a_day_before_the_campaign_began_is_refused(desk: Desk) -> None:
    desk.campaign = replace(desk.campaign, starts=date(2025, 3, 15))
    ((_, sentence),) = sentences(desk.judge(filled(desk.sheet(), {"thuong": {"completed_on": "14/3/2025"}})))
    assert "14/03/2025 ở trước khi đợt này bắt đầu (15/03/2025)" in sentence


COUNTS: list[tuple[dict[str, Any], EntryKind, tuple[int, int]]] = [
    ({"done": 7, "of": 12}, EntryKind.PROGRESSED, (7, 12)),
    ({"done": "12", "of": "12"}, EntryKind.CONFIRMED, (12, 12)),
    ({"done": 12.0, "of": 12}, EntryKind.CONFIRMED, (12, 12)),
    ({"done": "1.200", "of": "1.500"}, EntryKind.PROGRESSED, (1200, 1500)),
    ({"done": 0, "of": 12}, EntryKind.PROGRESSED, (0, 12)),
]


@pytest.mark.parametrize(("typed", "kind", "progress"), COUNTS)
def test_counts_are_progress_until_they_are_full(
    desk: Desk, typed: dict[str, Any], kind: EntryKind, progress: tuple[int, int]
) -> None:
    (entry,) = desk.record(filled(desk.sheet(), {"dem": {"completed_on": "29/1/2026", **typed}}))
    assert entry.new.kind is kind
    assert (entry.new.body["progress"]["done"], entry.new.body["progress"]["of"]) == progress


def test_a_total_that_was_reported_need_not_be_written_again(desk: Desk) -> None:
    desk.happened(EntryKind.PROGRESSED, "dem", NOW, completed_on="2026-02-01", progress={"done": 3, "of": 12})
    (entry,) = desk.record(filled(desk.sheet(at=LATER), {"dem-nua": {"completed_on": "29/1/2026", "done": 12}}))
    assert entry.new.body["progress"] == {"done": 12, "of": 12}


def test_a_step_that_needs_a_file_can_still_report_what_stands_in_its_way(desk: Desk) -> None:
    (entry,) = desk.record(filled(desk.sheet(), {"tep": {"obstacle": "Mất điện"}}))
    assert entry.new.body["note"] == "Mất điện"


def test_text_that_looks_like_a_formula_stays_text_and_hostile_text_is_kept_as_it_is(desk: Desk) -> None:
    text = "<script>alert(1)</script> -1+1 & 'x'"
    (entry,) = desk.record(filled(desk.sheet(), {"thuong": {"obstacle": text, "signer": "+84 912"}}))
    assert (entry.new.body["note"], entry.new.body["signer"]) == (text, "+84 912")


def test_decomposed_letters_and_windows_line_ends_are_composed(desk: Desk) -> None:
    (entry,) = desk.record(
        filled(desk.sheet(), {"thuong": {"obstacle": unicodedata.normalize("NFD", "Mất điện\r\nhai ngày")}})
    )
    assert entry.new.body["note"] == "Mất điện\nhai ngày"


def moved(field: str, value: str, of: str = "thuong") -> Callable[[Worksheet], None]:
    return lambda page: page.cell(row_of(page, of), PLACE[field] + 1, value) and None


def code_of(content: bytes, name: str) -> str:
    found: list[str] = []
    filled(content, {}, lambda page: found.append(str(page.cell(row_of(page, name), 1).value)))
    return found[0]


def test_a_mistyped_code_is_named_and_the_one_that_was_meant_is_proposed(desk: Desk) -> None:
    sheet = desk.sheet()
    code = code_of(sheet, "thuong")
    typed = code[:-1] + ("2" if code[-1] != "2" else "3")
    ((_, sentence),) = sentences(desk.judge(filled(sheet, {"thuong": DONE}, moved("code", typed))))
    assert sentence.endswith(f": mã “{typed}” gõ sai. Có phải là {code}?")


def test_a_code_typed_by_hand_in_any_case_is_read(desk: Desk) -> None:
    sheet = desk.sheet()
    typed = code_of(sheet, "thuong").lower().replace("-", " ")
    assert len(desk.judge(filled(sheet, {"thuong": DONE}, moved("code", typed))).new_statements) == 1


def test_another_units_code_is_named_with_its_unit(desk: Desk) -> None:
    theirs = code_of(desk.sheet(LIEN_SON), "thuong")
    ((_, sentence),) = sentences(desk.judge(filled(desk.sheet(), {"thuong": DONE}, moved("code", theirs))))
    assert f"mã “{theirs}” là của Xã Liên Sơn, không phải của Xã Lương Sơn" in sentence


@pytest.mark.parametrize(
    ("typed", "part"), [("", "thiếu mã"), ("XXXXXXXXX", "gõ sai. Hãy chép lại"), ("=A1", "có công thức")]
)
def test_a_row_without_a_good_code_is_refused(desk: Desk, typed: str, part: str) -> None:
    found = sentences(desk.judge(filled(desk.sheet(), {"thuong": DONE}, moved("code", typed))))
    assert part in found[0][1]


def test_a_code_that_stands_twice_is_named_with_both_rows(desk: Desk) -> None:
    sheet = desk.sheet()
    rows: list[int] = []

    def twice(page: Worksheet) -> None:
        rows.append(row_of(page, "so"))
        page.append([page.cell(rows[0], place + 1).value for place in range(len(PLACE))])

    ((place, sentence),) = sentences(desk.judge(filled(sheet, {"so": DONE}, twice)))
    assert f"mã này đã có ở dòng {rows[0]}" in sentence
    assert int(place.split(":")[1]) > rows[0]


def test_a_title_that_does_not_belong_to_its_code_is_refused(desk: Desk) -> None:
    """Somebody sorted one column alone: what was filled in would go to another step."""

    def mixed(page: Worksheet) -> None:
        column = PLACE["step"] + 1
        one, other = row_of(page, "so"), row_of(page, "thuong")
        first = page.cell(one, column).value
        page.cell(one, column).value = page.cell(other, column).value
        page.cell(other, column).value = first

    found = sentences(desk.judge(filled(desk.sheet(), {"so": DONE}, mixed)))
    assert [sentence.split(": ", 1)[1].split(".")[0] for _, sentence in found] == ["tên đầu việc không khớp với mã"] * 2


def test_a_sheet_of_a_journal_that_is_not_this_one_is_refused(desk: Desk) -> None:
    for n in range(3):
        desk.happened(EntryKind.OBSTACLE, "thuong", NOW, note=f"{n}")
    sheet = desk.sheet()
    assert desk.judge(filled(sheet, {"so": DONE})).problems == ()
    with open_store(f"sqlite:///{desk.settings.data_dir / 'khac.db'}") as store:
        other = Desk(store, desk.settings, desk.campaign)
        assert "từ một nhật ký khác" in sentences(other.judge(filled(sheet, {"so": DONE})))[0][1]
