"""Where a unit's own system and its portal disagree: both statements side by side, and the office's decision."""

from fastapi import APIRouter, Request, Response

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.text import M
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.portal.deps import CampaignContext, Context, Form, ReviewerContext
from lotrinh.portal.forms import read_input
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, cut_page, render_list
from lotrinh.portal.web.office.review import redirect_back, render_review_form
from lotrinh.portal.web.routing import CSRF_GUARD, STEP
from lotrinh.portal.web.step_forms import make_statement
from lotrinh.services.statements.journal_writer import own_step
from lotrinh.services.statements.review import resolve
from lotrinh.services.views.office_queues import Dispute, dispute, disputes, seal

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50
AGREED = M("Hai nguồn không còn nói khác nhau về đầu việc này.")
SYSTEM_CHANGED = M("Chưa ghi nhận: phần mềm của đơn vị vừa nói khác đi. Hãy xem lại hai bên rồi quyết định.")


@router.get(CAMPAIGN + "/conflicts")
def show_conflicts(request: Request, at: Context, filters: Filters) -> Response:
    """List where the two disagree, the undecided first."""
    found = disputes(at.live, at.now)
    kept = [d for d in found if filters.matches(d.unit)]
    return render_list(
        request,
        "office/conflicts.html",
        at,
        filters,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        unresolved=sum(not d.is_resolved for d in found),
        sample=any(d.record.sample for d in kept),
    )


@router.get(STEP + "/resolve")
def show_form(request: Request, at: ReviewerContext, step_id: str) -> Response:
    """Show both statements, and the form."""
    step = own_step(at.campaign, at.unit, step_id)
    return _render_form(request, at, step, {}, _require_dispute(at, step))


@router.post(STEP + "/resolve", dependencies=CSRF_GUARD)
def submit(request: Request, at: ReviewerContext, step_id: str, form: Form) -> Response:
    """Record the decision, unless one of the two says something else by now."""
    step, inputs = own_step(at.campaign, at.unit, step_id), read_input(form)
    found = _require_dispute(at, step)
    try:
        if inputs["system"] != seal(found.answer):
            raise Conflict(SYSTEM_CHANGED)
        statement = make_statement(at, step, inputs)
        entry = resolve(portal_state(request).store, statement, inputs["in_favour"], found.answer, inputs["reason"])
    except LotrinhError as error:
        return _render_form(request, at, step, dict(inputs.values), found, error)
    return redirect_back(at, entry, "conflicts")


def _require_dispute(at: CampaignContext, step: Step) -> Dispute:
    found = dispute(at.live, at.unit, step, at.now)
    if found is None:
        raise Conflict(AGREED)
    return found


def _render_form(
    request: Request,
    at: CampaignContext,
    step: Step,
    values: dict[str, str],
    found: Dispute,
    error: LotrinhError | None = None,
) -> Response:
    if error is None or isinstance(error, Conflict):
        values = {**values, "system": seal(found.answer)}
    return render_review_form(request, at, step, "office/resolve.html", values, error, found=found)
