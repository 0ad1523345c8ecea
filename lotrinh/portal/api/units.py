"""The API of units: their status, read by anybody who checks, and what they say, with their code."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from lotrinh.core.status.journal import fold
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.portal.api.access import (
    CampaignId,
    Code,
    ProgramCredentials,
    SpeakerContext,
    UnitCredentials,
    find_unit,
    identify,
)
from lotrinh.portal.api.answers import ETAG, NOT_MODIFIED, OK, ApiResponder, weak_etag
from lotrinh.portal.api.problems import problem_responses
from lotrinh.portal.api.sending import (
    RECEIPT_ROUTE,
    AboutStep,
    ApiInput,
    Headers,
    PlainText,
    RequiredText,
    StepId,
    receipt_response,
    record_for_receipt,
)
from lotrinh.portal.state import portal_state
from lotrinh.probing.contract import MAX_COUNT, Day, StatusDocument
from lotrinh.services.runs.status_document import build_status_answer, format_status_document
from lotrinh.services.statements.confirm import (
    Confirmation,
    clear,
    propose,
    record_confirmation,
    report_obstacle,
    withdraw,
)

router = APIRouter(tags=["units"])
UNIT = "/api/v1/campaigns/{campaign_id}/units/{code}"
PRIVATE = ("note", "document")
"""What the status leaves out for those without a code, where the settings say so."""
HIDDEN = M("Có vướng mắc; nội dung chỉ đơn vị và tỉnh xem được.")


class DocumentIn(ApiInput):
    """The document that proves a step."""

    number: PlainText = Field("", max_length=200)
    date: Day | None = None


class ProgressIn(ApiInput):
    """How many of a counted step are done."""

    done: int = Field(ge=0, le=MAX_COUNT)
    of: int = Field(ge=1, le=MAX_COUNT)


class ConfirmationIn(ApiInput):
    """A unit confirms that a step is done, or how far it is."""

    step: StepId
    completed_on: Day
    document: DocumentIn = DocumentIn()
    progress: ProgressIn | None = None
    signer: PlainText = Field("", max_length=200)
    note: PlainText = Field("", max_length=2000)


class WithdrawalIn(ApiInput):
    """A unit takes a confirmation back."""

    step: StepId
    reason: RequiredText


class StepObstacleIn(ApiInput):
    """An obstacle or a proposal in the unit's own words."""

    step: StepId
    note: RequiredText


@router.get(
    UNIT + "/status",
    response_model=StatusDocument,
    responses={
        OK: {"headers": ETAG},
        NOT_MODIFIED: {"description": "Nothing new since the ETag that was sent.", "headers": ETAG},
        **problem_responses(401, 404, 422, 429, 503),
    },
    openapi_extra={"security": [{}]},  # a code is welcome, not required
)
def read_status(
    responder: ApiResponder,
    request: Request,
    campaign_id: CampaignId,
    code: Code,
    credentials: UnitCredentials,
    token: ProgramCredentials,
) -> Response:
    """Say what the journal says of each of the unit's steps (``lotrinh.status/1``); no code is needed.

    Where the office has set ``[portal] public_notes = false``, notes and documents are shown only to the unit itself
    and to programs of the office.
    """
    state = portal_state(request)
    campaign = state.campaign(campaign_id)
    unit = find_unit(campaign, code)
    records = fold(state.store.journal.entries(campaign.id, unit.code))
    written = format_status_document(
        build_status_answer(campaign, unit, records, responder.now.astimezone(campaign.zone))
    )
    if not state.settings.portal.public_notes and not (
        credentials and identify(request, credentials or token).can_see(code)
    ):
        steps: Any = written["steps"]
        written["steps"] = [_without_words(step, responder.language) for step in steps]
    lasting = {name: value for name, value in written.items() if name != "generated_at"}
    headers = {"Cache-Control": "no-cache"}
    return responder.send(_json(written), weak_etag(_json(lasting)), headers=headers)


def _without_words(step: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Leave out what is not progress; the contract wants some note with an obstacle."""
    kept = {name: value for name, value in step.items() if name not in PRIVATE}
    return kept | ({"note": say(HIDDEN, language)} if "note" in step else {})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@router.post(UNIT + "/confirmations", **RECEIPT_ROUTE)
def confirm_step(at: SpeakerContext, headers: Headers, body: ConfirmationIn) -> Response:
    """Confirm that a step is done; with a count that is not full, say how far it is."""
    entry = record_confirmation(
        at.state.store,
        at.campaign,
        at.unit,
        _confirmation(body),
        actor=at.visitor.actor,
        key=headers.key_for(at),
        now=at.now,
        expected_version=headers.expected_version,
    )
    return receipt_response(at, entry)


def _confirmation(body: ConfirmationIn) -> Confirmation:
    return Confirmation(
        body.step,
        body.completed_on,
        body.document.number,
        body.document.date,
        (body.progress.done, body.progress.of) if body.progress else None,
        body.note,
        signer=body.signer,
    )


@router.post(UNIT + "/withdrawals", **RECEIPT_ROUTE)
def withdraw_confirmation(at: SpeakerContext, headers: Headers, body: WithdrawalIn) -> Response:
    """Take a confirmation back, with the reason."""
    return record_for_receipt(at, headers, body.step, withdraw, body.reason)


@router.post(UNIT + "/obstacles", **RECEIPT_ROUTE)
def report_an_obstacle(at: SpeakerContext, headers: Headers, body: StepObstacleIn) -> Response:
    """Say what stands in the way of a step."""
    return record_for_receipt(at, headers, body.step, report_obstacle, body.note)


@router.post(UNIT + "/proposals", **RECEIPT_ROUTE)
def propose_to_the_province(at: SpeakerContext, headers: Headers, body: StepObstacleIn) -> Response:
    """Ask the province to do something."""
    return record_for_receipt(at, headers, body.step, propose, body.note)


@router.post(UNIT + "/clearances", **RECEIPT_ROUTE)
def clear_obstacle(at: SpeakerContext, headers: Headers, body: AboutStep) -> Response:
    """Say that an obstacle or a proposal is over."""
    return record_for_receipt(at, headers, body.step, clear)
