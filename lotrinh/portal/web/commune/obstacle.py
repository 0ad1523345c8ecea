"""A unit reports what stands in its way or proposes something to the province, and says when it is over."""

import secrets

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.journal import Kind
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.portal.deps import Form, Speaking
from lotrinh.portal.forms import typed_in
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.routing import GUARDED, STEP
from lotrinh.portal.web.step_forms import again, receipt_of, said_by
from lotrinh.services.statements.journal_writer import step_of
from lotrinh.services.statements.obstacles import clear, propose, report_obstacle

router = APIRouter(include_in_schema=False)
KINDS = {Kind.OBSTACLE.value: report_obstacle, Kind.PROPOSAL.value: propose}


@router.get(STEP + "/obstacle")
def blank(request: Request, at: Speaking, step_id: str) -> Response:
    """Show the form."""
    step = step_of(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    values = {"note": "", "kind": "", "seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return page(request, "commune/obstacle.html", at=at, step=step, values=values, trouble=None, other=None)


@router.post(STEP + "/obstacle", dependencies=GUARDED)
def send(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Record an obstacle or a proposal and lead to its receipt."""
    step, typed = step_of(at.campaign, at.unit, step_id), typed_in(form)
    try:
        if typed["kind"] not in KINDS:
            raise BadInput([Problem("kind", 0, 0, M("Hãy chọn: vướng mắc hay kiến nghị."))])
        entry = KINDS[typed["kind"]](state_of(request).store, said_by(at, step, typed), typed["note"])
    except LotrinhError as error:
        return again(request, at, step, "commune/obstacle.html", error, typed)
    return receipt_of(at, entry)


@router.post(STEP + "/clear", dependencies=GUARDED)
def over(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Record that nothing stands in the way any more."""
    step, typed = step_of(at.campaign, at.unit, step_id), typed_in(form)
    return receipt_of(at, clear(state_of(request).store, said_by(at, step, typed)))
