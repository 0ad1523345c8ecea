"""The outbox for administrators: what waits, what failed, and the two things that can be done about it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.errors import Conflict
from lotrinh.portal.deps import Form, form_field
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.admin.access import Administrator
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.notify import outbox as service
from lotrinh.services.notify.receivers import mask_receiver
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, UNCLEAR, WAITING

router = APIRouter(include_in_schema=False)
PER_PAGE = 50
LONGEST = 9
"""Digits that a number in an address may have."""


@router.get("/outbox")
def show_outbox(request: Request, visitor: Administrator, before: str = "") -> Response:
    """List the messages, newest first."""
    del visitor
    return _render_outbox(request, before)


def _render_outbox(request: Request, before: str = "", error: Conflict | None = None) -> Response:
    state = portal_state(request)
    last = int(before) if before.isascii() and before.isdigit() and len(before) <= LONGEST else None
    found = state.store.outbox.newest(most=PER_PAGE + 1, before=last)
    counts, known = state.store.outbox.counts(), open_roster(state.settings)
    return render_page(
        request,
        "admin/outbox.html",
        error.http_status if error else 200,
        messages=found[:PER_PAGE],
        older=found[PER_PAGE - 1].id if found[PER_PAGE:] else None,
        before=before,
        counts=counts,
        failure=error.sentence if error else None,
        states=service.describe_states(state.store, state.settings, found, state.clock()),
        masked=partial(mask_receiver, state.settings),
        names={unit.code: unit.full_name for unit in (known.province, *known.units)},
        unsent=(WAITING, FAILED, UNCLEAR),
        zone=ZoneInfo(state.settings.timezone),
    )


@router.post("/outbox/{number}/retry", dependencies=CSRF_GUARD)
def submit_retry(request: Request, visitor: Administrator, number: str, form: Form) -> Response:
    """Let a message be sent again, or now, unless it was tried since the page was made."""
    del visitor
    return _carry_out(request, number, partial(service.retry_message, expected_tries=_number(form_field(form, "seen"))))


@router.post("/outbox/{number}/drop", dependencies=CSRF_GUARD)
def submit_drop(request: Request, visitor: Administrator, number: str, form: Form) -> Response:
    """Never send a message, unless it was tried since the page was made."""
    del visitor
    return _carry_out(request, number, partial(service.drop_message, expected_tries=_number(form_field(form, "seen"))))


def _carry_out(request: Request, number: str, act: Callable[[Store, int, datetime], None]) -> Response:
    state = portal_state(request)
    try:
        act(state.store, _number(number), state.clock().astimezone(ZoneInfo(state.settings.timezone)))
    except Conflict as error:
        return _render_outbox(request, error=error)
    return RedirectResponse("/outbox", SEE_OTHER)


def _number(text: str) -> int:
    """Read a number; -1, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else -1
