"""Return sheets at the portal: a unit takes its own away, the office hands the filled one in, looks, and records it."""

import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.settings.models import Settings
from tests.portal.conftest import Enter, Portal
from tests.portal.desk import HOME, LIEN_SON, LUONG_SON, entries_about, open_desk, record_entry, small_settings
from tests.portal.people import hidden_fields, page_text, send_form

SHEET, HERE = f"{HOME}/units/{LUONG_SON}/sheet", f"{HOME}/sheets"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def desk(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter)


def filled(content: bytes, day: str = "29/1/2026", change: Callable[[Worksheet], object] = id) -> bytes:
    """Fill in the first row of a sheet."""
    book = load_workbook(io.BytesIO(content))
    page = book.active
    assert isinstance(page, Worksheet)
    head = next(n for n in range(1, 30) if page.cell(n, 1).value == "Mã")
    page.cell(head + 1, 6).value = day
    page.cell(head + 1, 7).value = "12/QĐ-UBND"
    change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hand_in(desk: httpx.Client, content: bytes, name: str = "phieu.xlsx") -> httpx.Response:
    return send_form(desk, HERE, files={"file": (name, content)})


def agree(desk: httpx.Client, seen: httpx.Response) -> httpx.Response:
    return desk.post(f"{HERE}/send", data=hidden_fields(seen.text.split("<main", 1)[1]))


def test_a_sheet_is_a_download_for_typing_and_for_paper(desk: httpx.Client) -> None:
    for form, start in (("xlsx", b"PK"), ("html", b"<!doctype html>")):
        answer = desk.get(f"{SHEET}.{form}")
        assert answer.content.startswith(start)
        assert answer.headers["content-disposition"] == f'attachment; filename="phieu-thu-{LUONG_SON}.{form}"'
        assert "sandbox" in answer.headers["content-security-policy"]
    assert desk.get(f"{SHEET}.json").status_code == 404
    home = desk.get(f"{HOME}/units/{LUONG_SON}").text
    assert f'href="{SHEET}.xlsx"' in home
    assert f'href="{SHEET}.html"' in home


def test_an_officer_looks_at_a_returned_sheet_then_records_it_under_their_own_name(
    portal: Portal, desk: httpx.Client
) -> None:
    assert f'href="{HERE}"' in desk.get(f"{HOME}/overview").text
    seen = hand_in(desk, filled(desk.get(f"{SHEET}.xlsx").content))
    assert "ngày 29/01/2026" in page_text(seen)
    assert entries_about(portal, LUONG_SON, "dau") == []
    done = agree(desk, seen)
    assert "Đã ghi 1 mục" in page_text(done)
    (entry,) = entries_about(portal, LUONG_SON, "dau")
    assert (entry.new.kind, entry.new.actor) == (EntryKind.CONFIRMED, "officer:van-phong")


def test_sent_twice_or_handed_in_again_it_is_recorded_once(portal: Portal, desk: httpx.Client) -> None:
    content = filled(desk.get(f"{SHEET}.xlsx").content)
    seen = hand_in(desk, content)
    assert agree(desk, seen).status_code == 200
    assert agree(desk, seen).status_code == 200
    again = hand_in(desk, content)
    assert "đã ghi trước đây: không ghi lại" in page_text(again)
    assert 'action="' + HERE + '/send"' not in again.text
    assert len(entries_about(portal, LUONG_SON, "dau")) == 1


def test_what_is_wrong_is_listed_by_row_and_nothing_is_recorded(portal: Portal, desk: httpx.Client) -> None:
    answer = hand_in(desk, filled(desk.get(f"{SHEET}.xlsx").content, "31/2/2026"))
    assert answer.status_code == 422
    assert "“31/2/2026” không phải một ngày" in page_text(answer)
    assert "Dòng " in page_text(answer)
    assert entries_about(portal, LUONG_SON, "dau") == []


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"", "Hãy chọn tệp phiếu"), (b"x", "không phải bảng tính XLSX"), (b"PK" + bytes(600_000), "lớn bất thường")],
)
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(desk: httpx.Client, content: bytes, part: str) -> None:
    answer = hand_in(desk, content, "phieu.xlsx" if content else "")
    assert answer.status_code == 422
    assert part in page_text(answer)


def test_an_empty_sheet_says_that_nothing_is_filled_in(desk: httpx.Client) -> None:
    assert "Phiếu chưa điền gì" in page_text(hand_in(desk, desk.get(f"{SHEET}.xlsx").content))


def test_what_changed_between_looking_and_recording_is_said_and_nothing_is_recorded(
    portal: Portal, desk: httpx.Client
) -> None:
    seen = hand_in(desk, filled(desk.get(f"{SHEET}.xlsx").content))
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "dau", days_ago=0, note="mất điện")
    answer = agree(desk, seen)
    assert answer.status_code == 422
    assert "Xã Lương Sơn đã báo vướng mắc" in page_text(answer)
    assert [e.new.kind for e in entries_about(portal, LUONG_SON, "dau")] == [EntryKind.OBSTACLE]


def test_a_file_changed_between_looking_and_recording_is_judged_again(desk: httpx.Client) -> None:
    seen = hand_in(desk, filled(desk.get(f"{SHEET}.xlsx").content))
    fields = hidden_fields(seen.text.split("<main", 1)[1])
    for content in ("", "kh", "%%%", fields["content"][:400]):
        answer = desk.post(f"{HERE}/send", data=fields | {"content": content})
        assert answer.status_code == 422
        assert "Chưa ghi nhận" in page_text(answer)


def test_hostile_text_of_a_sheet_is_shown_as_text(desk: httpx.Client) -> None:
    def hostile(page: Worksheet) -> None:
        row = next(n for n in range(1, 40) if page.cell(n, 6).value == "29/1/2026")
        page.cell(row, 13).value = "<script>alert(1)</script>"

    seen = hand_in(desk, filled(desk.get(f"{SHEET}.xlsx").content, change=hostile), '"><img src=x>.xlsx')
    assert "<script>" not in seen.text
    assert "<img" not in seen.text
    assert "<script>alert(1)</script>" in page_text(seen)


def test_only_those_who_may_judge_hand_sheets_in(portal: Portal, enter: Enter) -> None:
    viewer = open_desk(portal, enter, Role.VIEWER)
    assert viewer.get(HERE).status_code == 404
    assert viewer.get(f"{SHEET}.xlsx").status_code == 200
    assert HERE not in viewer.get(f"{HOME}/overview").text


def test_a_sheet_of_another_unit_is_recorded_for_that_unit(portal: Portal, desk: httpx.Client) -> None:
    seen = hand_in(desk, filled(desk.get(f"{HOME}/units/{LIEN_SON}/sheet.xlsx").content))
    assert "Xã Liên Sơn" in page_text(seen)
    agree(desk, seen)
    assert len(entries_about(portal, LIEN_SON, "dau")) == 1
