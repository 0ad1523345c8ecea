"""Where a unit's own system and its portal disagree: both sides shown, decided, and open again when one changes."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import HOME, LIEN_SON, at_desk, happened, published, said_of, small
from tests.portal.people import hidden, send, shown

STEP = f"{HOME}/units/{LIEN_SON}/steps/dau"
DONE = {"id": "dau", "state": "done", "completed_on": "2026-01-28", "document": {"number": "7/QĐ"}}
OPEN = {"id": "dau", "state": "open", "note": "chưa xong <b>"}


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small(tmp_path)


@pytest.fixture
def desk(portal: Portal, enter: Enter, portal_settings: Settings) -> httpx.Client:
    """An officer, when Liên Sơn confirmed in the portal what its own system says is open."""
    happened(portal, EntryKind.CONFIRMED, LIEN_SON, "dau")
    published(portal, portal_settings, OPEN)
    return at_desk(portal, enter)


def test_both_statements_stand_side_by_side(desk: httpx.Client) -> None:
    page = desk.get(f"{HOME}/conflicts")
    said = shown(page)
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
    held = hidden(desk.get(f"{STEP}/resolve").text)
    answer = desk.post(f"{STEP}/resolve", data=held | {"in_favour": side, "reason": "đã gọi điện"})
    last = said_of(portal, LIEN_SON, "dau")[-1]
    assert (last.new.kind, last.new.actor) == (EntryKind.RESOLVED, "officer:van-phong")
    assert last.new.body == {
        "in_favour": side,
        "reason": "đã gọi điện",
        "system": {"state": "open", "completed_on": None},
    }
    assert str(answer.url).endswith(f"{HOME}/conflicts?said={last.number}")
    assert "nói khác nhau ở 0 đầu việc" in shown(answer)
    assert "Lý do: đã gọi điện" in shown(answer)
    assert f"Việc đầu {status}" in shown(desk.get(STEP))


def test_the_decision_is_void_when_the_system_says_something_else(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "đã gọi điện"})
    published(portal, portal_settings, DONE, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    page = shown(desk.get(f"{HOME}/conflicts"))
    assert "nói khác nhau ở 1 đầu việc" in page
    assert "Ngày hoàn thành 29/01/2026 28/01/2026" in page
    assert "Đã quyết định" not in page


def test_the_decision_is_void_when_the_unit_confirms_again(portal: Portal, desk: httpx.Client) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    desk.post(f"{STEP}/resolve", data=held | {"in_favour": "system", "reason": "đã gọi điện"})
    happened(portal, EntryKind.CONFIRMED, LIEN_SON, "dau", 0)
    assert "nói khác nhau ở 1 đầu việc" in shown(desk.get(f"{HOME}/conflicts"))


def test_a_system_that_speaks_while_the_office_decides_is_read_again(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    published(portal, portal_settings, DONE, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    typed = {"in_favour": "system", "reason": "tin phần mềm"}
    late = desk.post(f"{STEP}/resolve", data=held | typed)
    assert late.status_code == 409
    assert "phần mềm của đơn vị vừa nói khác đi" in shown(late)
    assert "tin phần mềm</textarea>" in late.text
    assert said_of(portal, LIEN_SON, "dau")[-1].new.kind is EntryKind.CONFIRMED
    desk.post(f"{STEP}/resolve", data=hidden(late.text) | typed)
    assert said_of(portal, LIEN_SON, "dau")[-1].new.body["system"]["completed_on"] == "2026-01-28"


def test_a_unit_that_speaks_while_the_office_decides_is_read_again(portal: Portal, desk: httpx.Client) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    happened(portal, EntryKind.WITHDRAWN, LIEN_SON, "giua", 0, reason="x")
    happened(portal, EntryKind.CONFIRMED, LIEN_SON, "dau", 0, document={"number": "13/QĐ-UBND"})
    late = desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "đã gọi điện"})
    assert late.status_code == 409
    assert "Xã Liên Sơn đã xác nhận hoàn thành ở đầu việc này" in shown(late)
    assert "13/QĐ-UBND" in shown(late)


def test_a_decision_needs_a_side_and_a_reason(portal: Portal, desk: httpx.Client) -> None:
    system = hidden(desk.get(f"{STEP}/resolve").text)["system"]
    no_side = send(desk, f"{STEP}/resolve", system=system, reason="đã gọi điện")
    no_reason = send(desk, f"{STEP}/resolve", system=system, in_favour="portal")
    assert (no_side.status_code, no_reason.status_code) == (422, 422)
    assert '<a href="#in_favour">' in no_side.text
    assert "đã gọi điện</textarea>" in no_side.text
    assert '<a href="#reason">Hãy ghi lý do.</a>' in no_reason.text
    assert 'value="portal" checked' in no_reason.text
    assert len(said_of(portal, LIEN_SON, "dau")) == 1


def test_where_both_say_the_same_there_is_nothing_to_decide(
    portal: Portal, desk: httpx.Client, portal_settings: Settings
) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    same = {"id": "dau", "state": "done", "completed_on": "2026-01-29"}
    published(portal, portal_settings, same, at=NOW + timedelta(hours=1))
    portal.moments.append(NOW + timedelta(hours=1))
    assert "Không có mục nào." in shown(desk.get(f"{HOME}/conflicts"))
    assert desk.get(f"{STEP}/resolve").status_code == 409
    assert desk.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "x"}).status_code == 409


def test_a_viewer_reads_both_sides_and_cannot_decide(portal: Portal, enter: Enter, desk: httpx.Client) -> None:
    held = hidden(desk.get(f"{STEP}/resolve").text)
    viewer = at_desk(portal, enter, Role.VIEWER)
    page = viewer.get(f"{HOME}/conflicts")
    assert "Xã Liên Sơn Việc đầu" in shown(page)
    assert viewer.get(f"{STEP}/resolve").status_code == 404
    held["csrf"] = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    assert viewer.post(f"{STEP}/resolve", data=held | {"in_favour": "portal", "reason": "x"}).status_code == 404
    assert len(said_of(portal, LIEN_SON, "dau")) == 1
