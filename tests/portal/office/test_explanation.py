"""The explanation on its page and in the API: the same words as at the terminal, and nobody else's step."""

import html
import re
from datetime import timedelta

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.reports.explanation import ExplanationWriter
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.views.explain import build_explanation
from lotrinh.settings.models import Settings
from tests.portal.caller import DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.officer import COUNTED, PLAIN, sign_in_commune

PATH = f"{UNIT}/steps/{STEP}/explanation"
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \x1b[31m"


def plain(text: str) -> str:
    """The text of a page's main part."""
    main = text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize("name", [PLAIN, COUNTED, "tiep-nhan-khieu-nai-danh-sach-cu-tri"])
def test_the_page_says_every_sentence_that_the_terminal_says(portal: Portal, enter: Enter, name: str) -> None:
    us = sign_in_commune(portal, enter)
    portal.store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=NOW,
            campaign="bau-cu-2026",
            unit=us.code,
            step=name,
            actor="unit:04924",
            body={"completed_on": "2026-01-29"},
        ),
        NewEntry(
            kind=EntryKind.RETURNED,
            at=NOW,
            campaign="bau-cu-2026",
            unit=us.code,
            step=name,
            actor="officer:lan",
            body={"reason": HOSTILE},
        ),
    )
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    step = campaign.checklist.steps[name]
    made = build_explanation(portal.store, Settings(), campaign, campaign.by_code[us.code], step, NOW)
    answer = us.get(us.step(name, "explain"))
    text = plain(answer.text)
    for section in ExplanationWriter(made, "vi").sections():
        assert section.title in text
        for line in (*section.lines, *(cell for row in section.rows for cell in row)):
            assert " ".join(line.split()) in text
    assert "<script>alert" not in answer.text
    assert "{{ 7*7 }}" in text
    assert "<ol><li>Quy tắc" in answer.text


def test_the_page_speaks_the_rule_in_words_and_labels_sample_data(portal: Portal, enter: Enter) -> None:
    us = sign_in_commune(portal, enter)
    assert "Thời hạn: 43 ngày trước ngày bầu cử" in plain(us.get(us.step(COUNTED, "explain")).text)
    assert "DỮ LIỆU MẪU" not in us.get(us.step(COUNTED, "explain")).text
    body = {"completed_on": "2026-01-29", "sample": True}
    portal.store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=NOW,
            campaign="bau-cu-2026",
            unit=us.code,
            step=PLAIN,
            actor="mau:du-lieu-mau",
            body=body,
        )
    )
    assert "DỮ LIỆU MẪU" in us.get(us.step(COUNTED, "explain")).text
    assert us.get(f"{us.home}/steps/khong-co/explain").status_code == 404


def test_the_api_explains_the_same_step_and_changes_with_the_journal(portal: Portal) -> None:
    us = unit_caller(portal)
    before = us.read(PATH)
    assert (before["status"], before["unit"], before["entries"]) == ("overdue", "04924", [])
    assert before["rules"][0]["words"] == "43 ngày trước ngày bầu cử"
    assert before["because"][0] == "Chưa có xác nhận hoàn thành nào của Xã Lương Sơn trên cổng."
    number = us.submit(f"{UNIT}/confirmations", DONE)["number"]
    after = us.read(PATH)
    assert (after["status"], after["completed_on"]) == ("done", "2026-01-29")
    assert [(e["number"], e["document"], e["who"]) for e in after["entries"]] == [
        (number, "12/QĐ-UBND", "Xã Lương Sơn")
    ]
    english = us.read(PATH, **{"Accept-Language": "en"})
    assert english["entries"][0]["kind_text"] != after["entries"][0]["kind_text"]


def test_a_later_minute_alone_is_no_new_explanation(portal: Portal) -> None:
    us = unit_caller(portal)
    known = us.get(PATH).headers["etag"]
    portal.moments.append(NOW + timedelta(minutes=5))
    assert us.get(PATH, **{"If-None-Match": known}).status_code == 304


def test_a_unit_reads_its_own_steps_only_and_the_office_all(portal: Portal) -> None:
    assert unit_caller(portal, "04960").get(PATH).status_code == 401
    assert program_caller(portal, Role.VIEWER, "xem").read(PATH)["step"] == STEP
    assert unit_caller(portal).get(f"{UNIT}/steps/khong-co/explanation").status_code == 404
