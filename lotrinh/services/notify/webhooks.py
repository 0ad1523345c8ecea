"""What other systems are told when a step changes, each with a number by which repeats can be dropped."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from lotrinh.core.status.journal import Entry
from lotrinh.services.notify.observed_changes import enqueue_observed_changes
from lotrinh.services.notify.receivers import HOOK, secret_fingerprint
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import NewMessage

SCHEMA = "lotrinh.change/1"


def enqueue_changes(store: Store, settings: Settings, now: datetime) -> None:
    """Queue what each system has not been told yet. One that is new hears of nothing that was before."""
    names = tuple(dict.fromkeys(secret_fingerprint(hook.url.get_secret_value()) for hook in settings.webhooks))
    for name in names:

        def make(entries: Sequence[Entry], name: str = name) -> Iterator[NewMessage]:
            return (_message(name, entry, now) for entry in entries if entry.new.step)

        # Each call is one transaction over a bounded stretch of the journal: a long backlog blocks nobody for long.
        while store.outbox.follow(f"{HOOK}/{name}", make, now):
            pass
    enqueue_observed_changes(store, names, now)


def _message(name: str, entry: Entry, now: datetime) -> NewMessage:
    new, delivery = entry.new, str(entry.number)
    content = {"to": name, "delivery": delivery, "body": change_body(entry)}
    return NewMessage(
        key=f"{HOOK}/{name}/{delivery}",
        campaign=new.campaign,
        kind=HOOK,
        receiver=new.unit,
        channel=HOOK,
        content=content,
        next_at=now,
    )


def change_body(entry: Entry) -> str:
    """Write what changed: no names, notes or files; who needs more asks the API."""
    new = entry.new
    content = {
        "schema": SCHEMA,
        "number": entry.number,
        "at": new.at.isoformat(),
        "campaign": new.campaign,
        "unit": new.unit,
        "step": new.step,
        "kind": new.kind.value,
        "completed_on": new.body.get("completed_on"),
        "sample": bool(new.body.get("sample")),
        "hash": entry.hash,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
