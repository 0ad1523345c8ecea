"""The API of units: their status, read by anybody who checks, and what they say, with their code."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from lotrinh.core.status.journal import fold
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.portal.api.access import CampaignId, Code, OfProgram, OfUnit, Speaking, find, known
from lotrinh.portal.api.answers import ETAG, NOT_MODIFIED, OK, Reading, digest
from lotrinh.portal.api.problems import may
from lotrinh.portal.api.sending import CREATED, RECORDED, AboutStep, Part, Receipt, Sent, StepId, Text, Words, handed
from lotrinh.portal.state import state_of
from lotrinh.probing.contract import MAX_COUNT, Day, StatusDocument
from lotrinh.services.runs.status_document import document, statement
from lotrinh.services.statements.confirm import Confirmation, confirm, withdraw
from lotrinh.services.statements.obstacles import clear, propose, report_obstacle

router = APIRouter(tags=["units"])
UNIT = "/api/v1/campaigns/{campaign_id}/units/{code}"
PRIVATE = ("note", "document")
"""What the status leaves out for those without a code, where the settings say so."""
HIDDEN = M("Có vướng mắc; nội dung chỉ đơn vị và tỉnh xem được.")


class DocumentIn(Part):
    """The document that proves a step."""

    number: Text = Field("", max_length=200)
    date: Day | None = None


class ProgressIn(Part):
    """How many of a counted step are done."""

    done: int = Field(ge=0, le=MAX_COUNT)
    of: int = Field(ge=1, le=MAX_COUNT)


class ConfirmationIn(Part):
    """A unit confirms that a step is done, or how far it is."""

    step: StepId
    completed_on: Day
    document: DocumentIn = DocumentIn()
    progress: ProgressIn | None = None
    signer: Text = Field("", max_length=200)
    note: Text = Field("", max_length=2000)


class WithdrawalIn(Part):
    """A unit takes a confirmation back."""

    step: StepId
    reason: Words


class TroubleIn(Part):
    """An obstacle or a proposal in the unit's own words."""

    step: StepId
    note: Words


@router.get(
    UNIT + "/status",
    response_model=StatusDocument,
    responses={
        OK: {"headers": ETAG},
        NOT_MODIFIED: {"description": "Nothing new since the ETag that was sent.", "headers": ETAG},
        **may(401, 404, 422, 429, 503),
    },
    openapi_extra={"security": [{}]},  # a code is welcome, not required
)
def read_status(
    reading: Reading, request: Request, campaign_id: CampaignId, code: Code, given: OfUnit, token: OfProgram
) -> Response:
    """Say what the journal says of each of the unit's steps (``lotrinh.status/1``); no code is needed.

    Where the office has set ``[portal] public_notes = false``, notes and documents are shown only to the unit itself
    and to programs of the office.
    """
    state = state_of(request)
    campaign = state.campaign(campaign_id)
    unit = find(campaign, code)
    records = fold(state.store.journal.entries(campaign.id, unit.code))
    written = document(statement(campaign, unit, records, reading.now.astimezone(campaign.zone)))
    if not state.settings.portal.public_notes and not (given and known(request, given or token).may_see(code)):
        steps: Any = written["steps"]
        written["steps"] = [_without_words(step, reading.language) for step in steps]
    said = {name: value for name, value in written.items() if name != "generated_at"}
    headers = {"Cache-Control": "no-cache"}
    return reading.send(_json(written), digest(_json(said)), headers=headers)


def _without_words(step: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Leave out what is not progress; the contract wants some note with an obstacle."""
    kept = {name: value for name, value in step.items() if name not in PRIVATE}
    return kept | ({"note": say(HIDDEN, language)} if "note" in step else {})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@router.post(UNIT + "/confirmations", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def confirm_step(at: Speaking, sent: Sent, said: ConfirmationIn) -> Response:
    """Confirm that a step is done; with a count that is not full, say how far it is."""
    entry = confirm(
        at.state.store,
        at.campaign,
        at.unit,
        _said(said),
        actor=at.visitor.actor,
        key=sent.key_of(at),
        now=at.now,
        seen=sent.seen,
    )
    return handed(at, entry)


def _said(said: ConfirmationIn) -> Confirmation:
    return Confirmation(
        said.step,
        said.completed_on,
        said.document.number,
        said.document.date,
        (said.progress.done, said.progress.of) if said.progress else None,
        said.note,
        signer=said.signer,
    )


@router.post(UNIT + "/withdrawals", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def withdraw_confirmation(at: Speaking, sent: Sent, said: WithdrawalIn) -> Response:
    """Take a confirmation back, with the reason."""
    return handed(at, withdraw(at.state.store, sent.said(at, said.step), said.reason))


@router.post(UNIT + "/obstacles", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def report_an_obstacle(at: Speaking, sent: Sent, said: TroubleIn) -> Response:
    """Say what stands in the way of a step."""
    return handed(at, report_obstacle(at.state.store, sent.said(at, said.step), said.note))


@router.post(UNIT + "/proposals", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def propose_to_the_province(at: Speaking, sent: Sent, said: TroubleIn) -> Response:
    """Ask the province to do something."""
    return handed(at, propose(at.state.store, sent.said(at, said.step), said.note))


@router.post(UNIT + "/clearances", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def clear_obstacle(at: Speaking, sent: Sent, said: AboutStep) -> Response:
    """Say that an obstacle or a proposal is over."""
    return handed(at, clear(at.state.store, sent.said(at, said.step)))
