"""The API of units: their status, read by anybody who checks, and their confirmations, with their code."""

import datetime as dt
import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from lotrinh.core.journal import fold
from lotrinh.core.text import M
from lotrinh.core.units import Unit
from lotrinh.errors import NotAllowed, NotFound
from lotrinh.portal.state import state_of
from lotrinh.probing.contract import StatusDocument
from lotrinh.services.campaigns import Campaign
from lotrinh.services.confirm import Confirmation, confirm, receipt
from lotrinh.services.statement import document, statement

router = APIRouter()

CREATED, NOT_MODIFIED = 201, 304
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=60, pattern=r"^[\x21-\x7e]+$")]


class Part(BaseModel):
    """A part of what a unit sends; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class DocumentIn(Part):
    """The document that proves a step."""

    number: str = Field("", max_length=200)
    date: dt.date | None = None


class ProgressIn(Part):
    """How many of a counted step are done."""

    done: int = Field(ge=0, le=100_000)
    of: int = Field(ge=1, le=100_000)


class ConfirmationIn(Part):
    """A unit confirms that a step is done, or how far it is."""

    step: str = Field(max_length=100)
    completed_on: dt.date
    document: DocumentIn = DocumentIn()
    progress: ProgressIn | None = None
    note: str = Field("", max_length=2000)


class Receipt(BaseModel):
    """What a unit has in hand after a confirmation."""

    reference: str
    kind: str
    campaign: str
    unit: str
    step: str
    recorded_at: str
    completed_on: dt.date
    hash: str


def _find(request: Request, campaign_id: str, code: str) -> tuple[Campaign, Unit]:
    campaign: Campaign = state_of(request).campaign(campaign_id)
    unit = campaign.by_code.get(code)
    if unit is None:
        raise NotFound(M("Đợt “{campaign}” không có đơn vị mang mã “{code}”.", campaign=campaign_id, code=code))
    return campaign, unit


@router.get(
    "/api/v1/campaigns/{campaign_id}/units/{code}/status",
    response_model=StatusDocument,
    responses={NOT_MODIFIED: {"description": "Nothing new since the ETag that was sent."}},
)
def status(
    request: Request,
    campaign_id: str,
    code: str,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Say what the journal says of each of the unit's steps (``lotrinh.status/1``)."""
    campaign, unit = _find(request, campaign_id, code)
    state = state_of(request)
    records = fold(state.store.journal.entries(campaign.id, unit.code))
    written = document(statement(campaign, unit, records, state.clock().astimezone(campaign.zone)))
    tag = f'"{_digest(written)}"'
    if tag in {t.strip() for t in if_none_match.split(",")}:
        return Response(status_code=NOT_MODIFIED, headers={"ETag": tag})
    return JSONResponse(written, headers={"ETag": tag, "Cache-Control": "no-cache"})


def _digest(written: dict[str, object]) -> str:
    """Hash what the unit says, the moment of saying it aside."""
    said = {name: value for name, value in written.items() if name != "generated_at"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@router.post("/api/v1/campaigns/{campaign_id}/units/{code}/confirmations", status_code=CREATED, response_model=Receipt)
def confirmations(
    request: Request,
    campaign_id: str,
    code: str,
    said: ConfirmationIn,
    key: Key,
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Record a unit's confirmation; the same Idempotency-Key gives the same receipt."""
    _require_code(request, authorization, code)
    campaign, unit = _find(request, campaign_id, code)
    state = state_of(request)
    entry = confirm(state.store, campaign, unit, _said(said), actor=f"unit:{code}", key=key, now=state.clock())
    return JSONResponse(dict(receipt(entry, unit)), CREATED)


def _require_code(request: Request, authorization: str, code: str) -> None:
    """Let only the unit itself speak for it; another unit's code opens nothing."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAllowed(M("Cần mã truy cập của đơn vị trong tiêu đề Authorization: Bearer …"))
    if state_of(request).store.access.unit_of(token.strip()) != code:
        raise NotAllowed(M("Mã truy cập này không phải của đơn vị {code}, hoặc đã bị thu hồi.", code=code))


def _said(said: ConfirmationIn) -> Confirmation:
    return Confirmation(
        said.step,
        said.completed_on,
        said.document.number,
        said.document.date,
        (said.progress.done, said.progress.of) if said.progress else None,
        said.note,
    )


@router.get("/healthz")
def healthz(request: Request) -> dict[str, str]:
    """Say that the portal is up and its database can be read."""
    return {"status": "ok", "head": state_of(request).store.journal.head()}
