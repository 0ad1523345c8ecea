"""A unit confirms a step: form, check your answers, receipt; and takes a confirmation back."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from lotrinh.core.checklist import Step
from lotrinh.core.journal import Entry, Kind
from lotrinh.core.text import M
from lotrinh.core.transitions import why_not
from lotrinh.errors import BadInput, Conflict, LotrinhError, StoreUnavailable
from lotrinh.portal.forms import Typed, typed_in, write_day
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.visitor import Form, Place, Speaking, guarded
from lotrinh.services.confirm import Confirmation, confirm, require_good, withdraw
from lotrinh.services.statements import Said, step_of
from lotrinh.services.uploads import LARGEST, described, take
from lotrinh.store.files import StoredFile

router = APIRouter(include_in_schema=False)
STEP = "/campaigns/{campaign_id}/units/{code}/steps/{step_id}"
GUARDED = [Depends(guarded)]
SEE_OTHER, UNPROCESSABLE = 303, 422
NO_DAY = M("Hãy ghi ngày hoàn thành theo văn bản.")
NO_COUNT = M("Hãy ghi số đã xong và tổng số.")


@router.get(STEP + "/confirm")
def blank(request: Request, at: Speaking, step_id: str) -> Response:
    """Show the form, with what the last confirmation said where one was returned."""
    step = step_of(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    if reason := why_not(record, Kind.CONFIRMED):
        raise Conflict(reason)
    done, of = record.progress or (0, 0)
    values = {
        "completed_on": write_day(record.completed_on),
        "document.number": record.document_number,
        "document.date": write_day(record.document_date),
        "signer": record.signer,
        "note": record.note,
        "done": str(done) if of else "",
        "of": str(of) if of else "",
        "seen": str(record.number),
        "key": secrets.token_urlsafe(12),
    }
    return form_page(request, at, step, Typed(values), None)


@router.post(STEP + "/confirm", dependencies=GUARDED)
def check(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Judge what was typed: show the form again with everything that is wrong, or the answers to check."""
    step = step_of(at.campaign, at.unit, step_id)
    typed, file = typed_in(form), None
    try:
        file = handed_in(request, at, form)
    except BadInput as error:
        typed.problems += error.problems
    said = read(step, typed, file)
    if said and not typed.problems and "edit" not in typed.values:
        try:
            require_good(at.campaign, at.unit, said, at.now)
        except BadInput as error:
            typed.problems += error.problems
        else:
            return page(request, "check.html", at=at, step=step, typed=typed, said=said, file=file)
    return form_page(request, at, step, typed, file)


@router.post(STEP + "/confirm/send", dependencies=GUARDED)
def send(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Record the confirmation and lead to its receipt; sent twice, it leads to the same receipt."""
    step = step_of(at.campaign, at.unit, step_id)
    typed = typed_in(form)
    file = kept_file(request, at, typed)
    said = read(step, typed, file)
    if said is None or typed.problems:
        return form_page(request, at, step, typed, file)
    try:
        entry = confirm(
            state_of(request).store,
            at.campaign,
            at.unit,
            said,
            actor=at.visitor.actor,
            key=typed["key"],
            now=at.now,
            seen=seen_in(typed),
        )
    except BadInput as error:
        typed.problems += error.problems
        return form_page(request, at, step, typed, file)
    except (Conflict, StoreUnavailable) as error:
        return form_page(request, at, step, typed, file, error)
    return receipt_of(at, entry)


def receipt_of(at: Place, entry: Entry) -> Response:
    """Lead to the receipt of an entry."""
    return RedirectResponse(f"/receipts/{at.unit.code}-{entry.number}", SEE_OTHER)


def seen_in(typed: Typed) -> int | None:
    """Return the newest entry that the person had before their eyes."""
    return int(typed["seen"]) if typed["seen"].isascii() and typed["seen"].isdigit() else None


def form_page(
    request: Request, at: Place, step: Step, typed: Typed, file: StoredFile | None, error: LotrinhError | None = None
) -> Response:
    """Show the form with what was typed, everything that is wrong, and what prevented recording."""
    status = error.http_status if error else UNPROCESSABLE if typed.problems else 200
    values = typed.values
    if isinstance(error, Conflict):
        # Whoever sends again has read who changed what meanwhile.
        number = at.live.record(at.unit.code, step.id, at.now).number
        values = {**values, "seen": str(number), "key": secrets.token_urlsafe(12)}
    context: dict[str, Any] = {"problems": tuple(typed.problems), "trouble": error.sentence if error else None}
    return page(request, "confirm.html", status, at=at, step=step, values=values, file=file, **context)


def handed_in(request: Request, at: Place, form: FormData) -> StoredFile | None:
    """Keep the file of a form, or find the one that was kept before."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return kept_file(request, at, typed_in(form))
    state = state_of(request)
    content = sent.file.read(LARGEST + 1)
    return take(state.store, state.settings.data_dir, at.unit.code, sent.filename, content, at.now)


def kept_file(request: Request, at: Place, typed: Typed) -> StoredFile | None:
    """Find a file that this unit handed in before."""
    known = state_of(request).store.files.get(typed["file_id"]) if typed["file_id"] else None
    return known if known and known.unit == at.unit.code else None


def read(step: Step, typed: Typed, file: StoredFile | None) -> Confirmation | None:
    """Read a form; what is wrong with it is in ``typed.problems``."""
    day, document_date = typed.day("completed_on", NO_DAY), typed.day("document.date")
    progress = None
    if step.count:
        done, of = typed.number("done", NO_COUNT), typed.number("of", NO_COUNT)
        if of == 0:
            typed.wrong("of", M("Tổng số phải từ 1 trở lên."))
        progress = (done, of) if done is not None and of else None
    if day is None:
        return None
    return Confirmation(
        step.id,
        day,
        typed["document.number"],
        document_date,
        progress,
        typed["note"],
        signer=typed["signer"],
        file=described(file) if file else None,
    )


@router.get(STEP + "/withdraw")
def ask_withdraw(request: Request, at: Speaking, step_id: str) -> Response:
    """Ask why the confirmation is taken back."""
    step = step_of(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    if reason := why_not(record, Kind.WITHDRAWN):
        raise Conflict(reason)
    values = {"seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return page(request, "withdraw.html", at=at, step=step, record=record, values=values)


@router.post(STEP + "/withdraw", dependencies=GUARDED)
def do_withdraw(request: Request, at: Speaking, step_id: str, form: Form) -> Response:
    """Take the confirmation back."""
    step, typed = step_of(at.campaign, at.unit, step_id), typed_in(form)
    try:
        entry = withdraw(state_of(request).store, said_by(at, step, typed), typed["reason"])
    except LotrinhError as error:
        record = at.live.record(at.unit.code, step_id, at.now)
        return again(request, "withdraw.html", error, typed.values, at=at, step=step, record=record)
    return receipt_of(at, entry)


def said_by(at: Place, step: Step, typed: Typed) -> Said:
    """Say who states something here and now."""
    return Said(at.campaign, at.unit, step.id, at.visitor.actor, typed["key"], at.now, seen_in(typed))


def again(
    request: Request,
    template: str,
    error: LotrinhError,
    values: Mapping[str, str],
    **context: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    """Show a form again with what was typed, and why nothing was recorded."""
    problems = error.problems if isinstance(error, BadInput) else ()
    trouble = None if problems else error.sentence
    return page(request, template, error.http_status, values=values, problems=problems, trouble=trouble, **context)
