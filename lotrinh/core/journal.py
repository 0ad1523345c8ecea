"""The journal: what happened, chained by hashes; what it means is a fold over it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""The hash that stands before the first entry."""


class Kind(StrEnum):
    """What can happen to a step in a unit."""

    CONFIRMED = "confirmed"
    PROGRESSED = "progressed"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    OBSTACLE = "obstacle"
    PROPOSAL = "proposal"
    ANSWERED = "answered"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry before it has its place in the chain. ``at`` is aware; ``key`` makes a repeated request one."""

    kind: Kind
    at: datetime
    campaign: str
    unit: str
    step: str
    actor: str
    body: Mapping[str, Any] = field(default_factory=dict)
    checklist_hash: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in its place: ``number`` counts from 1, ``hash`` covers the content and ``previous``."""

    number: int
    new: NewEntry
    previous: str
    hash: str


def canonical(new: NewEntry) -> str:
    """One text for one content: sorted keys, no spaces, date-times in UTC."""
    content = {
        "actor": new.actor,
        "at": new.at.isoformat(),
        "body": new.body,
        "campaign": new.campaign,
        "checklist_hash": new.checklist_hash,
        "key": new.key,
        "kind": new.kind.value,
        "step": new.step,
        "unit": new.unit,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chain_hash(previous: str, number: int, new: NewEntry) -> str:
    """SHA-256 (hex) over the previous hash, the number and the canonical content."""
    return hashlib.sha256(f"{previous}\n{number}\n{canonical(new)}".encode()).hexdigest()


def first_bad(entries: Iterable[Entry]) -> int | None:
    """Return the number of the first entry whose place, predecessor or hash does not fit; None for a good chain."""
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        if entry.number != number or entry.previous != previous:
            return number
        if entry.hash != chain_hash(previous, number, entry.new):
            return number
        previous = entry.hash
    return None


@dataclass(slots=True)
class Record:
    """What the journal says of one step in one unit.

    ``said_at`` is when the unit itself last said something about it; a record without it holds only what the
    province said (an excuse, an answer). ``stated`` tells whether it ever confirmed or withdrew, ``done`` whether a
    confirmation stands.
    """

    stated: bool = False
    done: bool = False
    completed_on: date | None = None
    said_at: datetime | None = None
    document_number: str = ""
    document_date: date | None = None
    progress: tuple[int, int] | None = None
    accepted: bool = False
    returned: str = ""
    excused: str = ""
    obstacle: str = ""
    proposal: str = ""
    answer: str = ""
    sample: bool = False


NOTHING_SAID = Record()
"""The record of a step of which the journal knows nothing; never changed."""

Records = dict[tuple[str, str], Record]
"""(unit code, step id) -> record."""


def fold(entries: Iterable[Entry], until: datetime | None = None) -> Records:
    """Replay entries in their order, up to and including the moment ``until``."""
    records: Records = {}
    for entry in entries:
        new = entry.new
        if until is not None and new.at > until:
            continue
        record = records.setdefault((new.unit, new.step), Record())
        record.sample = record.sample or bool(new.body.get("sample"))
        EFFECTS[new.kind](record, new)
    return records


def _confirmed(record: Record, new: NewEntry) -> None:
    body = new.body
    record.stated = record.done = True
    record.accepted, record.returned, record.obstacle = False, "", ""
    record.said_at = new.at
    record.completed_on = date.fromisoformat(body["completed_on"])
    document = body.get("document") or {}
    record.document_number = document.get("number", "")
    record.document_date = date.fromisoformat(document["date"]) if document.get("date") else None
    _progress(record, new)


def _progress(record: Record, new: NewEntry) -> None:
    if progress := new.body.get("progress"):
        record.progress = (progress["done"], progress["of"])


def _progressed(record: Record, new: NewEntry) -> None:
    record.said_at = new.at
    _progress(record, new)


def _withdrawn(record: Record, new: NewEntry) -> None:
    record.stated, record.done, record.accepted = True, False, False
    record.completed_on, record.said_at = None, new.at


def _accepted(record: Record, _: NewEntry) -> None:
    record.accepted = True


def _returned(record: Record, new: NewEntry) -> None:
    record.done, record.accepted, record.returned = False, False, new.body["reason"]


def _excused(record: Record, new: NewEntry) -> None:
    record.excused = new.body["reason"]


def _unexcused(record: Record, _: NewEntry) -> None:
    record.excused = ""


def _obstacle(record: Record, new: NewEntry) -> None:
    record.obstacle, record.said_at, record.answer = new.body["note"], new.at, ""


def _proposal(record: Record, new: NewEntry) -> None:
    record.proposal, record.said_at = new.body["note"], new.at


def _answered(record: Record, new: NewEntry) -> None:
    record.answer = new.body["note"]


def _observed(_: Record, __: NewEntry) -> None:
    """An observed change of a unit's own system is history; its state comes from the observations."""


EFFECTS = {
    Kind.CONFIRMED: _confirmed,
    Kind.PROGRESSED: _progressed,
    Kind.WITHDRAWN: _withdrawn,
    Kind.ACCEPTED: _accepted,
    Kind.RETURNED: _returned,
    Kind.EXCUSED: _excused,
    Kind.UNEXCUSED: _unexcused,
    Kind.OBSTACLE: _obstacle,
    Kind.PROPOSAL: _proposal,
    Kind.ANSWERED: _answered,
    Kind.OBSERVED: _observed,
}
