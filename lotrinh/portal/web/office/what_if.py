"""A new anchor or a changed checklist: tried first, then applied exactly as it was shown."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from lotrinh.catalog.tree import LARGEST
from lotrinh.core.checklist.deadline_diff import MoveKind
from lotrinh.core.status.journal import EntryKind
from lotrinh.errors import BadInput, LotrinhError, NotFound
from lotrinh.portal.deps import NO_SUCH_PAGE, CampaignContext, ChangerContext, Form
from lotrinh.portal.forms import FormInput, read_input
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.reports.moves import KINDS
from lotrinh.services.campaigns.campaign_override import NO_OVERRIDE, find_override
from lotrinh.services.views.apply_change import apply_change, find_applied_entry
from lotrinh.services.views.change_preview import (
    ChangeRequest,
    applied_changes,
    preview_change,
    store_upload,
    upload_name,
)

router = APIRouter(include_in_schema=False)
HERE = "/campaigns/{campaign_id}/what-if"
FIELDS = ("anchor", "file")


@router.get(HERE)
def show_form(request: Request, at: ChangerContext) -> Response:
    """Show how the campaign is set now, and the form."""
    return _render_form(request, at, {})


def _render_form(
    request: Request, at: CampaignContext, values: Mapping[str, str], error: LotrinhError | None = None
) -> Response:
    state = portal_state(request)
    problems = error.problems if isinstance(error, BadInput) else ()
    done = applied_changes(state.store, at.campaign)
    return render_page(
        request,
        "office/what_if.html",
        error.http_status if error else 200,
        at=at,
        values=values,
        problems=tuple(p for p in problems if p.where in FIELDS),
        lines=tuple(p for p in problems if p.where not in FIELDS),
        failure=error.sentence if error and not problems else None,
        changed=find_override(state.store, at.campaign.change) != NO_OVERRIDE,
        last=done[-1] if done else None,
    )


@router.post(HERE, dependencies=CSRF_GUARD)
def check_answers(request: Request, at: ChangerContext, form: Form) -> Response:
    """Show what the change would do; nothing is changed."""
    state, inputs = portal_state(request), read_input(form)
    values = {name: inputs[name] for name in ("anchor", "kept", "name")}
    try:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            values["name"] = upload_name(file.filename)
            values["kept"] = store_upload(state.settings, file.file.read(LARGEST + 1), at.now)
        wish = _read_change(inputs, values)
        made = preview_change(state.store, state.settings, at.live, wish, at.now, state.home)
    except LotrinhError as error:
        return _render_form(request, at, values, error)
    return render_page(
        request, "office/what_if_preview.html", at=at, made=made, wish=wish, KINDS=KINDS, MoveKind=MoveKind
    )


def _read_change(inputs: FormInput, values: Mapping[str, str]) -> ChangeRequest:
    anchor = inputs.day("anchor")
    if inputs.problems:
        raise BadInput(inputs.problems)
    return ChangeRequest(anchor, values["kept"], values["name"], reset=bool(inputs["reset"]))


@router.post(HERE + "/apply", dependencies=CSRF_GUARD)
def submit(request: Request, at: ChangerContext, form: Form) -> Response:
    """Apply exactly what was shown; sent twice, it is one change."""
    state, inputs = portal_state(request), read_input(form)
    # Asked first: once a change is applied, its preview begins at another state and has another digest.
    entry = find_applied_entry(state.store, at.campaign, inputs["digest"])
    if entry is None:
        values = {name: inputs[name] for name in ("anchor", "kept", "name")}
        try:
            made = preview_change(
                state.store, state.settings, at.live, _read_change(inputs, values), at.now, state.home
            )
            entry = apply_change(state.store, made, inputs["digest"], at.visitor.actor, at.now)
        except LotrinhError as error:
            return _render_form(request, at, values, error)
    return RedirectResponse(f"/campaigns/{at.campaign.id}/what-if/{entry.number}", SEE_OTHER)


@router.get(HERE + "/{number}")
def show_result(request: Request, at: ChangerContext, number: Annotated[int, Path(ge=1, le=10**15)]) -> Response:
    """Show a change that was applied, and the units to be told."""
    entry = portal_state(request).store.journal.get(number)
    if entry is None or entry.new.kind is not EntryKind.CHANGED or entry.new.campaign != at.campaign.id:
        raise NotFound(NO_SUCH_PAGE)
    if "applied" not in entry.new.body:  # another change: of the schedule
        raise NotFound(NO_SUCH_PAGE)
    context: dict[str, Any] = {"body": entry.new.body, "entry": entry}
    units = [at.campaign.by_code[code] for code in entry.new.body["units"] if code in at.campaign.by_code]
    return render_page(request, "office/what_if_done.html", at=at, units=units, **context)
