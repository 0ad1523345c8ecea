"""Many workers that remind, tell and send at the same time, on SQLite and on PostgreSQL: everything goes out once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lotrinh.core.journal import Kind, NewEntry
from lotrinh.settings.models import Database, Http
from lotrinh.store import open_store
from lotrinh.store.outbox import SENT
from tests.sending.servers import post_office, web_server
from tests.services.reminding import DAY, hook, world_in

WORKERS, CHANGES = 6, 20


def test_workers_at_once_lay_down_and_send_everything_once(database: str, tmp_path: Path) -> None:
    with post_office() as post, web_server() as web:
        more = {"webhooks": (hook(web.url()),), "database": Database.model_validate({"url": database})}
        http = Http.model_validate({"allow_networks": ["127.0.0.0/8"]})
        world = world_in(tmp_path, post.settings(), http=http, **more)

        def work(number: int) -> None:
            with open_store(database) as store:
                note = {"note": str(number)}
                store.journal.append(NewEntry(Kind.OBSTACLE, DAY, "thu", "04924", "a", "unit:04924", note))
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
