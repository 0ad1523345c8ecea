"""Confirmations that nobody reviewed yet: those whose step asks for it first; several are accepted at once."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Conflict, NotFound, Problem
from lotrinh.portal.deps import CampaignContext, Context, Form, ReviewerContext
from lotrinh.portal.forms import FormInput, read_input
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, render_list
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.services.statements.review import accept
from lotrinh.services.views.office_queues import PendingReview, review_queue

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 100
NOTHING_MARKED = Problem("picks", 0, 0, M("Hãy đánh dấu ít nhất một xác nhận."))
KEY_CHARACTERS = 32


class MarkedConfirmation(NamedTuple):
    """One confirmation that was marked, as it stood before the visitor's eyes."""

    unit: Unit
    step: str
    expected_version: int


class RefusedConfirmation(NamedTuple):
    """One that could not be accepted, and why."""

    unit: Unit
    step: str
    reason: Message


def matches_pending(filters: ListFilters, waiting: PendingReview) -> bool:
    """Whether it is among those asked for."""
    wanted = {"": True, "acceptance": waiting.item.step.acceptance, "other": not waiting.item.step.acceptance}
    return wanted.get(filters.only, True) and filters.matches(waiting.unit)


@router.get(CAMPAIGN + "/queue")
def show_queue(request: Request, at: Context, filters: Filters) -> Response:
    """List what waits for review."""
    return _render_queue(request, at, filters)


def _render_queue(
    request: Request,
    at: CampaignContext,
    filters: ListFilters,
    refused: Sequence[RefusedConfirmation] = (),
    problems: Sequence[Problem] = (),
) -> Response:
    found = review_queue(at.live, at.now)
    kept = [waiting for waiting in found if matches_pending(filters, waiting)]
    status = Conflict.http_status if refused else BadInput.http_status if problems else 200
    count = request.query_params.get("accepted", "")
    return render_list(
        request,
        "office/review_queue.html",
        at,
        filters,
        status,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        asking=sum(waiting.item.step.acceptance for waiting in found),
        refused=refused,
        problems=tuple(problems),
        accepted=count if count.isascii() and count.isdigit() and len(count) <= len(str(ON_A_PAGE)) else "",
        key=secrets.token_urlsafe(12),
        sample=any(waiting.record.sample for waiting in kept),
    )


@router.post(CAMPAIGN + "/queue", dependencies=CSRF_GUARD)
def submit(request: Request, at: ReviewerContext, filters: Filters, form: Form) -> Response:
    """Accept all that were marked; whatever changed meanwhile is left and named."""
    inputs = read_input(form)
    all_marked = read_marked(at, [text for text in form.getlist("pick") if isinstance(text, str)])
    if not all_marked:
        return _render_queue(request, at, filters, problems=[NOTHING_MARKED])
    refused = [refusal for marked in all_marked if (refusal := _accept(request, at, marked, inputs))]
    if refused:
        return _render_queue(request, at, filters, refused)
    return RedirectResponse(f"{request.url.path}?accepted={len(all_marked)}", SEE_OTHER)


def read_marked(at: CampaignContext, texts: Sequence[str]) -> list[MarkedConfirmation]:
    """Read what was marked; what is not of this campaign is nothing."""
    found = []
    for text in texts[:ON_A_PAGE]:
        code, step, version = ([*text.split("/"), "", ""])[:3]
        unit = at.campaign.by_code.get(code)
        if unit and step in at.campaign.checklist.steps and version.isascii() and version.isdigit():
            found.append(MarkedConfirmation(unit, step, int(version)))
    return found


def _accept(
    request: Request, at: CampaignContext, marked: MarkedConfirmation, inputs: FormInput
) -> RefusedConfirmation | None:
    statement = StatementRequest(
        campaign=at.campaign,
        unit=marked.unit,
        step=marked.step,
        actor=at.visitor.actor,
        key=acceptance_key(inputs["key"], marked),
        now=at.now,
        expected_version=marked.expected_version,
    )
    try:
        accept(portal_state(request).store, statement)
    except (Conflict, NotFound) as error:
        return RefusedConfirmation(marked.unit, marked.step, error.sentence)
    return None


def acceptance_key(key: str, marked: MarkedConfirmation) -> str:
    """Make the key of one acceptance out of the form's, so that a form sent twice accepts once."""
    return hashlib.sha256(f"{key}/{marked.step}".encode()).hexdigest()[:KEY_CHARACTERS] if key else ""
