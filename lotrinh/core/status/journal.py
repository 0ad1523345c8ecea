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


class EntryKind(StrEnum):
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
    CLEARED = "cleared"
    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    RESOLVED = "resolved"
    OBSERVED = "observed"
    CHANGED = "changed"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry before it has its place in the chain. ``at`` is aware; ``key`` makes a repeated request one."""

    kind: EntryKind
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


def canonical_json(new: NewEntry) -> str:
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
    # The hashes of old entries are computed again for ever: nothing may depend on a library's defaults.
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chain_hash(previous: str, number: int, new: NewEntry) -> str:
    """SHA-256 (hex) over the previous hash, the number and the canonical content."""
    return hashlib.sha256(f"{previous}\n{number}\n{canonical_json(new)}".encode()).hexdigest()


def first_broken_number(entries: Iterable[Entry | None], head: str = GENESIS) -> int | None:
    """Return the number of the first entry whose place, predecessor or hash does not fit; None for a good chain.

    An entry that cannot be read is None, and does not fit. ``head`` is a hash that the chain once ended with, or its
    first digits: when the chain does not hold it, the number after the last is returned, for there the chain was cut
    or goes on falsely.
    """
    number, previous, held = 0, GENESIS, GENESIS.startswith(head)
    for number, entry in enumerate(entries, 1):
        if entry is None or not _fits(entry, number, previous):
            return number
        previous = entry.hash
        held = held or previous.startswith(head)
    return None if held else number + 1


def _fits(entry: Entry, number: int, previous: str) -> bool:
    if entry.number != number or entry.previous != previous:
        return False
    try:
        return entry.hash == chain_hash(previous, number, entry.new)
    except TypeError:  # a value of a type that was never hashed
        return False


@dataclass(slots=True)
class StepRecord:
    """What the journal says of one step in one unit.

    ``last_statement_at`` is when the unit itself last said something about it; a record without it holds only what the
    province said (an excuse, an answer). ``was_confirmed`` tells whether it ever confirmed (or withdrew), ``done``
    whether a confirmation stands. ``last_entry`` is the newest one. ``resolution`` is what the province resolved to
    believe in a conflict, with the fingerprint of what was published then; it holds as long as both sides say the same.
    """

    was_confirmed: bool = False
    done: bool = False
    completed_on: date | None = None
    last_statement_at: datetime | None = None
    confirmed_at: datetime | None = None
    document_number: str = ""
    document_date: date | None = None
    signer: str = ""
    note: str = ""
    file: Mapping[str, Any] | None = None
    progress: tuple[int, int] | None = None
    accepted: bool = False
    returned: str = ""
    excused: str = ""
    obstacle: str = ""
    obstacle_at: datetime | None = None
    proposal: str = ""
    proposal_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None
    handed_to: str = ""
    resolution: Mapping[str, Any] | None = None
    sample: bool = False
    last_entry: Entry | None = None

    @property
    def number(self) -> int:
        """The number of the newest entry, 0 when nothing was ever said."""
        return self.last_entry.number if self.last_entry else 0


EMPTY_RECORD = StepRecord()
"""The record of a step of which the journal knows nothing; never changed."""

StepRecords = dict[tuple[str, str], StepRecord]
"""(unit code, step id) -> record."""


def fold(entries: Iterable[Entry], until: datetime | None = None, into: StepRecords | None = None) -> StepRecords:
    """Replay entries in their order, up to and including the moment ``until``, onto ``into`` where it is given.

    Entries of no step (a campaign was changed, an account was made) are history and make no record.
    """
    records: StepRecords = {} if into is None else into
    for entry in entries:
        if entry.new.step and (until is None or entry.new.at <= until):
            replay(records.setdefault((entry.new.unit, entry.new.step), StepRecord()), entry)
    return records


def replay(record: StepRecord, entry: Entry) -> None:
    """Let one entry take effect on the record of its step."""
    record.sample = record.sample or bool(entry.new.body.get("sample"))
    record.last_entry = entry
    EFFECTS[entry.new.kind](record, entry.new)


def _confirmed(record: StepRecord, new: NewEntry) -> None:
    body = new.body
    record.was_confirmed = record.done = True
    # Whatever the province decided was about the confirmation before this one.
    record.accepted, record.returned, record.obstacle, record.resolution = False, "", "", None
    record.last_statement_at = record.confirmed_at = new.at
    record.completed_on = date.fromisoformat(body["completed_on"])
    document = body.get("document") or {}
    record.document_number = document.get("number", "")
    record.document_date = date.fromisoformat(document["date"]) if document.get("date") else None
    record.signer, record.note, record.file = body.get("signer", ""), body.get("note", ""), body.get("file")
    record.progress = None  # done is done: an earlier part of the count says nothing any more
    _progress(record, new)


def _progress(record: StepRecord, new: NewEntry) -> None:
    if progress := new.body.get("progress"):
        record.progress = (progress["done"], progress["of"])


def _progressed(record: StepRecord, new: NewEntry) -> None:
    record.last_statement_at = new.at
    _progress(record, new)


def _withdrawn(record: StepRecord, new: NewEntry) -> None:
    record.was_confirmed, record.done, record.accepted, record.resolution = True, False, False, None
    record.completed_on, record.last_statement_at = None, new.at


def _accepted(record: StepRecord, _: NewEntry) -> None:
    record.accepted = True


def _returned(record: StepRecord, new: NewEntry) -> None:
    record.done, record.accepted, record.returned = False, False, new.body["reason"]


def _excused(record: StepRecord, new: NewEntry) -> None:
    record.excused = new.body["reason"]


def _unexcused(record: StepRecord, _: NewEntry) -> None:
    record.excused = ""


def _obstacle(record: StepRecord, new: NewEntry) -> None:
    record.obstacle, record.obstacle_at, record.last_statement_at = new.body["note"], new.at, new.at
    record.answer, record.answered_at, record.handed_to = "", None, ""


def _proposal(record: StepRecord, new: NewEntry) -> None:
    record.proposal, record.proposal_at, record.last_statement_at = new.body["note"], new.at, new.at
    record.answer, record.answered_at, record.handed_to = "", None, ""


def _cleared(record: StepRecord, new: NewEntry) -> None:
    record.obstacle, record.proposal, record.last_statement_at = "", "", new.at


def _answered(record: StepRecord, new: NewEntry) -> None:
    record.answer, record.answered_at = new.body["note"], new.at


def _handed_over(record: StepRecord, new: NewEntry) -> None:
    record.handed_to = new.body["office"]


def _resolved(record: StepRecord, new: NewEntry) -> None:
    record.resolution = new.body


def _nothing(_: StepRecord, __: NewEntry) -> None:
    """Keep history only: the state of these comes from the observations, a campaign's files, the accounts."""


EFFECTS = {
    EntryKind.CONFIRMED: _confirmed,
    EntryKind.PROGRESSED: _progressed,
    EntryKind.WITHDRAWN: _withdrawn,
    EntryKind.ACCEPTED: _accepted,
    EntryKind.RETURNED: _returned,
    EntryKind.EXCUSED: _excused,
    EntryKind.UNEXCUSED: _unexcused,
    EntryKind.OBSTACLE: _obstacle,
    EntryKind.PROPOSAL: _proposal,
    EntryKind.CLEARED: _cleared,
    EntryKind.ANSWERED: _answered,
    EntryKind.HANDED_OVER: _handed_over,
    EntryKind.RESOLVED: _resolved,
    EntryKind.OBSERVED: _nothing,
    EntryKind.CHANGED: _nothing,
    EntryKind.ACCOUNT: _nothing,
}
