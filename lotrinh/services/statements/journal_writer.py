"""Appending statements to the journal: what may happen next is decided inside the transaction that writes it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry, StepRecord, replay
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.core.status.wording import KIND
from lotrinh.core.text import M
from lotrinh.errors import ChangedMeanwhile, Conflict, NotFound
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name
from lotrinh.store import Store

LONGEST_KEY = 64


class StatementRequest(NamedTuple):
    """Who states something about which step of which unit, and when.

    ``expected_version`` is as for ``append_entry``; with the same ``key`` a repeated request is carried out once.
    """

    campaign: Campaign
    unit: Unit
    step: str
    actor: str
    key: str
    now: datetime
    expected_version: int | None = None


def record_statement(store: Store, request: StatementRequest, kind: EntryKind, body: Mapping[str, Any]) -> Entry:
    """Append what somebody states about a step of a unit."""
    own_step(request.campaign, request.unit, request.step)
    new = NewEntry(
        kind=kind,
        at=request.now,
        campaign=request.campaign.id,
        unit=request.unit.code,
        step=request.step,
        actor=request.actor,
        body=body,
        checklist_hash=request.campaign.checklist.content_hash,
        key=idempotency_key(request.campaign, request.unit, request.key),
    )
    return append_entry(store, request.campaign, new, request.expected_version)


def append_entry(store: Store, campaign: Campaign, new: NewEntry, expected_version: int | None = None) -> Entry:
    """Append one entry if the step's record allows it, and return it; the same key gives the first entry again.

    ``expected_version`` is the number of the step's newest entry that the person had before their eyes: when there is
    a newer one, ``Conflict`` says who did what meanwhile, and nothing is written.
    """
    return append_entries(store, campaign, [new], {} if expected_version is None else {new.step: expected_version})[0]


def append_entries(
    store: Store, campaign: Campaign, new: Sequence[NewEntry], expected_versions: Mapping[str, int]
) -> tuple[Entry, ...]:
    """Append entries of one unit together or not at all; ``expected_versions`` by step, as for ``append_entry``."""

    def check(wanted: NewEntry, history: Sequence[Entry]) -> None:
        record = StepRecord()
        for entry in history:
            replay(record, entry)
        if wanted.step in expected_versions and record.last_entry and record.number != expected_versions[wanted.step]:
            raise ChangedMeanwhile(_meanwhile(campaign, record.last_entry), record.last_entry)
        if reason := refusal_reason(record, wanted.kind):
            raise Conflict(reason)

    return store.journal.append(*new, check=check)


def _meanwhile(campaign: Campaign, last: Entry) -> M:
    return M(
        "Chưa ghi nhận: lúc {when}, {who} đã {what} ở đầu việc này. Hãy xem lại rồi gửi lại nếu còn đúng.",
        who=campaign_actor_name(last.new.actor, campaign),
        what=KIND[last.new.kind],
        when=last.new.at.astimezone(campaign.zone),
    )


def idempotency_key(campaign: Campaign, unit: Unit, key: str) -> str:
    """Make the journal's key of a request; keys of different units never meet. Without a key there is none.

    Whatever was sent as a key, what is stored fits its column.
    """
    short = key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
    return f"{campaign.id}/{unit.code}/{short}" if key else ""


def own_step(campaign: Campaign, unit: Unit, name: str) -> Step:
    """Return the unit's own step of this name; ``NotFound`` says what is wrong with the name."""
    step = campaign.checklist.steps.get(name)
    if step is None:
        raise NotFound(M("Đợt này không có đầu việc “{step}”.", step=name))
    if not step.is_work_of(unit):
        raise NotFound(M("Đầu việc “{step}” không thuộc trách nhiệm của {unit}.", step=name, unit=unit.full_name))
    return step
