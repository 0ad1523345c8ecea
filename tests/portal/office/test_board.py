"""The board over real sockets: every unit and milestone, filters, sorting, pages, and who may see it."""

import re
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.settings.models import Settings
from tests.portal.conftest import Enter, Portal
from tests.portal.desk import CAO_DUONG, HOME, LUONG_SON, VIET_TRI, open_desk, record_entry, row_heads, small_settings
from tests.portal.people import page_text

PROVINCE = "Tỉnh Phú Thọ"
BY_NAME = [PROVINCE, "Xã Cao Dương", "Xã Liên Sơn", "Xã Lương Sơn", "Phường Việt Trì"]


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter, Role.VIEWER)


def units(viewer: httpx.Client, query: str = "") -> list[str]:
    return row_heads(viewer.get(f"{HOME}/board{query}").text)


def cells(page: str, unit: str) -> list[tuple[str, str, str]]:
    row = next(line for line in page.split("<tr>") if f">{unit}<" in line and "/units/" in line)
    return re.findall(r'<td>(?:<b role="img" class="(\w+)" title="([^"]+)">([^<]+)</b>)?</td>', row)


def test_the_board_has_a_row_for_the_province_and_each_unit_by_name(viewer: httpx.Client) -> None:
    assert units(viewer) == BY_NAME


def test_a_unit_leads_to_its_page_and_a_milestone_to_its_step_in_all_units(viewer: httpx.Client) -> None:
    page = viewer.get(f"{HOME}/board").text
    assert f'<th scope="row"><a href="{HOME}/units/{LUONG_SON}">Xã Lương Sơn</a></th>' in page
    assert f'<a href="{HOME}/steps/dau">Chuẩn bị</a>' in page
    assert viewer.get(f"{HOME}/units/{LUONG_SON}").status_code == 200
    assert viewer.get(f"{HOME}/steps/dau").status_code == 200


def test_each_cell_says_its_status_in_a_sign_a_class_and_words(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "giua", completed_on="2026-02-01")
    record_entry(portal, EntryKind.EXCUSED, LUONG_SON, "cuoi", reason="không có")
    page = viewer.get(f"{HOME}/board").text
    late, excused, not_theirs = cells(page, "Xã Lương Sơn")
    assert late == ("done_late", "hoàn thành trễ hạn", "T")
    assert excused == ("not_applicable", "không áp dụng", "–")
    assert not_theirs == ("", "", "")
    assert cells(page, "Xã Cao Dương")[:2] == [("overdue", "quá hạn", "Q"), ("due_soon", "sắp đến hạn", "S")]
    assert cells(page, "Xã Liên Sơn")[0] == ("unknown", "chưa xác định", "?")
    assert cells(page, PROVINCE) == [("", "", ""), ("", "", ""), ("overdue", "quá hạn", "Q")]


def test_the_milestones_count_the_units_by_status_and_say_when_they_are_due(
    portal: Portal, viewer: httpx.Client
) -> None:
    for unit in (LUONG_SON, CAO_DUONG):
        record_entry(portal, EntryKind.CONFIRMED, unit, "dau")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "giua")
    said = page_text(viewer.get(f"{HOME}/board"))
    assert "1 Chuẩn bị 31/01/2026 ngày làm việc cuối: 30/01/2026 4 1 – 2 – – 1" in said
    assert "2 Duyệt 04/02/2026 4 – – – 3 – 1" in said
    assert "3 Việc tỉnh (?) căn cứ chưa kiểm chứng 30/01/2026 chỉ có việc của tỉnh quá hạn" in said
    assert "Việc trung ương 30/01/2026 việc của trung ương" in said


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?q=luong son", ["Xã Lương Sơn"]),
        ("?q=VIỆT", ["Phường Việt Trì"]),
        ("?q=04960", ["Xã Liên Sơn"]),
        ("?q=khong co", []),
        ("?kind=phuong", ["Phường Việt Trì"]),
        ("?area=H%C3%B2a B%C3%ACnh", ["Xã Liên Sơn", "Xã Lương Sơn"]),
        ("?area=H%C3%B2a B%C3%ACnh %26 <b>c%C5%A9</b>", ["Xã Cao Dương"]),
        ("?status=unknown", ["Xã Liên Sơn"]),
        ("?status=done", ["Xã Lương Sơn"]),
        ("?status=nonsense&kind=nonsense&page=x", BY_NAME[1:]),
        ("?q=son&kind=xa&status=overdue", ["Xã Lương Sơn"]),
    ],
)
def test_filters_narrow_the_units_and_keep_the_province(
    portal: Portal, viewer: httpx.Client, query: str, left: list[str]
) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    assert units(viewer, query) == [PROVINCE, *left]


def test_units_are_sorted_by_what_is_overdue_or_least_done(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    record_entry(portal, EntryKind.CONFIRMED, VIET_TRI, "dau")
    record_entry(portal, EntryKind.CONFIRMED, VIET_TRI, "giua")
    by_overdue = ["Xã Cao Dương", "Xã Lương Sơn", "Xã Liên Sơn", "Phường Việt Trì"]
    assert units(viewer, "?sort=overdue")[1:] == by_overdue
    assert units(viewer, "?sort=done")[1:] == ["Xã Cao Dương", "Xã Liên Sơn", "Xã Lương Sơn", "Phường Việt Trì"]
    assert units(viewer, "?sort=nonsense") == BY_NAME
    assert 'aria-sort="descending"><a href="/campaigns/thu/board?sort=overdue#units"' in (
        viewer.get(f"{HOME}/board?sort=overdue").text
    )


def test_many_units_are_divided_into_pages_that_keep_the_filters(
    viewer: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotrinh.portal.web.office.board.ON_A_PAGE", 2)
    first = viewer.get(f"{HOME}/board?kind=xa")
    assert row_heads(first.text)[1:] == ["Xã Cao Dương", "Xã Liên Sơn"]
    assert "Mục 1–2 trên 3" in page_text(first)
    assert f'rel="next" href="{HOME}/board?kind=xa&amp;page=2#units"' in first.text
    assert units(viewer, "?kind=xa&page=2") == [PROVINCE, "Xã Lương Sơn"]
    assert units(viewer, "?kind=xa&page=999999") == [PROVINCE, "Xã Lương Sơn"]


def test_a_row_changes_as_soon_as_its_unit_says_something(portal: Portal, viewer: httpx.Client) -> None:
    assert cells(viewer.get(f"{HOME}/board").text, "Xã Lương Sơn")[0][0] == "overdue"
    for step in ("dau", "giua"):
        record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, step)
    page = viewer.get(f"{HOME}/board").text
    assert cells(page, "Xã Lương Sơn")[0][0] == "done"
    assert cells(page, "Xã Cao Dương")[0][0] == "overdue"


@pytest.mark.parametrize("path", ["board", "steps/dau", "outstanding", "obstacles", "queue", "conflicts"])
def test_sample_data_is_labelled_where_it_is_shown_and_nowhere_else(
    portal: Portal, viewer: httpx.Client, path: str
) -> None:
    assert "DỮ LIỆU MẪU" not in viewer.get(f"{HOME}/{path}").text
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau", sample=True)
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "giua", sample=True, note="mẫu")
    labelled = "DỮ LIỆU MẪU" in viewer.get(f"{HOME}/{path}").text
    assert labelled is (path != "conflicts")


def test_the_areas_of_the_roster_are_text_and_nothing_else(viewer: httpx.Client) -> None:
    page = viewer.get(f"{HOME}/board").text
    assert "<option>Hòa Bình &amp; &lt;b&gt;cũ&lt;/b&gt;</option>" in page
    assert "<b>cũ" not in page


def test_the_board_speaks_english_where_it_is_asked_to(viewer: httpx.Client) -> None:
    page = viewer.get(f"{HOME}/board?lang=en").text
    assert cells(page, "Xã Lương Sơn")[0] == ("overdue", "overdue", "O")
