"""The same form sent twice, in two tabs, after going back, and one key for many requests (fault F17)."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.services.statements.review import accept
from tests.faults.portals import CAMPAIGN, HOME, NOW, OWN, STEP, FormFields, Portal, receipt_of

AT_ONCE = 20
CONFIRMATIONS = f"/api/v1/campaigns/{CAMPAIGN}/units/{OWN}/confirmations"
BODY = {"step": STEP, "completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}


def spoken(portal: Portal) -> list[EntryKind]:
    return [entry.new.kind for entry in portal.store.journal.entries(CAMPAIGN, OWN)]


def test_a_double_click_is_one_confirmation_and_leads_to_the_same_receipt(any_portal: Portal) -> None:
    person = any_portal.person()
    fields = person.check()
    with ThreadPoolExecutor(2) as pool:
        clicks = list(pool.map(lambda _: receipt_of(person.confirm(fields)), range(2)))
    assert clicks[0] == clicks[1]
    assert spoken(any_portal) == [EntryKind.CONFIRMED]
    assert "Đã ghi nhận" in person.get(f"/receipts/{OWN}-{clicks[0]}").text


def test_one_form_sent_twenty_times_at_once_is_one_confirmation_and_one_receipt(any_portal: Portal) -> None:
    person = any_portal.person()
    fields = person.check()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = set(pool.map(lambda _: receipt_of(person.confirm(fields)), range(AT_ONCE)))
    assert len(receipts) == 1
    assert spoken(any_portal) == [EntryKind.CONFIRMED]


def test_going_back_and_sending_again_leads_to_the_same_receipt(portal: Portal) -> None:
    person = portal.person()
    form = person.form(f"{HOME}/steps/{STEP}/confirm")
    said = {"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND"}
    receipts = set()
    for _ in range(2):  # the browser shows the form as it was, with its key
        checked = person.send(f"{HOME}/steps/{STEP}/confirm", form | said)
        receipts.add(receipt_of(person.confirm(FormFields(checked.text).fields)))
    assert len(receipts) == 1
    assert spoken(portal) == [EntryKind.CONFIRMED]


def test_going_back_and_sending_something_else_is_refused_with_the_text_kept_and_can_then_be_sent(
    portal: Portal,
) -> None:
    person = portal.person()
    fields = person.check()
    receipt_of(person.confirm(fields))
    other = person.confirm(fields | {"note": "Ghi chú khác hẳn"})
    assert other.status_code == 409
    assert "Chưa ghi nhận" in other.text
    assert "Ghi chú khác hẳn" in other.text
    assert spoken(portal) == [EntryKind.CONFIRMED]
    # Who sends again has read it: the form now carries a key of its own.
    checked = person.send(f"{HOME}/steps/{STEP}/confirm", FormFields(other.text).fields)
    receipt_of(person.confirm(FormFields(checked.text).fields))
    assert spoken(portal) == [EntryKind.CONFIRMED, EntryKind.CONFIRMED]


def test_the_second_of_two_tabs_is_told_who_did_what_and_keeps_its_text(any_portal: Portal) -> None:
    person = any_portal.person()
    one, two = person.check(), person.check(completed_on="1/2/2026", **{"document.number": "13/QĐ-UBND"})
    receipt_of(person.confirm(one))
    late = person.confirm(two)
    assert late.status_code == 409
    page = late.text
    assert "Chưa ghi nhận: lúc 08:00 03/02/2026, Xã Liên Sơn đã xác nhận hoàn thành" in page
    assert FormFields(page).fields["document.number"] == "13/QĐ-UBND"
    assert spoken(any_portal) == [EntryKind.CONFIRMED]


@pytest.mark.parametrize(("path", "fields"), [("withdraw", {"reason": "Ghi nhầm"}), ("obstacle", {"note": "Mưa lũ"})])
def test_withdrawing_and_reporting_twice_at_once_is_done_once(
    portal: Portal, path: str, fields: dict[str, str]
) -> None:
    person = portal.person()
    if path == "withdraw":
        receipt_of(person.confirm(person.check()))
    before = len(spoken(portal))
    form = person.form(f"{HOME}/steps/{STEP}/{path}") | {"kind": "obstacle"} | fields
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: receipt_of(person.send(f"{HOME}/steps/{STEP}/{path}", form)), range(8)))
    assert len(set(receipts)) == 1
    assert len(spoken(portal)) == before + 1


def test_one_key_of_a_program_with_other_contents_at_once_is_one_record_and_conflicts(any_portal: Portal) -> None:
    code = any_portal.store.access.issue([OWN], NOW)[OWN]
    client = any_portal.client(headers={"Authorization": f"Bearer {code}", "Idempotency-Key": "k"})

    def send(day: int) -> httpx.Response:
        return client.post(CONFIRMATIONS, json=BODY | {"completed_on": f"2026-01-{day:02}"})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(1, AT_ONCE + 1)))
    assert sorted(a.status_code for a in answers) == [201] + [409] * (AT_ONCE - 1)
    (entry,) = any_portal.store.journal.entries(CAMPAIGN, OWN)
    (receipt,) = (a.json() for a in answers if a.status_code == 201)
    assert receipt["hash"] == entry.hash
    assert send(int(receipt["completed_on"][-2:])).json() == receipt


@pytest.mark.parametrize("key", ["", "k" * 10_000, "/" * 300, "04924/k", "khóa có dấu"])
def test_whatever_is_sent_as_a_key_two_confirmations_never_become_one_unit_s(any_portal: Portal, key: str) -> None:
    person = any_portal.person()
    other = any_portal.person("unit:04924")
    first = receipt_of(person.confirm(person.check() | {"key": key}))
    assert first == 1
    theirs = other.client.post(
        f"/campaigns/{CAMPAIGN}/units/04924/steps/{STEP}/confirm/send",
        data={"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND", "key": key, "csrf": other.csrf()},
    )
    assert receipt_of(theirs) == 2


def test_the_loser_between_unit_and_office_is_told_who_changed_what(any_portal: Portal) -> None:
    person = any_portal.person()
    receipt_of(person.confirm(person.check()))
    form = person.form(f"{HOME}/steps/{STEP}/withdraw") | {"reason": "Ghi nhầm ngày"}
    unit = any_portal.campaign.by_code[OWN]
    accept(any_portal.store, StatementRequest(any_portal.campaign, unit, STEP, "officer:lan", "k", NOW))
    late = person.send(f"{HOME}/steps/{STEP}/withdraw", form)
    assert late.status_code == 409
    assert "Văn phòng tỉnh (lan) đã chấp nhận xác nhận" in late.text
    assert "Ghi nhầm ngày" in late.text
    assert spoken(any_portal) == [EntryKind.CONFIRMED, EntryKind.ACCEPTED]
