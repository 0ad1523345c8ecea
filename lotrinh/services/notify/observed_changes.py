"""What other systems are told of finished checks: steps whose status changed without a word in the journal."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from itertools import dropwhile

from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.core.report.status_changes import EarlierUnit, StatusChange, status_changes
from lotrinh.core.status.journal import EntryKind
from lotrinh.services.notify.receivers import HOOK
from lotrinh.services.runs.snapshots import load_snapshot
from lotrinh.store import Store
from lotrinh.store.journal import JournalFilter
from lotrinh.store.outbox import NewMessage
from lotrinh.store.runs.runs import Run

SCHEMA = "lotrinh.observed/1"
LOOKED_BACK = 10
"""Runs in which a unit is looked for that the last one did not ask."""
MOST = 1_000_000
DECIDES = frozenset(
    {
        EntryKind.CONFIRMED,
        EntryKind.WITHDRAWN,
        EntryKind.ACCEPTED,
        EntryKind.RETURNED,
        EntryKind.EXCUSED,
        EntryKind.UNEXCUSED,
    }
)
DECIDES |= {EntryKind.RESOLVED}
"""What the journal says of whether a step is done: of these others were told when it was said."""

BodyByUnit = Mapping[str, str]
"""Unit -> what is said of it."""


def enqueue_observed_changes(store: Store, names: Collection[str], now: datetime) -> None:
    """Queue for each webhook, named by its address's name, what the newest runs show that it was not told."""
    if not names:
        return
    newest = [store.runs.finished(of, 1, province=province)[0] for of, province in store.runs.campaigns()]
    changes_since = cache(partial(_changes_since, store))  # the same for every webhook that was told the same
    for name in names:
        _enqueue(store, name, newest, changes_since, now)


def _enqueue(
    store: Store, name: str, newest: Iterable[Run], changes_since: Callable[[str, str], BodyByUnit], now: datetime
) -> None:
    cursor = f"{HOOK}/{name}/rounds"  # the databases in use already remember it by this name
    known = store.outbox.recall(cursor)
    last_runs, messages = dict(known or {}), list[NewMessage]()
    for run in newest:
        key = f"{run.campaign}/{run.province}"
        if known is not None:
            last = last_runs.get(key) or _first(store, run)
            messages += [_message(name, run, unit, body, now) for unit, body in changes_since(last, run.id).items()]
        last_runs[key] = run.id  # whoever is new is told of nothing that was before
    if last_runs != known:
        # Where another worker was quicker it has queued the same.
        store.outbox.remember(cursor, last_runs, now, known, messages)


def _first(store: Store, run: Run) -> str:
    """Of a campaign that is new everything is told, from its first run on."""
    first = store.runs.first(run.campaign, province=run.province)
    return (first or run).id


def _message(name: str, run: Run, unit: str, body: str, now: datetime) -> NewMessage:
    content = {"to": name, "delivery": f"{run.id}/{unit}", "body": body}
    return NewMessage(
        key=f"{HOOK}/{name}/{run.id}/{unit}",
        campaign=run.campaign,
        kind=HOOK,
        receiver=unit,
        channel=HOOK,
        content=content,
        next_at=now,
    )


def _changes_since(store: Store, last: str, new: str) -> BodyByUnit:
    """Compare a run with the one that was told last."""
    if last == new:
        return {}
    then, now = load_snapshot(store, last), load_snapshot(store, new)
    if then is None or now is None:
        return {}
    before = _before(store, then, now, new)
    since = min((each.as_of for each in before.values()), default=now.as_of)
    spoken = {
        (entry.new.unit, entry.new.step)
        for entry in store.journal.latest(MOST, matching=JournalFilter(since=since))
        if entry.new.campaign == now.campaign and entry.new.kind in DECIDES
        if (old := before.get(entry.new.unit)) and entry.new.at > old.as_of
    }
    return {
        unit.unit.code: observed_body(now, unit.unit.code, steps) for unit, steps in status_changes(before, now, spoken)
    }


def _before(store: Store, then: ReportSnapshot, now: ReportSnapshot, new: str) -> dict[str, EarlierUnit]:
    """Show each unit as it was told last: a run may have asked some units only."""
    found = {code: EarlierUnit(unit, then.as_of) for code, unit in then.by_code.items()}
    if missing := now.by_code.keys() - found.keys():
        for older in _older(store, then, new):
            found |= {code: EarlierUnit(older.by_code[code], older.as_of) for code in missing & older.by_code.keys()}
            missing -= older.by_code.keys()
            if not missing:
                break
    return found


def _older(store: Store, then: ReportSnapshot, new: str) -> Iterator[ReportSnapshot]:
    """Read the reports before the one that was told last, the newest first."""
    run = store.runs.get(new)
    newest = store.runs.finished(then.campaign, LOOKED_BACK, province=run.province if run else "")
    for each in (*dropwhile(lambda run: run.id != then.run, newest),)[1:]:
        if older := load_snapshot(store, each.id):
            yield older


def observed_body(now: ReportSnapshot, unit: str, steps: Iterable[StatusChange]) -> str:
    """Write what turned in one unit: no names, notes or files; who needs more asks the API."""
    content = {
        "schema": SCHEMA,
        "run": now.run,
        "at": now.as_of.isoformat(),
        "campaign": now.campaign,
        "unit": unit,
        "steps": [
            {
                "step": each.step,
                "change": each.kind.value,
                "status": each.current.status.value,
                "due_at": each.current.due and each.current.due.isoformat(),
                "completed_on": each.current.completed_on and each.current.completed_on.isoformat(),
            }
            for each in steps
        ],
        "sample": now.sample,
        "hash": now.head,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
