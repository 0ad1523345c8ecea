"""What the office says about a step, over real sockets: each act with its entry, what is refused, lost races."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.settings.models import Settings
from tests.portal.conftest import Enter, Portal
from tests.portal.desk import (
    CAO_DUONG,
    HOME,
    LUONG_SON,
    entries_about,
    open_desk,
    record_entry,
    review_step,
    small_settings,
)
from tests.portal.people import hidden_fields, page_text

STEP = f"{HOME}/units/{LUONG_SON}/steps/cuoi"
ACTOR = "officer:van-phong"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def desk(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter)


BEFORE: dict[str, list[tuple[EntryKind, dict[str, Any]]]] = {
    "accept": [(EntryKind.CONFIRMED, {})],
    "return": [(EntryKind.CONFIRMED, {})],
    "excuse": [],
    "unexcuse": [(EntryKind.EXCUSED, {"reason": "không có"})],
    "answer": [(EntryKind.OBSTACLE, {"note": "mất điện"})],
    "hand-over": [(EntryKind.PROPOSAL, {"note": "xin máy"})],
}
"""What must have been said before each act is possible."""
ACTS: list[tuple[str, dict[str, str], EntryKind, dict[str, str]]] = [
    ("accept", {}, EntryKind.ACCEPTED, {}),
    ("return", {"reason": "thiếu chữ ký"}, EntryKind.RETURNED, {"reason": "thiếu chữ ký"}),
    ("excuse", {"reason": "không có thôn"}, EntryKind.EXCUSED, {"reason": "không có thôn"}),
    ("unexcuse", {}, EntryKind.UNEXCUSED, {}),
    ("answer", {"note": "đã gọi điện lực"}, EntryKind.ANSWERED, {"note": "đã gọi điện lực"}),
    ("hand-over", {"office": "Sở Nội vụ", "note": ""}, EntryKind.HANDED_OVER, {"office": "Sở Nội vụ"}),
]


def prepare(portal: Portal, act: str) -> None:
    for kind, body in BEFORE[act]:
        record_entry(portal, kind, LUONG_SON, "cuoi", **body)


@pytest.mark.parametrize(("act", "typed", "kind", "body"), ACTS)
def test_an_officer_says_it_on_the_units_step_page_and_the_journal_keeps_it_under_their_name(
    portal: Portal, desk: httpx.Client, act: str, typed: dict[str, str], kind: EntryKind, body: dict[str, str]
) -> None:
    prepare(portal, act)
    assert f'href="{STEP}/judge/{act}"' in desk.get(STEP).text
    answer = review_step(desk, LUONG_SON, "cuoi", act, **typed)
    last = entries_about(portal, LUONG_SON, "cuoi")[-1]
    assert (last.new.kind, last.new.actor, last.new.body) == (kind, ACTOR, body)
    assert answer.url.path == f"/receipts/{LUONG_SON}-{last.number}"


@pytest.mark.parametrize("act", [*BEFORE])
def test_an_act_that_makes_no_sense_now_is_neither_offered_nor_possible(
    portal: Portal, desk: httpx.Client, act: str
) -> None:
    if act == "excuse":
        record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert f"/judge/{act}" not in desk.get(STEP).text
    assert desk.get(f"{STEP}/judge/{act}").status_code == 409
    before = entries_about(portal, LUONG_SON, "cuoi")
    held = hidden_fields(desk.get(STEP).text) | {"csrf": token(desk)}
    refused = desk.post(f"{STEP}/judge/{act}", data=held | {"reason": "x", "note": "x", "office": "x"})
    assert refused.status_code == 409
    assert entries_about(portal, LUONG_SON, "cuoi") == before


def token(browser: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get(f"{HOME}/board").text)
    assert found
    return found[1]


@pytest.mark.parametrize("act", [*BEFORE])
def test_a_viewer_is_offered_nothing_and_refused_everything(portal: Portal, enter: Enter, act: str) -> None:
    prepare(portal, act)
    viewer = open_desk(portal, enter, Role.VIEWER)
    before = entries_about(portal, LUONG_SON, "cuoi")
    assert "/judge/" not in viewer.get(STEP).text
    assert viewer.get(f"{STEP}/judge/{act}").status_code == 404
    sent = {"csrf": token(viewer), "reason": "x", "note": "x", "office": "x", "seen": "1", "key": "k"}
    assert viewer.post(f"{STEP}/judge/{act}", data=sent).status_code == 404
    assert entries_about(portal, LUONG_SON, "cuoi") == before


def test_a_form_of_another_session_is_refused(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert desk.post(f"{STEP}/judge/accept", data={"csrf": "x" * 80, "key": "k"}).status_code == 403
    assert len(entries_about(portal, LUONG_SON, "cuoi")) == 1


@pytest.mark.parametrize(
    ("act", "field", "sentence"),
    [
        ("return", "reason", "Hãy ghi lý do trả lại, để đơn vị biết phải sửa gì."),
        ("excuse", "reason", "Hãy ghi lý do miễn đầu việc này cho đơn vị."),
        ("answer", "note", "Hãy ghi nội dung trả lời."),
        ("hand-over", "office", "Hãy ghi tên cơ quan xử lý."),
    ],
)
def test_what_is_missing_is_named_beside_its_field_and_what_was_typed_is_kept(
    portal: Portal, desk: httpx.Client, act: str, field: str, sentence: str
) -> None:
    prepare(portal, act)
    before = entries_about(portal, LUONG_SON, "cuoi")
    answer = review_step(desk, LUONG_SON, "cuoi", act, note="đã gõ <b>" if field == "office" else " ", back="obstacles")
    assert answer.status_code == 422
    assert f'<a href="#{field}">{sentence}</a>' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert hidden_fields(answer.text)["back"] == "obstacles"
    if field == "office":
        assert "đã gõ &lt;b&gt;</textarea>" in answer.text
    assert entries_about(portal, LUONG_SON, "cuoi") == before


def test_whoever_comes_second_reads_who_did_what_and_may_send_again(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "cuoi", note="mất điện")
    page = desk.get(f"{STEP}/judge/answer").text
    record_entry(portal, EntryKind.PROPOSAL, LUONG_SON, "cuoi", 0, note="xin máy phát")
    late = desk.post(f"{STEP}/judge/answer", data=hidden_fields(page) | {"note": "sẽ gọi điện lực"})
    assert late.status_code == 409
    assert "lúc 08:00 02/02/2026, Xã Lương Sơn đã gửi kiến nghị ở đầu việc này" in page_text(late)
    assert "Kiến nghị: xin máy phát" in page_text(late)
    assert "sẽ gọi điện lực</textarea>" in late.text
    again = desk.post(f"{STEP}/judge/answer", data=hidden_fields(late.text) | {"note": "sẽ gọi điện lực"})
    assert again.url.path.startswith("/receipts/")
    assert entries_about(portal, LUONG_SON, "cuoi")[-1].new.body == {"note": "sẽ gọi điện lực"}


def test_the_same_form_sent_twice_is_one_entry_and_one_receipt(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    held = hidden_fields(desk.get(f"{STEP}/judge/return").text) | {"reason": "thiếu chữ ký"}
    first, second = (desk.post(f"{STEP}/judge/return", data=held) for _ in range(2))
    assert first.url == second.url
    assert [e.new.kind for e in entries_about(portal, LUONG_SON, "cuoi")] == [EntryKind.CONFIRMED, EntryKind.RETURNED]


def test_from_a_list_one_comes_back_to_the_list_which_says_what_was_recorded(
    portal: Portal, desk: httpx.Client
) -> None:
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "cuoi", note="mất điện")
    listed = desk.get(f"{HOME}/obstacles").text
    assert f'href="{STEP}/judge/answer?back=obstacles"' in listed
    page = desk.get(f"{STEP}/judge/answer?back=obstacles").text
    answer = desk.post(f"{STEP}/judge/answer", data=hidden_fields(page) | {"note": "đã xong"})
    last = entries_about(portal, LUONG_SON, "cuoi")[-1]
    assert str(answer.url).endswith(f"{HOME}/obstacles?said={last.number}")
    assert f"Đã ghi nhận: trả lời, Xã Lương Sơn. Việc cuối. Biên nhận {LUONG_SON}-{last.number}" in page_text(answer)
    assert "0 chưa được trả lời." in page_text(answer)


@pytest.mark.parametrize("back", ["//elsewhere.example", "../../access", "board"])
def test_a_form_leads_back_to_known_lists_only(portal: Portal, desk: httpx.Client, back: str) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    answer = review_step(desk, LUONG_SON, "cuoi", "accept", back=back)
    assert answer.url.path.startswith(f"/receipts/{LUONG_SON}-")


@pytest.mark.parametrize("said", ["2", "999999999999", "x", "-1"])
def test_a_list_says_only_what_the_visitor_recorded_themselves(portal: Portal, desk: httpx.Client, said: str) -> None:
    record_entry(portal, EntryKind.OBSTACLE, CAO_DUONG, "dau", note="mất điện")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert "Đã ghi nhận" not in desk.get(f"{HOME}/queue?said={said}").text


def test_a_returned_confirmation_is_open_again_and_an_accepted_one_done(portal: Portal, desk: httpx.Client) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "cuoi")
    assert "chờ tỉnh chấp nhận" in page_text(desk.get(STEP))
    review_step(desk, LUONG_SON, "cuoi", "accept")
    assert "Việc cuối hoàn thành đúng hạn" in page_text(desk.get(STEP))
    review_step(desk, LUONG_SON, "cuoi", "return", reason="sai mẫu")
    assert "sắp đến hạn, còn 2 ngày" in page_text(desk.get(STEP))
    assert "Tỉnh trả lại sai mẫu" in page_text(desk.get(STEP))


def test_a_step_that_is_not_the_units_and_an_act_that_does_not_exist_are_not_found(desk: httpx.Client) -> None:
    assert desk.get(f"{HOME}/units/{LUONG_SON}/steps/cua-tinh/judge/excuse").status_code == 404
    assert desk.get(f"{STEP}/judge/delete").status_code == 404
