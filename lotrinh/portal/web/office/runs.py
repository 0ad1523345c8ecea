"""Runs: the list, one run, one that runs now, and how it stood on a day."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.roles import Action, Visitor
from lotrinh.core.text import M
from lotrinh.errors import NotFound, Problem
from lotrinh.portal.deps import NO_SUCH_PAGE, CampaignContext, Context, require_action
from lotrinh.portal.downloads import OFFERS
from lotrinh.portal.forms import FormInput, write_day
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER, UNPROCESSABLE
from lotrinh.services.runs import runs
from lotrinh.services.runs.snapshots import checklist_of_run, load_snapshot
from lotrinh.store.runs.runs import RUNNING

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
RUNS = CAMPAIGN + "/runs"
PATIENCE = 30
"""How often the page of a run that has not begun yet asks again, every two seconds."""
LONGEST_DAY = 40
SECONDS = 2
"""After so long the page of a run that is under way is loaded again."""
RunStarter = Annotated[Visitor, require_action(Action.RUN)]


@router.get(RUNS)
def show_runs(request: Request, at: Context, before: str = "") -> Response:
    """List the runs, newest first."""
    state = portal_state(request)
    shown, older = runs.page_of_runs(state.store, at.campaign, at.now, before)
    return render_page(
        request,
        "office/runs.html",
        at=at,
        runs=shown,
        older=older,
        before=before,
        words=runs.STATE_WORDS,
        can_run=can_run(request, at),
    )


def can_run(request: Request, at: CampaignContext) -> bool:
    """Whether the button is there: this portal can start a check, and the visitor may."""
    return portal_state(request).start_run is not None and at.visitor.can(Action.RUN)


@router.post(RUNS, dependencies=CSRF_GUARD)
def submit(request: Request, at: Context, visitor: RunStarter) -> Response:
    """Start a check in the background and show how far it is."""
    del visitor
    state = portal_state(request)
    if state.start_run is None:
        raise NotFound(NO_SUCH_PAGE)
    last = runs.start_run(state.store, at.campaign, state.start_run, at.now)
    return RedirectResponse(f"/campaigns/{at.campaign.id}/runs/now?after={last}", SEE_OTHER)


@router.get(RUNS + "/now")
def show_progress(
    request: Request, at: Context, after: str | None = None, asked: Annotated[int, Query(ge=0)] = 0, still: str = ""
) -> Response:
    """Show how far the newest run is; the page asks again by itself until the run has ended, or is told to stay."""
    newest = runs.newest_run(portal_state(request).store, at.campaign, at.now)
    here = RUNS.format(campaign_id=at.campaign.id)
    begun = newest is not None and newest.run.id != after
    if newest and begun and newest.state != RUNNING:
        return RedirectResponse(f"{here}/{newest.run.id}", SEE_OTHER)
    waits = after is not None and asked < PATIENCE
    again = f"{here}/now?" if begun else f"{here}/now?after={quote(after or '')}&asked={asked + 1}" if waits else ""
    # A header, for no page of the portal has a script. ``still`` is for those whom a page that reloads itself disturbs.
    headers = {"Refresh": f"{SECONDS};url={again}"} if again and not still else None
    context: dict[str, Any] = {
        "run": newest if begun else None,
        "again": again,
        "still": still,
        "total": len(at.campaign.units),
    }
    return render_page(request, "office/run_now.html", headers=headers, at=at, **context)


@router.get(RUNS + "/{run_id}")
def show_run(request: Request, at: Context, run_id: str) -> Response:
    """Show one run: how asking went, who could not be asked, and the report as it was made."""
    store = portal_state(request).store
    run = runs.read_run_progress(store, at.campaign, run_id, at.now)
    then = load_snapshot(store, run_id)
    observations = [] if then else sorted(store.runs.observations(run_id).values(), key=lambda s: s.unit)
    return render_page(
        request,
        "office/run.html",
        at=at,
        run=run,
        then=then,
        observations=[each for each in observations if each.outcome != Outcome.REACHED.value],
        words=runs.STATE_WORDS,
        checklist=checklist_of_run(store, at.campaign, then) if then else None,
        offers=OFFERS if store.runs.stored_forms(run_id).whole else tuple(o for o in OFFERS if o.ending == "json"),
        here=request.url.path,
    )


@router.get(CAMPAIGN + "/as-of")
def show_as_of(request: Request, at: Context, day: str = "") -> Response:
    """Show how everything stood at the end of a day, from the newest run up to then."""
    store, today = portal_state(request).store, at.now.astimezone(at.campaign.zone).date()
    inputs = FormInput({"day": day.strip()[:LONGEST_DAY] or write_day(today)})
    wanted = inputs.day("day")
    if wanted and wanted > today:
        inputs.add_problem("day", M("Ngày {day} ở sau hôm nay. Hãy chọn hôm nay hoặc một ngày trước.", day=wanted))
    problems: tuple[Problem, ...] = tuple(inputs.problems)
    then = runs.snapshot_as_of(store, at.campaign, wanted) if wanted and not problems else None
    return render_page(
        request,
        "office/as_of.html",
        UNPROCESSABLE if problems else 200,
        at=at,
        day=wanted,
        then=then,
        checklist=checklist_of_run(store, at.campaign, then) if then else None,
        first=None if then else store.runs.first(at.campaign.id, province=at.campaign.province.code),
        values=inputs.values,
        problems=problems,
    )
