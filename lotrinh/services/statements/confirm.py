"""A unit confirms a step, takes it back, or says what stands in its way.

All is checked whole, appended to the journal, and answered with a receipt.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lotrinh.core.checklist.checklist import Need, Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.text import M, Message, nfc
from lotrinh.errors import BadInput, Problem
from lotrinh.probing.contract import EARLIEST_YEAR, MAX_COUNT
from lotrinh.probing.field_messages import field_label
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.statements.journal_writer import (
    StatementRequest,
    append_entry,
    idempotency_key,
    own_step,
    record_statement,
)
from lotrinh.store import Store

NO_REASON = M("Hãy ghi lý do rút xác nhận.")
LONGEST = {"document.number": 200, "signer": 200, "note": 2000, "reason": 2000}
"""Characters that a field may have."""
EARLIEST = date(EARLIEST_YEAR, 1, 1)
"""Whatever is recorded is published in the status contract; a day before this would make the whole answer invalid."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a unit says when it confirms a step. ``progress`` is (done, of); not all done is progress only."""

    step: str
    completed_on: date
    document_number: str = ""
    document_date: date | None = None
    progress: tuple[int, int] | None = None
    note: str = ""
    sample: bool = False
    signer: str = ""
    file: Mapping[str, Any] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the step is done with it: a count that is not full is progress."""
        return self.progress is None or self.progress[0] >= self.progress[1]

    def body(self) -> dict[str, Any]:
        """The content that the journal keeps."""
        body: dict[str, Any] = {"completed_on": self.completed_on.isoformat()}
        if self.document_number or self.document_date:
            day = self.document_date
            body["document"] = {"number": nfc(self.document_number)} | ({"date": day.isoformat()} if day else {})
        if self.progress:
            body["progress"] = {"done": self.progress[0], "of": self.progress[1]}
        if self.signer:
            body["signer"] = nfc(self.signer)
        if self.note:
            body["note"] = nfc(self.note)
        if self.file:
            body["file"] = dict(self.file)
        return body | ({"sample": True} if self.sample else {})


def record_confirmation(  # noqa: PLR0913 - who says what of whom, when, and what they had before their eyes
    store: Store,
    campaign: Campaign,
    unit: Unit,
    confirmation: Confirmation,
    *,
    actor: str,
    key: str,
    now: datetime,
    expected_version: int | None = None,
) -> Entry:
    """Record a confirmation and return its entry; the same key gives the same entry again.

    ``expected_version`` is the step's newest entry that the person knew, as for ``append_entry``.
    """
    require_valid(campaign, unit, confirmation, now)
    return append_entry(
        store,
        campaign,
        confirmation_entry(campaign, unit, confirmation, actor=actor, key=key, now=now),
        expected_version,
    )


def require_valid(campaign: Campaign, unit: Unit, confirmation: Confirmation, now: datetime) -> Step:
    """Raise ``BadInput`` with everything that is wrong with a confirmation, else return its step."""
    step = own_step(campaign, unit, confirmation.step)
    problems = tuple(confirmation_problems(step, confirmation, now.astimezone(campaign.zone).date(), campaign.starts))
    if problems:
        raise BadInput(problems)
    return step


def withdraw(store: Store, request: StatementRequest, reason: str) -> Entry:
    """Take a confirmation back, with the reason."""
    return record_statement(store, request, EntryKind.WITHDRAWN, {"reason": required_text("reason", reason, NO_REASON)})


def required_text(field: str, text: str, missing: Message) -> str:
    """Return a text that must be given, composed and trimmed; ``BadInput`` where it is missing or too long."""
    words = nfc(text).strip()
    if not words:
        raise BadInput([Problem(field, 0, 0, missing)])
    if problem := length_problem(field, words) or character_problem(words):
        raise BadInput([Problem(field, 0, 0, problem)])
    return words


def length_problem(field: str, text: str) -> Message | None:
    """Say that a text has too many characters, None where it fits."""
    most = LONGEST.get(field, LONGEST["note"])
    return M("Nhiều nhất {most} ký tự.", most=most) if len(text) > most else None


def character_problem(text: str) -> Message | None:
    """Name a control character in a text: nobody typed it, and the status contract refuses it."""
    bad = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\r\n"), None)
    return M("Có ký tự điều khiển không nhìn thấy (mã {code}). Hãy xóa nó.", code=ord(bad)) if bad else None


def confirmation_entry(
    campaign: Campaign, unit: Unit, confirmation: Confirmation, *, actor: str, key: str, now: datetime
) -> NewEntry:
    """Make the journal's entry of a confirmation."""
    return NewEntry(
        kind=EntryKind.CONFIRMED if confirmation.is_complete else EntryKind.PROGRESSED,
        at=now,
        campaign=campaign.id,
        unit=unit.code,
        step=confirmation.step,
        actor=actor,
        body=confirmation.body(),
        checklist_hash=campaign.checklist.content_hash,
        key=idempotency_key(campaign, unit, key),
    )


def confirmation_problems(
    step: Step, confirmation: Confirmation, today: date, starts: date | None = None
) -> Iterator[Problem]:
    """Find everything that is wrong with a confirmation, by field; ``starts`` is the campaign's first day."""
    wrong = (
        *_day_problems(confirmation, today, starts or EARLIEST),
        *_evidence_problems(step, confirmation),
        *_text_problems(confirmation),
    )
    for field, sentence in wrong:
        yield Problem(field, 0, 0, sentence)


def _day_problems(confirmation: Confirmation, today: date, starts: date) -> Iterator[tuple[str, Message]]:
    if confirmation.completed_on > today:
        yield "completed_on", M("Ngày hoàn thành {day} ở sau hôm nay.", day=confirmation.completed_on)
    if confirmation.completed_on < starts:
        yield (
            "completed_on",
            M(
                "Ngày hoàn thành {day} ở trước khi đợt này bắt đầu ({starts}).",
                day=confirmation.completed_on,
                starts=starts,
            ),
        )
    if confirmation.document_date and confirmation.document_date > today:
        yield "document.date", M("Ngày văn bản {day} ở sau hôm nay.", day=confirmation.document_date)
    elif confirmation.document_date and confirmation.document_date > confirmation.completed_on:
        yield (
            "document.date",
            M(
                "Ngày văn bản {day} ở sau ngày hoàn thành {completed}.",
                day=confirmation.document_date,
                completed=confirmation.completed_on,
            ),
        )


def _evidence_problems(step: Step, confirmation: Confirmation) -> Iterator[tuple[str, Message]]:
    if step.evidence.number is Need.REQUIRED and confirmation.is_complete and not confirmation.document_number.strip():
        yield "document.number", M("Đầu việc này cần số văn bản: {documents}.", documents=proof_documents(step))
    if step.evidence.file is Need.REQUIRED and confirmation.is_complete and not confirmation.file:
        yield "file", M("Đầu việc này cần tệp văn bản kèm theo.")
    if confirmation.file and step.evidence.file is Need.NONE:
        yield "file", M("Đầu việc này không nhận tệp, để dữ liệu cử tri không bị tải lên đây.")
    if confirmation.progress and not step.count:
        yield "progress", M("Đầu việc này không đếm số lượng; hãy bỏ mục này.")
    if confirmation.progress and not (confirmation.progress[0] >= 0 and 1 <= confirmation.progress[1] <= MAX_COUNT):
        yield "progress", M("{field} sai kiểu hoặc sai giá trị.", field=field_label("progress", "progress"))
    elif confirmation.progress and confirmation.progress[0] > confirmation.progress[1]:
        yield (
            "progress",
            M("Số đã xong {done} lớn hơn tổng số {of}.", done=confirmation.progress[0], of=confirmation.progress[1]),
        )


def _text_problems(confirmation: Confirmation) -> Iterator[tuple[str, Message]]:
    for field, text in (
        ("document.number", confirmation.document_number),
        ("signer", confirmation.signer),
        ("note", confirmation.note),
    ):
        if sentence := length_problem(field, nfc(text)) or character_problem(text):
            yield field, sentence


def proof_documents(step: Step) -> str:
    """Name the documents that prove a step."""
    return ", ".join((*step.evidence.documents, *step.evidence.forms)) or "—"


def build_receipt(entry: Entry, unit: Unit) -> Mapping[str, Any]:
    """What the unit gets in hand: a reference, the moment, and the hash that the journal now ends with."""
    new = entry.new
    return {
        "reference": f"{unit.code}-{entry.number}",
        "kind": new.kind.value,
        "campaign": new.campaign,
        "unit": new.unit,
        "step": new.step,
        "recorded_at": new.at.isoformat(),
        "completed_on": new.body.get("completed_on"),
        "hash": entry.hash,
    }


def report_obstacle(store: Store, request: StatementRequest, text: str) -> Entry:
    """A unit says what stands in its way."""
    return record_statement(
        store, request, EntryKind.OBSTACLE, {"note": required_text("note", text, M("Hãy ghi vướng mắc là gì."))}
    )


def propose(store: Store, request: StatementRequest, text: str) -> Entry:
    """A unit asks the province to do something."""
    return record_statement(
        store, request, EntryKind.PROPOSAL, {"note": required_text("note", text, M("Hãy ghi nội dung kiến nghị."))}
    )


def clear(store: Store, request: StatementRequest) -> Entry:
    """A unit says that nothing stands in its way any more."""
    return record_statement(store, request, EntryKind.CLEARED, {})
