"""A roster or a checklist that cannot be read: the office hears of it by mail, and what waits is sent all the same."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.errors import BadInput, LotrinhError, NotFound
from lotrinh.services.notify import dispatch
from lotrinh.services.notify.misconfiguration_alert import open_office_or_alert
from lotrinh.settings.models import MailSettings, ReceiverSettings, ScheduleSettings, UnitsSettings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, NewMessage
from tests.conftest import COLUMNS
from tests.sending.servers import Post, post_office
from tests.services.reminding import DAY, RECEIVERS, World, hook, world_in

GOOD = f"{COLUMNS}\n04924,xa,Lương Sơn,,,,,,,\n04960,xa,Liên Sơn,,,,,,,\n"
BAD = GOOD + "04924,xa,Lương Sơn,,,,,,,\n"
MAIL = MailSettings(host="127.0.0.1", sender="lotrinh@phutho.example.vn", port=1)
ONE_DAY = timedelta(days=1)


def of(folder: Path, mail: MailSettings, **more: object) -> World:
    """An office with a roster of its own that names one commune twice."""
    (folder / "don-vi.csv").write_text(BAD, encoding="utf-8")
    return world_in(folder, mail, units=UnitsSettings(file=folder / "don-vi.csv"), **more)


def go(world: World, store: Store, raised: type[LotrinhError] = BadInput) -> None:
    with pytest.raises(raised):
        open_office_or_alert(store, world.settings, world.home, world.now)


def heard(post: Post) -> list[tuple[str, str]]:
    return [(str(mail["To"]), str(mail["Subject"])) for mail in post.mails]


def test_the_office_hears_of_a_broken_roster_once_a_day_with_file_and_line(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = of(tmp_path, post.settings())
        for _ in range(3):
            go(world, store)
        world.clock[0] += ONE_DAY
        go(world, store)
    office = "vp@phutho.example.vn"
    assert heard(post) == [(office, f"Ngày {day}/02/2026: cấu hình có lỗi, không nhắc việc được") for day in (10, 11)]
    text = post.mails[0].get_body(("plain",))
    assert text
    assert "don-vi.csv:4" in text.get_content()
    assert "không nhắc việc được nơi nào" in text.get_content()
    assert f"Hãy sửa trên máy “{socket.gethostname()}”" in text.get_content()
    assert "lotrinh doctor" in text.get_content()
    assert "Xem và xác nhận" not in text.get_content()


def test_what_waits_for_others_is_sent_and_nobody_is_reminded(tmp_path: Path, store: Store) -> None:
    content = {"to": "luong-son@phutho.example.vn"} | dict.fromkeys(("id", "subject", "text", "html"), "x")
    store.outbox.put(
        [NewMessage(key="x", campaign="", kind="x", receiver="04924", channel="mail", content=content, next_at=DAY)],
        DAY,
    )
    with post_office() as post:
        go(of(tmp_path, post.settings()), store)
    assert sorted(post.to) == ["luong-son@phutho.example.vn", "vp@phutho.example.vn"]


def test_what_is_mended_reminds_again(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = of(tmp_path, post.settings())
        go(world, store)
        (tmp_path / "don-vi.csv").write_text(GOOD, encoding="utf-8")
        office = open_office_or_alert(store, world.settings, world.home, world.now)
        assert dispatch.enqueue_reminders(office, world.now()).new == 3
        dispatch.dispatch_messages(office, world.now)
    assert len(post.mails) == 4


def lost(world: World) -> None:
    (world.home / "thu.yaml").unlink()


def unreadable(world: World) -> None:
    (world.home / "thu.yaml").write_text("steps: [", encoding="utf-8")


@pytest.mark.parametrize(("harm", "raised"), [(lost, NotFound), (unreadable, BadInput)])
def test_a_checklist_that_is_lost_or_cannot_be_read_is_told_too(
    tmp_path: Path, store: Store, harm: Callable[[World], None], raised: type[LotrinhError]
) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        harm(world)
        go(world, store, raised)
    assert len(post.mails) == 1


@pytest.mark.parametrize("harm", [lambda _: None, unreadable])
@pytest.mark.parametrize(
    "later", [DAY.replace(hour=22), DAY.replace(day=14, hour=8)], ids=["at night", "on a Saturday"]
)
def test_quiet_hours_and_days_off_are_kept(
    tmp_path: Path, store: Store, later: datetime, harm: Callable[[World], None]
) -> None:
    with post_office() as post:
        world = of(tmp_path, post.settings())
        harm(world)
        world.clock[0] = later
        go(world, store)
    assert (post.mails, store.outbox.newest()) == ([], ())


def test_where_all_is_paused_nobody_hears_of_it(tmp_path: Path, store: Store) -> None:
    go(of(tmp_path, MAIL, schedule=ScheduleSettings(cron="0 7 * * *", paused=True)), store)
    assert store.outbox.newest() == ()


def test_the_offices_mail_box_in_a_good_row_of_the_roster_is_enough(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = of(tmp_path, post.settings(), receivers=())
        (tmp_path / "don-vi.csv").write_text(
            f"{BAD}25,tinh,Phú Thọ,,,,,,,lanh-dao@phutho.example.vn\n", encoding="utf-8"
        )
        go(world, store)
    assert post.to == ["lanh-dao@phutho.example.vn"]


def test_a_wrong_receiver_or_webhook_keeps_nothing_from_a_good_address(tmp_path: Path, store: Store) -> None:
    wrong = ReceiverSettings(unit="25")
    with post_office() as post:
        go(of(tmp_path, post.settings(), receivers=(wrong, *RECEIVERS), webhooks=(hook("http://x..vn/"),)), store)
    assert post.to == ["vp@phutho.example.vn"]


def test_where_the_office_has_no_address_it_stands_in_the_outbox(tmp_path: Path, store: Store) -> None:
    go(of(tmp_path, MailSettings(), receivers=()), store)
    assert [(m.kind, m.state) for m in store.outbox.newest()] == [("broken", FAILED)]


def test_where_the_sender_is_wrong_nothing_is_laid_down(tmp_path: Path, store: Store) -> None:
    go(of(tmp_path, MailSettings(host="127.0.0.1", sender="khong-co"), receivers=RECEIVERS), store)
    assert store.outbox.newest() == ()


def test_the_switch_remembers_what_it_knew_before(tmp_path: Path, store: Store) -> None:
    world = of(
        tmp_path, MailSettings(host="127.0.0.1", sender="a@b.vn", port=1), schedule=ScheduleSettings(cron="0 7 * * *")
    )
    (tmp_path / "don-vi.csv").write_text(GOOD, encoding="utf-8")
    world.send(store)
    before = store.outbox.recall("watch/25/thu")
    assert before
    (tmp_path / "don-vi.csv").write_text(BAD, encoding="utf-8")
    world.clock[0] += ONE_DAY
    go(world, store)
    assert store.outbox.recall("watch/25/thu") == before
