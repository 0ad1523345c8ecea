"""Where a unit's own system and its portal disagree: both statements side by side, and the office's decision."""

from fastapi import APIRouter, Request, Response

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.text import M
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.portal.deps import At, Form, Judging, Place
from lotrinh.portal.forms import typed_in
from lotrinh.portal.state import state_of
from lotrinh.portal.web.office.lists import CAMPAIGN, Asking, leaf, office_page
from lotrinh.portal.web.office.review import back, form_page
from lotrinh.portal.web.routing import GUARDED, STEP
from lotrinh.portal.web.step_forms import said_by
from lotrinh.services.statements.journal_writer import step_of
from lotrinh.services.statements.review import resolve
from lotrinh.services.views.office_queues import Dispute, dispute, disputes, seal

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50
AGREED = M("Hai nguồn không còn nói khác nhau về đầu việc này.")
SYSTEM_CHANGED = M("Chưa ghi nhận: phần mềm của đơn vị vừa nói khác đi. Hãy xem lại hai bên rồi quyết định.")


@router.get(CAMPAIGN + "/conflicts")
def conflicts(request: Request, at: At, asked: Asking) -> Response:
    """List where the two disagree, the undecided first."""
    found = disputes(at.live, at.now)
    kept = [d for d in found if asked.keeps(d.unit)]
    return office_page(
        request,
        "office/conflicts.html",
        at,
        asked,
        leaf=leaf(kept, asked, ON_A_PAGE),
        unresolved=sum(not d.resolved for d in found),
        sample=any(d.record.sample for d in kept),
    )


@router.get(STEP + "/resolve")
def blank(request: Request, at: Judging, step_id: str) -> Response:
    """Show both statements, and the form."""
    step = step_of(at.campaign, at.unit, step_id)
    return _form(request, at, step, {}, _disputed(at, step))


@router.post(STEP + "/resolve", dependencies=GUARDED)
def send(request: Request, at: Judging, step_id: str, form: Form) -> Response:
    """Record the decision, unless one of the two says something else by now."""
    step, typed = step_of(at.campaign, at.unit, step_id), typed_in(form)
    found = _disputed(at, step)
    try:
        if typed["system"] != seal(found.answer):
            raise Conflict(SYSTEM_CHANGED)
        said = said_by(at, step, typed)
        entry = resolve(state_of(request).store, said, typed["in_favour"], found.answer, typed["reason"])
    except LotrinhError as error:
        return _form(request, at, step, dict(typed.values), found, error)
    return back(at, entry, "conflicts")


def _disputed(at: Place, step: Step) -> Dispute:
    found = dispute(at.live, at.unit, step, at.now)
    if found is None:
        raise Conflict(AGREED)
    return found


def _form(
    request: Request,
    at: Place,
    step: Step,
    values: dict[str, str],
    found: Dispute,
    error: LotrinhError | None = None,
) -> Response:
    if error is None or isinstance(error, Conflict):
        values = {**values, "system": seal(found.answer)}
    return form_page(request, at, step, "office/resolve.html", values, error, found=found)
