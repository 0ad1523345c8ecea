"""Many workers that remind, tell and send at the same time, on SQLite and on PostgreSQL: everything goes out once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.errors import Conflict
from lotrinh.services.notify.outbox import retry_message
from lotrinh.settings.models import DatabaseSettings, HttpSettings, RemindSettings
from lotrinh.store import open_store
from lotrinh.store.outbox import SENT, NewMessage
from tests.sending.servers import post_office, web_server
from tests.services.reminding import DAY, hook, world_in

WORKERS, CHANGES, MAILS = 6, 20, 12


def test_workers_at_once_lay_down_and_send_everything_once(database: str, tmp_path: Path) -> None:
    with post_office() as post, web_server() as web:
        more = {"webhooks": (hook(web.url()),), "database": DatabaseSettings.model_validate({"url": database})}
        http = HttpSettings.model_validate({"allow_networks": ["127.0.0.0/8"]})
        world = world_in(tmp_path, post.settings(), http=http, **more)

        def work(number: int) -> None:
            with open_store(database) as store:
                note = {"note": str(number)}
                store.journal.append(
                    NewEntry(
                        kind=EntryKind.OBSTACLE,
                        at=DAY,
                        campaign="thu",
                        unit="04924",
                        step="a",
                        actor="unit:04924",
                        body=note,
                    )
                )
                world.remind(store)
                world.send(store)

        with open_store(database) as store:
            world.send(store)
            with ThreadPoolExecutor(WORKERS) as workers:
                list(workers.map(work, range(CHANGES)))
            world.send(store)
            assert store.outbox.counts() == {SENT: 3 + CHANGES}
            assert store.journal.verify() is None
    assert Counter(mail["To"] for mail in post.mails) == dict.fromkeys({m["To"] for m in post.mails}, 1)
    assert len(post.mails) == 3
    numbers = Counter(got.headers["X-Lotrinh-Delivery"] for got in web.got)
    assert numbers == {str(number): 1 for number in range(1, CHANGES + 1)}


def test_people_who_ask_for_it_now_while_workers_send_lead_to_no_second_mail(database: str, tmp_path: Path) -> None:
    with post_office() as post:
        more = {"database": DatabaseSettings.model_validate({"url": database})}
        world = world_in(
            tmp_path, post.settings(), remind=RemindSettings(quiet="", quiet_days_off=False, tries=50), **more
        )
        post.replies["RCPT"] = ["451 later"] * MAILS * 2

        def work(_: int) -> None:
            with open_store(database) as store:
                world.send(store)
                for message in store.outbox.newest():
                    with suppress(Conflict):
                        retry_message(store, message.id, world.now())
                world.send(store)

        with open_store(database) as store:
            words = dict.fromkeys(("id", "subject", "text", "html"), "x")
            content = [{"to": f"xa-{n}@phutho.example.vn", **words} for n in range(MAILS)]
            store.outbox.put(
                [
                    NewMessage(
                        key=each["to"], campaign="", kind="x", receiver="25", channel="mail", content=each, next_at=DAY
                    )
                    for each in content
                ],
                DAY,
            )
            assert world.send(store).waiting == MAILS
            with ThreadPoolExecutor(WORKERS) as workers:
                list(workers.map(work, range(WORKERS)))
            work(0)
            assert store.outbox.counts() == {SENT: MAILS}
    assert Counter(post.to) == {f"xa-{n}@phutho.example.vn": 1 for n in range(MAILS)}
