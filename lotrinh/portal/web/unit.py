"""A unit's own pages: its steps, one step, its history, its receipts and files."""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from lotrinh.core.checklist import Level, Milestone
from lotrinh.core.deadlines import trace
from lotrinh.core.journal import Kind
from lotrinh.core.report import UnitReport, cell_status
from lotrinh.core.rules import Moment
from lotrinh.core.status import Planned, Standing, Status
from lotrinh.core.transitions import can
from lotrinh.core.units import Unit
from lotrinh.errors import NotFound
from lotrinh.portal.render import page
from lotrinh.portal.state import state_of
from lotrinh.portal.visitor import NO_SUCH_PAGE, At, Place, Someone, refuse
from lotrinh.services.statements import step_of
from lotrinh.services.uploads import find

router = APIRouter(include_in_schema=False)
HOME = "/campaigns/{campaign_id}/units/{code}"
Numbered = Annotated[int, Path(ge=1)]


class Row(NamedTuple):
    """One step in a unit's list."""

    item: Planned
    standing: Standing
    waits: bool


class Group(NamedTuple):
    """One milestone of a unit's list with its steps."""

    milestone: Milestone
    status: Status
    due: Moment | None
    rows: tuple[Row, ...]


def groups(at: Place, unit: UnitReport) -> Iterator[Group]:
    """Group a unit's steps by milestone, in the checklist's order."""
    by_milestone: dict[str, list[Row]] = {}
    for item, standing in zip(unit.plan, unit.standings, strict=True):
        waits = bool(standing.flags.get("waiting_for")) and not standing.status.finished
        by_milestone.setdefault(item.step.milestone, []).append(Row(item, standing, waits))
    for milestone in at.campaign.checklist.milestones:
        if rows := by_milestone.get(milestone.id):
            cell = [(row.item, row.standing) for row in rows]
            yield Group(milestone, cell_status(cell), rows[0].item.schedule.due, tuple(rows))


PRESSING = (Status.OVERDUE, Status.DUE_SOON)
NOW = (*PRESSING, Status.OPEN)


def first_due(rows: Sequence[Row]) -> list[Row]:
    """List what presses, most urgent first."""
    pressing = [row for row in rows if row.standing.status in PRESSING]
    return sorted(pressing, key=lambda r: (PRESSING.index(r.standing.status), r.item.due is None, r.item.due))


@router.get(HOME)
def steps(request: Request, at: At) -> Response:
    """Show a unit's steps, what presses first."""
    unit = at.live.unit(at.unit.code, at.now)
    grouped = tuple(groups(at, unit))
    rows = [row for group in grouped for row in group.rows]
    counts = {status: sum(row.standing.status is status for row in rows) for status in Status}
    return page(
        request,
        "unit.html",
        at=at,
        report=unit,
        groups=grouped,
        first=first_due(rows),
        counts=counts,
        done=sum(row.standing.status.finished for row in rows),
        total=len(rows),
        sample=any(record.sample for record in at.live.of_unit(at.unit.code, at.now).values()),
    )


@router.get(HOME + "/steps/{step_id}")
def step(request: Request, at: At, step_id: str) -> Response:
    """Show one step: what, why, until when, with what, after what, and what was said about it."""
    wanted = step_of(at.campaign, at.unit, step_id)
    unit = at.live.unit(at.unit.code, at.now)
    item, standing = next((i, s) for i, s in zip(unit.plan, unit.standings, strict=True) if i.step.id == step_id)
    record = at.live.record(at.unit.code, step_id, at.now)
    entries = state_of(request).store.journal.entries(at.campaign.id, at.unit.code)
    before = [at.campaign.checklist.steps[name] for name in wanted.requires]
    province = at.live.unit(at.campaign.province.code, at.now)
    finished = {s.step: s.status.finished for s in (*province.standings, *unit.standings)}
    return page(
        request,
        "step.html",
        at=at,
        step=wanted,
        item=item,
        standing=standing,
        record=record,
        before=[(s, finished.get(s.id)) for s in before if s.level is not Level.NATIONAL],
        history=[e for e in entries if e.new.step == step_id],
        can={kind.value: can(record, kind) for kind in Kind},
        back=HOME.format(campaign_id=at.campaign.id, code=at.unit.code),
    )


@router.get(HOME + "/steps/{step_id}/explain")
def explain(request: Request, at: At, step_id: str) -> Response:
    """Show the arithmetic behind a deadline."""
    wanted = step_of(at.campaign, at.unit, step_id)
    days = at.live.awaited(at.unit.code, at.now)
    lines = trace(at.campaign.checklist, step_id, at.campaign.anchor, days.get, at.campaign.parameters)
    return page(request, "explain.html", at=at, step=wanted, lines=lines)


@router.get(HOME + "/history")
def history(request: Request, at: At) -> Response:
    """Show everything that was said of this unit, newest first."""
    entries = state_of(request).store.journal.entries(at.campaign.id, at.unit.code)
    return page(request, "history.html", at=at, entries=entries[::-1])


@router.get("/receipts/{code}-{number}")
def receipt(request: Request, visitor: Someone, code: str, number: Numbered) -> Response:
    """Show what was recorded, for as long as the record exists."""
    state = state_of(request)
    entry = state.store.journal.get(number)
    if entry is None or entry.new.unit != code or not visitor.may_see(code):
        refuse(request, visitor)
        raise NotFound(NO_SUCH_PAGE)
    campaign = state.campaign(entry.new.campaign)
    unit: Unit = campaign.by_code[code]
    step = campaign.checklist.steps.get(entry.new.step)
    return page(request, "receipt.html", entry=entry, campaign=campaign, unit=unit, step=step)


@router.get("/files/{file_id}")
def file(request: Request, visitor: Someone, file_id: str) -> Response:
    """Give a file back, always as a download: no browser ever runs what was handed in."""
    state = state_of(request)
    known, path = find(state.store, state.settings.data_dir, file_id)
    if not visitor.may_see(known.unit):
        refuse(request, visitor)
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(path, media_type=known.type, filename=known.name, headers=headers)
