"""What other systems are told when a step changes, each with a number by which repeats can be dropped."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from lotrinh.core.status.journal import Entry
from lotrinh.services.notify.observed_changes import tell_observed
from lotrinh.services.notify.receivers import HOOK, fingerprint
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import New

SCHEMA = "lotrinh.change/1"


def tell(store: Store, settings: Settings, now: datetime) -> None:
    """Lay down what each system has not been told yet. One that is new hears of nothing that was before."""
    names = tuple(dict.fromkeys(fingerprint(hook.url.get_secret_value()) for hook in settings.webhooks))
    for name in names:

        def make(entries: Sequence[Entry], name: str = name) -> Iterator[New]:
            return (_message(name, entry, now) for entry in entries if entry.new.step)

        while store.outbox.follow(f"{HOOK}/{name}", make, now):
            pass
    tell_observed(store, names, now)


def _message(name: str, entry: Entry, now: datetime) -> New:
    new, delivery = entry.new, str(entry.number)
    content = {"to": name, "delivery": delivery, "body": body(entry)}
    return New(f"{HOOK}/{name}/{delivery}", new.campaign, HOOK, new.unit, HOOK, content, now)


def body(entry: Entry) -> str:
    """Write what changed: no names, notes or files; who needs more asks the API."""
    new = entry.new
    said = {
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
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
