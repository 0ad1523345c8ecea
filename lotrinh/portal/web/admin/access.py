"""How units get in: slips for their people and codes for their own software, issued, printed once, revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.roles import Action, Role, Visitor
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.portal.deps import Form, require_action
from lotrinh.portal.forms import read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.slips import draw_slips
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.access.accounts import AccountActor, issue_codes, issue_slips, revoke_codes, revoke_slips
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.store.accounts import Account

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Visitor, require_action(Action.ADMINISTER)]
REVOCATIONS = {"revoke_slips": revoke_slips, "revoke_codes": revoke_codes}
ISSUES = {"slips": issue_slips, "codes": issue_codes}


class UnitAccess(NamedTuple):
    """How one unit gets in. ``used_at`` is the last use of the slip that counts now."""

    unit: Unit
    slip: Account | None
    used_at: datetime | None
    code_since: datetime | None


def list_unit_access(state: PortalState) -> list[UnitAccess]:
    """List the units with their slips and codes."""
    slips = {account.unit: account for account in state.store.accounts.all(Role.UNIT)}
    last_used, codes = state.store.accounts.last_used(), state.store.access.issue_times()
    return [
        _unit_access(unit, slips.get(unit.code), last_used, codes.get(unit.code))
        for unit in open_roster(state.settings).units
    ]


def _unit_access(
    unit: Unit, slip: Account | None, last_used: dict[str, datetime], code_since: datetime | None
) -> UnitAccess:
    used_at = last_used.get(slip.id) if slip else None
    return UnitAccess(unit, slip, used_at if slip and used_at and used_at >= slip.issued_at else None, code_since)


def journal_author(request: Request, visitor: Visitor, key: str = "") -> AccountActor:
    """Say for the journal who does it; ``key`` makes a form that is sent twice one request."""
    return AccountActor(visitor.actor, open_roster(portal_state(request).settings).province.code, key[:60])


@router.get("/access")
def show_form(request: Request, visitor: Administrator) -> Response:
    """Show every unit's slip and code, and the form that changes them."""
    del visitor
    return _render_access(request, {}, set(), ())


def _render_access(request: Request, values: dict[str, str], marked: set[str], problems: Sequence[Problem]) -> Response:
    state, revoked = portal_state(request), request.query_params.get("revoked", "")
    rows = list_unit_access(state)
    return render_page(
        request,
        "admin/access.html",
        BadInput.http_status if problems else 200,
        rows=rows,
        with_slip=sum(bool(r.slip and not r.slip.revoked_at) for r in rows),
        values=values,
        marked=marked,
        problems=tuple(problems),
        key=secrets.token_urlsafe(12),
        origin=state.settings.portal.origin,
        local=not state.settings.portal.public_url,
        revoked=int(revoked) if revoked.isascii() and revoked.isdigit() and len(revoked) <= 4 else None,  # noqa: PLR2004 - longer is nonsense in an address
        zone=ZoneInfo(state.settings.timezone),
    )


@router.post("/access", dependencies=CSRF_GUARD)
def submit(request: Request, visitor: Administrator, form: Form) -> Response:
    """Issue or revoke; what is issued is shown on the answer to this request and never again."""
    state, inputs = portal_state(request), read_input(form)
    act, which, marked = inputs["act"], inputs["which"], _marked(form)
    units = _chosen(state, act, which, marked)
    if problems := _problems(act, which, units):
        return _render_access(request, {"act": act, "which": which}, marked, problems)
    # No redirect: the secrets stand in this one answer, and the database keeps only their hashes.
    by, now = journal_author(request, visitor, inputs["key"]), state.clock()
    if act in REVOCATIONS:
        return RedirectResponse(f"/access?revoked={REVOCATIONS[act](state.store, units, now, by)}", SEE_OTHER)
    made = ISSUES[act](state.store, units, now, by)
    if act == "codes":
        return render_page(request, "admin/codes.html", slips=made)
    origin = state.settings.portal.origin
    return render_page(request, "admin/slips.html", slips=draw_slips(made, origin), origin=origin)


def _marked(form: FormData) -> set[str]:
    return {value for value in form.getlist("unit") if isinstance(value, str)}


def _chosen(state: PortalState, act: str, which: str, marked: set[str]) -> list[Unit]:
    rows = list_unit_access(state)
    if which == "all":
        return [row.unit for row in rows]
    if which == "missing":
        return [row.unit for row in rows if not _has(row, act)]
    return [row.unit for row in rows if row.unit.code in marked]


def _has(row: UnitAccess, act: str) -> bool:
    if act in {"codes", "revoke_codes"}:
        return row.code_since is not None
    return row.slip is not None and row.slip.revoked_at is None


def _problems(act: str, which: str, units: list[Unit]) -> list[Problem]:
    found = []
    if act not in REVOCATIONS | ISSUES:
        found.append(Problem("act", 0, 0, M("Hãy chọn việc cần làm.")))
    if which not in {"marked", "missing", "all"}:
        found.append(Problem("which", 0, 0, M("Hãy chọn cho đơn vị nào.")))
    elif which == "missing" and act in REVOCATIONS:
        found.append(Problem("which", 0, 0, M("Đơn vị chưa có thì không có gì để thu hồi; hãy chọn cách khác.")))
    elif not units:
        found.append(Problem("which", 0, 0, M("Chưa có đơn vị nào được chọn; hãy đánh dấu trong bảng.")))
    return found
