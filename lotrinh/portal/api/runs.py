"""The runs of a campaign: what was asked, what came, and the report that each left behind."""

import datetime as dt
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from lotrinh.core.status.observation import Outcome
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.api.access import ApiContext, ViewerContext
from lotrinh.portal.api.answers import ApiOutput, ApiPage, ApiResponder, Paging, get_responses, weak_etag
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.reports.data.snapshot_csv import snapshot_csv
from lotrinh.reports.documents import FORMATS
from lotrinh.services.runs.snapshots import load_report_json, load_snapshot
from lotrinh.store.runs.runs import ObservationRow, Run

router = APIRouter(tags=["runs"])
RUN = CAMPAIGN + "/runs/{run_id}"
RunId = Annotated[str, Path(max_length=100, description="Id of the run.")]
CSV = FORMATS["csv"].media


class RunOut(ApiOutput):
    """One run."""

    id: str
    state: str = Field(description="`running`, `finished`, `interrupted` or `not_carried_out`.")
    as_of: dt.datetime
    started_at: dt.datetime
    finished_at: dt.datetime | None
    checklist_hash: str
    journal_head: str


class RunList(ApiPage):
    """One page of runs, newest first."""

    items: list[RunOut]


class RunDetail(RunOut):
    """One run, and how asking the units ended."""

    outcomes: dict[Outcome, int]
    has_report: bool


class ObservationOut(ApiOutput):
    """What a run saw of one unit."""

    unit: str
    checked_at: dt.datetime
    outcome: Outcome
    reason: str
    sentence: str = Field(description="In the language in which it was recorded.")
    probes: dict[str, str] = Field(description="What the machine saw for itself, by step.")


class ObservationList(ApiPage):
    """One page of observations, by the unit's code."""

    items: list[ObservationOut]


class SnapshotStep(BaseModel):
    """One step of one unit in a report."""

    id: str
    status: str
    due_at: dt.datetime | None
    completed_on: dt.date | None
    reported_at: dt.datetime | None = Field(None, description="When its completion was first said, where we know.")
    flags: dict[str, Any]


class SnapshotUnit(BaseModel):
    """One unit in a report."""

    code: str
    name: str
    kind: str
    area: str = Field("", description="Missing in reports of an older lotrinh.")
    outcome: str
    reason: str | None
    checked_at: dt.datetime | None
    last_answer_at: dt.datetime | None
    steps: list[SnapshotStep]


class SnapshotOut(BaseModel):
    """A report as its run left it behind."""

    campaign: str
    province_name: str = Field("", description="Missing in reports of an older lotrinh.")
    as_of: dt.datetime
    run: str
    checklist_hash: str
    journal_head: str
    interrupted: str | None
    summary: dict[str, Any]
    milestones: list[dict[str, Any]]
    province: SnapshotUnit | None
    units: list[SnapshotUnit]


def find_run(at: ApiContext, run_id: str) -> Run:
    """Return a run of this campaign."""
    known = at.state.store.runs.get(run_id)
    if known is None or not at.campaign.has_run(known):
        raise NotFound(M("Đợt này không có lượt kiểm tra “{run}”.", run=run_id))
    return known


def run_fields(run: Run) -> dict[str, object]:
    """Write a run, as the fields of ``RunOut``."""
    return {
        "id": run.id,
        "state": run.state,
        "as_of": run.as_of,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "checklist_hash": run.checklist_hash,
        "journal_head": run.head,
    }


def observation_out(row: ObservationRow) -> ObservationOut:
    """Write what a run saw of one unit."""
    return ObservationOut.model_validate(row._asdict())


def read_snapshot(at: ApiContext, run_id: str) -> str:
    """Return the report that a run left behind."""
    text = load_report_json(at.state.store, find_run(at, run_id).id)
    if text is None:
        raise NotFound(no_report_message(run_id))
    return text


def no_report_message(run_id: str) -> M:
    """Say that a run left no report."""
    return M("Lượt kiểm tra “{run}” không để lại báo cáo.", run=run_id)


@router.get(CAMPAIGN + "/runs", response_model=RunList, responses=get_responses(paged=True))
def list_runs(responder: ApiResponder, at: ViewerContext, query: Annotated[Paging, Query()]) -> Response:
    """List the campaign's runs, newest first."""
    runs = at.state.store.runs.newest(at.campaign.id, query.limit + 1, query.after, province=at.campaign.province.code)
    shown = runs[: query.limit]
    following = responder.next_address(shown[-1].id) if len(runs) > len(shown) else None
    items = [RunOut.model_validate(run_fields(run)) for run in shown]
    return responder.give(RunList(items=items, next=following))


@router.get(RUN, response_model=RunDetail, responses=get_responses())
def read_run(responder: ApiResponder, at: ViewerContext, run_id: RunId) -> Response:
    """Describe one run."""
    run = find_run(at, run_id)
    runs = at.state.store.runs
    outcomes = Counter(Outcome(unit.outcome) for unit in runs.observations(run.id).values())
    counts = {outcome: outcomes[outcome] for outcome in Outcome}
    fields = run_fields(run) | {"outcomes": counts, "has_report": runs.stored_forms(run.id).report}
    return responder.give(RunDetail.model_validate(fields))


@router.get(RUN + "/observations", response_model=ObservationList, responses=get_responses(paged=True))
def list_observations(
    responder: ApiResponder, at: ViewerContext, run_id: RunId, query: Annotated[Paging, Query()]
) -> Response:
    """List what a run saw of each unit, by the unit's code."""
    observations = sorted(at.state.store.runs.observations(find_run(at, run_id).id).values(), key=lambda s: s.unit)
    shown, following = responder.page(observations, lambda s: s.unit, query)
    items = [observation_out(unit) for unit in shown]
    return responder.give(ObservationList(items=items, next=following, total=len(observations)))


@router.get(RUN + "/report", response_model=SnapshotOut, responses=get_responses())
def read_report(responder: ApiResponder, at: ViewerContext, run_id: RunId) -> Response:
    """Give the report as its run left it behind."""
    content = read_snapshot(at, run_id).encode()
    return responder.send(content, weak_etag(content))


class CsvResponse(Response):
    """A table."""

    media_type = "text/csv"


@router.get(RUN + "/report.csv", response_class=CsvResponse, responses=get_responses())
def read_report_as_csv(responder: ApiResponder, at: ViewerContext, run_id: RunId) -> Response:
    """Give the report as its run left it behind, as a table: one row for each step of each unit."""
    snapshot = load_snapshot(at.state.store, find_run(at, run_id).id)
    if snapshot is None:
        raise NotFound(no_report_message(run_id))
    content = snapshot_csv(snapshot, at.campaign.checklist, responder.language).encode("utf-8-sig")
    name = f'attachment; filename="{at.campaign.id}-{find_run(at, run_id).id}.csv"'
    return responder.send(content, weak_etag(content), CSV, {"Content-Disposition": name})
