"""Where a unit's own system and its portal disagree: both sides shown, decided, and open again when one changes."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import HOME, LIEN_SON, entries_about, open_desk, publish_status, record_entry, small_settings
from tests.portal.people import hidden_fields, page_text, send_form

STEP = f"{HOME}/units/{LIEN_SON}/steps/dau"
DONE = {"id": "dau", "state": "done", "completed_on": "2026-01-28", "document": {"number": "7/QĐ"}}
OPEN = {"id": "dau", "state": "open", "note": "chưa xong <b>"}


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def desk(portal: Portal, enter: Enter, portal_settings: Settings) -> httpx.Client:
    """An officer, when Liên Sơn confirmed in the portal what its own system says is open."""
    record_entry(portal, EntryKind.CONFIRMED, LIEN_SON, "dau")
    publish_status(portal, portal_settings, OPEN)
    return open_desk(portal, enter)


def test_both_statements_stand_side_by_side(desk: httpx.Client) -> None:
    page = desk.get(f"{HOME}/conflicts")
    said = page_text(page)
    assert "nói khác nhau ở 1 đầu việc" in said
    assert "Xã Liên Sơn Việc đầu" in said
    assert "Đã xong chưa đã xong chưa xong Ngày hoàn thành 29/01/2026 –" in said
    assert "Văn bản 12/QĐ-UBND không ghi chưa xong <b>" in said
    assert f'href="{STEP}/resolve"' in page.text
    assert f'href="{STEP}/resolve"' in desk.get(STEP).text


@pytest.mark.parametrize(("side", "status"), [("system", "quá hạn"), ("portal", "hoàn thành đúng hạn")])
def test_the_office_decides_whom_to_believe_and_the_status_follows(
    portal: Portal, desk: httpx.Client, side: str, status: str
) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    answer = desk.post(f"{STEP}/resolve", data=held | {"in_favour": side, "reason": "đã gọi điện"})
    last = entries_about(portal, LIEN_SON, "dau")[-1]
    assert (last.new.kind, last.new.actor) == (EntryKind.RESOLVED, "officer:van-phong")
    assert last.new.body == {
        "in_favour": side,
        "reason": "đã gọi điện",
        "system": {"state": "open", "completed_on": None},
    }
    assert str(answer.url).endswith(f"{HOME}/conflicts?said={last.number}")
    assert "nói khác nhau ở 0 đầu việc" in page_text(answer)
    assert "Lý do: đã gọi điện" in page_text(answer)
    assert f"Việc đầu {status}" in page_text(desk.get(STEP))


def test_the_decision_is_void_when_the_system_says_something_else(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "đã gọi điện"})
    publish_status(portal, portal_settings, DONE, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    page = page_text(desk.get(f"{HOME}/conflicts"))
    assert "nói khác nhau ở 1 đầu việc" in page
    assert "Ngày hoàn thành 29/01/2026 28/01/2026" in page
    assert "Đã quyết định" not in page


def test_the_decision_is_void_when_the_unit_confirms_again(portal: Portal, desk: httpx.Client) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    desk.post(f"{STEP}/resolve", data=held | {"in_favour": "system", "reason": "đã gọi điện"})
    record_entry(portal, EntryKind.CONFIRMED, LIEN_SON, "dau", 0)
    assert "nói khác nhau ở 1 đầu việc" in page_text(desk.get(f"{HOME}/conflicts"))


def test_a_system_that_speaks_while_the_office_decides_is_read_again(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    publish_status(portal, portal_settings, DONE, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    typed = {"in_favour": "system", "reason": "tin phần mềm"}
    late = desk.post(f"{STEP}/resolve", data=held | typed)
    assert late.status_code == 409
    assert "phần mềm của đơn vị vừa nói khác đi" in page_text(late)
    assert "tin phần mềm</textarea>" in late.text
    assert entries_about(portal, LIEN_SON, "dau")[-1].new.kind is EntryKind.CONFIRMED
    desk.post(f"{STEP}/resolve", data=hidden_fields(late.text) | typed)
    assert entries_about(portal, LIEN_SON, "dau")[-1].new.body["system"]["completed_on"] == "2026-01-28"


def test_a_unit_that_speaks_while_the_office_decides_is_read_again(portal: Portal, desk: httpx.Client) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    record_entry(portal, EntryKind.WITHDRAWN, LIEN_SON, "giua", 0, reason="x")
    record_entry(portal, EntryKind.CONFIRMED, LIEN_SON, "dau", 0, document={"number": "13/QĐ-UBND"})
    late = desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "đã gọi điện"})
    assert late.status_code == 409
    assert "Xã Liên Sơn đã xác nhận hoàn thành ở đầu việc này" in page_text(late)
    assert "13/QĐ-UBND" in page_text(late)


def test_a_decision_needs_a_side_and_a_reason(portal: Portal, desk: httpx.Client) -> None:
    system = hidden_fields(desk.get(f"{STEP}/resolve").text)["system"]
    no_side = send_form(desk, f"{STEP}/resolve", system=system, reason="đã gọi điện")
    no_reason = send_form(desk, f"{STEP}/resolve", system=system, in_favour="portal")
    assert (no_side.status_code, no_reason.status_code) == (422, 422)
    assert '<a href="#in_favour">' in no_side.text
    assert "đã gọi điện</textarea>" in no_side.text
    assert '<a href="#reason">Hãy ghi lý do.</a>' in no_reason.text
    assert 'value="portal" checked' in no_reason.text
    assert len(entries_about(portal, LIEN_SON, "dau")) == 1


def test_where_both_say_the_same_there_is_nothing_to_decide(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    same = {"id": "dau", "state": "done", "completed_on": "2026-01-29"}
    publish_status(portal, portal_settings, same, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    assert "Không có mục nào." in page_text(desk.get(f"{HOME}/conflicts"))
    assert desk.get(f"{STEP}/resolve").status_code == 409
    assert desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "x"}).status_code == 409


def test_a_viewer_reads_both_sides_and_cannot_decide(portal: Portal, enter: Enter, desk: httpx.Client) -> None:
    held = hidden_fields(desk.get(f"{STEP}/resolve").text)
    viewer = open_desk(portal, enter, Role.VIEWER)
    page = viewer.get(f"{HOME}/conflicts")
    assert "Xã Liên Sơn Việc đầu" in page_text(page)
    assert viewer.get(f"{STEP}/resolve").status_code == 404
    held["csrf"] = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    assert viewer.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "x"}).status_code == 404
    assert len(entries_about(portal, LIEN_SON, "dau")) == 1
