"""A unit reports what stands in its way or proposes something to the province, and says when it is over."""

import secrets

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.portal.deps import Form, SpeakerContext
from lotrinh.portal.forms import read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, STEP
from lotrinh.portal.web.step_forms import make_statement, redirect_to_receipt, show_form_again
from lotrinh.services.statements.confirm import clear, propose, report_obstacle
from lotrinh.services.statements.journal_writer import own_step

router = APIRouter(include_in_schema=False)
KINDS = {EntryKind.OBSTACLE.value: report_obstacle, EntryKind.PROPOSAL.value: propose}


@router.get(STEP + "/obstacle")
def show_form(request: Request, at: SpeakerContext, step_id: str) -> Response:
    """Show the form."""
    step = own_step(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    values = {"note": "", "kind": "", "seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return render_page(request, "commune/obstacle.html", at=at, step=step, values=values, failure=None, other=None)


@router.post(STEP + "/obstacle", dependencies=CSRF_GUARD)
def submit(request: Request, at: SpeakerContext, step_id: str, form: Form) -> Response:
    """Record an obstacle or a proposal and lead to its receipt."""
    step, inputs = own_step(at.campaign, at.unit, step_id), read_input(form)
    try:
        if inputs["kind"] not in KINDS:
            raise BadInput([Problem("kind", 0, 0, M("Hãy chọn: vướng mắc hay kiến nghị."))])
        entry = KINDS[inputs["kind"]](portal_state(request).store, make_statement(at, step, inputs), inputs["note"])
    except LotrinhError as error:
        return show_form_again(request, at, step, "commune/obstacle.html", error, inputs)
    return redirect_to_receipt(at, entry)


@router.post(STEP + "/clear", dependencies=CSRF_GUARD)
def submit_clearance(request: Request, at: SpeakerContext, step_id: str, form: Form) -> Response:
    """Record that nothing stands in the way any more."""
    step, inputs = own_step(at.campaign, at.unit, step_id), read_input(form)
    return redirect_to_receipt(at, clear(portal_state(request).store, make_statement(at, step, inputs)))
