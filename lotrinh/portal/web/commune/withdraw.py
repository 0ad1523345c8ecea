"""A unit takes a confirmation back, with the reason."""

import secrets

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.portal.deps import Form, SpeakerContext
from lotrinh.portal.forms import read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, STEP
from lotrinh.portal.web.step_forms import make_statement, redirect_to_receipt, show_form_again
from lotrinh.services.statements.confirm import withdraw
from lotrinh.services.statements.journal_writer import own_step

router = APIRouter(include_in_schema=False)


@router.get(STEP + "/withdraw")
def show_form(request: Request, at: SpeakerContext, step_id: str) -> Response:
    """Ask why the confirmation is taken back."""
    step = own_step(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    if reason := refusal_reason(record, EntryKind.WITHDRAWN):
        raise Conflict(reason)
    values = {"seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return render_page(request, "commune/withdraw.html", at=at, step=step, values=values, failure=None, other=None)


@router.post(STEP + "/withdraw", dependencies=CSRF_GUARD)
def submit(request: Request, at: SpeakerContext, step_id: str, form: Form) -> Response:
    """Take the confirmation back and lead to the receipt."""
    step, inputs = own_step(at.campaign, at.unit, step_id), read_input(form)
    try:
        entry = withdraw(portal_state(request).store, make_statement(at, step, inputs), inputs["reason"])
    except LotrinhError as error:
        return show_form_again(request, at, step, "commune/withdraw.html", error, inputs)
    return redirect_to_receipt(at, entry)
