"""Days on which nobody could be reminded, and a record that was put back: nothing is lost, and nothing said twice."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.errors import Conflict
from lotrinh.i18n import say
from lotrinh.services.notify.missed_check_alarm import enqueue_alarms
from lotrinh.services.notify.outbox import ABANDONED_AFTER, drop_message, retry_message
from lotrinh.services.notify.weekly import enqueue_report
from lotrinh.services.upkeep.backup import DataLocation, back_up
from lotrinh.services.upkeep.restore import restore_backup
from lotrinh.settings.models import RemindSettings, ScheduleSettings
from lotrinh.store import Store, open_store
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR
from tests.sending.servers import Post, post_office
from tests.services.notify.test_reminders import MAIL, checked
from tests.services.reminding import DAY, RECEIVERS, World, world_in

ONE_DAY = timedelta(days=1)
EVERYBODY = sorted(receiver.mail for receiver in RECEIVERS)


def through(world: World, store: Store, day: datetime) -> None:
    """Remind in the morning, and send until the evening."""
    world.clock[0] = day
    world.remind(store)
    for hour in range(8, 20, 2):
        world.clock[0] = day.replace(hour=hour)
        world.send(store)


def said(world: World, store: Store) -> dict[str, list[tuple[str, int]]]:
    """Return of which steps everybody is reminded now, and how many days are left for them."""
    return {
        each.digest.unit.code: [(item.step.id, item.days) for item in each.digest.items]
        for each in world.prepare(store)
        if each.digest.items
    }


def test_after_a_day_on_which_the_machine_was_off_everybody_is_reminded_on_the_next(
    tmp_path: Path, store: Store
) -> None:
    world = world_in(tmp_path, MAIL)
    world.clock[0] = DAY + ONE_DAY  # on the day itself, three days before the deadline, nothing ran
    assert said(world, store) == {"25": [("t", 2)], "04924": [("a", 2)], "04960": [("a", 2)]}


def test_after_a_day_on_which_the_mail_server_was_down_everybody_has_one_mail_on_the_next(
    tmp_path: Path, store: Store
) -> None:
    with post_office() as post:
        through(world_in(tmp_path, MAIL), store, DAY)  # nobody listens on that port
        assert not post.mails
        world = world_in(tmp_path, post.settings())
        for number in range(1, 6):
            through(world, store, DAY + number * ONE_DAY)
    assert sorted(post.to[:3]) == EVERYBODY
    days = [mail["Subject"].split()[3][:5] for mail in post.mails if mail["To"].startswith("luong-son")]
    assert days == ["11/02", "12/02"]  # made up for, and the day before the deadline; then Tết begins


def test_the_office_hears_on_the_next_day_of_what_it_was_not_told(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        due = DAY.replace(month=3, day=5)
        for day in (due + ONE_DAY, due + 6 * ONE_DAY):  # not on Monday the 9th, on which it was to hear of b
            through(world, store, day)
    bodies = [mail.get_body(("plain",)) for mail in post.mails if mail["To"].startswith("vp@")]
    assert [bool(body and "Việc B: quá hạn" in body.get_content()) for body in bodies] == [False, True]


@pytest.fixture
def unclear(tmp_path: Path, store: Store) -> World:
    """An office of whose reminders nobody knows whether they went out: the sender was killed."""
    world = world_in(tmp_path, MAIL)
    world.remind(store)
    for message in store.outbox.due(world.now()):
        store.outbox.claim(message, world.now(), world.now() + ABANDONED_AFTER)
    store.outbox.give_up_lost(world.now() + ABANDONED_AFTER, "mất")
    assert store.outbox.counts() == {UNCLEAR: 3}
    world.clock[0] = DAY + ONE_DAY
    return world


def test_what_may_have_gone_out_is_not_said_again_until_somebody_drops_it(store: Store, unclear: World) -> None:
    world = unclear
    assert said(world, store) == {}
    (number,) = (m.id for m in store.outbox.newest() if m.receiver == "04924")
    with pytest.raises(Conflict) as refused:
        retry_message(store, number, world.now())
    assert "Hãy bỏ tin này, rồi chạy: lotrinh remind" in say(refused.value.sentence)
    drop_message(store, number, world.now())
    assert said(world, store) == {"04924": [("a", 2)]}


def test_what_somebody_drops_on_its_own_day_is_over(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL)
    world.remind(store)
    for message in store.outbox.newest():
        drop_message(store, message.id, DAY.replace(hour=19))
    world.clock[0] = DAY + ONE_DAY
    assert said(world, store) == {}
    world.clock[0] = DAY + 2 * ONE_DAY
    assert said(world, store) == {"25": [("t", 1)], "04924": [("a", 1)], "04960": [("a", 1)]}


def test_the_office_hears_once_of_a_unit_without_an_address_and_the_unit_as_soon_as_it_has_one(
    tmp_path: Path, store: Store
) -> None:
    with post_office() as post:
        without = world_in(tmp_path, post.settings(), receivers=RECEIVERS[:2])
        through(without, store, DAY)
        without.clock[0] = DAY + ONE_DAY
        assert without.prepare(store) == ()
        world = world_in(tmp_path, post.settings())
        world.clock[0] = DAY + ONE_DAY
        assert said(world, store) == {"04960": [("a", 2)]}


def put_back(world: World, post: Post, at: datetime) -> None:
    """Back up at night, remind in the morning, and put the backup back."""
    place = DataLocation(world.settings.database_url, world.settings.data_dir)
    with open_store(place.url) as store:
        checked(store, world, DAY - 3 * ONE_DAY)
    made = back_up(place, world.home / "kho", DAY.replace(hour=2, minute=15))
    if at >= DAY:
        with open_store(place.url) as store:
            world.remind(store)
            assert world.send(store).sent == 4  # the alarm among them
        assert len(post.mails) == 4
    restore_backup(made.path, place, at, replace=True)
    world.clock[0] = at + timedelta(minutes=5)


def test_after_a_restore_nobody_is_told_by_itself_what_the_same_day_may_have_told_already(tmp_path: Path) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), schedule=ScheduleSettings(cron="0 7 * * *"))
        put_back(world, post, DAY.replace(hour=10))
        with open_store(world.settings.database_url) as store:
            assert world.remind(store) == 3
            assert enqueue_report(world.office(store), "thu", world.now()) == 1
            done = world.send(store)
            assert (done.sent, done.unclear, len(done.problems)) == (0, 1, 1)  # the alarm, found by this go
            assert store.outbox.counts() == {UNCLEAR: 5}
            assert len(post.mails) == 4
            message = store.outbox.newest(kind="remind")[0]
            assert message.problem == "Hôm nay đã khôi phục bản sao lưu: tin này có thể đã gửi trước đó."
            assert message.done_at
            retry_message(store, message.id, world.now())
            assert world.send(store).sent == 1
            world.clock[0] = DAY + ONE_DAY
            assert said(world, store) == {}
            assert enqueue_alarms(world.office(store), world.now()).new == 1
            assert world.send(store).sent == 1


def test_a_restore_before_anything_could_be_sent_on_its_day_puts_nothing_in_doubt(tmp_path: Path) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        put_back(world, post, DAY.replace(hour=6, minute=0))
        world.clock[0] = DAY
        with open_store(world.settings.database_url) as store:
            assert world.remind(store) == 3
            assert world.send(store).sent == 3
            assert store.outbox.counts() == {SENT: 3}


def test_a_backup_that_is_put_back_twice_counts_the_last_time(tmp_path: Path) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=RemindSettings(tries=1))
        put_back(world, post, DAY.replace(hour=6, minute=0))
        place = DataLocation(world.settings.database_url, world.settings.data_dir)
        again = back_up(place, tmp_path / "kho", DAY.replace(hour=8))
        restore_backup(again.path, place, DAY.replace(hour=9), replace=True)
        world.clock[0] = DAY.replace(hour=10)
        with open_store(world.settings.database_url) as store:
            world.remind(store)
            assert store.outbox.counts() == {UNCLEAR: 3}
            assert FAILED not in store.outbox.counts()
