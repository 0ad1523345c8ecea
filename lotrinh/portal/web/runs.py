"""Runs: the list, one run, one that runs now, what changed between two, and how it stood on a day."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist import Checklist
from lotrinh.core.observation import Outcome
from lotrinh.core.roles import Action, Visitor
from lotrinh.core.text import M, Text
from lotrinh.errors import NotFound, Problem
from lotrinh.portal.forms import Typed, write_day
from lotrinh.portal.render import language_of, page
from lotrinh.portal.state import state_of
from lotrinh.portal.visitor import NO_SUCH_PAGE, At, Place, allowed
from lotrinh.portal.web.confirm import GUARDED, SEE_OTHER, UNPROCESSABLE
from lotrinh.reports.csv_report import as_csv
from lotrinh.reports.markdown import render as as_markdown
from lotrinh.services import runs
from lotrinh.services.snapshots import checklist_of, report_again, snapshot_of
from lotrinh.store.rounds import RUNNING

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
RUNS = CAMPAIGN + "/runs"
CHOICES = 100
"""Runs among which two can be chosen to be compared."""
PATIENCE = 30
"""How often the page of a run that has not begun yet asks again, every two seconds."""
LONGEST_DAY = 40
SECONDS = 2
"""After so long the page of a run that is under way is loaded again."""
Runner = Annotated[Visitor, allowed(Action.RUN)]
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8"}


@router.get(RUNS)
def listed(request: Request, at: At, before: str = "") -> Response:
    """List the runs, newest first."""
    state = state_of(request)
    shown, older = runs.runs(state.store, at.campaign, at.now, before)
    return page(
        request,
        "runs.html",
        at=at,
        runs=shown,
        older=older,
        before=before,
        words=runs.STATE,
        can_run=can_run(request, at),
    )


def can_run(request: Request, at: Place) -> bool:
    """Whether the button is there: this portal can start a check, and the visitor may."""
    return state_of(request).run is not None and at.visitor.may(Action.RUN)


@router.post(RUNS, dependencies=GUARDED)
def run_now(request: Request, at: At, visitor: Runner) -> Response:
    """Start a check in the background and show how far it is."""
    del visitor
    state = state_of(request)
    if state.run is None:
        raise NotFound(NO_SUCH_PAGE)
    last = runs.start(state.store, at.campaign, state.run, at.now)
    return RedirectResponse(f"/campaigns/{at.campaign.id}/runs/now?after={last}", SEE_OTHER)


@router.get(RUNS + "/now")
def now(
    request: Request, at: At, after: str | None = None, asked: Annotated[int, Query(ge=0)] = 0, still: str = ""
) -> Response:
    """Show how far the newest run is; the page asks again by itself until the run has ended, or is told to stay."""
    newest = runs.newest(state_of(request).store, at.campaign, at.now)
    here = RUNS.format(campaign_id=at.campaign.id)
    begun = newest is not None and newest.round.id != after
    if newest and begun and newest.state != RUNNING:
        return RedirectResponse(f"{here}/{newest.round.id}", SEE_OTHER)
    waits = after is not None and asked < PATIENCE
    again = f"{here}/now?" if begun else f"{here}/now?after={quote(after or '')}&asked={asked + 1}" if waits else ""
    headers = {"Refresh": f"{SECONDS};url={again}"} if again and not still else None
    context: dict[str, Any] = {
        "run": newest if begun else None,
        "again": again,
        "still": still,
        "total": len(at.campaign.units),
    }
    return page(request, "run_now.html", headers=headers, at=at, **context)


@router.get(RUNS + "/{run_id}")
def one(request: Request, at: At, run_id: str) -> Response:
    """Show one run: how asking went, who could not be asked, and the report as it was made."""
    store = state_of(request).store
    run = runs.run_of(store, at.campaign, run_id, at.now)
    then = snapshot_of(store, run_id)
    seen = [] if then else sorted(store.rounds.seen(run_id).values(), key=lambda s: s.unit)
    return page(
        request,
        "run.html",
        at=at,
        run=run,
        then=then,
        seen=[each for each in seen if each.outcome != Outcome.REACHED.value],
        words=runs.STATE,
        checklist=checklist_of(store, at.campaign, then) if then else None,
        whole=store.rounds.frozen(run_id) is not None,
        here=request.url.path,
    )


@router.get(RUNS + "/{run_id}/report.{form}")
def download(request: Request, at: At, run_id: str, form: str) -> Response:
    """Give the report as its run made it, as a file."""
    runs.run_of(state_of(request).store, at.campaign, run_id, at.now)
    written = _written(request, run_id, form)
    if written is None:
        raise NotFound(NO_SUCH_PAGE)
    name = f"{at.campaign.id}-{run_id}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type=TYPES[form], headers=headers)


def _written(request: Request, run_id: str, form: str) -> str | None:
    store, language = state_of(request).store, language_of(request)
    if form == "json":
        return store.rounds.snapshot(run_id)
    report = report_again(store, run_id) if form in TYPES else None
    if report is None:
        return None
    if form == "csv":
        return "\ufeff" + as_csv(report, language)  # the mark lets spreadsheets read Vietnamese
    return as_markdown(report, language, everything=True)


@router.get(CAMPAIGN + "/changes")
def changed(
    request: Request,
    at: At,
    old: Annotated[str, Query(alias="from")] = "",
    new: Annotated[str, Query(alias="to")] = "",
) -> Response:
    """Show what changed between two runs, the last two where none are chosen."""
    store = state_of(request).store
    found = runs.comparison(store, at.campaign, old, new)
    choices = store.rounds.finished(at.campaign.id, CHOICES)
    titles = titles_of(*(checklist_of(store, at.campaign, then) for then in (found.old, found.new))) if found else {}
    return page(request, "changes.html", at=at, found=found, choices=choices, titles=titles)


def titles_of(*checklists: Checklist) -> Mapping[str, Text]:
    """Name the steps that stored reports mention, as the newest of their checklists does."""
    return {step.id: step.title for checklist in checklists for step in checklist.iter_steps()}


@router.get(CAMPAIGN + "/as-of")
def as_of(request: Request, at: At, day: str = "") -> Response:
    """Show how everything stood at the end of a day, from the newest run up to then."""
    store, today = state_of(request).store, at.now.astimezone(at.campaign.zone).date()
    typed = Typed({"day": day.strip()[:LONGEST_DAY] or write_day(today)})
    wanted = typed.day("day")
    if wanted and wanted > today:
        typed.wrong("day", M("Ngày {day} ở sau hôm nay. Hãy chọn hôm nay hoặc một ngày trước.", day=wanted))
    problems: tuple[Problem, ...] = tuple(typed.problems)
    then = runs.as_of(store, at.campaign, wanted) if wanted and not problems else None
    return page(
        request,
        "as_of.html",
        UNPROCESSABLE if problems else 200,
        at=at,
        day=wanted,
        then=then,
        checklist=checklist_of(store, at.campaign, then) if then else None,
        first=None if then else store.rounds.first(at.campaign.id),
        values=typed.values,
        problems=problems,
    )
