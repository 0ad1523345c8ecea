"""The queue of confirmations: order, files, several accepted at once, and what changed meanwhile."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.services.statements.uploads import accept_upload, file_reference
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import (
    CAO_DUONG,
    HOME,
    LUONG_SON,
    VIET_TRI,
    entries_about,
    open_desk,
    record_entry,
    row_heads,
    small_settings,
)
from tests.portal.people import hidden_fields, page_text

QUEUE = f"{HOME}/queue"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def desk(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter)


def mark(desk: httpx.Client, *picks: str, held: dict[str, Any] | None = None) -> httpx.Response:
    return desk.post(QUEUE, data=(held or hidden_fields(desk.get(QUEUE).text)) | {"pick": list(picks)})


def test_what_needs_acceptance_comes_first_then_the_oldest(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau", 9)
    record_entry(portal, EntryKind.CONFIRMED, VIET_TRI, "dau", 8, completed_on="2026-02-01")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi", 2)
    page = desk.get(QUEUE)
    assert row_heads(page.text) == ["Xã Lương Sơn", "Xã Cao Dương", "Phường Việt Trì"]
    said = page_text(page)
    assert "1 xác nhận chỉ có hiệu lực khi tỉnh chấp nhận." in said
    assert "Xã Lương Sơn Việc cuối cần chấp nhận 29/01/2026 12/QĐ-UBND" in said
    assert "Phường Việt Trì Việc đầu 01/02/2026 trễ, hạn 31/01/2026" in said


def test_the_queue_narrows_to_what_needs_acceptance_and_to_a_unit(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert row_heads(desk.get(f"{QUEUE}?only=acceptance").text) == ["Xã Lương Sơn"]
    assert row_heads(desk.get(f"{QUEUE}?only=other").text) == ["Xã Cao Dương"]
    assert row_heads(desk.get(f"{QUEUE}?q=cao duong").text) == ["Xã Cao Dương"]


def test_accepted_returned_and_withdrawn_confirmations_wait_no_more(portal: Portal, desk: httpx.Client) -> None:
    for step, kind in (("dau", EntryKind.ACCEPTED), ("giua", EntryKind.RETURNED), ("cuoi", EntryKind.WITHDRAWN)):
        record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, step)
        record_entry(portal, kind, LUONG_SON, step, reason="x")
    assert "Không có mục nào." in page_text(desk.get(QUEUE))


def test_the_provinces_own_confirmation_waits_only_where_its_step_asks_for_it(
    portal: Portal, desk: httpx.Client
) -> None:
    record_entry(portal, EntryKind.CONFIRMED, "25", "cua-tinh")
    assert "Không có mục nào." in page_text(desk.get(QUEUE))


def test_a_file_can_be_opened_from_the_queue(portal: Portal, portal_settings: Settings, desk: httpx.Client) -> None:
    content = b"%PDF-1.4 nghi quyet"
    kept = accept_upload(portal.store, portal_settings.data_dir, LUONG_SON, "nghi quyet.pdf", content, NOW)
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau", file=file_reference(kept))
    assert f'<a href="/files/{kept.id}">nghi quyet.pdf</a>' in desk.get(QUEUE).text
    assert desk.get(f"/files/{kept.id}").content == content


def test_several_are_accepted_at_once_each_with_its_entry(portal: Portal, desk: httpx.Client) -> None:
    first = record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    second = record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau")
    record_entry(portal, EntryKind.CONFIRMED, VIET_TRI, "dau")
    answer = mark(desk, f"{LUONG_SON}/cuoi/{first.number}", f"{CAO_DUONG}/dau/{second.number}")
    assert "Đã chấp nhận 2 xác nhận." in page_text(answer)
    assert row_heads(answer.text) == ["Phường Việt Trì"]
    for unit, step in ((LUONG_SON, "cuoi"), (CAO_DUONG, "dau")):
        last = entries_about(portal, unit, step)[-1].new
        assert (last.kind, last.actor) == (EntryKind.ACCEPTED, "officer:van-phong")


def test_the_same_form_sent_twice_accepts_once(portal: Portal, desk: httpx.Client) -> None:
    entry = record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    held = hidden_fields(desk.get(QUEUE).text)
    for _ in range(2):
        assert mark(desk, f"{LUONG_SON}/cuoi/{entry.number}", held=held).status_code == 200
    assert len(entries_about(portal, LUONG_SON, "cuoi")) == 2


def test_what_changed_meanwhile_is_left_and_named_and_the_others_accepted(portal: Portal, desk: httpx.Client) -> None:
    first = record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    second = record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau")
    held = hidden_fields(desk.get(QUEUE).text)
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi", 0, document={"number": "13/QĐ-UBND"})
    answer = mark(desk, f"{LUONG_SON}/cuoi/{first.number}", f"{CAO_DUONG}/dau/{second.number}", held=held)
    assert answer.status_code == 409
    assert "Xã Lương Sơn, Việc cuối: Chưa ghi nhận: lúc 08:00 02/02/2026, Xã Lương Sơn đã xác nhận" in page_text(answer)
    assert entries_about(portal, LUONG_SON, "cuoi")[-1].new.kind is EntryKind.CONFIRMED
    assert entries_about(portal, CAO_DUONG, "dau")[-1].new.kind is EntryKind.ACCEPTED


def test_a_form_with_nothing_marked_says_what_to_do(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    answer = mark(desk)
    assert answer.status_code == 422
    assert '<a href="#picks">Hãy đánh dấu ít nhất một xác nhận.</a>' in answer.text


@pytest.mark.parametrize("pick", ["", "//", "99999/cuoi/1", "04924/khong-co/1", "04924/cuoi/x", "04924"])
def test_marks_that_are_nobodys_are_nothing(portal: Portal, desk: httpx.Client, pick: str) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert mark(desk, pick).status_code == 422
    assert len(entries_about(portal, LUONG_SON, "cuoi")) == 1


def test_a_step_that_is_not_the_units_is_refused_by_name(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    answer = mark(desk, f"{LUONG_SON}/cua-tinh/0")
    assert answer.status_code == 409
    assert "Đầu việc “cua-tinh” không thuộc trách nhiệm của Xã Lương Sơn." in page_text(answer)


def test_a_viewer_cannot_accept(portal: Portal, enter: Enter) -> None:
    entry = record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    viewer = open_desk(portal, enter, Role.VIEWER)
    page = viewer.get(f"{HOME}/board").text
    csrf = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    answer = viewer.post(QUEUE, data={"csrf": csrf, "key": "k", "pick": f"{LUONG_SON}/cuoi/{entry.number}"})
    assert answer.status_code == 404
    assert len(entries_about(portal, LUONG_SON, "cuoi")) == 1
