"""Whole days of reminding with real mail: every mail is received exactly once, whoever sends and whatever fails."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.services.notify.outbox import ABANDONED_AFTER
from lotrinh.services.notify.reminders import open_office
from lotrinh.settings.load import load_settings
from lotrinh.settings.models import RemindSettings
from lotrinh.store import Store, open_store
from lotrinh.store.outbox import SENDING, SENT, UNCLEAR, NewMessage
from tests.sending.servers import Post, bad_post, post_office, web_server
from tests.services.reminding import DAY, World, hook, world_in

SUBJECT = "Nhắc việc ngày 10/02/2026"


def each(worker: Callable[[], None], workers: int = 2) -> None:
    """Let several workers do it at the same time; what one raises is raised here."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            worker()
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def hours(world: World, day: datetime = DAY) -> None:
    """Go through a day from 07:00 to 22:00, each hour with two workers that remind and send at once."""

    def work() -> None:
        with open_store(world.settings.database_url) as store:
            world.remind(store)
            world.send(store)

    for hour in range(7, 23):
        world.clock[0] = day.replace(hour=hour, minute=0)
        each(work)


def received(post: Post) -> Counter[tuple[str, str]]:
    return Counter((mail["To"], mail["Subject"].partition(":")[0]) for mail in post.mails)


def test_on_a_simulated_day_everybody_gets_exactly_one_mail(tmp_path: Path, store: Store) -> None:
    with post_office() as post, web_server() as web:
        world = world_in(tmp_path, post.settings(), webhooks=(hook(web.url()),), http=HERE)
        post.replies = {"RCPT": ["450 later", "450 later"], "DATA": ["451 later"]}
        web.replies = [(503, b"")]
        world.send(store)  # a system that is new hears of nothing that was before
        said = {"completed_on": "2026-02-09"}
        store.journal.append(
            NewEntry(
                kind=EntryKind.CONFIRMED, at=DAY, campaign="thu", unit="04960", step="a", actor="unit:04960", body=said
            )
        )
        hours(world)
    # Liên Sơn has confirmed its one step that is due.
    assert received(post) == {("vp@phutho.example.vn", SUBJECT): 1, ("luong-son@phutho.example.vn", SUBJECT): 1}
    assert len({mail["Message-ID"] for mail in post.mails}) == 2
    assert store.outbox.counts() == {SENT: 3}
    assert {got.headers["X-Lotrinh-Delivery"] for got in web.got} == {"1"}


HERE = {"allow_networks": ["127.0.0.0/8"]}


def test_days_that_follow_one_another_remind_on_their_days_and_in_tet_nobody_is(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        for number in range(19):  # 10 to 28 February: Tết is from the 14th to the 22nd
            for hour in (7, 8, 21):
                world.clock[0] = (DAY + timedelta(days=number)).replace(hour=hour)
                world.remind(store)
                world.send(store)
    assert all(count == 1 for count in received(post).values())
    days = [mail["Subject"].split()[3][:5] for mail in post.mails if mail["To"].startswith("luong-son")]
    # Three days and one day before; the first day after Tết; every third day, which is seven before the next deadline.
    assert days == ["10/02", "12/02", "23/02", "26/02"]


def test_a_sender_killed_in_the_middle_never_leads_to_a_second_mail(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with post_office() as post:
        hung = threading.Event()
        with bad_post(b".", lambda _: hung.set()) as port:
            file.write_text(SETTINGS.format(port=port), encoding="utf-8")
            settings = load_settings(str(file)).settings
            with open_store(settings.database_url) as store:
                store.outbox.put([message("x/1")], now())
            sender = subprocess.Popen([sys.executable, "-m", "lotrinh", "send", "--settings", str(file)], cwd=tmp_path)
            assert hung.wait(60), "the server has the whole mail"
            os.kill(sender.pid, signal.SIGKILL)
            sender.wait()
        file.write_text(SETTINGS.format(port=post.port), encoding="utf-8")
        settings = load_settings(str(file)).settings
        with open_store(settings.database_url) as store:
            assert [m.state for m in store.outbox.newest()] == [SENDING]
            world = World(settings, tmp_path, [now()])
            assert open_office(store, settings, tmp_path).campaigns == ()
            for later in (timedelta(minutes=1), ABANDONED_AFTER + timedelta(minutes=1), ABANDONED_AFTER * 5):
                world.clock[0] = now() + later
                world.send(store)
            assert not post.mails
            (found,) = store.outbox.newest()
            assert (found.state, found.problem) == (UNCLEAR, "Việc gửi bị dừng giữa chừng: không rõ đã gửi chưa.")
            assert store.outbox.retry(found, now())  # a person has asked the receiver
            each(lambda: _sent(world), 4)
            assert len(post.mails) == 1
            assert [m.state for m in store.outbox.newest()] == [SENT]


def _sent(world: World) -> None:
    with open_store(world.settings.database_url) as store:
        world.send(store)


SETTINGS = """\
data_dir = "data"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "lotrinh@phutho.example.vn"
[remind]
quiet = ""
quiet_days_off = false
"""


def message(key: str, at: datetime | None = None) -> NewMessage:
    content = {
        "to": "vp@phutho.example.vn",
        "subject": "Tin",
        "text": "a",
        "html": "<p>a</p>",
        "id": key.replace("/", ""),
    }
    return NewMessage(
        key=key, campaign="", kind="notice", receiver="25", channel="mail", content=content, next_at=at or now()
    )


@pytest.mark.parametrize("workers", [8])
def test_many_workers_send_many_messages_once_each(tmp_path: Path, store: Store, workers: int) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=RemindSettings(quiet="", quiet_days_off=False))
        store.outbox.put([message(f"x/{number}", DAY) for number in range(40)], DAY)
        each(lambda: _sent(world), workers)
        assert len(post.mails) == 40
        assert len({mail["Message-ID"] for mail in post.mails}) == 40
    assert store.outbox.counts() == {SENT: 40}


def test_a_mail_server_that_hangs_costs_one_wait_and_is_given_up_on_visibly(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, Post(1).settings(), remind=RemindSettings(quiet="", tries=3))
    store.outbox.put([message("x/1", DAY)], DAY)
    for number in range(10):
        world.clock[0] = DAY + timedelta(hours=number)
        done = world.send(store)
        assert len(done.problems) <= 1
    (found,) = store.outbox.newest()
    assert (found.state, found.tries) == ("failed", 3)
    assert found.problem.startswith("Máy chủ gửi thư không dùng được")
    started = time.monotonic()
    store.outbox.put([message(f"y/{number}", DAY) for number in range(30)], DAY)
    with bad_post(b"", lambda _: None) as port:
        slow = world_in(tmp_path, Post(port).settings(timeout_seconds=0.5), remind=RemindSettings(quiet=""))
        slow.clock[0] = DAY
        slow.send(store)
    assert time.monotonic() - started < 8
    assert {m.tries for m in store.outbox.newest(("waiting",))} == {0, 1}


def test_moments_are_utc_in_the_record(store: Store) -> None:
    store.outbox.put([message("x/1", DAY)], DAY)
    (found,) = store.outbox.newest()
    assert found.created_at == DAY
    assert found.created_at.tzinfo == UTC
