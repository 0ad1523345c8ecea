"""The office's other lists: one step in all units, what is outstanding, obstacles; and who may see any of them."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.services.access.accounts import issue_slips
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import (
    CAO_DUONG,
    HOME,
    LIEN_SON,
    LUONG_SON,
    UNITS,
    VIET_TRI,
    open_desk,
    publish_status,
    record_entry,
    row_heads,
    small_settings,
)
from tests.portal.people import page_text

LISTS = ("board", "steps/dau", "outstanding", "obstacles", "queue", "conflicts")


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter, Role.VIEWER)


def test_a_step_page_lists_who_is_late_first_and_who_has_done_it_last(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    record_entry(portal, EntryKind.CONFIRMED, VIET_TRI, "dau", completed_on="2026-02-01")
    page = viewer.get(f"{HOME}/steps/dau")
    assert row_heads(page.text) == ["Xã Cao Dương", "Xã Liên Sơn", "Phường Việt Trì", "Xã Lương Sơn"]
    said = page_text(page)
    assert "quá hạn 1 đơn vị chưa xác định 1 đơn vị hoàn thành trễ hạn 1 đơn vị hoàn thành đúng hạn 1 đơn vị" in said
    assert "Xã Cao Dương quá hạn 31/01/2026 – quá hạn 2 ngày" in said
    assert "Xã Lương Sơn hoàn thành đúng hạn 31/01/2026 29/01/2026" in said
    assert f'href="{HOME}/units/{LUONG_SON}/steps/dau"' in page.text


def test_a_step_page_narrows_to_a_status_and_a_name(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    assert row_heads(viewer.get(f"{HOME}/steps/dau?status=done").text) == ["Xã Lương Sơn"]
    assert row_heads(viewer.get(f"{HOME}/steps/dau?q=cao duong").text) == ["Xã Cao Dương"]


def test_a_step_page_leads_to_the_other_steps_of_its_milestone_and_to_what_comes_before(viewer: httpx.Client) -> None:
    page = viewer.get(f"{HOME}/steps/giua").text
    assert page.count(f'<a href="{HOME}/steps/dau">Việc đầu</a>') == 2


def test_the_provinces_step_has_one_row_and_the_nations_none(viewer: httpx.Client) -> None:
    assert row_heads(viewer.get(f"{HOME}/steps/cua-tinh").text) == ["Tỉnh Phú Thọ"]
    assert "cơ quan trung ương" in page_text(viewer.get(f"{HOME}/steps/cua-nuoc"))
    assert viewer.get(f"{HOME}/steps/khong-co").status_code == 404


def test_what_keeps_most_others_waiting_comes_first_then_what_is_latest(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    said = page_text(viewer.get(f"{HOME}/outstanding"))
    rows = said.split("Tình trạng ")[-1]
    order = [
        "Tỉnh Phú Thọ Việc của tỉnh 4 30/01/2026 quá hạn 3 ngày",
        "Xã Cao Dương Việc đầu 2 31/01/2026 quá hạn 2 ngày",
        "Xã Liên Sơn Việc đầu 2 31/01/2026",
        "Phường Việt Trì Việc đầu 2",
        "Xã Cao Dương Việc giữa chờ 1 đầu việc trước 1",
        "Xã Lương Sơn Việc giữa 1",
        "Xã Cao Dương Việc cuối chờ 2 đầu việc trước – 04/02/2026 sắp đến hạn",
    ]
    places = [rows.index(row) for row in order]
    assert places == sorted(places)


def test_outstanding_steps_can_be_sorted_by_lateness_and_narrowed(portal: Portal, viewer: httpx.Client) -> None:
    for unit in (LUONG_SON, LIEN_SON, CAO_DUONG):
        record_entry(portal, EntryKind.CONFIRMED, unit, "dau")
    late = row_heads(viewer.get(f"{HOME}/outstanding?sort=late").text)
    assert late[:2] == ["Tỉnh Phú Thọ", "Phường Việt Trì"]
    only = viewer.get(f"{HOME}/outstanding?status=due_soon&q=viet tri")
    assert row_heads(only.text) == ["Phường Việt Trì"]
    assert "1 đầu việc của 1 đơn vị" in page_text(only)


def test_what_is_not_yet_due_to_be_worked_on_is_listed_only_when_asked_for(
    portal: Portal, viewer: httpx.Client
) -> None:
    portal.moments.append(NOW - timedelta(days=60))
    assert row_heads(viewer.get(f"{HOME}/outstanding?q=luong son").text) == []
    assert len(row_heads(viewer.get(f"{HOME}/outstanding?q=luong son&only=everything").text)) == 3


def test_outstanding_steps_come_in_pages(viewer: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotrinh.portal.web.office.outstanding.ON_A_PAGE", 10)
    first, second = (row_heads(viewer.get(f"{HOME}/outstanding?page={n}").text) for n in (1, 2))
    assert (len(first), len(second)) == (10, 3)
    assert f'rel="prev" href="{HOME}/outstanding"' in viewer.get(f"{HOME}/outstanding?page=2").text


def test_obstacles_that_nobody_answered_come_first_the_oldest_before_the_newer(
    portal: Portal, viewer: httpx.Client
) -> None:
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "dau", 9, note="đã có trả lời")
    record_entry(portal, EntryKind.ANSWERED, LUONG_SON, "dau", 8, note="đã xử lý")
    record_entry(portal, EntryKind.PROPOSAL, VIET_TRI, "giua", 1, note="xin thêm máy <b>mới</b>")
    record_entry(portal, EntryKind.OBSTACLE, CAO_DUONG, "dau", 5, note="mất điện")
    page = viewer.get(f"{HOME}/obstacles")
    said = page_text(page)
    places = [said.index(text) for text in ("mất điện", "xin thêm máy <b>mới</b>", "đã có trả lời")]
    assert places == sorted(places)
    assert "2 chưa được trả lời." in said
    assert "Báo lúc 08:00 28/01/2026, đã 5 ngày. Chưa trả lời 0218 123" in said
    assert "Tỉnh trả lời: đã xử lý" in said
    assert "<b>mới" not in page.text


def test_obstacles_narrow_to_the_unanswered_and_to_a_unit(portal: Portal, viewer: httpx.Client) -> None:
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "dau", 9, note="đã có trả lời")
    record_entry(portal, EntryKind.ANSWERED, LUONG_SON, "dau", 8, note="đã xử lý")
    record_entry(portal, EntryKind.OBSTACLE, CAO_DUONG, "dau", 5, note="mất điện")
    assert "đã có trả lời" not in page_text(viewer.get(f"{HOME}/obstacles?only=unanswered"))
    assert "mất điện" not in page_text(viewer.get(f"{HOME}/obstacles?only=answered"))
    assert "mất điện" not in page_text(viewer.get(f"{HOME}/obstacles?q=luong"))


def test_an_obstacle_of_an_own_system_is_shown_and_cannot_be_answered_here(
    portal: Portal, portal_settings: Settings, enter: Enter
) -> None:
    desk = open_desk(portal, enter)
    publish_status(portal, portal_settings, {"id": "dau", "state": "obstacle", "note": "chưa có dữ liệu"})
    page = desk.get(f"{HOME}/obstacles")
    assert "Vướng mắc: chưa có dữ liệu" in page_text(page)
    assert "/judge/answer" not in page.text


@pytest.mark.parametrize("path", LISTS)
def test_a_unit_finds_none_of_the_offices_pages(portal: Portal, enter: Enter, path: str) -> None:
    unit = UNITS[0]
    browser = enter(unit.code, issue_slips(portal.store, [unit], NOW)[0].secret)
    assert browser.get(f"{HOME}/units/{unit.code}").status_code == 200
    assert browser.get(f"{HOME}/{path}").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_a_viewer_sees_every_list_and_finds_nothing_to_press(portal: Portal, viewer: httpx.Client, path: str) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "giua", note="mất điện")
    page = viewer.get(f"{HOME}/{path}")
    assert page.status_code == 200
    assert 'method="post"' not in page.text.split("<main", 1)[1]
    assert "/judge/" not in page.text
    assert "/resolve" not in page.text


def test_only_administrators_are_led_to_access_and_the_journal(portal: Portal, enter: Enter) -> None:
    for role, led in ((Role.OFFICER, False), (Role.ADMINISTRATOR, True)):
        page = open_desk(portal, enter, role).get(f"{HOME}/board").text
        assert ('href="/access"' in page) is led
        assert ('href="/journal"' in page) is led
        assert f'href="{HOME}/runs"' in page
