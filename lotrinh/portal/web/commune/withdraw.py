"""A unit takes a confirmation back, with the reason."""

import secrets

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.journal import Kind
from lotrinh.core.status.transitions import why_not
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.portal.deps import Form, Speaking
from lotrinh.portal.forms import typed_in
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.routing import GUARDED, STEP
from lotrinh.portal.web.step_forms import again, receipt_of, said_by
from lotrinh.services.statements.confirm import withdraw
from lotrinh.services.statements.journal_writer import step_of

router = APIRouter(include_in_schema=False)


@router.get(STEP + "/withdraw")
def blank(request: Request, at: Speaking, step_id: str) -> Response:
    """Ask why the confirmation is taken back."""
    step = step_of(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    if reason := why_not(record, Kind.WITHDRAWN):
        raise Conflict(reason)
    values = {"seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return page(request, "commune/withdraw.html", at=at, step=step, values=values, trouble=None, other=None)


@router.post(STEP + "/withdraw", dependencies=GUARDED)
def send(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Take the confirmation back and lead to the receipt."""
    step, typed = step_of(at.campaign, at.unit, step_id), typed_in(form)
    try:
        entry = withdraw(state_of(request).store, said_by(at, step, typed), typed["reason"])
    except LotrinhError as error:
        return again(request, at, step, "commune/withdraw.html", error, typed)
    return receipt_of(at, entry)
