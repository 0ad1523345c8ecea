"""What a commune reads: what presses first, one step with its answers, its history; and what the office reads of it."""

from datetime import datetime

import httpx
import pytest

from lotrinh.core.status.actors import SAMPLE
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.journal_writer import StatementRequest, record_statement
from lotrinh.services.statements.review import accept, answer_obstacle, excuse, give_back, hand_over_obstacle
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.officer import CAMPAIGN, COUNTED, PLAIN, Commune, read_form, sign_in_commune
from tests.portal.people import SECRET, make_officer, page_text

OPENED = open_campaign_of_files(Settings(), "bau-cu-2026")
GOOD = {"completed_on": "20/11/2025", "document__number": "12/QĐ-UBND"}


@pytest.fixture
def unit(portal: Portal, enter: Enter) -> Commune:
    return sign_in_commune(portal, enter)


def said(step: str, actor: str = "officer:lan", unit: str = "04924") -> StatementRequest:
    return StatementRequest(OPENED, OPENED.by_code[unit], step, actor, "", NOW)


def part(page: httpx.Response, heading: str) -> str:
    """Return what stands under a heading of the home page."""
    text = page.text.split(heading, 1)[1]
    return text.split("<h2>", 1)[0].split("<details", 1)[0]


def test_what_is_late_stands_first_in_words_and_with_its_date(unit: Commune) -> None:
    page = unit.get(unit.home)
    first = part(page, "Cần làm trước")
    late = "quá hạn 64 ngày</strong>"
    row = next(row for row in first.split("</li>") if f"/steps/{PLAIN}" in row)
    assert late in row
    assert "hạn 30/11/2025" in row
    assert first.rindex("tag overdue") < first.index("tag due_soon")
    assert "Đã xong 0 trên 43 đầu việc." in page_text(page)
    assert f"{first.count('tag overdue')} đầu việc quá hạn." in page_text(page)


def test_every_step_stands_on_the_page_once(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD)
    page = unit.get(unit.home)
    for step in OPENED.checklist.iter_steps():
        if step.is_work_of(OPENED.by_code["04924"]):
            assert page_text(page).count(step.title.vi) == 1, step.id


def test_what_is_finished_is_folded_away_with_its_day(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD)
    page = unit.get(unit.home)
    folded = page.text.split("<details", 1)[1]
    assert "<summary>Đã xong (1)</summary>" in folded
    assert f"/steps/{PLAIN}" in folded
    assert "20/11/2025" in folded
    assert "Đã xong 1 trên 43" in page_text(page)


def test_done_too_late_is_said_in_words(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD | {"completed_on": "1/12/2025"})
    assert "hoàn thành trễ hạn" in unit.get(unit.home).text.split("<details", 1)[1]


def test_a_step_that_waits_for_others_is_not_linked_until_they_are_done(unit: Commune) -> None:
    waiting = "giao-tai-lieu-to-bau-cu-xa"
    page = unit.get(unit.home)
    title = OPENED.checklist.steps[waiting].title.vi
    assert unit.step(waiting) not in read_form(page).links
    assert f"{title} chờ bước trước" in page_text(page)
    assert unit.get(unit.step(waiting)).status_code == 200
    for before in OPENED.checklist.steps[waiting].requires:
        owner = "04924" if OPENED.checklist.steps[before].is_work_of(OPENED.by_code["04924"]) else "25"
        record_statement(
            unit.portal.store, said(before, unit=owner), EntryKind.CONFIRMED, {"completed_on": "2026-01-30"}
        )
    assert unit.step(waiting) in read_form(unit.get(unit.home)).links


def test_what_the_province_returned_comes_first_with_its_reason_on_the_step(unit: Commune) -> None:
    later = "phat-the-cu-tri"
    unit.confirm(later, completed_on="1/2/2026", document__number="Sổ", done="12", of="12")
    give_back(unit.portal.store, said(later), "sai số <b>")
    assert "tỉnh trả lại" in part(unit.get(unit.home), "Cần làm trước")
    assert "sai số <b>" in page_text(unit.get(unit.step(later)))


def test_the_province_unit_speaks_through_its_officers_and_nobody_else(portal: Portal, enter: Enter) -> None:
    make_officer(portal.store, "can-bo", Role.OFFICER)
    make_officer(portal.store, "lanh-dao", Role.VIEWER)
    office, leader = enter("can-bo", SECRET), enter("lanh-dao", SECRET)
    province = Commune(portal, office, "25", "")
    receipt = province.confirm("thanh-lap-ubbc-tinh", **GOOD)
    assert receipt.url.path.startswith("/receipts/25-")
    assert "Văn phòng tỉnh (can-bo)" in page_text(receipt)
    assert province.get(province.home).status_code == province.get(f"{province.home}/count").status_code == 200
    assert leader.get(province.step("du-kien-co-cau-hdnd-tinh", "confirm")).status_code == 404
    assert f"{province.home}/count" not in leader.get(province.home).text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.VIEWER])
def test_the_office_reads_the_same_pages_of_a_commune_but_never_speaks_for_it(
    portal: Portal, enter: Enter, unit: Commune, role: Role
) -> None:
    receipt = unit.confirm(PLAIN, **GOOD)
    make_officer(portal.store, "van-phong", role)
    office = enter("van-phong", SECRET)
    for path in (unit.home, unit.step(PLAIN), unit.step(PLAIN, "explain"), f"{unit.home}/history", receipt.url.path):
        assert office.get(path).status_code == 200, path
    assert f"{unit.home}/count" not in office.get(unit.home).text
    assert f"{unit.step(PLAIN)}/confirm" not in office.get(unit.step(PLAIN)).text
    for path in (f"{unit.home}/count", *(unit.step(PLAIN, page) for page in ("confirm", "withdraw", "obstacle"))):
        assert office.get(path).status_code == 404, path


def test_a_step_page_says_what_why_until_when_and_with_what(unit: Commune) -> None:
    text = page_text(unit.get(unit.step(COUNTED)))
    for words in ("quá hạn 2 ngày", "31/01/2026", "ngày làm việc cuối cùng trước đó: 30/01/2026", "85/2015/QH13"):
        assert words in text
    assert "Quyết định của UBND xã" in text
    assert f"{OPENED.checklist.steps['xac-dinh-khu-vuc-bo-phieu'].title.vi}: chưa xong" in text
    explained = page_text(unit.get(unit.step(COUNTED, "explain")))
    assert "15/03/2026" in explained
    assert "31/01/2026" in explained


def test_a_confirmation_is_withdrawn_with_a_reason(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD)
    empty = unit.send(unit.get(unit.step(PLAIN, "withdraw")), reason=" ")
    assert (empty.status_code, "#reason" in read_form(empty).links) == (422, True)
    receipt = unit.send(empty, reason="Ghi nhầm xã")
    assert "Ghi nhầm xã" in page_text(receipt)
    assert "quá hạn" in page_text(unit.get(unit.step(PLAIN)))
    assert [e.new.kind for e in unit.entries()] == [EntryKind.CONFIRMED, EntryKind.WITHDRAWN]


def test_what_cannot_be_done_now_is_explained(unit: Commune) -> None:
    nothing = unit.get(unit.step(PLAIN, "withdraw"))
    assert (nothing.status_code, "chưa được xác nhận" in page_text(nothing)) == (409, True)
    unit.confirm(PLAIN, **GOOD)
    accept(unit.portal.store, said(PLAIN))
    refused = unit.get(unit.step(PLAIN, "confirm"))
    assert (refused.status_code, "hãy đề nghị tỉnh trả lại" in page_text(refused)) == (409, True)
    page = unit.get(unit.step(PLAIN)).text
    assert "/confirm" not in page
    assert "/withdraw" not in page


def test_a_withdrawal_that_comes_too_late_keeps_the_reason_and_says_who_was_quicker(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD)
    asked = unit.get(unit.step(PLAIN, "withdraw"))
    accept(unit.portal.store, said(PLAIN))
    stopped = unit.send(asked, reason="Ghi nhầm")
    assert stopped.status_code == 409
    assert "Văn phòng tỉnh (lan) đã chấp nhận xác nhận" in page_text(stopped)
    assert read_form(stopped).fields["reason"] == "Ghi nhầm"
    give_back(unit.portal.store, said(PLAIN), "theo đề nghị")
    assert "đã trả lại xác nhận" in page_text(unit.send(stopped))


@pytest.mark.parametrize(("kind", "words"), [("obstacle", "Vướng mắc:"), ("proposal", "Kiến nghị:")])
def test_an_obstacle_or_proposal_is_reported_answered_and_over(unit: Commune, kind: str, words: str) -> None:
    page = unit.step(COUNTED, "obstacle")
    empty = unit.send(unit.get(page), note=" ", **({} if kind == "obstacle" else {"kind": kind}))
    assert (empty.status_code, len(unit.entries())) == (422, 0)
    receipt = unit.send(empty, kind=kind, note="Thiếu <người>")
    assert "Thiếu <người>" in page_text(receipt)
    step = page_text(unit.get(unit.step(COUNTED)))
    assert f"{words} Thiếu <người>" in step
    assert "Chưa có trả lời." in step
    hand_over_obstacle(unit.portal.store, said(COUNTED), "Sở Nội vụ")
    answer_obstacle(unit.portal.store, said(COUNTED), "Đã cử thêm người")
    asked = unit.get(unit.step(COUNTED))
    assert "Đã chuyển Sở Nội vụ xử lý." in page_text(asked)
    assert "Tỉnh trả lời: Đã cử thêm người" in page_text(asked)
    first, second = unit.send(asked), unit.send(asked)
    assert first.url == second.url
    assert [e.new.kind for e in unit.entries()].count(EntryKind.CLEARED) == 1
    assert f"{words} Thiếu <người>" not in page_text(unit.get(unit.step(COUNTED)))


def test_neither_obstacle_nor_proposal_is_asked_beside_the_choice(unit: Commune) -> None:
    wrong = unit.send(unit.get(unit.step(COUNTED, "obstacle")), note="Thiếu người")
    assert (wrong.status_code, "#kind" in read_form(wrong).links, "kind" in read_form(wrong).ids) == (422, True, True)
    assert read_form(wrong).fields["note"] == "Thiếu người"


def test_an_obstacle_is_marked_in_the_list_and_the_step_can_be_opened_though_it_waits(unit: Commune) -> None:
    waiting = "giao-tai-lieu-to-bau-cu-xa"
    unit.send(unit.get(unit.step(waiting, "obstacle")), kind="obstacle", note="Kho ngập")
    page = unit.get(unit.home)
    assert unit.step(waiting) in read_form(page).links
    assert f"{OPENED.checklist.steps[waiting].title.vi} có vướng mắc" in page_text(page)


def test_an_excused_step_is_finished_and_says_why(unit: Commune) -> None:
    excuse(unit.portal.store, said(PLAIN), "Xã mới lập")
    assert "không áp dụng" in unit.get(unit.home).text.split("<details", 1)[1]
    assert "được miễn: Xã mới lập" in page_text(unit.get(unit.step(PLAIN)))


def test_the_history_tells_everything_newest_first_and_names_who(unit: Commune) -> None:
    assert "Chưa có gì được ghi nhận." in page_text(unit.get(f"{unit.home}/history"))
    unit.confirm(PLAIN, **GOOD)
    give_back(unit.portal.store, said(PLAIN), "thiếu chữ ký")
    unit.portal.confirm("04924", {"step": PLAIN, "completed_on": "2025-11-21", "document": {"number": "13/QĐ"}})
    record_statement(unit.portal.store, said(COUNTED, SAMPLE), EntryKind.OBSTACLE, {"note": "minh họa", "sample": True})
    text = page_text(unit.get(f"{unit.home}/history"))
    order = ["dữ liệu mẫu", "13/QĐ", "trả lại xác nhận , Văn phòng tỉnh (lan)", "12/QĐ-UBND"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("xác nhận hoàn thành , Xã Lương Sơn") == 2
    assert "mau:" not in text


def test_a_receipt_says_when_the_step_has_changed_since(unit: Commune) -> None:
    receipt = unit.confirm(PLAIN, **GOOD)
    assert "đã có thay đổi khác" not in page_text(receipt)
    give_back(unit.portal.store, said(PLAIN), "thiếu")
    assert "đã có thay đổi khác" in page_text(unit.get(receipt.url.path))


def test_another_communes_pages_and_receipts_do_not_exist(portal: Portal, enter: Enter, unit: Commune) -> None:
    receipt = unit.confirm(PLAIN, **GOOD)
    other = sign_in_commune(portal, enter, "04960")
    for path in (unit.home, unit.step(PLAIN), f"{unit.home}/history", receipt.url.path, f"{CAMPAIGN}/units/25"):
        assert other.get(path).status_code == 404, path


def test_the_whole_page_is_small_enough_for_a_slow_line(unit: Commune) -> None:
    # 14 kB is what comes in TCP's first round trip: page and stylesheet share it.
    sizes = []
    for path in (unit.home, form_style(unit.get(unit.home))):
        with unit.browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            sizes.append(sum(len(chunk) for chunk in answer.iter_raw()))
    assert sizes[0] <= 6_000
    assert sum(sizes) <= 14_000


def form_style(page: httpx.Response) -> str:
    return page.text.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]


def test_a_deadline_that_is_today_is_said_with_its_hour(unit: Commune) -> None:
    unit.portal.moments.append(datetime.fromisoformat("2026-02-03T08:00+07:00"))
    unit.browser.post("/sign-in", data={"name": unit.code, "secret": unit.secret})
    assert "hạn là hôm nay, đến 24:00" in part(unit.get(unit.home), "Cần làm trước")
