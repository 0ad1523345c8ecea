"""A unit's own pages: its steps, one step, its history, its receipts and files."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from lotrinh.core.checklist.checklist import Level, Milestone
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.status.journal import EntryKind, StepRecord
from lotrinh.core.status.status import PlannedStep, Stage, Status, StepStatus
from lotrinh.core.status.status_groups import COMING_STATUSES, statuses_in
from lotrinh.core.status.transitions import is_allowed
from lotrinh.errors import NotFound
from lotrinh.portal.deps import NO_SUCH_PAGE, Context, CurrentUser, refuse
from lotrinh.portal.downloads import UNIT_OFFERS
from lotrinh.portal.render import language_of, render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import webcal
from lotrinh.reports.explanation import ExplanationWriter
from lotrinh.services.statements.journal_writer import own_step
from lotrinh.services.statements.uploads import find_upload
from lotrinh.services.views.explain import build_explanation

router = APIRouter(include_in_schema=False)
HOME = "/campaigns/{campaign_id}/units/{code}"
ReceiptNumber = Annotated[int, Path(ge=1)]


class StepRow(NamedTuple):
    """One step in a unit's list; ``waits`` tells that steps before it must be finished first."""

    item: PlannedStep
    step_status: StepStatus
    is_waiting: bool


class StepGroup(NamedTuple):
    """Steps of a unit's list under one milestone's title, or single steps whose own titles are enough.

    ``due`` is the deadline that all of them share, None where each has its own.
    """

    milestone: Milestone | None
    due: Moment | None
    rows: tuple[StepRow, ...]


NOW = statuses_in(Stage.OPEN, Stage.UNKNOWN)
"""What may be worked on and does not press."""
OPENING_FLAGS = frozenset({"obstacle", "returned", "progress"})
"""What a unit has to be able to open even while the step waits for others."""


def step_row(item: PlannedStep, step_status: StepStatus) -> StepRow:
    """Put a step into its unit's list."""
    blocked = bool(step_status.flags.get("waiting_for")) and not OPENING_FLAGS & step_status.flags.keys()
    return StepRow(item, step_status, blocked and step_status.status in {*NOW, *COMING_STATUSES})


def is_urgent(row: StepRow) -> bool:
    """Whether a step comes before all others: late, due soon, or returned by the province."""
    return row.step_status.status.is_pressing or (
        "returned" in row.step_status.flags and not row.step_status.status.is_finished
    )


def order_of_urgency(row: StepRow) -> tuple[bool, bool, bool, object]:
    """Order what presses: late first, then what was returned, then by deadline."""
    step_status = row.step_status
    return (
        step_status.status is not Status.OVERDUE,
        "returned" not in step_status.flags,
        row.item.due is None,
        step_status.due,
    )


def group_by_milestone(milestones: Iterable[Milestone], rows: Sequence[StepRow]) -> list[StepGroup]:
    """Group steps by milestone, in the checklist's order; one that is alone in its milestone needs no heading."""
    found: list[StepGroup] = []
    for milestone in milestones:
        mine = tuple(row for row in rows if row.item.step.milestone == milestone.id)
        if len(mine) > 1:
            dues = {row.item.schedule.due for row in mine}
            found.append(StepGroup(milestone, dues.pop() if len(dues) == 1 else None, mine))
        elif mine and found and found[-1].milestone is None:
            found[-1] = found[-1]._replace(rows=found[-1].rows + mine)
        elif mine:
            found.append(StepGroup(None, None, mine))
    return found


@router.get(HOME)
def show_unit(request: Request, at: Context) -> Response:
    """Show a unit's steps: what presses, what is under way, what comes later, and folded what is finished."""
    unit = at.live.unit(at.unit.code, at.now)
    rows = [step_row(item, step_status) for item, step_status in zip(unit.plan, unit.step_statuses, strict=True)]
    calm = [row for row in rows if not is_urgent(row)]
    of = {
        "now": [row for row in calm if row.step_status.status in NOW and not row.is_waiting],
        "later": [row for row in calm if row.is_waiting or row.step_status.status in COMING_STATUSES],
        "finished": [row for row in calm if row.step_status.status.is_finished],
    }
    milestones = at.campaign.checklist.milestones
    return render_page(
        request,
        "commune/unit.html",
        at=at,
        report=unit,
        first=sorted(filter(is_urgent, rows), key=order_of_urgency),
        groups={name: group_by_milestone(milestones, mine) for name, mine in of.items()},
        counts=Counter(row.step_status.status for row in rows),
        done=sum(row.step_status.status.is_finished for row in rows),
        total=len(rows),
        latest=portal_state(request).store.runs.latest(at.campaign.id, province=at.campaign.province.code),
        offers=UNIT_OFFERS,
        webcal=webcal(request, f"{request.url.path}/calendar.ics"),
        sample=any(record.sample for record in at.live.records_of_unit(at.unit.code, at.now).values()),
    )


@router.get(HOME + "/steps/{step_id}")
def show_step(request: Request, at: Context, step_id: str) -> Response:
    """Show one step: what, why, until when, with what, after what, and what was said about it."""
    step = own_step(at.campaign, at.unit, step_id)
    unit = at.live.unit(at.unit.code, at.now)
    item, step_status = next((i, s) for i, s in zip(unit.plan, unit.step_statuses, strict=True) if i.step.id == step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    entries = portal_state(request).store.journal.entries(at.campaign.id, at.unit.code)
    flags = {name: value for name, value in step_status.flags.items() if name not in flags_in_full(record)}
    before = [at.campaign.checklist.steps[name] for name in step.requires]
    province = at.live.unit(at.campaign.province.code, at.now)
    finished = {s.step: s.status.is_finished for s in (*province.step_statuses, *unit.step_statuses)}
    return render_page(
        request,
        "commune/step.html",
        at=at,
        step=step,
        item=item,
        step_status=step_status,
        headline=step_status._replace(flags=flags),
        record=record,
        before=[(s, finished.get(s.id)) for s in before if s.level is not Level.NATIONAL],
        history=[e for e in entries if e.new.step == step_id],
        can={kind.value: is_allowed(record, kind) for kind in EntryKind},
        key=secrets.token_urlsafe(12),
        back=HOME.format(campaign_id=at.campaign.id, code=at.unit.code),
    )


def flags_in_full(record: StepRecord) -> set[str]:
    """Name the flags of a step that its page shows in full, with what the province answered."""
    return {"returned"} | ({"obstacle"} if record.obstacle else set())


@router.get(HOME + "/steps/{step_id}/explain")
def show_explanation(request: Request, at: Context, step_id: str) -> Response:
    """Explain how a step stands: the rule, the arithmetic, and what was said of it."""
    state, step = portal_state(request), own_step(at.campaign, at.unit, step_id)
    made = build_explanation(state.store, state.settings, at.campaign, at.unit, step, at.now)
    return render_page(
        request, "commune/explain.html", at=at, step=step, x=ExplanationWriter(made, language_of(request))
    )


@router.get(HOME + "/history")
def show_history(request: Request, at: Context) -> Response:
    """Show everything that was said of this unit, newest first."""
    entries = portal_state(request).store.journal.entries(at.campaign.id, at.unit.code)
    return render_page(request, "commune/history.html", at=at, entries=entries[::-1])


@router.get("/receipts/{code}-{number}")
def show_receipt(request: Request, visitor: CurrentUser, code: str, number: ReceiptNumber) -> Response:
    """Show what was recorded, for as long as the record exists."""
    state = portal_state(request)
    entry = state.store.journal.get(number)
    if entry is None or entry.new.unit != code or not visitor.can_see(code):
        refuse(request, visitor)
        raise NotFound(NO_SUCH_PAGE)
    campaign = state.campaign(entry.new.campaign)
    unit = campaign.by_code.get(code)
    if unit is None:
        raise NotFound(NO_SUCH_PAGE)
    step = campaign.checklist.steps.get(entry.new.step)
    newest = state.live(campaign).record(code, entry.new.step, state.clock()).number
    context: dict[str, Any] = {"campaign": campaign, "unit": unit, "step": step, "changed": newest > number}
    return render_page(request, "commune/receipt.html", entry=entry, **context)


@router.get("/files/{file_id}")
def download_file(request: Request, visitor: CurrentUser, file_id: str) -> Response:
    """Give a file back, always as a download: no browser ever runs what was handed in."""
    state = portal_state(request)
    known, path = find_upload(state.store, state.settings.data_dir, file_id)
    if not visitor.can_see(known.unit):
        refuse(request, visitor)
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(path, media_type=known.type, filename=known.name, headers=headers)
