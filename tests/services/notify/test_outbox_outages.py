"""One go through the outbox where servers swallow, hang or refuse: little is lost, and nothing else is held back."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.services.notify.circuit_breaker import growing_wait
from lotrinh.services.notify.outbox import drain_outbox, retry_message
from lotrinh.services.notify.webhooks import enqueue_changes
from lotrinh.settings.models import RemindSettings, Settings
from lotrinh.store import Store
from lotrinh.store.outbox import SENT, UNCLEAR, WAITING
from tests.sending.servers import Post, post_office, talk, web_server
from tests.services.notify.test_reminded_day import HERE, message
from tests.services.reminding import DAY, World, hook, world_in

ALWAYS = RemindSettings(quiet="", quiet_days_off=False)


@contextlib.contextmanager
def swallowing() -> Iterator[tuple[int, list[str]]]:
    """A mail server that takes every mail whole and hangs up: its port, and an item for each mail."""
    server, taken = socket.create_server(("127.0.0.1", 0)), list[str]()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = server.accept()
                with line:
                    talk(line, b".", lambda _: taken.append("mail"))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1], taken
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def mails(store: Store, count: int) -> None:
    store.outbox.put([message(f"x/{number}", DAY) for number in range(count)], DAY)


def changes(store: Store, settings: Settings, count: int) -> None:
    enqueue_changes(store, settings, DAY)
    for number in range(count):
        note = {"note": str(number)}
        store.journal.append(
            NewEntry(
                kind=EntryKind.OBSTACLE, at=DAY, campaign="thu", unit="04924", step="a", actor="unit:04924", body=note
            )
        )
    enqueue_changes(store, settings, DAY)


def test_a_server_that_swallows_mail_leaves_one_to_be_asked_about_in_a_go(tmp_path: Path, store: Store) -> None:
    with swallowing() as (port, taken):
        world = world_in(tmp_path, Post(port).settings(), remind=ALWAYS)
        mails(store, 12)
        done = world.send(store)
    assert taken == ["mail"]
    assert (done.unclear, done.waiting, len(done.problems)) == (1, 11, 1)
    assert store.outbox.counts() == {UNCLEAR: 1, WAITING: 11}


def test_in_a_whole_day_it_leaves_a_handful_and_what_waits_goes_out_when_it_is_mended(
    tmp_path: Path, store: Store
) -> None:
    mails(store, 60)
    with swallowing() as (port, taken):
        world = world_in(tmp_path, Post(port).settings(), remind=ALWAYS)
        tried = []
        for number in range(6 * 6):  # six hours, every ten minutes
            world.clock[0] = DAY + timedelta(minutes=10 * number)
            tried += [10 * number] * world.send(store).unclear
    assert tried == [0, 10, 20, 60, 120, 180, 240, 300]
    assert len(taken) == len(tried)
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=ALWAYS)
        world.clock[0] = DAY + timedelta(minutes=359)
        assert world.send(store).waiting == 60 - len(tried)
        world.clock[0] = DAY + timedelta(minutes=360)
        assert world.send(store).sent == 60 - len(tried)
    assert store.outbox.counts() == {UNCLEAR: len(tried), SENT: 60 - len(tried)}


def swallowed(store: Store, world: World, *minutes: int) -> int:
    """Send at these minutes of the day to a server that swallows; return how many mails it had."""
    with swallowing() as (port, taken):
        world.settings = world.settings.model_copy(update={"mail": Post(port).settings()})
        for number in minutes:
            world.clock[0] = DAY + timedelta(minutes=number)
            world.send(store)
        return len(taken)


def sent(store: Store, world: World, minute: int) -> int:
    """Send at this minute of the day to a good server; return how many mails it took."""
    with post_office() as post:
        world.settings = world.settings.model_copy(update={"mail": post.settings()})
        world.clock[0] = DAY + timedelta(minutes=minute)
        return world.send(store).sent


def test_a_person_who_has_asked_ends_the_rest(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, remind=ALWAYS)
    mails(store, 6)
    assert swallowed(store, world, 0, 10, 20) == 3
    assert sent(store, world, 21) == 0
    retry_message(store, store.outbox.newest((UNCLEAR,))[0].id, DAY)
    assert sent(store, world, 21) == 4


def test_a_mail_that_went_out_makes_the_next_rest_a_short_one_again(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, remind=ALWAYS)
    mails(store, 6)
    assert swallowed(store, world, 0, 10, 20) == 3
    assert sent(store, world, 60) == 3
    store.outbox.put([message("y/1", DAY), message("y/2", DAY)], DAY)
    assert swallowed(store, world, 61, 62, 63) == 2


class Noted(list[Any]):
    """A list that notes in another one when something was added."""

    def __init__(self, word: str, order: list[str]) -> None:
        super().__init__()
        self.word, self.order = word, order

    def append(self, item: Any) -> None:
        super().append(item)
        self.order.append(self.word)


def test_mail_goes_before_webhooks_that_were_laid_down_earlier(tmp_path: Path, store: Store) -> None:
    order = list[str]()
    with post_office() as post, web_server() as web:
        post.mails, web.got = Noted("mail", order), Noted("hook", order)
        world = world_in(tmp_path, post.settings(), remind=ALWAYS, webhooks=(hook(web.url()),), http=HERE)
        changes(store, world.settings, 2)
        mails(store, 2)
        assert world.send(store).sent == 4
    assert order == ["mail", "mail", "hook", "hook"]


@pytest.mark.parametrize("status", [0, 401, 404, 429, 503])
def test_a_webhook_that_takes_nothing_costs_one_try_in_a_go_and_holds_no_other_back(
    tmp_path: Path, store: Store, status: int
) -> None:
    with web_server() as bad, web_server() as good:
        bad.always = (status, b"")
        hooks = (hook(bad.url()), hook(good.url()))
        world = world_in(tmp_path, remind=ALWAYS, webhooks=hooks, http=HERE)
        changes(store, world.settings, 5)
        done = world.send(store)
        assert (done.sent, done.waiting, len(bad.got), len(good.got)) == (5, 5, 1, 5)
        bad.always = (200, b"")
        world.clock[0] = DAY + timedelta(minutes=10)
        assert world.send(store).sent == 5
    numbers = [got.headers["X-Lotrinh-Delivery"] for got in bad.got]
    assert sorted(numbers) == ["1", "1", "2", "3", "4", "5"]


def test_a_webhook_that_fails_on_one_message_still_gets_the_others(tmp_path: Path, store: Store) -> None:
    with web_server() as web:
        web.replies = [(500, b""), (400, b"")]
        world = world_in(tmp_path, remind=ALWAYS, webhooks=(hook(web.url()),), http=HERE)
        changes(store, world.settings, 5)
        done = world.send(store)
    assert (done.sent, done.waiting, done.failed) == (3, 1, 1)


def test_a_webhook_that_stays_away_is_given_up_visibly(tmp_path: Path, store: Store) -> None:
    with web_server() as web:
        web.always = (503, b"")
        world = world_in(tmp_path, remind=RemindSettings(quiet="", tries=3), webhooks=(hook(web.url()),), http=HERE)
        changes(store, world.settings, 1)
        ends = []
        for hours in range(4):
            world.clock[0] = DAY + timedelta(hours=hours)
            ends.append(world.send(store).failed)
    assert ends == [0, 0, 1, 0]
    assert store.outbox.newest()[0].problem == "Phần mềm nhận tin từ chối: 503"


def test_a_go_that_lasts_too_long_leaves_the_rest_to_the_next(tmp_path: Path, store: Store) -> None:
    moment = [DAY]

    def clock() -> datetime:
        moment[0] += timedelta(minutes=1)
        return moment[0]

    with post_office() as post:
        world = world_in(tmp_path, post.settings(), remind=ALWAYS)
        mails(store, 20)
        first = drain_outbox(store, world.settings, lambda _: False, clock)
        assert moment[0] - DAY < timedelta(minutes=40)
        assert first.sent + first.waiting == 20
        assert 0 < first.sent < 20
        for _ in range(20 // first.sent):
            drain_outbox(store, world.settings, lambda _: False, clock)
        assert len(post.mails) == 20
    assert store.outbox.counts() == {SENT: 20}


def test_waits_grow_and_can_always_be_told() -> None:
    assert [growing_wait(n) for n in (1, 2, 3)] == [timedelta(minutes=m) for m in (2, 8, 32)]
    assert growing_wait(50) > timedelta(hours=6)
