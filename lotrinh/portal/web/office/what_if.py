"""A new anchor or a changed checklist: tried first, then applied exactly as it was shown."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from lotrinh.catalog.tree import LARGEST
from lotrinh.core.checklist.deadline_diff import MoveKind
from lotrinh.core.status.journal import Kind
from lotrinh.core.status.roles import Action
from lotrinh.errors import BadInput, LotrinhError, NotFound
from lotrinh.portal.deps import NO_SUCH_PAGE, At, Form, Place, refuse
from lotrinh.portal.forms import Typed, typed_in
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.routing import GUARDED, SEE_OTHER
from lotrinh.reports.moves import KINDS
from lotrinh.services.campaigns.campaign_override import NOTHING, applied
from lotrinh.services.views.apply_change import applied_before, apply_change
from lotrinh.services.views.change_preview import Wish, changes, keep, preview, shown

router = APIRouter(include_in_schema=False)
HERE = "/campaigns/{campaign_id}/what-if"
FIELDS = ("anchor", "file")


def changing(request: Request, at: At) -> Place:
    """Require a campaign that the visitor may change."""
    if not at.visitor.may(Action.CHANGE):
        refuse(request, at.visitor)
    return at


Changing = Annotated[Place, Depends(changing)]


@router.get(HERE)
def blank(request: Request, at: Changing) -> Response:
    """Show how the campaign is set now, and the form."""
    return _form(request, at, {})


def _form(request: Request, at: Place, values: Mapping[str, str], error: LotrinhError | None = None) -> Response:
    state = state_of(request)
    problems = error.problems if isinstance(error, BadInput) else ()
    done = changes(state.store, at.campaign)
    return page(
        request,
        "office/what_if.html",
        error.http_status if error else 200,
        at=at,
        values=values,
        problems=tuple(p for p in problems if p.where in FIELDS),
        lines=tuple(p for p in problems if p.where not in FIELDS),
        trouble=error.sentence if error and not problems else None,
        changed=applied(state.store, at.campaign.change) != NOTHING,
        last=done[-1] if done else None,
    )


@router.post(HERE, dependencies=GUARDED)
def show(request: Request, at: Changing, form: Form) -> Response:
    """Show what the change would do; nothing is changed."""
    state, typed = state_of(request), typed_in(form)
    values = {name: typed[name] for name in ("anchor", "kept", "name")}
    try:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            values["name"] = shown(file.filename)
            values["kept"] = keep(state.settings, file.file.read(LARGEST + 1), at.now)
        wish = _wish(typed, values)
        made = preview(state.store, state.settings, at.live, wish, at.now, state.home)
    except LotrinhError as error:
        return _form(request, at, values, error)
    return page(request, "office/what_if_preview.html", at=at, made=made, wish=wish, KINDS=KINDS, MoveKind=MoveKind)


def _wish(typed: Typed, values: Mapping[str, str]) -> Wish:
    anchor = typed.day("anchor")
    if typed.problems:
        raise BadInput(typed.problems)
    return Wish(anchor, values["kept"], values["name"], reset=bool(typed["reset"]))


@router.post(HERE + "/apply", dependencies=GUARDED)
def send(request: Request, at: Changing, form: Form) -> Response:
    """Apply exactly what was shown; sent twice, it is one change."""
    state, typed = state_of(request), typed_in(form)
    entry = applied_before(state.store, at.campaign, typed["digest"])
    if entry is None:
        values = {name: typed[name] for name in ("anchor", "kept", "name")}
        try:
            made = preview(state.store, state.settings, at.live, _wish(typed, values), at.now, state.home)
            entry = apply_change(state.store, made, typed["digest"], at.visitor.actor, at.now)
        except LotrinhError as error:
            return _form(request, at, values, error)
    return RedirectResponse(f"/campaigns/{at.campaign.id}/what-if/{entry.number}", SEE_OTHER)


@router.get(HERE + "/{number}")
def result(request: Request, at: Changing, number: Annotated[int, Path(ge=1, le=10**15)]) -> Response:
    """Show a change that was applied, and the units to be told."""
    entry = state_of(request).store.journal.get(number)
    if entry is None or entry.new.kind is not Kind.CHANGED or entry.new.campaign != at.campaign.id:
        raise NotFound(NO_SUCH_PAGE)
    if "applied" not in entry.new.body:  # another change: of the schedule
        raise NotFound(NO_SUCH_PAGE)
    context: dict[str, Any] = {"body": entry.new.body, "entry": entry}
    units = [at.campaign.by_code[code] for code in entry.new.body["units"] if code in at.campaign.by_code]
    return page(request, "office/what_if_done.html", at=at, units=units, **context)
