"""What programs of the office state about units: accept, return, excuse, answer, hand over."""

from fastapi import APIRouter, Response
from pydantic import Field

from lotrinh.portal.api.access import ReviewerContext
from lotrinh.portal.api.sending import (
    CREATED,
    RECORDED,
    AboutStep,
    ApiInput,
    Headers,
    PlainText,
    Receipt,
    RequiredText,
    StepId,
    receipt_response,
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


@router.post(UNIT + "/acceptances", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def accept_confirmation(at: ReviewerContext, headers: Headers, body: AboutStep) -> Response:
    """Accept the confirmation that stands."""
    return receipt_response(at, accept(at.state.store, headers.statement(at, body.step)))


@router.post(UNIT + "/returns", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def return_confirmation(at: ReviewerContext, headers: Headers, body: ReasonIn) -> Response:
    """Return a confirmation with the reason: the step is not done until the unit confirms again."""
    return receipt_response(at, give_back(at.state.store, headers.statement(at, body.step), body.reason))


@router.post(UNIT + "/excuses", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def excuse_unit(at: ReviewerContext, headers: Headers, body: ReasonIn) -> Response:
    """Excuse a unit from a step, with the reason."""
    return receipt_response(at, excuse(at.state.store, headers.statement(at, body.step), body.reason))


@router.post(UNIT + "/reinstatements", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def take_excuse_back(at: ReviewerContext, headers: Headers, body: AboutStep) -> Response:
    """Take an excuse back: the step is the unit's work again."""
    return receipt_response(at, unexcuse(at.state.store, headers.statement(at, body.step)))


@router.post(UNIT + "/answers", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def answer_unit(at: ReviewerContext, headers: Headers, body: AnswerIn) -> Response:
    """Answer a unit's obstacle or proposal."""
    return receipt_response(at, answer_obstacle(at.state.store, headers.statement(at, body.step), body.note))


@router.post(UNIT + "/hand-overs", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def hand_over_to_an_office(at: ReviewerContext, headers: Headers, body: HandOverIn) -> Response:
    """Name the office that is to deal with a unit's obstacle or proposal."""
    return receipt_response(
        at, hand_over_obstacle(at.state.store, headers.statement(at, body.step), body.office, body.note)
    )
