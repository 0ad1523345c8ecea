"""A session that ends while somebody types: nothing is recorded in its name, and nothing typed is lost."""

from datetime import timedelta

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.officer import COUNTED, PDF, PLAIN, Commune, read_form, sign_in_commune
from tests.portal.people import page_text

TYPED = {"completed_on": "20/11/2025", "document__number": "12/QĐ-UBND", "note": 'Lời "dài" & <i>lạ</i>\ndòng hai'}


@pytest.fixture
def unit(portal: Portal, enter: Enter) -> Commune:
    return sign_in_commune(portal, enter)


def hours_pass(unit: Commune) -> None:
    unit.portal.moments.append(NOW + timedelta(hours=3))


def signed_in_again(unit: Commune, asked: httpx.Response) -> httpx.Response:
    return unit.send(asked, name=unit.code, secret=unit.secret)


def test_signing_in_again_goes_on_to_the_check_page_with_everything_that_was_typed(unit: Commune) -> None:
    asked = unit.get(unit.step(PLAIN, "confirm"))
    hours_pass(unit)
    stopped = unit.send(asked, **TYPED)
    assert (stopped.status_code, unit.entries()) == (401, [])
    assert "Nội dung vừa nhập vẫn được giữ" in page_text(stopped)
    checked = unit.send(signed_in_again(unit, stopped))
    assert "Kiểm tra lại trước khi gửi" in page_text(checked)
    unit.send(checked)
    body = unit.entries()[0].new.body
    assert (body["note"], body["document"], body["completed_on"]) == (
        TYPED["note"], {"number": "12/QĐ-UBND"}, "2025-11-20"
    )  # fmt: skip


def test_a_session_that_ends_on_the_check_page_records_after_signing_in_and_only_once(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **TYPED)
    hours_pass(unit)
    go_on = signed_in_again(unit, unit.send(checked))
    assert unit.entries() == []
    first, second = unit.send(go_on), unit.send(go_on)
    assert first.url == second.url
    assert [e.new.body["note"] for e in unit.entries()] == [TYPED["note"]]


def test_what_was_typed_survives_a_mistyped_secret(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **TYPED)
    hours_pass(unit)
    wrong = unit.send(unit.send(checked), name=unit.code, secret="AAAA-AAAA-AAAA")
    assert wrong.status_code == 401
    unit.send(signed_in_again(unit, wrong))
    assert unit.entries()[0].new.body["note"] == TYPED["note"]


def test_a_file_that_could_not_be_kept_is_asked_for_by_its_name(unit: Commune) -> None:
    asked = unit.get(unit.step(PLAIN, "confirm"))
    hours_pass(unit)
    go_on = signed_in_again(unit, unit.send(asked, {"file": PDF}, **TYPED))
    assert "Riêng tệp “quyet-dinh.pdf” phải chọn lại" in page_text(go_on)
    again = unit.send(go_on)
    assert "Tệp “quyet-dinh.pdf” chưa nhận được" in page_text(again)
    assert read_form(again).fields["note"] == TYPED["note"]
    unit.send(unit.send(again, {"file": PDF}))
    assert unit.entries()[0].new.body["file"]["name"] == "quyet-dinh.pdf"


def test_counts_are_kept(unit: Commune) -> None:
    asked = unit.get(unit.home + "/count")
    hours_pass(unit)
    stopped = unit.send(asked, **{f"done.{COUNTED}": "7", f"of.{COUNTED}": "12"})
    unit.send(unit.send(signed_in_again(unit, stopped)))
    assert [(e.new.step, e.new.body["progress"]) for e in unit.entries()] == [(COUNTED, {"done": 7, "of": 12})]


def test_an_obstacle_is_kept(unit: Commune) -> None:
    asked = unit.get(unit.step(COUNTED, "obstacle"))
    hours_pass(unit)
    unit.send(signed_in_again(unit, unit.send(asked, kind="obstacle", note="Thiếu người")))
    assert [(e.new.kind, e.new.body["note"]) for e in unit.entries()] == [(EntryKind.OBSTACLE, "Thiếu người")]


def test_a_form_of_an_earlier_session_records_nothing_until_it_is_sent_on_knowingly(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **TYPED)
    unit.browser.post("/sign-in", data={"name": unit.code, "secret": unit.secret})
    stale = unit.send(checked)
    assert (stale.status_code, unit.entries()) == (403, [])
    assert "thuộc một phiên khác, nên chưa ghi nhận" in page_text(stale)
    unit.send(stale)
    assert unit.entries()[0].new.body["note"] == TYPED["note"]


def test_another_commune_signing_in_at_the_same_machine_cannot_send_it(
    portal: Portal, enter: Enter, unit: Commune
) -> None:
    other = sign_in_commune(portal, enter, "04960")
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **TYPED)
    hours_pass(unit)
    go_on = unit.send(unit.send(checked), name=other.code, secret=other.secret)
    assert unit.send(go_on).status_code == 404
    assert unit.entries() + other.entries() == []


def test_the_secret_is_never_among_what_is_given_back(unit: Commune) -> None:
    asked = unit.get(unit.step(PLAIN, "confirm"))
    hours_pass(unit)
    wrong = unit.send(unit.send(asked, **TYPED), name=unit.code, secret="AAAA-BBBB-CCCC")
    assert "AAAA-BBBB-CCCC" not in wrong.text
    assert unit.secret not in signed_in_again(unit, wrong).text
