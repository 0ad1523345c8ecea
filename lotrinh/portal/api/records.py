"""What the journal says of a unit: its record of each step, its history, its receipts."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from lotrinh.core.status.journal import Entry, EntryKind, StepRecord, fold
from lotrinh.core.status.transitions import RecordState, is_allowed, record_state
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.api.access import OwnContext
from lotrinh.portal.api.answers import ApiOutput, ApiPage, ApiResponder, EntryPaging, Paging, get_responses
from lotrinh.portal.api.sending import Receipt, receipt_body
from lotrinh.portal.api.units import UNIT
from lotrinh.services.runs.status_document import own_steps
from lotrinh.services.statements.journal_writer import own_step

router = APIRouter(tags=["units"])
STATED = tuple(
    kind
    for kind in EntryKind
    if kind not in {EntryKind.RESOLVED, EntryKind.OBSERVED, EntryKind.CHANGED, EntryKind.ACCOUNT}
)
"""What can be stated through the API."""
EntryNumber = Annotated[int, Path(ge=1, le=10**15, description="Number of the entry in the journal.")]


class DocumentOut(ApiOutput):
    """The document that proves a step."""

    number: str
    date: dt.date | None = None


class ProgressOut(ApiOutput):
    """How many of a counted step are done."""

    done: int
    of: int


class RecordOut(ApiOutput):
    """What the journal says of one step in one unit. ``may`` lists what can be stated about it now."""

    step: str
    version: int = Field(description="Number of the step's newest entry, 0 for none; send it back with If-Match.")
    state: RecordState
    completed_on: dt.date | None
    confirmed_at: dt.datetime | None
    document: DocumentOut | None
    signer: str
    note: str
    file: str | None = Field(description="Name of the file that was handed in.")
    progress: ProgressOut | None
    returned: str
    excused: str
    obstacle: str
    obstacle_at: dt.datetime | None
    proposal: str
    proposal_at: dt.datetime | None
    answer: str
    answered_at: dt.datetime | None
    handed_to: str
    sample: bool
    may: list[EntryKind]


class RecordList(ApiPage):
    """One page of a unit's records."""

    items: list[RecordOut]


class EntryOut(ApiOutput):
    """One entry of the journal about a unit."""

    number: int
    at: dt.datetime
    campaign: str
    unit: str
    step: str
    kind: EntryKind
    actor: str = Field(description="Who: `unit:CODE`, `officer:NAME`, `program:NAME`.")
    body: dict[str, Any]
    hash: str


class EntryList(ApiPage):
    """One page of entries, oldest first."""

    items: list[EntryOut]


def record_out(step: str, record: StepRecord) -> RecordOut:
    """Write a record."""
    stands = record.done
    document = DocumentOut(number=record.document_number, date=record.document_date)
    return RecordOut(
        step=step,
        version=record.number,
        state=record_state(record),
        completed_on=record.completed_on if stands else None,
        confirmed_at=record.confirmed_at if stands else None,
        document=document if stands and (document.number or document.date) else None,
        signer=record.signer if stands else "",
        note=record.note if stands else "",
        file=str(record.file["name"]) if stands and record.file else None,
        progress=ProgressOut(done=record.progress[0], of=record.progress[1]) if record.progress else None,
        returned=record.returned,
        excused=record.excused,
        obstacle=record.obstacle,
        obstacle_at=record.obstacle_at if record.obstacle else None,
        proposal=record.proposal,
        proposal_at=record.proposal_at if record.proposal else None,
        answer=record.answer,
        answered_at=record.answered_at,
        handed_to=record.handed_to,
        sample=record.sample,
        may=[kind for kind in STATED if is_allowed(record, kind)],
    )


def entry_out(entry: Entry) -> EntryOut:
    """Write an entry."""
    new = entry.new
    return EntryOut(
        number=entry.number,
        at=new.at,
        campaign=new.campaign,
        unit=new.unit,
        step=new.step,
        kind=new.kind,
        actor=new.actor,
        body=dict(new.body),
        hash=entry.hash,
    )


@router.get(UNIT + "/records", response_model=RecordList, responses=get_responses(paged=True))
def list_records(responder: ApiResponder, at: OwnContext, query: Annotated[Paging, Query()]) -> Response:
    """List what the journal says of each of the unit's own steps, by the step's id."""
    records = fold(at.state.store.journal.entries(at.campaign.id, at.unit.code))
    steps = sorted(step.id for step in own_steps(at.campaign, at.unit))
    shown, following = responder.page(steps, str, query)
    items = [record_out(step, records.get((at.unit.code, step), StepRecord())) for step in shown]
    return responder.give(RecordList(items=items, next=following, total=len(steps)))


@router.get(UNIT + "/records/{step_id}", response_model=RecordOut, responses=get_responses())
def read_record(responder: ApiResponder, at: OwnContext, step_id: str) -> Response:
    """Say what the journal says of one step; the ETag is the step's version, to be sent back with If-Match."""
    step = own_step(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step.id, at.now)
    content = record_out(step.id, record).model_dump_json().encode()
    return responder.send(content, f'"{record.number}"')


@router.get(UNIT + "/history", response_model=EntryList, responses=get_responses(paged=True))
def read_history(responder: ApiResponder, at: OwnContext, query: Annotated[EntryPaging, Query()]) -> Response:
    """List everything that was stated about the unit's steps, oldest first."""
    journal = at.state.store.journal
    entries = journal.entries(at.campaign.id, at.unit.code, int(query.after or 0), query.limit + 1)
    shown = entries[: query.limit]
    following = responder.next_address(str(shown[-1].number)) if len(entries) > len(shown) else None
    return responder.give(EntryList(items=[entry_out(entry) for entry in shown], next=following))


@router.get(UNIT + "/receipts/{number}", response_model=Receipt, responses=get_responses())
def read_receipt(responder: ApiResponder, at: OwnContext, number: EntryNumber) -> Response:
    """Give a receipt again, for as long as the record exists."""
    entry = at.state.store.journal.get(number)
    if entry is None or (entry.new.campaign, entry.new.unit) != (at.campaign.id, at.unit.code):
        raise NotFound(M("Đơn vị này không có biên nhận số {number}.", number=number))
    return responder.send(receipt_body(at, entry), f'"{number}"')
