"""What the office says about one step of one unit: accept, return, excuse, answer, hand over."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Conflict, LotrinhError, NotFound
from lotrinh.portal.deps import NO_SUCH_PAGE, CampaignContext, Form, ReviewerContext
from lotrinh.portal.forms import FormInput, read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER, STEP
from lotrinh.portal.web.step_forms import explain_failure, make_statement, renewed_fields
from lotrinh.services.statements.journal_writer import StatementRequest, own_step
from lotrinh.services.statements.review import accept, answer_obstacle, excuse, give_back, hand_over_obstacle, unexcuse
from lotrinh.store import Store

router = APIRouter(include_in_schema=False)
LISTS = frozenset({"queue", "obstacles", "conflicts", "outstanding"})
"""Lists that a form may lead back to."""


class ReviewAction(NamedTuple):
    """One thing that the office may say: its kind, what its button says, its fields, and who records it."""

    kind: EntryKind
    words: Message
    fields: Mapping[str, Message]
    record: Callable[[Store, StatementRequest, FormInput], Entry]


REASON, NOTE = M("Lý do"), M("Ghi chú (không bắt buộc)")
REVIEW_ACTIONS: Mapping[str, ReviewAction] = {
    "accept": ReviewAction(
        EntryKind.ACCEPTED, M("Chấp nhận xác nhận"), {}, lambda store, statement, _: accept(store, statement)
    ),
    "return": ReviewAction(
        EntryKind.RETURNED,
        M("Trả lại xác nhận"),
        {"reason": M("Lý do trả lại, đơn vị cần sửa gì")},
        lambda store, statement, inputs: give_back(store, statement, inputs["reason"]),
    ),
    "excuse": ReviewAction(
        EntryKind.EXCUSED,
        M("Miễn đầu việc cho đơn vị"),
        {"reason": REASON},
        lambda store, statement, inputs: excuse(store, statement, inputs["reason"]),
    ),
    "unexcuse": ReviewAction(
        EntryKind.UNEXCUSED, M("Bỏ miễn đầu việc"), {}, lambda store, statement, _: unexcuse(store, statement)
    ),
    "answer": ReviewAction(
        EntryKind.ANSWERED,
        M("Trả lời đơn vị"),
        {"note": M("Nội dung trả lời")},
        lambda store, statement, inputs: answer_obstacle(store, statement, inputs["note"]),
    ),
    "hand-over": ReviewAction(
        EntryKind.HANDED_OVER,
        M("Chuyển cơ quan xử lý"),
        {"office": M("Cơ quan xử lý"), "note": NOTE},
        lambda store, statement, inputs: hand_over_obstacle(store, statement, inputs["office"], inputs["note"]),
    ),
}


def find_action(name: str) -> ReviewAction:
    """Return what the path names."""
    if name not in REVIEW_ACTIONS:
        raise NotFound(NO_SUCH_PAGE)
    return REVIEW_ACTIONS[name]


@router.get(STEP + "/judge/{act_name}")
def show_form(request: Request, at: ReviewerContext, step_id: str, act_name: str) -> Response:
    """Show what the unit said, and the form."""
    step, action = own_step(at.campaign, at.unit, step_id), find_action(act_name)
    if reason := refusal_reason(at.live.record(at.unit.code, step_id, at.now), action.kind):
        raise Conflict(reason)
    return render_review_form(
        request, at, step, "office/review_form.html", {"back": request.query_params.get("back", "")}, action=action
    )


@router.post(STEP + "/judge/{act_name}", dependencies=CSRF_GUARD)
def submit(request: Request, at: ReviewerContext, step_id: str, act_name: str, form: Form) -> Response:
    """Record it and lead back to where the visitor came from."""
    step, action, inputs = own_step(at.campaign, at.unit, step_id), find_action(act_name), read_input(form)
    try:
        entry = action.record(portal_state(request).store, make_statement(at, step, inputs), inputs)
    except LotrinhError as error:
        return render_review_form(request, at, step, "office/review_form.html", inputs.values, error, action=action)
    return redirect_back(at, entry, inputs["back"])


def redirect_back(at: CampaignContext, entry: Entry, to: str) -> Response:
    """Lead back to a list, which says what was recorded, or else to the receipt."""
    # ``to`` comes from a hidden field, which anybody can change: only our own lists are gone back to.
    target = f"/campaigns/{at.campaign.id}/{to}?said={entry.number}"
    return RedirectResponse(target if to in LISTS else f"/receipts/{at.unit.code}-{entry.number}", SEE_OTHER)


def render_review_form(
    request: Request,
    at: CampaignContext,
    step: Step,
    template: str,
    values: Mapping[str, str],
    error: LotrinhError | None = None,
    **context: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    """Show a form with what was typed and why nothing was recorded; whoever sends it again has seen what is new."""
    record = at.live.record(at.unit.code, step.id, at.now)
    if error is None:
        values = {**values, "seen": str(record.number), "key": secrets.token_urlsafe(12)}
    shown: dict[str, Any] = {
        "at": at,
        "step": step,
        "record": record,
        "values": {**values, **renewed_fields(at, step, error)},
        "problems": error.problems if isinstance(error, BadInput) else (),
        **explain_failure(request, error),
    }
    return render_page(request, template, error.http_status if error else 200, **{**shown, **context})
