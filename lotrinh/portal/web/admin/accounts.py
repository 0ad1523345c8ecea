"""Accounts of the office and reading links for its leaders: add, change, revoke."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.status.roles import OFFICE_ROLES, ROLES, Role
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, LotrinhError, Problem
from lotrinh.portal.deps import Form
from lotrinh.portal.forms import FormInput, read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.admin.access import Administrator, journal_author
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.access import accounts as service
from lotrinh.services.access.programs import revoke_token
from lotrinh.services.access.secrets import new_secret

router = APIRouter(include_in_schema=False)
ONE = "/accounts/{name}"


@router.get("/accounts")
def show_accounts(request: Request, visitor: Administrator) -> Response:
    """List the office's accounts and the reading links, with the forms that make new ones."""
    del visitor
    return _render_accounts(request, {})


def _render_accounts(
    request: Request,
    values: Mapping[str, str],
    error: LotrinhError | None = None,
    **made: Any,  # noqa: ANN401 - passed on as they are
) -> Response:
    state = portal_state(request)
    every = state.store.accounts.all()
    shown = {"link": "", "secret": "", "for_name": "", "problems": (), "failure": None} | made
    if error:
        shown |= {"problems": error.problems} if isinstance(error, BadInput) else {"failure": error.sentence}
    return render_page(
        request,
        "admin/accounts.html",
        error.http_status if error else 200,
        office=[a for a in every if a.id.startswith("officer:")],
        links=[a for a in every if a.id.startswith("link:")],
        programs=[a for a in every if a.id.startswith("program:")],
        last_used=state.store.accounts.last_used(),
        values=values,
        **_shared(request),
        **shown,
    )


def _shared(request: Request) -> dict[str, Any]:
    return {"roles": OFFICE_ROLES, "ROLES": ROLES, "zone": ZoneInfo(portal_state(request).settings.timezone)}


@router.post("/accounts", dependencies=CSRF_GUARD)
def submit_account(request: Request, visitor: Administrator, form: Form) -> Response:
    """Add somebody; a password that was left empty is made here and shown once."""
    state, inputs = portal_state(request), read_input(form)
    secret = inputs["secret"] or new_secret()
    try:
        account = service.add_officer(
            state.store,
            inputs["name"],
            _role(inputs),
            inputs["display"],
            secret,
            state.clock(),
            journal_author(request, visitor),
            renew=False,
        )
    except LotrinhError as error:
        return _render_accounts(request, {k: inputs[k] for k in ("name", "display", "role")}, error)
    if inputs["secret"]:
        return RedirectResponse("/accounts", SEE_OTHER)
    return _render_accounts(request, {}, secret=secret, for_name=account.id.partition(":")[2])


def _role(inputs: FormInput) -> Role:
    if inputs["role"] not in {role.value for role in OFFICE_ROLES}:
        raise BadInput([Problem("role", 0, 0, M("Hãy chọn vai trò."))])
    return Role(inputs["role"])


@router.get(ONE)
def show_account(request: Request, visitor: Administrator, name: str) -> Response:
    """Show one account with what can be changed."""
    del visitor
    return _render_account(request, name)


def _render_account(request: Request, name: str, error: LotrinhError | None = None, secret: str = "") -> Response:
    state = portal_state(request)
    account = service.find_officer(state.store, f"officer:{name}")
    problems = error.problems if isinstance(error, BadInput) else ()
    return render_page(
        request,
        "admin/account.html",
        error.http_status if error else 200,
        account=account,
        name=name,
        used_at=state.store.accounts.last_used().get(account.id),
        problems=problems,
        failure=error.sentence if error and not problems else None,
        secret=secret,
        **_shared(request),
    )


@router.post(ONE + "/role", dependencies=CSRF_GUARD)
def submit_role(request: Request, visitor: Administrator, name: str, form: Form) -> Response:
    """Give somebody another role."""
    state = portal_state(request)
    try:
        new = _role(read_input(form))
        service.change_role(state.store, f"officer:{name}", new, state.clock(), journal_author(request, visitor))
    except (BadInput, Conflict) as error:
        return _render_account(request, name, error)
    return RedirectResponse(f"/accounts/{name}", SEE_OTHER)


@router.post(ONE + "/secret", dependencies=CSRF_GUARD)
def submit_secret(request: Request, visitor: Administrator, name: str, form: Form) -> Response:
    """Give somebody another password; one that was left empty is made here and shown once."""
    state, inputs = portal_state(request), read_input(form)
    new = inputs["secret"] or new_secret()
    try:
        service.change_secret(state.store, f"officer:{name}", new, state.clock(), journal_author(request, visitor))
    except (BadInput, Conflict) as error:
        return _render_account(request, name, error)
    return RedirectResponse("/accounts", SEE_OTHER) if inputs["secret"] else _render_account(request, name, secret=new)


@router.post(ONE + "/revoke", dependencies=CSRF_GUARD)
def submit_revocation(request: Request, visitor: Administrator, name: str) -> Response:
    """Take somebody's account away."""
    state = portal_state(request)
    try:
        service.revoke_officer(state.store, f"officer:{name}", state.clock(), journal_author(request, visitor))
    except Conflict as error:
        return _render_account(request, name, error)
    return RedirectResponse("/accounts", SEE_OTHER)


@router.post("/links", dependencies=CSRF_GUARD)
def submit_link(request: Request, visitor: Administrator, form: Form) -> Response:
    """Make a reading link and show it once."""
    state, inputs = portal_state(request), read_input(form)
    by, values = journal_author(request, visitor), {"title": inputs["title"], "days": inputs["days"]}
    days = inputs.number("days", M("Hãy ghi số ngày."))
    if days is None:
        return _render_accounts(request, values, BadInput(inputs.problems))
    try:
        token = service.make_link(state.store, inputs["title"], timedelta(days=days), state.clock(), by)
    except BadInput as error:
        return _render_accounts(request, values, error)
    return _render_accounts(request, {}, link=f"{state.settings.portal.origin}/read/{token}")


@router.post("/links/{number}/revoke", dependencies=CSRF_GUARD)
def submit_link_revocation(request: Request, visitor: Administrator, number: str) -> Response:
    """Take a reading link away."""
    state = portal_state(request)
    service.revoke_link(state.store, f"link:{number}", state.clock(), journal_author(request, visitor))
    return RedirectResponse("/accounts", SEE_OTHER)


@router.post("/programs/{name}/revoke", dependencies=CSRF_GUARD)
def submit_program_revocation(request: Request, visitor: Administrator, name: str) -> Response:
    """Take a program's token away; new ones are given at the server's command line."""
    state = portal_state(request)
    revoke_token(state.store, name, state.clock(), journal_author(request, visitor))
    return RedirectResponse("/accounts", SEE_OTHER)
