"""The runs of a campaign: what was asked, what came, and the report that each left behind."""

import datetime as dt
import json
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from lotrinh.core.status.observation import Outcome
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.api.access import Place, Seeing
from lotrinh.portal.api.answers import Listed, Out, Paging, Reading, digest, reads
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.reports.data.snapshot_csv import as_csv
from lotrinh.store.runs.runs import Round, SeenUnit

router = APIRouter(tags=["runs"])
RUN = CAMPAIGN + "/runs/{run_id}"
RunId = Annotated[str, Path(max_length=100, description="Id of the run.")]
CSV = "text/csv; charset=utf-8"


class RunOut(Out):
    """One run."""

    id: str
    state: str = Field(description="`running`, `finished`, `interrupted` or `not_carried_out`.")
    as_of: dt.datetime
    started_at: dt.datetime
    finished_at: dt.datetime | None
    checklist_hash: str
    journal_head: str


class RunList(Listed):
    """One page of runs, newest first."""

    items: list[RunOut]


class RunDetail(RunOut):
    """One run, and how asking the units ended."""

    outcomes: dict[Outcome, int]
    has_report: bool


class ObservationOut(Out):
    """What a run saw of one unit."""

    unit: str
    checked_at: dt.datetime
    outcome: Outcome
    reason: str
    sentence: str = Field(description="In the language in which it was recorded.")
    probes: dict[str, str] = Field(description="What the machine saw for itself, by step.")


class ObservationList(Listed):
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


class Snapshot(BaseModel):
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


def found(at: Place, run_id: str) -> Round:
    """Return a run of this campaign."""
    known = at.state.store.rounds.get(run_id)
    if known is None or not at.campaign.holds(known):
        raise NotFound(M("Đợt này không có lượt kiểm tra “{run}”.", run=run_id))
    return known


def run_fields(run: Round) -> dict[str, object]:
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


def observation_out(seen: SeenUnit) -> ObservationOut:
    """Write what a run saw of one unit."""
    return ObservationOut.model_validate(seen._asdict())


def snapshot_of(at: Place, run_id: str) -> str:
    """Return the report that a run left behind."""
    text = at.state.store.rounds.snapshot(found(at, run_id).id)
    if text is None:
        raise NotFound(nothing_left(run_id))
    return text


def nothing_left(run_id: str) -> M:
    """Say that a run left no report."""
    return M("Lượt kiểm tra “{run}” không để lại báo cáo.", run=run_id)


@router.get(CAMPAIGN + "/runs", response_model=RunList, responses=reads(paged=True))
def list_runs(reading: Reading, at: Seeing, asked: Annotated[Paging, Query()]) -> Response:
    """List the campaign's runs, newest first."""
    runs = at.state.store.rounds.newest(
        at.campaign.id, asked.limit + 1, asked.after, province=at.campaign.province.code
    )
    shown = runs[: asked.limit]
    following = reading.following(shown[-1].id) if len(runs) > len(shown) else None
    items = [RunOut.model_validate(run_fields(run)) for run in shown]
    return reading.give(RunList(items=items, next=following))


@router.get(RUN, response_model=RunDetail, responses=reads())
def read_run(reading: Reading, at: Seeing, run_id: RunId) -> Response:
    """Describe one run."""
    run = found(at, run_id)
    rounds = at.state.store.rounds
    seen = Counter(Outcome(unit.outcome) for unit in rounds.seen(run.id).values())
    counts = {outcome: seen[outcome] for outcome in Outcome}
    fields = run_fields(run) | {"outcomes": counts, "has_report": rounds.left(run.id).snapshot}
    return reading.give(RunDetail.model_validate(fields))


@router.get(RUN + "/observations", response_model=ObservationList, responses=reads(paged=True))
def list_observations(reading: Reading, at: Seeing, run_id: RunId, asked: Annotated[Paging, Query()]) -> Response:
    """List what a run saw of each unit, by the unit's code."""
    seen = sorted(at.state.store.rounds.seen(found(at, run_id).id).values(), key=lambda s: s.unit)
    shown, following = reading.page(seen, lambda s: s.unit, asked)
    items = [observation_out(unit) for unit in shown]
    return reading.give(ObservationList(items=items, next=following, total=len(seen)))


@router.get(RUN + "/report", response_model=Snapshot, responses=reads())
def read_report(reading: Reading, at: Seeing, run_id: RunId) -> Response:
    """Give the report as its run left it behind."""
    content = snapshot_of(at, run_id).encode()
    return reading.send(content, digest(content))


class Csv(Response):
    """A table."""

    media_type = "text/csv"


@router.get(RUN + "/report.csv", response_class=Csv, responses=reads())
def read_report_as_csv(reading: Reading, at: Seeing, run_id: RunId) -> Response:
    """Give the report as its run left it behind, as a table: one row for each step of each unit."""
    snapshot = json.loads(snapshot_of(at, run_id))
    content = as_csv(snapshot, at.campaign.checklist, reading.language).encode("utf-8-sig")
    name = f'attachment; filename="{at.campaign.id}-{found(at, run_id).id}.csv"'
    return reading.send(content, digest(content), CSV, {"Content-Disposition": name})
