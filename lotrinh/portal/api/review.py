"""What programs of the office state about units: accept, return, excuse, answer, hand over."""

from fastapi import APIRouter, Response
from pydantic import Field

from lotrinh.portal.api.access import ReviewerContext
from lotrinh.portal.api.sending import (
    RECEIPT_ROUTE,
    AboutStep,
    ApiInput,
    Headers,
    PlainText,
    RequiredText,
    StepId,
    record_for_receipt,
)
from lotrinh.portal.api.units import UNIT
from lotrinh.services.statements.review import accept, answer_obstacle, excuse, give_back, hand_over_obstacle, unexcuse

router = APIRouter(tags=["judging"])


class ReasonIn(ApiInput):
    """A judgement that needs its reason."""

    step: StepId
    reason: RequiredText


class AnswerIn(ApiInput):
    """An answer to an obstacle or a proposal."""

    step: StepId
    note: RequiredText


class HandOverIn(ApiInput):
    """Which office is to deal with an obstacle or a proposal."""

    step: StepId
    office: RequiredText
    note: PlainText = Field("", max_length=2000)


@router.post(UNIT + "/acceptances", **RECEIPT_ROUTE)
def accept_confirmation(at: ReviewerContext, headers: Headers, body: AboutStep) -> Response:
    """Accept the confirmation that stands."""
    return record_for_receipt(at, headers, body.step, accept)


@router.post(UNIT + "/returns", **RECEIPT_ROUTE)
def return_confirmation(at: ReviewerContext, headers: Headers, body: ReasonIn) -> Response:
    """Return a confirmation with the reason: the step is not done until the unit confirms again."""
    return record_for_receipt(at, headers, body.step, give_back, body.reason)


@router.post(UNIT + "/excuses", **RECEIPT_ROUTE)
def excuse_unit(at: ReviewerContext, headers: Headers, body: ReasonIn) -> Response:
    """Excuse a unit from a step, with the reason."""
    return record_for_receipt(at, headers, body.step, excuse, body.reason)


@router.post(UNIT + "/reinstatements", **RECEIPT_ROUTE)
def take_excuse_back(at: ReviewerContext, headers: Headers, body: AboutStep) -> Response:
    """Take an excuse back: the step is the unit's work again."""
    return record_for_receipt(at, headers, body.step, unexcuse)


@router.post(UNIT + "/answers", **RECEIPT_ROUTE)
def answer_unit(at: ReviewerContext, headers: Headers, body: AnswerIn) -> Response:
    """Answer a unit's obstacle or proposal."""
    return record_for_receipt(at, headers, body.step, answer_obstacle, body.note)


@router.post(UNIT + "/hand-overs", **RECEIPT_ROUTE)
def hand_over_to_an_office(at: ReviewerContext, headers: Headers, body: HandOverIn) -> Response:
    """Name the office that is to deal with a unit's obstacle or proposal."""
    return record_for_receipt(at, headers, body.step, hand_over_obstacle, body.office, body.note)
