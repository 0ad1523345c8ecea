"""A unit confirms a step: form, check your answers, receipt."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import EntryKind, StepRecord
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.core.text import M
from lotrinh.errors import (
    BadInput,
    Conflict,
    LotrinhError,
    Problem,
    StoreUnavailable,
)
from lotrinh.portal.deps import CampaignContext, Form, SpeakerContext
from lotrinh.portal.forms import FormInput, read_input, write_day
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, STEP, UNPROCESSABLE
from lotrinh.portal.web.step_forms import expected_version, explain_failure, redirect_to_receipt, renewed_fields
from lotrinh.services.statements.confirm import Confirmation, record_confirmation, require_valid
from lotrinh.services.statements.journal_writer import own_step
from lotrinh.services.statements.uploads import LARGEST, accept_upload, file_reference
from lotrinh.store.files import StoredFile

router = APIRouter(include_in_schema=False)
NO_DAY = M("Hãy ghi ngày hoàn thành theo văn bản.")
NO_DONE, NO_TOTAL = M("Hãy ghi số đã xong."), M("Hãy ghi tổng số.")
FIELD = {"progress": "done"}
"""Where the form shows what is wrong with a part of a confirmation that has no field of its own."""
LOST_FILE = "lost.file"
"""Holds the name of a file that had to be left behind, while its form's texts were kept."""


@router.get(STEP + "/confirm")
def show_form(request: Request, at: SpeakerContext, step_id: str) -> Response:
    """Show the form, beginning with what was said last: to correct what stands or what was returned."""
    step = own_step(at.campaign, at.unit, step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    if reason := refusal_reason(record, EntryKind.CONFIRMED):
        raise Conflict(reason)
    store, is_real = portal_state(request).store, not is_from_sample(request, at, step_id)
    file = store.files.get(str(record.file["id"])) if is_real and record.file else None
    fresh = {"seen": str(record.number), "key": secrets.token_urlsafe(12)}
    return render_confirm_form(
        request,
        at,
        step,
        FormInput({**progress_fields(at, step), **(record_fields(record) if is_real else {}), **fresh}),
        file,
    )


def is_from_sample(request: Request, at: CampaignContext, step_id: str) -> bool:
    """Whether sample data confirmed it last: nobody's real confirmation begins with what was made up."""
    entries = portal_state(request).store.journal.entries(at.campaign.id, at.unit.code)
    statements = [
        e.new for e in entries if e.new.step == step_id and e.new.kind in {EntryKind.CONFIRMED, EntryKind.PROGRESSED}
    ]
    # Documents stay from the last confirmation, whatever count came after it.
    latest = ([new for new in statements if new.kind is EntryKind.CONFIRMED] or statements)[-1:]
    return any(new.body.get("sample") for new in latest)


def record_fields(record: StepRecord) -> dict[str, str]:
    """Write what a record holds into the fields of the form."""
    return {
        "completed_on": write_day(record.completed_on),
        "document.number": record.document_number,
        "document.date": write_day(record.document_date),
        "signer": record.signer,
        "note": record.note,
    }


def progress_fields(at: CampaignContext, step: Step) -> dict[str, str]:
    """Write how far a counted step is, and out of how many, as far as any step tells."""
    flags = {s.step: s.flags.get("progress") for s in at.live.unit(at.unit.code, at.now).step_statuses}
    own: Any = flags[step.id] or {}
    of = own.get("of") or find_total(at, step, flags)
    return {"done": str(own.get("done", "")), "of": str(of or "")}


def find_total(at: CampaignContext, step: Step, flags: Mapping[str, Any]) -> int | None:
    """Find how many there are in another step of the unit that counts the same things."""
    same = (flags[name] for name in flags if at.campaign.checklist.steps[name].count == step.count)
    return next((progress["of"] for progress in same if progress and step.count), None)


@router.post(STEP + "/confirm", dependencies=CSRF_GUARD)
def check_answers(request: Request, at: SpeakerContext, step_id: str, form: Form) -> Response:
    """Check what was typed: show the form again with everything that is wrong, or the answers to check."""
    step = own_step(at.campaign, at.unit, step_id)
    inputs, file = read_input(form), None
    try:
        file = receive_file(request, at, form, inputs)
    except BadInput as error:
        inputs.problems += error.problems
    except StoreUnavailable as error:
        return render_confirm_form(request, at, step, inputs, None, error)
    if lost := inputs[LOST_FILE]:
        inputs.add_problem(
            "file", M("Tệp “{name}” chưa nhận được. Hãy chọn lại tệp, hoặc tiếp tục không có tệp.", name=lost)
        )
    confirmation = read_confirmation(at, step, inputs, file)
    note_faults(at, confirmation, inputs)
    if inputs.problems or "edit" in inputs.values:
        return render_confirm_form(request, at, step, inputs, file)
    return render_page(
        request, "commune/confirm_check.html", at=at, step=step, inputs=inputs, confirmation=confirmation, file=file
    )


def note_faults(at: CampaignContext, confirmation: Confirmation, inputs: FormInput) -> None:
    """Note everything that is wrong with a confirmation beside its fields."""
    try:
        require_valid(at.campaign, at.unit, confirmation, at.now)
    except BadInput as error:
        inputs.problems += place_problems(error, inputs)


def place_problems(error: BadInput, inputs: FormInput) -> list[Problem]:
    """Put problems beside fields: a count has two, and what could not be read is said once."""
    noted = {problem.where for problem in inputs.problems}
    moved = [problem._replace(where=FIELD.get(problem.where, problem.where)) for problem in error.problems]
    return [problem for problem in moved if problem.where not in noted]


@router.post(STEP + "/confirm/send", dependencies=CSRF_GUARD)
def submit(request: Request, at: SpeakerContext, step_id: str, form: Form) -> Response:
    """Record the confirmation and lead to its receipt; sent twice, it leads to the same receipt."""
    step = own_step(at.campaign, at.unit, step_id)
    # The fields have been in the browser since they were checked, so they are read and checked again.
    inputs = read_input(form)
    file = find_stored_file(request, at, inputs)
    confirmation = read_confirmation(at, step, inputs, file)
    if inputs.problems:
        return render_confirm_form(request, at, step, inputs, file)
    try:
        entry = record_confirmation(
            portal_state(request).store,
            at.campaign,
            at.unit,
            confirmation,
            actor=at.visitor.actor,
            key=inputs["key"],
            now=at.now,
            expected_version=expected_version(inputs),
        )
    except BadInput as error:
        inputs.problems += place_problems(error, inputs)
        return render_confirm_form(request, at, step, inputs, file)
    except (Conflict, StoreUnavailable) as error:
        return render_confirm_form(request, at, step, inputs, file, error)
    return redirect_to_receipt(at, entry)


def render_confirm_form(
    request: Request,
    at: CampaignContext,
    step: Step,
    inputs: FormInput,
    file: StoredFile | None,
    error: LotrinhError | None = None,
) -> Response:
    """Show the form with what was typed, everything that is wrong, and what prevented recording."""
    status = error.http_status if error else UNPROCESSABLE if inputs.problems else 200
    values = {**inputs.values, **renewed_fields(at, step, error)}
    record = at.live.record(at.unit.code, step.id, at.now)
    context: dict[str, Any] = {"problems": tuple(inputs.problems), **explain_failure(request, error)}
    return render_page(
        request, "commune/confirm.html", status, at=at, step=step, record=record, values=values, file=file, **context
    )


def receive_file(request: Request, at: CampaignContext, form: FormData, inputs: FormInput) -> StoredFile | None:
    """Keep the file of a form, or find the one that was kept before."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return find_stored_file(request, at, inputs)
    state = portal_state(request)
    content = sent.file.read(LARGEST + 1)
    return accept_upload(state.store, state.settings.data_dir, at.unit.code, sent.filename, content, at.now)


def find_stored_file(request: Request, at: CampaignContext, inputs: FormInput) -> StoredFile | None:
    """Find a file that this unit handed in before; one that is gone is said, never left out silently."""
    if not inputs["file_id"]:
        return None
    file = portal_state(request).store.files.get(inputs["file_id"])
    if file is None or file.unit != at.unit.code:
        inputs.add_problem("file", M("Tệp đã chọn không còn trên máy chủ. Hãy chọn lại tệp rồi gửi lại."))
        return None
    return file


def read_confirmation(at: CampaignContext, step: Step, inputs: FormInput, file: StoredFile | None) -> Confirmation:
    """Read a form; what cannot be read is in ``inputs.problems``, and stands for something that is never wrong."""
    day, document_date = inputs.day("completed_on", NO_DAY), inputs.day("document.date")
    return Confirmation(
        step.id,
        day or at.now.astimezone(at.campaign.zone).date(),
        inputs["document.number"],
        document_date,
        read_progress(inputs, "done", "of") if step.count else None,
        inputs["note"],
        signer=inputs["signer"],
        file=file_reference(file) if file else None,
    )


def read_progress(inputs: FormInput, done_field: str, of_field: str) -> tuple[int, int]:
    """Read a count: so many done of so many."""
    done, of = inputs.number(done_field, NO_DONE), inputs.number(of_field, NO_TOTAL)
    if of == 0:
        inputs.add_problem(of_field, M("Tổng số phải từ 1 trở lên."))
    return (done, of) if done is not None and of else (0, 1)
