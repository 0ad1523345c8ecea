"""Reading back the report that a run left: as plain figures for pages, and whole for its other formats."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lotrinh.catalog.checklists import from_content
from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report
from lotrinh.core.report.snapshot import MilestoneThen, Snapshot, StepThen, UnitThen
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.report_archive import thaw
from lotrinh.store import Store


def snapshot_of(store: Store, run_id: str) -> Snapshot | None:
    """Return what a run reported; None where it left no report."""
    written = store.runs.snapshot(run_id)
    return read(written) if written else None


def read(written: str) -> Snapshot:
    """Read the JSON that ``lotrinh.reports.data.json_report`` writes."""
    data = json.loads(written)
    return Snapshot(
        data["campaign"],
        data["run"],
        datetime.fromisoformat(data["as_of"]),
        data["checklist_hash"],
        data["journal_head"],
        data["interrupted"] or "",
        data["summary"]["sample"],
        tuple(_milestone(each) for each in data["milestones"]),
        _unit(data["province"]) if data["province"] else None,
        tuple(_unit(each) for each in data["units"]),
    )


def _milestone(data: Mapping[str, Any]) -> MilestoneThen:
    return MilestoneThen(
        data["id"],
        _moment(data["due_at"]),
        data["days_left"],
        data["units"],
        data["done"],
        data["overdue"],
        data["unknown"],
    )


def _unit(data: Mapping[str, Any]) -> UnitThen:
    return UnitThen(
        Unit(data["code"], UnitKind(data["kind"]), data["name"], data.get("area", "")),
        Outcome(data["outcome"]),
        data["reason"] or "",
        _moment(data["checked_at"]),
        _moment(data["last_answer_at"]),
        {each["id"]: _step(each) for each in data["steps"]},
    )


def _step(data: Mapping[str, Any]) -> StepThen:
    completed = data["completed_on"]
    return StepThen(
        Status(data["status"]),
        _moment(data["due_at"]),
        date.fromisoformat(completed) if completed else None,
        data["flags"],
        _moment(data.get("reported_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def report_again(store: Store, run_id: str) -> Report | None:
    """Make the whole report of a run again, for its other formats; None where it was not laid down whole."""
    kept = store.runs.frozen(run_id)
    return thaw(kept[0], from_content(kept[1])) if kept else None


def checklist_of(store: Store, campaign: Campaign, then: Snapshot) -> Checklist:
    """Return the checklist that a report was made with, for its titles; today's where the old one was not kept."""
    if then.checklist_hash == campaign.checklist.content_hash:
        return campaign.checklist
    kept = store.runs.frozen(then.run)
    return from_content(kept[1]) if kept else campaign.checklist
