"""A unit reports all its counted steps on one page: form, check your answers, receipts; all of it or nothing."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import EntryKind, StepRecord
from lotrinh.core.status.status import StepStatus
from lotrinh.core.status.status_groups import UNDER_WAY
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.errors import (
    BadInput,
    ChangedMeanwhile,
    Conflict,
    KeyReused,
    LotrinhError,
    NotFound,
    Problem,
    StoreUnavailable,
)
from lotrinh.portal.deps import NO_SUCH_PAGE, CampaignContext, Context, Form, SpeakerContext
from lotrinh.portal.errors.handlers import public_message
from lotrinh.portal.forms import FormInput, read_input, write_day
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.commune.confirm import NO_DAY, find_total, read_progress
from lotrinh.portal.web.commune.unit import HOME, ReceiptNumber, step_row
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER, UNPROCESSABLE
from lotrinh.portal.web.step_forms import SENT, expected_version
from lotrinh.services.statements.bulk import Counts, record_counts, require_valid_counts, split_counts

router = APIRouter(include_in_schema=False)


class CountLine(NamedTuple):
    """One counted step: how far it was said to be, and out of how many as far as any step tells."""

    step: Step
    step_status: StepStatus
    record: StepRecord
    reported: tuple[int, int] | None
    of: int | None


def list_count_lines(at: CampaignContext, inputs: FormInput) -> list[CountLine]:
    """List the counted steps that are under way, and those in which something was typed."""
    report, records = at.live.unit(at.unit.code, at.now), at.live.records_of_unit(at.unit.code, at.now)
    flags = {step_status.step: step_status.flags.get("progress") for step_status in report.step_statuses}
    found = []
    for row in (
        step_row(item, step_status) for item, step_status in zip(report.plan, report.step_statuses, strict=True)
    ):
        step, record = row.item.step, records.get(row.item.step.id, StepRecord())
        here = (
            row.step_status.status in UNDER_WAY
            and not row.is_waiting
            and refusal_reason(record, EntryKind.PROGRESSED) is None
        )
        if step.count and ((here and not record.returned) or inputs[f"done.{step.id}"]):
            own: Any = flags[step.id]
            reported = (own["done"], own["of"]) if own else None
            found.append(CountLine(step, row.step_status, record, reported, find_total(at, step, flags)))
    return found


def list_returned_steps(at: CampaignContext) -> list[Step]:
    """List the counted steps that the province returned: they are corrected on their own pages."""
    records = at.live.records_of_unit(at.unit.code, at.now)
    return [s for s in at.campaign.checklist.iter_steps() if s.count and records.get(s.id, StepRecord()).returned]


@router.get(HOME + "/count")
def show_form(request: Request, at: SpeakerContext) -> Response:
    """Show the counts as they were said last, to be brought up to date."""
    today = at.now.astimezone(at.campaign.zone).date()
    fresh = FormInput({"completed_on": write_day(today), "key": secrets.token_urlsafe(12)})
    return render_counts_form(request, at, list_count_lines(at, fresh), fresh)


@router.post(HOME + "/count", dependencies=CSRF_GUARD)
def check_answers(request: Request, at: SpeakerContext, form: Form) -> Response:
    """Check what was typed: show the form again with everything that is wrong, or the answers to check."""
    inputs = read_input(form)
    lines = list_count_lines(at, inputs)
    counts = read_counts(at, [line for line in lines if is_line_changed(line, inputs)], inputs)
    try:
        require_valid_counts(at.campaign, at.unit, counts, at.now)
    except BadInput as error:
        inputs.problems += place_problems_at_lines(error, lines, inputs)
    if inputs.problems or "edit" in inputs.values:
        return render_counts_form(request, at, lines, inputs)
    reported = {line.step.id: line.reported for line in lines}
    made = [(step, each, reported[step.id]) for step, each in split_counts(at.campaign, at.unit, counts)]
    return render_page(request, "commune/counts_check.html", at=at, inputs=inputs, confirmations=made, counts=counts)


@router.post(HOME + "/count/send", dependencies=CSRF_GUARD)
def submit(request: Request, at: SpeakerContext, form: Form) -> Response:
    """Record all of it and lead to the receipts; sent twice, it leads to the same ones."""
    inputs = read_input(form)
    lines = list_count_lines(at, inputs)
    # The page of answers carries the changed lines alone: whatever is filled in here was changed there.
    counts = read_counts(at, [line for line in lines if inputs[f"done.{line.step.id}"]], inputs)
    seen = {
        line.step.id: number
        for line in lines
        if (number := expected_version(inputs, f"seen.{line.step.id}")) is not None
    }
    if inputs.problems:
        return render_counts_form(request, at, lines, inputs)
    try:
        entries = record_counts(
            portal_state(request).store,
            at.campaign,
            at.unit,
            counts,
            actor=at.visitor.actor,
            key=inputs["key"],
            now=at.now,
            expected_versions=seen,
        )
    except BadInput as error:
        inputs.problems += place_problems_at_lines(error, lines, inputs)
        return render_counts_form(request, at, lines, inputs)
    except (Conflict, StoreUnavailable) as error:
        return render_counts_form(request, at, list_count_lines(at, inputs), inputs, error)
    numbers = [entry.number for entry in entries]
    home = HOME.format(campaign_id=at.campaign.id, code=at.unit.code)
    return RedirectResponse(f"{home}/count/{min(numbers)}-{max(numbers)}", SEE_OTHER)


@router.get(HOME + "/count/{first}-{last}")
def show_receipts(request: Request, at: Context, first: ReceiptNumber, last: ReceiptNumber) -> Response:
    """Show what was recorded together, for as long as the record exists."""
    most = last - first + 1
    if not 0 < most <= len(at.campaign.checklist.steps):
        raise NotFound(NO_SUCH_PAGE)
    entries = portal_state(request).store.journal.entries(at.campaign.id, at.unit.code, first - 1, most)
    if len(entries) != most or entries[-1].number != last or not all("progress" in e.new.body for e in entries):
        raise NotFound(NO_SUCH_PAGE)
    return render_page(request, "commune/counts_receipt.html", at=at, entries=entries)


def is_line_changed(line: CountLine, inputs: FormInput) -> bool:
    """Whether a line says something else than the form said when it was opened."""
    name = line.step.id
    done = inputs[f"done.{name}"]
    return bool(done) and f"{done}/{inputs[f'of.{name}']}" != inputs[f"was.{name}"]


def read_counts(at: CampaignContext, lines: Sequence[CountLine], inputs: FormInput) -> Counts:
    """Read the form; what cannot be read is in ``inputs.problems``, and stands for something that is never wrong."""
    day = inputs.day("completed_on", NO_DAY) or at.now.astimezone(at.campaign.zone).date()
    names = [line.step.id for line in lines]
    counted = {name: read_progress(inputs, f"done.{name}", f"of.{name}") for name in names}
    return Counts(counted, day, inputs["document.number"])


def place_problems_at_lines(error: BadInput, lines: Sequence[CountLine], inputs: FormInput) -> list[Problem]:
    """Put problems beside fields: what is wrong with all of it goes to the first line."""
    noted = {problem.where for problem in inputs.problems}
    first = f"done.{lines[0].step.id}" if lines else "completed_on"
    moved = [p._replace(where=first) if p.where == "counted" else p for p in error.problems]
    return [problem for problem in moved if problem.where not in noted]


def render_counts_form(
    request: Request,
    at: CampaignContext,
    lines: Sequence[CountLine],
    inputs: FormInput,
    error: LotrinhError | None = None,
) -> Response:
    """Show the form with what was typed, everything that is wrong, and what prevented recording."""
    values = {**{key: text for line in lines for key, text in line_fields(line).items()}, **inputs.values}
    failure = public_message(request, error) if error else None
    if isinstance(error, KeyReused):
        failure, values["key"] = SENT, secrets.token_urlsafe(12)
    elif isinstance(error, Conflict):
        conflicts = find_conflicts(error, lines, inputs)
        values["key"] = secrets.token_urlsafe(12)
        for line in lines:
            if f"done.{line.step.id}" in conflicts:
                values |= {key: text for key, text in line_fields(line).items() if key.startswith(("seen.", "was."))}
        inputs.problems += conflicts.values()
        failure = None if conflicts else failure
    status = error.http_status if error else UNPROCESSABLE if inputs.problems else 200
    context: dict[str, Any] = {
        "lines": lines,
        "returned": list_returned_steps(at),
        "values": values,
        "failure": failure,
    }
    return render_page(request, "commune/counts.html", status, at=at, problems=tuple(inputs.problems), **context)


def line_fields(line: CountLine) -> dict[str, str]:
    """Write a line's fields as it is known now."""
    name, (done, of) = line.step.id, line.reported or ("", line.of or "")
    was = f"{done}/{of}" if line.reported else ""
    return {
        f"done.{name}": str(done),
        f"of.{name}": str(of),
        f"was.{name}": was,
        f"seen.{name}": str(line.record.number),
    }


def find_conflicts(error: Conflict, lines: Sequence[CountLine], inputs: FormInput) -> dict[str, Problem]:
    """Tell which lines could not be recorded, and why: field -> problem."""
    if isinstance(error, ChangedMeanwhile):
        where = f"done.{error.last.new.step}"
        return {where: Problem(where, 0, 0, error.sentence)}
    found = {}
    for line in lines:
        where = f"done.{line.step.id}"
        reason = refusal_reason(line.record, EntryKind.PROGRESSED)
        if inputs[where] and reason:
            found[where] = Problem(where, 0, 0, reason)
    return found
