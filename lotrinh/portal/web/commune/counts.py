"""A unit reports all its counted steps on one page: form, check your answers, receipts; all of it or nothing."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import Kind, Record
from lotrinh.core.status.status import StepStatus
from lotrinh.core.status.transitions import why_not
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
from lotrinh.portal.deps import NO_SUCH_PAGE, At, Form, Place, Speaking
from lotrinh.portal.errors.handlers import public
from lotrinh.portal.forms import Typed, typed_in, write_day
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.commune.confirm import NO_DAY, progress_in, total_of
from lotrinh.portal.web.commune.unit import HOME, NOW, PRESSING, Numbered, row_of
from lotrinh.portal.web.routing import GUARDED, SEE_OTHER, UNPROCESSABLE
from lotrinh.portal.web.step_forms import SENT, seen_in
from lotrinh.services.statements.bulk import Counts, confirmations, report_counts, require_counts

router = APIRouter(include_in_schema=False)
UNDER_WAY = frozenset({*PRESSING, *NOW})


class Line(NamedTuple):
    """One counted step: how far it was said to be, and out of how many as far as any step tells."""

    step: Step
    standing: StepStatus
    record: Record
    known: tuple[int, int] | None
    of: int | None


def lines_of(at: Place, typed: Typed) -> list[Line]:
    """List the counted steps that are under way, and those in which something was typed."""
    report, records = at.live.unit(at.unit.code, at.now), at.live.of_unit(at.unit.code, at.now)
    flags = {standing.step: standing.flags.get("progress") for standing in report.standings}
    found = []
    for row in (row_of(item, standing) for item, standing in zip(report.plan, report.standings, strict=True)):
        step, record = row.item.step, records.get(row.item.step.id, Record())
        here = row.standing.status in UNDER_WAY and not row.waits and why_not(record, Kind.PROGRESSED) is None
        if step.count and ((here and not record.returned) or typed[f"done.{step.id}"]):
            own: Any = flags[step.id]
            known = (own["done"], own["of"]) if own else None
            found.append(Line(step, row.standing, record, known, total_of(at, step, flags)))
    return found


def returned_of(at: Place) -> list[Step]:
    """List the counted steps that the province returned: they are corrected on their own pages."""
    records = at.live.of_unit(at.unit.code, at.now)
    return [s for s in at.campaign.checklist.iter_steps() if s.count and records.get(s.id, Record()).returned]


@router.get(HOME + "/count")
def blank(request: Request, at: Speaking) -> Response:
    """Show the counts as they were said last, to be brought up to date."""
    today = at.now.astimezone(at.campaign.zone).date()
    fresh = Typed({"completed_on": write_day(today), "key": secrets.token_urlsafe(12)})
    return form_page(request, at, lines_of(at, fresh), fresh)


@router.post(HOME + "/count", dependencies=GUARDED)
def check(request: Request, at: Speaking, form: Form) -> Response:
    """Judge what was typed: show the form again with everything that is wrong, or the answers to check."""
    typed = typed_in(form)
    lines = lines_of(at, typed)
    said = read(at, [line for line in lines if changed(line, typed)], typed)
    try:
        require_counts(at.campaign, at.unit, said, at.now)
    except BadInput as error:
        typed.problems += placed(error, lines, typed)
    if typed.problems or "edit" in typed.values:
        return form_page(request, at, lines, typed)
    known = {line.step.id: line.known for line in lines}
    shown = [(step, one, known[step.id]) for step, one in confirmations(at.campaign, at.unit, said)]
    return page(request, "commune/counts_check.html", at=at, typed=typed, shown=shown, said=said)


@router.post(HOME + "/count/send", dependencies=GUARDED)
def send(request: Request, at: Speaking, form: Form) -> Response:
    """Record all of it and lead to the receipts; sent twice, it leads to the same ones."""
    typed = typed_in(form)
    lines = lines_of(at, typed)
    said = read(at, [line for line in lines if typed[f"done.{line.step.id}"]], typed)
    seen = {line.step.id: number for line in lines if (number := seen_in(typed, f"seen.{line.step.id}")) is not None}
    how: dict[str, Any] = {"actor": at.visitor.actor, "key": typed["key"], "now": at.now, "seen": seen}
    if typed.problems:
        return form_page(request, at, lines, typed)
    try:
        entries = report_counts(state_of(request).store, at.campaign, at.unit, said, **how)
    except BadInput as error:
        typed.problems += placed(error, lines, typed)
        return form_page(request, at, lines, typed)
    except (Conflict, StoreUnavailable) as error:
        return form_page(request, at, lines_of(at, typed), typed, error)
    numbers = [entry.number for entry in entries]
    home = HOME.format(campaign_id=at.campaign.id, code=at.unit.code)
    return RedirectResponse(f"{home}/count/{min(numbers)}-{max(numbers)}", SEE_OTHER)


@router.get(HOME + "/count/{first}-{last}")
def receipts(request: Request, at: At, first: Numbered, last: Numbered) -> Response:
    """Show what was recorded together, for as long as the record exists."""
    most = last - first + 1
    if not 0 < most <= len(at.campaign.checklist.steps):
        raise NotFound(NO_SUCH_PAGE)
    entries = state_of(request).store.journal.entries(at.campaign.id, at.unit.code, first - 1, most)
    if len(entries) != most or entries[-1].number != last or not all("progress" in e.new.body for e in entries):
        raise NotFound(NO_SUCH_PAGE)
    return page(request, "commune/counts_receipt.html", at=at, entries=entries)


def changed(line: Line, typed: Typed) -> bool:
    """Whether a line says something else than the form said when it was opened."""
    name = line.step.id
    done = typed[f"done.{name}"]
    return bool(done) and f"{done}/{typed[f'of.{name}']}" != typed[f"was.{name}"]


def read(at: Place, lines: Sequence[Line], typed: Typed) -> Counts:
    """Read the form; what cannot be read is in ``typed.problems``, and stands for something that is never wrong."""
    day = typed.day("completed_on", NO_DAY) or at.now.astimezone(at.campaign.zone).date()
    names = [line.step.id for line in lines]
    counted = {name: progress_in(typed, f"done.{name}", f"of.{name}") for name in names}
    return Counts(counted, day, typed["document.number"])


def placed(error: BadInput, lines: Sequence[Line], typed: Typed) -> list[Problem]:
    """Put problems beside fields: what is wrong with all of it goes to the first line."""
    known = {problem.where for problem in typed.problems}
    first = f"done.{lines[0].step.id}" if lines else "completed_on"
    moved = [p._replace(where=first) if p.where == "counted" else p for p in error.problems]
    return [problem for problem in moved if problem.where not in known]


def form_page(
    request: Request, at: Place, lines: Sequence[Line], typed: Typed, error: LotrinhError | None = None
) -> Response:
    """Show the form with what was typed, everything that is wrong, and what prevented recording."""
    values = {**{key: text for line in lines for key, text in begun(line).items()}, **typed.values}
    trouble = public(request, error) if error else None
    if isinstance(error, KeyReused):
        trouble, values["key"] = SENT, secrets.token_urlsafe(12)
    elif isinstance(error, Conflict):
        stopped = stopped_by(error, lines, typed)
        values["key"] = secrets.token_urlsafe(12)
        for line in lines:
            if f"done.{line.step.id}" in stopped:
                values |= {key: text for key, text in begun(line).items() if key.startswith(("seen.", "was."))}
        typed.problems += stopped.values()
        trouble = None if stopped else trouble
    status = error.http_status if error else UNPROCESSABLE if typed.problems else 200
    context: dict[str, Any] = {"lines": lines, "returned": returned_of(at), "values": values, "trouble": trouble}
    return page(request, "commune/counts.html", status, at=at, problems=tuple(typed.problems), **context)


def begun(line: Line) -> dict[str, str]:
    """Write a line's fields as it is known now."""
    name, (done, of) = line.step.id, line.known or ("", line.of or "")
    was = f"{done}/{of}" if line.known else ""
    return {
        f"done.{name}": str(done),
        f"of.{name}": str(of),
        f"was.{name}": was,
        f"seen.{name}": str(line.record.number),
    }


def stopped_by(error: Conflict, lines: Sequence[Line], typed: Typed) -> dict[str, Problem]:
    """Tell which lines could not be recorded, and why: field -> problem."""
    if isinstance(error, ChangedMeanwhile):
        where = f"done.{error.last.new.step}"
        return {where: Problem(where, 0, 0, error.sentence)}
    found = {}
    for line in lines:
        where = f"done.{line.step.id}"
        reason = why_not(line.record, Kind.PROGRESSED)
        if typed[where] and reason:
            found[where] = Problem(where, 0, 0, reason)
    return found
