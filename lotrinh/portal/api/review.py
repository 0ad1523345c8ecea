"""What programs of the office state about units: accept, return, excuse, answer, hand over."""

from fastapi import APIRouter, Response
from pydantic import Field

from lotrinh.portal.api.access import Judging
from lotrinh.portal.api.sending import CREATED, RECORDED, AboutStep, Part, Receipt, Sent, StepId, Text, Words, handed
from lotrinh.portal.api.units import UNIT
from lotrinh.services.statements.review import accept, answer, excuse, give_back, hand_over, unexcuse

router = APIRouter(tags=["judging"])


class ReasonIn(Part):
    """A judgement that needs its reason."""

    step: StepId
    reason: Words


class AnswerIn(Part):
    """An answer to an obstacle or a proposal."""

    step: StepId
    note: Words


class HandOverIn(Part):
    """Which office is to deal with an obstacle or a proposal."""

    step: StepId
    office: Words
    note: Text = Field("", max_length=2000)


@router.post(UNIT + "/acceptances", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def accept_confirmation(at: Judging, sent: Sent, said: AboutStep) -> Response:
    """Accept the confirmation that stands."""
    return handed(at, accept(at.state.store, sent.said(at, said.step)))


@router.post(UNIT + "/returns", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def return_confirmation(at: Judging, sent: Sent, said: ReasonIn) -> Response:
    """Return a confirmation with the reason: the step is not done until the unit confirms again."""
    return handed(at, give_back(at.state.store, sent.said(at, said.step), said.reason))


@router.post(UNIT + "/excuses", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def excuse_unit(at: Judging, sent: Sent, said: ReasonIn) -> Response:
    """Excuse a unit from a step, with the reason."""
    return handed(at, excuse(at.state.store, sent.said(at, said.step), said.reason))


@router.post(UNIT + "/reinstatements", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def take_excuse_back(at: Judging, sent: Sent, said: AboutStep) -> Response:
    """Take an excuse back: the step is the unit's work again."""
    return handed(at, unexcuse(at.state.store, sent.said(at, said.step)))


@router.post(UNIT + "/answers", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def answer_unit(at: Judging, sent: Sent, said: AnswerIn) -> Response:
    """Answer a unit's obstacle or proposal."""
    return handed(at, answer(at.state.store, sent.said(at, said.step), said.note))


@router.post(UNIT + "/hand-overs", status_code=CREATED, response_model=Receipt, responses=RECORDED)
def hand_over_to_an_office(at: Judging, sent: Sent, said: HandOverIn) -> Response:
    """Name the office that is to deal with a unit's obstacle or proposal."""
    return handed(at, hand_over(at.state.store, sent.said(at, said.step), said.office, said.note))
