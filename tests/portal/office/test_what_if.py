"""Trying and applying a change over a real socket; the portal goes on with the new campaign at once."""

import re
from datetime import date
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign
from lotrinh.services.views.apply_change import apply_change
from lotrinh.services.views.change_preview import ChangeRequest, preview_change
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from tests.conftest import TOP
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, hidden_fields, make_officer, page_text, send_form

HERE = "/campaigns/bau-cu-2026/what-if"
CHECKLIST = (TOP / "checklists" / "bau-cu-2026.yaml").read_text(encoding="utf-8")
STEP = "quyet-dinh-to-bau-cu"
CONFIRMATION = {
    "step": STEP,
    "completed_on": "2026-01-20",
    "document": {"number": "12/QĐ"},
    "progress": {"done": 1, "of": 1},
}


@pytest.fixture
def lan(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store, "lan", Role.OFFICER)
    return enter("lan", SECRET)


def file(text: str, name: str = "moi.yaml") -> dict[str, tuple[str, bytes, str]]:
    return {"file": (name, text.encode(), "application/yaml")}


def due(browser: httpx.Client) -> str:
    page = browser.get(f"/campaigns/bau-cu-2026/units/04960/steps/{STEP}")
    found = re.search(r"<dt>Thời hạn</dt><dd>([0-9:/ ]+)", page.text)
    assert found
    return found[1].strip()


def apply(browser: httpx.Client, previewed: httpx.Response) -> httpx.Response:
    return browser.post(HERE + "/apply", data=hidden_fields(previewed.text))


def test_a_preview_says_what_moves_for_whom_and_changes_nothing(portal: Portal, lan: httpx.Client) -> None:
    before = due(lan)
    answer = send_form(lan, HERE, anchor="22/3/2026")
    assert answer.status_code == 200
    text = page_text(answer)
    assert "15/03/2026 → 22/03/2026" in text
    assert "liên quan 149 đơn vị" in text
    assert "+7" in text
    assert "Xã Liên Sơn (04960)" in text
    assert due(lan) == before
    assert [e for e in portal.store.journal.entries() if e.new.kind is EntryKind.CHANGED] == []


def test_what_becomes_overdue_stands_first_with_the_units_it_is_overdue_for(portal: Portal, lan: httpx.Client) -> None:
    body = {"completed_on": "2026-01-28"}
    done = NewEntry(
        kind=EntryKind.CONFIRMED,
        at=NOW,
        campaign="bau-cu-2026",
        unit="04960",
        step="niem-yet-danh-sach-cu-tri",
        actor="unit:04960",
        body=body,
    )
    portal.store.journal.append(done)
    text = page_text(send_form(lan, HERE, anchor="10/3/2026"))
    late = text.split("Thành quá hạn", 1)[1].split("Những gì thay đổi", 1)[0]
    assert "khu vực bỏ phiếu ( 29/01/2026 ): Phường Tân Hoà, Phường Hoà Bình, Phường Thống Nhất và 144 đơn vị" in late


def test_applying_moves_every_deadline_at_once_and_leads_to_the_units_to_be_told(
    portal: Portal, lan: httpx.Client
) -> None:
    assert due(lan) == "31/01/2026"
    done = apply(lan, send_form(lan, HERE, anchor="22/3/2026"))
    assert re.search(r"/what-if/\d+$", done.url.path)
    assert "Đã áp dụng thay đổi" in page_text(done)
    assert "Xã Liên Sơn (04960)" in page_text(done)
    assert due(lan) == "07/02/2026"
    (entry,) = [e for e in portal.store.journal.entries() if e.new.kind is EntryKind.CHANGED]
    assert entry.new.actor == "officer:lan"


def test_what_is_applied_at_another_machine_of_the_record_shows_at_once(
    portal: Portal, lan: httpx.Client, tmp_path: Path
) -> None:
    assert due(lan) == "31/01/2026"
    there = Settings(data_dir=tmp_path / "may-khac")
    live = LiveCampaign(portal.store, there, open_campaign(portal.store, there, "bau-cu-2026"))
    made = preview_change(portal.store, there, live, ChangeRequest(date(2026, 3, 22)), NOW)
    apply_change(portal.store, made, made.digest, "officer:hoa", NOW)
    assert due(lan) == "07/02/2026"


def test_a_changed_checklist_is_uploaded_shown_and_applied_as_it_was_shown(portal: Portal, lan: httpx.Client) -> None:
    changed = re.sub(rf"\b{STEP}\b(?!-)", f"{STEP}-moi", CHECKLIST)
    assert portal.confirm("04960", CONFIRMATION).status_code == 201
    previewed = send_form(lan, HERE, files=file(changed))
    text = page_text(previewed)
    assert "Đầu việc bị bỏ" in text
    assert "Xã Liên Sơn, 12/QĐ" in text
    assert apply(lan, previewed).status_code == 200
    home = "/campaigns/bau-cu-2026/units/04960"
    assert lan.get(f"{home}/steps/{STEP}-moi").status_code == 200
    assert lan.get(f"{home}/steps/{STEP}").status_code == 404
    assert "12/QĐ" in lan.get(f"{home}/history").text


def test_every_problem_of_a_file_is_shown_with_its_place_and_the_anchor_stays_typed(lan: httpx.Client) -> None:
    bad = CHECKLIST.replace("level: commune", "level: xax", 2).replace("confidence: A", "confidence: Z", 1)
    answer = send_form(lan, HERE, files=file(bad), anchor="22/3/2026")
    assert answer.status_code == 422
    places = re.findall(r"<code>(moi\.yaml:\d+:\d+)</code>", answer.text)
    assert len(places) == 3
    assert 'value="22/3/2026"' in answer.text
    assert "Xem trước thay đổi" not in answer.text


def test_a_good_file_is_kept_while_the_anchor_is_corrected(lan: httpx.Client) -> None:
    changed = CHECKLIST.replace("title: {vi: Ngày bầu cử,", "title: {vi: Ngày bầu cử mới,")
    wrong = send_form(lan, HERE, files=file(changed), anchor="31/2/2026")
    assert wrong.status_code == 422
    assert 'href="#anchor"' in wrong.text
    assert "Đã nhận tệp moi.yaml" in page_text(wrong)
    again = lan.post(HERE, data=hidden_fields(wrong.text) | {"anchor": "22/3/2026"})
    assert "(moi.yaml)" in page_text(again)


@pytest.mark.parametrize("typed", ["", "15/3/2026", "1/1/2099", "ngày mai"])
def test_an_anchor_that_changes_nothing_or_cannot_be_is_answered_beside_the_field(
    lan: httpx.Client, typed: str
) -> None:
    answer = send_form(lan, HERE, anchor=typed)
    assert answer.status_code == 422
    assert 'href="#anchor"' in answer.text


def test_a_file_over_a_megabyte_is_refused_with_the_reason(lan: httpx.Client) -> None:
    answer = send_form(lan, HERE, files=file(CHECKLIST + "#" * 1_000_000))
    assert answer.status_code == 422
    assert "1 MB" in page_text(answer)


def test_somebody_who_was_quicker_is_named_and_the_same_form_sent_twice_is_one_change(
    portal: Portal, lan: httpx.Client, enter: Enter
) -> None:
    make_officer(portal.store, "hoa", Role.OFFICER)
    hoa = enter("hoa", SECRET)
    mine, hers = send_form(lan, HERE, anchor="22/3/2026"), send_form(hoa, HERE, anchor="29/3/2026")
    assert apply(hoa, hers).status_code == 200
    late = apply(lan, mine)
    assert late.status_code == 409
    assert "Văn phòng tỉnh (hoa) đã thay đổi đợt này" in page_text(late)
    assert apply(hoa, hers).status_code == 200
    assert len([e for e in portal.store.journal.entries() if e.new.kind is EntryKind.CHANGED]) == 1


def test_what_was_previewed_cannot_be_turned_into_something_else(portal: Portal, lan: httpx.Client) -> None:
    form = hidden_fields(send_form(lan, HERE, anchor="22/3/2026").text)
    for change in ({"anchor": "2026-03-29"}, {"digest": "0" * 64}, {"reset": "1"}, {"kept": "../../x"}):
        answer = lan.post(HERE + "/apply", data=form | change)
        assert answer.status_code in {404, 409, 422}
    assert [e for e in portal.store.journal.entries() if e.new.kind is EntryKind.CHANGED] == []


def test_the_way_back_is_previewed_and_applied_like_any_change(lan: httpx.Client) -> None:
    assert "Trở về ban đầu" not in page_text(lan.get(HERE))
    apply(lan, send_form(lan, HERE, anchor="22/3/2026"))
    assert "Trở về ban đầu" in page_text(lan.get(HERE))
    apply(lan, send_form(lan, HERE, reset="1"))
    assert due(lan) == "31/01/2026"


@pytest.mark.parametrize("path", ["", "/apply"])
def test_viewers_and_units_find_no_such_page(portal: Portal, enter: Enter, path: str) -> None:
    make_officer(portal.store, "xem", Role.VIEWER)
    viewer = enter("xem", SECRET)
    assert viewer.get(HERE).status_code == 404
    form = hidden_fields(viewer.get("/campaigns/bau-cu-2026/units/25").text) | {"anchor": date(2026, 3, 22).isoformat()}
    assert viewer.post(HERE + path, data=form).status_code == 404
    assert [e for e in portal.store.journal.entries() if e.new.kind is EntryKind.CHANGED] == []
