"""The outbox page: what became of each message, addresses masked, and the two buttons."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.services.notify.webhooks import enqueue_changes
from lotrinh.settings.models import Settings
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING, DeliveryResult, NewMessage
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, hidden_fields, make_officer, page_text, send_form
from tests.services.reminding import hook

BAD = "Máy chủ từ chối: <b>550</b>"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, webhooks=(hook("https://nhan-tin.vn/khoa-bi-mat"),))


@pytest.fixture
def admin(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store)
    return enter("quan-tri", SECRET)


def laid(portal: Portal, state: str, key: str = "a") -> int:
    content = {"to": "chu-tich@phutho.example.vn"}
    portal.store.outbox.put(
        [
            NewMessage(
                key=key, campaign="", kind="remind", receiver="04924", channel="mail", content=content, next_at=NOW
            )
        ],
        NOW,
    )
    (message,) = (m for m in portal.store.outbox.newest() if m.key == key)
    if state != WAITING:
        claimed = portal.store.outbox.claim(message, NOW, NOW + timedelta(minutes=1))
        assert claimed
        portal.store.outbox.end(claimed, DeliveryResult(state, NOW, "" if state == SENT else BAD))
    return message.id


def state_of(portal: Portal, number: int) -> str:
    found = portal.store.outbox.get(number)
    assert found
    return found.state


def test_an_empty_outbox_says_so(admin: httpx.Client) -> None:
    assert "Chưa có tin nào." in admin.get("/outbox").text


def test_a_message_is_shown_with_its_state_and_reason_and_a_masked_address(portal: Portal, admin: httpx.Client) -> None:
    laid(portal, FAILED)
    text = admin.get("/outbox").text
    assert "không gửi được" in text
    assert "Xã Lương Sơn" in text
    assert "ch…@phutho.example.vn" in text
    assert "chu-tich" not in text
    assert "&lt;b&gt;550&lt;/b&gt;" in text


def test_of_a_webhook_it_is_shown_where_it_is_and_no_more(
    portal: Portal, admin: httpx.Client, portal_settings: Settings
) -> None:
    enqueue_changes(portal.store, portal_settings, NOW)
    portal.store.journal.append(
        NewEntry(
            kind=EntryKind.OBSTACLE,
            at=NOW,
            campaign="bau-cu-2026",
            unit="04924",
            step="a",
            actor="unit:04924",
            body={"note": "x"},
        )
    )
    enqueue_changes(portal.store, portal_settings, NOW)
    text = admin.get("/outbox").text
    assert "https://nhan-tin.vn<" in text
    assert "khoa-bi-mat" not in text


@pytest.mark.parametrize("state", [FAILED, UNCLEAR])
def test_what_failed_or_is_unclear_can_be_sent_again_or_dropped(
    portal: Portal, admin: httpx.Client, state: str
) -> None:
    first, second = laid(portal, state), laid(portal, state, "b")
    assert send_form(admin, "/outbox", f"/outbox/{first}/retry").url.path == "/outbox"
    assert send_form(admin, "/outbox", f"/outbox/{second}/drop").url.path == "/outbox"
    assert (state_of(portal, first), state_of(portal, second)) == (WAITING, "dropped")


def waits(portal: Portal) -> int:
    """Lay a message down that was refused for now and waits."""
    number = laid(portal, WAITING)
    message = portal.store.outbox.get(number)
    claimed = message and portal.store.outbox.claim(message, NOW, NOW + timedelta(minutes=1))
    assert claimed
    portal.store.outbox.end(claimed, DeliveryResult(WAITING, NOW, BAD, NOW + timedelta(hours=2)))
    return number


def test_of_what_waits_the_page_says_from_when_on_and_lets_it_go_sooner(portal: Portal, admin: httpx.Client) -> None:
    number = waits(portal)
    when = (NOW + timedelta(hours=2)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert f"chờ gửi: sớm nhất lúc {when:%H:%M %d/%m/%Y}" in page_text(admin.get("/outbox"))
    answer = send_form(admin, "/outbox", f"/outbox/{number}/retry")
    assert answer.url.path == "/outbox"
    assert "chờ gửi: ở lượt gửi tới" in page_text(answer)
    assert [message.id for message in portal.store.outbox.due(NOW)] == [number]


@pytest.mark.parametrize("button", ["retry", "drop"])
def test_a_button_of_a_page_that_showed_it_waiting_does_nothing_to_what_is_unclear_by_now(
    portal: Portal, admin: httpx.Client, button: str
) -> None:
    number, later = waits(portal), NOW + timedelta(hours=2)
    old = hidden_fields(admin.get("/outbox").text)
    (message,) = portal.store.outbox.due(later)
    claimed = portal.store.outbox.claim(message, later, later)
    assert claimed
    portal.store.outbox.end(claimed, DeliveryResult(UNCLEAR, later, BAD))
    for form in (old, {"csrf": old["csrf"]}):
        answer = admin.post(f"/outbox/{number}/{button}", data=form)
        assert answer.status_code == 409
        assert "đã được gửi thử thêm một lần" in page_text(answer)
    assert state_of(portal, number) == UNCLEAR


def test_what_was_sent_is_not_sent_again(portal: Portal, admin: httpx.Client) -> None:
    number = laid(portal, SENT)
    answer = send_form(admin, "/outbox", f"/outbox/{number}/retry")
    assert answer.status_code == 409
    assert "Chỉ gửi lại được" in answer.text
    assert state_of(portal, number) == SENT


@pytest.mark.parametrize("number", ["999", "0", "x", "9" * 30, "²"])
def test_a_message_that_is_not_there_is_not_found(admin: httpx.Client, number: str) -> None:
    assert send_form(admin, "/outbox", f"/outbox/{number}/retry").status_code == 404


def test_pages_follow_one_another_without_gap(portal: Portal, admin: httpx.Client) -> None:
    content = {"to": "a@b.example.vn"}
    portal.store.outbox.put(
        [
            NewMessage(
                key=f"k{n}", campaign="", kind="remind", receiver="04924", channel="mail", content=content, next_at=NOW
            )
            for n in range(60)
        ],
        NOW,
    )
    first, second = admin.get("/outbox").text, admin.get("/outbox?before=11").text
    assert first.count('<th scope="row">') == 50
    assert 'href="/outbox?before=11"' in first
    assert second.count('<th scope="row">') == 10
    assert admin.get("/outbox?before=x").text.count('<th scope="row">') == 50
