"""A unit confirms a step: checked whole, appended to the journal, answered with a receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lotrinh.core.checklist import Need, Step
from lotrinh.core.journal import Entry, Kind, NewEntry
from lotrinh.core.text import M, Message, nfc
from lotrinh.core.units import Unit
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.services.campaigns import Campaign
from lotrinh.store import Store


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

    @property
    def complete(self) -> bool:
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
        if self.note:
            body["note"] = nfc(self.note)
        return body | ({"sample": True} if self.sample else {})


def confirm(
    store: Store, campaign: Campaign, unit: Unit, said: Confirmation, *, actor: str, key: str, now: datetime
) -> Entry:
    """Record a confirmation and return its entry; the same key gives the same entry again."""
    step = step_of(campaign, unit, said.step)
    problems = tuple(faults(step, said, now.astimezone(campaign.zone).date()))
    if problems:
        raise BadInput(problems)
    return store.journal.append(entry_of(campaign, unit, said, actor=actor, key=key, now=now))[0]


def entry_of(campaign: Campaign, unit: Unit, said: Confirmation, *, actor: str, key: str, now: datetime) -> NewEntry:
    """Make the journal's entry of a confirmation; keys of different units never meet."""
    return NewEntry(
        Kind.CONFIRMED if said.complete else Kind.PROGRESSED,
        now,
        campaign.id,
        unit.code,
        said.step,
        actor,
        said.body(),
        campaign.checklist.content_hash,
        f"{campaign.id}/{unit.code}/{key}",
    )


def step_of(campaign: Campaign, unit: Unit, name: str) -> Step:
    """Return the unit's own step of this name; ``NotFound`` says what is wrong with the name."""
    step = campaign.checklist.steps.get(name)
    if step is None:
        raise NotFound(M("Đợt này không có đầu việc “{step}”.", step=name))
    if not step.concerns(unit):
        raise NotFound(M("Đầu việc “{step}” không thuộc trách nhiệm của {unit}.", step=name, unit=unit.full_name))
    return step


def faults(step: Step, said: Confirmation, today: date) -> Iterator[Problem]:
    """Find everything that is wrong with a confirmation, by field."""
    for field, sentence in _faults(step, said, today):
        yield Problem(field, 0, 0, sentence)


def _faults(step: Step, said: Confirmation, today: date) -> Iterator[tuple[str, Message]]:
    if said.completed_on > today:
        yield "completed_on", M("Ngày hoàn thành {day} ở sau hôm nay.", day=said.completed_on)
    if said.document_date and said.document_date > today:
        yield "document.date", M("Ngày văn bản {day} ở sau hôm nay.", day=said.document_date)
    if step.evidence.number is Need.REQUIRED and said.complete and not said.document_number.strip():
        yield "document.number", M("Đầu việc này cần số văn bản: {documents}.", documents=documents(step))
    if said.progress and not step.count:
        yield "progress", M("Đầu việc này không đếm số lượng; hãy bỏ mục này.")
    if said.progress and said.progress[0] > said.progress[1]:
        yield "progress", M("Số đã xong {done} lớn hơn tổng số {of}.", done=said.progress[0], of=said.progress[1])


def documents(step: Step) -> str:
    """Name the documents that prove a step."""
    return ", ".join((*step.evidence.documents, *step.evidence.forms)) or "—"


def receipt(entry: Entry, unit: Unit) -> Mapping[str, Any]:
    """What the unit gets in hand: a reference, the moment, and the hash that the journal now ends with."""
    new = entry.new
    return {
        "reference": f"{unit.code}-{entry.number}",
        "kind": new.kind.value,
        "campaign": new.campaign,
        "unit": new.unit,
        "step": new.step,
        "recorded_at": new.at.isoformat(),
        "completed_on": new.body["completed_on"],
        "hash": entry.hash,
    }
