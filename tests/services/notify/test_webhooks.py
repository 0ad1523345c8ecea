"""Addresses of webhooks: refused where they cannot be, hidden in the record, and found again when something is sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.notify.outbox import retry_message
from lotrinh.services.notify.receivers import HOOK, mask_receiver, secret_fingerprint
from lotrinh.services.notify.webhooks import enqueue_changes
from lotrinh.settings.models import RemindSettings, Settings
from lotrinh.store import Store, open_store
from lotrinh.store.engine import connect, migrate, reading, upgrade, writing
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING
from tests.sending.servers import web_server
from tests.services.notify.test_reminded_day import HERE
from tests.services.reminding import DAY, hook, world_in

SECRET = "khoa-bi-mat-9f3a"
BEFORE = """\
INSERT INTO outbox (key, campaign, kind, receiver, channel, content, state, tries, created_at, next_at, problem)
VALUES (:key, 'thu', 'webhook', '04924', 'webhook', :content, :state, 0, :at, :at, '')"""


def obstacle(store: Store) -> None:
    store.journal.append(
        NewEntry(
            kind=EntryKind.OBSTACLE,
            at=DAY,
            campaign="thu",
            unit="04924",
            step="a",
            actor="unit:04924",
            body={"note": "x"},
        )
    )


@pytest.mark.parametrize("url", ["http://1.2.3.4.5/", "https://a.vn:99999/", "https://a\\b.vn/", "https://-/"])
def test_an_address_that_cannot_be_asked_is_named_before_anything_is_sent(
    tmp_path: Path, store: Store, url: str
) -> None:
    world = world_in(tmp_path, webhooks=(hook("https://a.example.vn/"), hook(url)))
    with pytest.raises(BadInput) as caught:
        world.office(store)
    assert [p.where for p in caught.value.problems] == ["webhooks.1.url"]
    assert url not in say(caught.value.problems[0].sentence)


def test_an_address_stands_in_the_record_by_its_name_alone_and_is_shown_without_its_key(
    tmp_path: Path, store: Store
) -> None:
    with web_server() as web:
        url = web.url(f"/{SECRET}")
        world = world_in(tmp_path, remind=RemindSettings(quiet=""), webhooks=(hook(url),), http=HERE)
        enqueue_changes(store, world.settings, DAY)
        obstacle(store)
        assert world.send(store).sent == 1
        assert web.got[0].path == f"/{SECRET}"
    (message,) = store.outbox.newest()
    assert message.content["to"] == secret_fingerprint(url)
    assert mask_receiver(world.settings, HOOK, message.content["to"]) == f"http://127.0.0.1:{web.port}"
    assert mask_receiver(Settings(), HOOK, message.content["to"]) == f"{secret_fingerprint(url)[:2]}…"
    store.close()
    assert all(SECRET.encode() not in file.read_bytes() for file in (tmp_path / "data").rglob("*.*"))


def test_a_record_of_an_older_lotrinh_loses_the_addresses_in_clear_and_what_waits_is_still_sent(
    tmp_path: Path,
) -> None:
    with web_server() as web:
        url, gone = web.url(f"/{SECRET}"), f"https://da-bo.vn/{SECRET * 30}"
        world = world_in(tmp_path, remind=RemindSettings(quiet=""), webhooks=(hook(url),), http=HERE)
        older(world.settings, [(url, WAITING), (gone, WAITING), (url, UNCLEAR), (url, SENT)])
        database = tmp_path / "data" / "lotrinh.db"
        assert SECRET.encode() in database.read_bytes()
        engine = connect(world.settings.database_url)
        upgrade(engine)
        engine.dispose()
        assert SECRET.encode() not in database.read_bytes()
        with open_store(world.settings.database_url) as store:
            assert world.send(store).sent == 1
            states = {m.key: (m.state, m.problem) for m in store.outbox.newest()}
            assert states["1"] == (FAILED, "Địa chỉ này không còn trong cấu hình.")
            retry_message(store, next(m.id for m in store.outbox.newest() if m.key == "2"), DAY)
            world.send(store)
            assert store.outbox.counts() == {SENT: 3, FAILED: 1}
        assert [json.loads(got.body)["n"] for got in web.got] == [0, 2]


def older(settings: Settings, messages: list[tuple[str, str]]) -> None:
    """Make a record of an older lotrinh, which wrote addresses of webhooks in clear."""
    settings.data_dir.mkdir()
    engine = connect(settings.database_url)
    with writing(engine) as connection:
        migrate(connection, "0005")
        for number, (url, state) in enumerate(messages):
            content = {"to": url, "delivery": str(number), "body": json.dumps({"n": number})}
            row: dict[str, Any] = {"key": str(number), "content": json.dumps(content), "state": state}
            connection.execute(text(BEFORE), {**row, "at": "2026-02-01T00:00:00.000000+00:00"})
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == len(messages)
    engine.dispose()
