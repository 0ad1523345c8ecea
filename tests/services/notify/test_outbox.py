"""What people may do with messages that did not go out, and what is shown of them."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from lotrinh.errors import Conflict
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.notify import dispatch
from lotrinh.services.notify.circuit_breaker import CircuitBreaker
from lotrinh.services.notify.outbox import UndeliveredMessage, describe_states, retry_message
from lotrinh.services.notify.receivers import HOOK, mask_address
from lotrinh.services.notify.senders import NOWHERE
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import MailSettings, RemindSettings, ScheduleSettings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, UNCLEAR, WAITING, DeliveryResult, NewMessage
from tasks import reminders
from tests.sending.servers import post_office
from tests.services.reminding import DAY, RECEIVERS, World, world_in


def test_what_has_no_address_is_not_promised_to_be_sent_again(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MailSettings(), receivers=())
    world.remind(store)
    (message,) = store.outbox.newest()
    with pytest.raises(Conflict) as caught:
        retry_message(store, message.id, DAY)
    assert "Hãy khai báo địa chỉ trong [[receivers]]" in say(caught.value.sentence)
    assert [m.state for m in store.outbox.newest()] == [FAILED]


def test_a_reminder_can_be_sent_again_on_its_own_day_only(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=RemindSettings(tries=1))
        post.replies["RCPT"] = ["550 nobody"] * 3
        world.remind(store)
        assert world.send(store).failed == 3
    number = store.outbox.newest()[0].id
    with pytest.raises(Conflict) as caught:
        retry_message(store, number, DAY + timedelta(days=1))
    assert "của ngày 10/02/2026" in say(caught.value.sentence)
    retry_message(store, number, DAY)
    found = store.outbox.get(number)
    assert found
    assert found.state == WAITING


def words(store: Store, world: World, at: datetime) -> list[str]:
    """What is said of the state of each message, the oldest first."""
    found = store.outbox.newest()[::-1]
    said = describe_states(store, world.settings, found, at)
    return [say(said[message.id]) for message in found]


def refused_at(hour: int, minute: int, tmp_path: Path, store: Store) -> World:
    """A world in which two mails have just been refused for now, a reminder and another one, and no reminder since."""
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        world.clock[0] = at = DAY.replace(hour=hour, minute=minute)
        content = {"to": "vp@phutho.example.vn"} | dict.fromkeys(("id", "subject", "text", "html"), "x")
        day = {"day": at.date().isoformat()}
        new = [
            NewMessage(
                key="x/1", campaign="", kind="remind", receiver="25", channel="mail", content=content | day, next_at=at
            ),
            NewMessage(key="x/2", campaign="", kind="x", receiver="25", channel="mail", content=content, next_at=at),
        ]
        store.outbox.put(new, at)
        post.replies["RCPT"] = ["451 later"] * 2
        assert world.send(store).waiting == 2
    return world


def test_what_waits_is_said_to_be_tried_after_its_wait_and_then_by_the_next_go(tmp_path: Path, store: Store) -> None:
    world = refused_at(9, 0, tmp_path, store)
    assert words(store, world, world.now()) == ["chờ gửi: sớm nhất lúc 09:02 10/02/2026"] * 2
    assert words(store, world, world.now() + timedelta(minutes=2)) == ["chờ gửi: ở lượt gửi tới"] * 2


def test_quiet_hours_are_waited_for_and_a_reminder_is_not_promised_for_another_day(
    tmp_path: Path, store: Store
) -> None:
    world = refused_at(19, 59, tmp_path, store)
    assert words(store, world, world.now()) == [
        "chờ gửi: đến giờ gửi thì đã qua ngày của lời nhắc, nên sẽ không gửi",
        "chờ gửi: sớm nhất lúc 06:30 11/02/2026",
    ]


def test_the_rest_of_a_lane_is_waited_for_except_of_a_webhook(tmp_path: Path, store: Store) -> None:
    world = refused_at(9, 0, tmp_path, store)
    store.outbox.put(
        [NewMessage(key="h", campaign="", kind="hook", receiver="", channel=HOOK, content={"to": "x"}, next_at=DAY)],
        DAY,
    )
    for _ in range(3):
        CircuitBreaker(store).open("mail", world.now())
    assert words(store, world, world.now()) == [
        *["chờ gửi: sớm nhất lúc 09:32 10/02/2026"] * 2,
        "chờ gửi: ở lượt gửi tới",
    ]


def test_what_was_seen_waiting_and_is_unclear_by_now_is_not_sent_again(tmp_path: Path, store: Store) -> None:
    world = refused_at(9, 0, tmp_path, store)
    seen = store.outbox.newest()[0]
    later = world.now() + timedelta(minutes=2)
    claimed = store.outbox.claim(seen, later, later)
    assert claimed
    assert store.outbox.end(claimed, DeliveryResult(UNCLEAR, later, "?"))
    with pytest.raises(Conflict) as caught:
        retry_message(store, seen.id, later, seen.tries)
    assert "đã được gửi thử thêm một lần" in say(caught.value.sentence)
    assert store.outbox.newest()[0].state == UNCLEAR


def test_who_has_no_address_is_counted(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MailSettings(host="127.0.0.1", sender="a@b.vn"), receivers=RECEIVERS[:2])
    assert dispatch.enqueue_reminders(world.office(store), DAY).without_address == 1


def test_an_alarm_that_the_office_cannot_be_told_is_a_failure_of_the_go_that_finds_it_out(
    tmp_path: Path, store: Store
) -> None:
    world = world_in(tmp_path, MailSettings(), receivers=(), schedule=ScheduleSettings(cron="0 7 * * *"))
    campaign, last = open_campaign_of_files(world.settings, "thu", home=world.home), DAY - timedelta(days=3)
    conclude(store, world.settings, campaign, begin_run(store, campaign, last, last, {}), last)
    done = world.send(store)
    (alarm,) = store.outbox.newest()
    assert (alarm.kind, alarm.state) == ("alarm", FAILED)
    assert (done.failed, done.problems) == (1, [UndeliveredMessage(alarm.id, "25", say(NOWHERE))])
    assert world.send(store).failed == 0  # once, as of every other message


@pytest.mark.parametrize(
    "url", ["https://a.vn:8443/khoa?token=bi-mat", "https://ai:bi-mat@a.vn:8443/", "https://a.vn:8443"]
)
def test_of_a_webhook_no_more_is_shown_than_where_it_is(url: str) -> None:
    assert mask_address(HOOK, url) == "https://a.vn:8443"


def test_what_a_server_quotes_is_kept_out_of_the_log_of_runs(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Mock()
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=RemindSettings(tries=1))
        post.replies["RCPT"] = ["550 luong-son@phutho.example.vn unknown"] * 3
        world.remind(store)
        monkeypatch.setattr(reminders, "reminder_office", lambda _: nullcontext(world.office(store)))
        monkeypatch.setattr(reminders, "now", world.now)
        monkeypatch.setattr(reminders, "get_run_logger", Mock(return_value=log))
        assert reminders.send_messages.fn("")["failed"] == 3
    said = str(log.mock_calls)
    assert "04924" in said
    assert "@" not in said
