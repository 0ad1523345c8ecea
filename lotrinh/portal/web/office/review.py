"""What the office says about one step of one unit: accept, return, excuse, answer, hand over."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import Entry, Kind
from lotrinh.core.status.transitions import why_not
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Conflict, LotrinhError, NotFound
from lotrinh.portal.deps import NO_SUCH_PAGE, Form, Judging, Place
from lotrinh.portal.forms import Typed, typed_in
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.routing import GUARDED, SEE_OTHER, STEP
from lotrinh.portal.web.step_forms import renewed, said_by, why
from lotrinh.services.statements.journal_writer import Said, step_of
from lotrinh.services.statements.review import accept, answer, excuse, give_back, hand_over, unexcuse
from lotrinh.store import Store

router = APIRouter(include_in_schema=False)
LISTS = frozenset({"queue", "obstacles", "conflicts", "outstanding"})
"""Lists that a form may lead back to."""


class Act(NamedTuple):
    """One thing that the office may say: its kind, what its button says, its fields, and who records it."""

    kind: Kind
    words: Message
    fields: Mapping[str, Message]
    do: Callable[[Store, Said, Typed], Entry]


REASON, NOTE = M("Lý do"), M("Ghi chú (không bắt buộc)")
ACTS: Mapping[str, Act] = {
    "accept": Act(Kind.ACCEPTED, M("Chấp nhận xác nhận"), {}, lambda store, said, _: accept(store, said)),
    "return": Act(
        Kind.RETURNED,
        M("Trả lại xác nhận"),
        {"reason": M("Lý do trả lại, đơn vị cần sửa gì")},
        lambda store, said, typed: give_back(store, said, typed["reason"]),
    ),
    "excuse": Act(
        Kind.EXCUSED,
        M("Miễn đầu việc cho đơn vị"),
        {"reason": REASON},
        lambda store, said, typed: excuse(store, said, typed["reason"]),
    ),
    "unexcuse": Act(Kind.UNEXCUSED, M("Bỏ miễn đầu việc"), {}, lambda store, said, _: unexcuse(store, said)),
    "answer": Act(
        Kind.ANSWERED,
        M("Trả lời đơn vị"),
        {"note": M("Nội dung trả lời")},
        lambda store, said, typed: answer(store, said, typed["note"]),
    ),
    "hand-over": Act(
        Kind.HANDED_OVER,
        M("Chuyển cơ quan xử lý"),
        {"office": M("Cơ quan xử lý"), "note": NOTE},
        lambda store, said, typed: hand_over(store, said, typed["office"], typed["note"]),
    ),
}


def act_of(name: str) -> Act:
    """Return what the path names."""
    if name not in ACTS:
        raise NotFound(NO_SUCH_PAGE)
    return ACTS[name]


@router.get(STEP + "/judge/{act_name}")
def blank(request: Request, at: Judging, step_id: str, act_name: str) -> Response:
    """Show what the unit said, and the form."""
    step, act = step_of(at.campaign, at.unit, step_id), act_of(act_name)
    if reason := why_not(at.live.record(at.unit.code, step_id, at.now), act.kind):
        raise Conflict(reason)
    return form_page(request, at, step, "office/review_form.html", {"back": request.query_params.get("back", "")}, act=act)


@router.post(STEP + "/judge/{act_name}", dependencies=GUARDED)
def send(request: Request, at: Judging, step_id: str, act_name: str, form: Form) -> Response:
    """Record it and lead back to where the visitor came from."""
    step, act, typed = step_of(at.campaign, at.unit, step_id), act_of(act_name), typed_in(form)
    try:
        entry = act.do(state_of(request).store, said_by(at, step, typed), typed)
    except LotrinhError as error:
        return form_page(request, at, step, "office/review_form.html", typed.values, error, act=act)
    return back(at, entry, typed["back"])


def back(at: Place, entry: Entry, to: str) -> Response:
    """Lead back to a list, which says what was recorded, or else to the receipt."""
    target = f"/campaigns/{at.campaign.id}/{to}?said={entry.number}"
    return RedirectResponse(target if to in LISTS else f"/receipts/{at.unit.code}-{entry.number}", SEE_OTHER)


def form_page(
    request: Request,
    at: Place,
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
        "values": {**values, **renewed(at, step, error)},
        "problems": error.problems if isinstance(error, BadInput) else (),
        **why(request, error),
    }
    return page(request, template, error.http_status if error else 200, **{**shown, **context})
