"""Reading back the report that a run left: as plain figures for pages, as JSON for programs, and whole for the rest.

All are made from the one archive that a run stores. Earlier versions stored JSON beside it, and the first of all JSON
alone: what they stored is read as it is.
"""

from functools import lru_cache

from lotrinh.catalog.checklists import from_content
from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.report.report import Report
from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.reports.data.json_report import report_json
from lotrinh.reports.data.snapshot_json import format_snapshot, parse_snapshot
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.archived_snapshot import extract_snapshot
from lotrinh.services.runs.report_archive import load_report
from lotrinh.store import Store


def load_snapshot(store: Store, run_id: str) -> ReportSnapshot | None:
    """Return what a run reported; None where it left no report."""
    stored = store.runs.stored_report(run_id)
    snapshot = extract_snapshot(stored) if isinstance(stored, bytes) else None
    if snapshot or stored is None:
        return snapshot
    text = stored if isinstance(stored, str) else _work_out(store, run_id)
    return parse_snapshot(text) if text else None


def load_report_json(store: Store, run_id: str) -> str | None:
    """Return a run's report as programs read it, the same to the byte whenever it is asked; None where it left none."""
    stored = store.runs.stored_report(run_id)
    if stored is None or isinstance(stored, str):
        return stored
    return _json_of(stored) or _work_out(store, run_id)


# Programs ask for the newest report again and again, to hear that it is the one they have.
@lru_cache(maxsize=8)
def _json_of(archive: bytes) -> str | None:
    snapshot = extract_snapshot(archive)
    return format_snapshot(snapshot) if snapshot else None


def _work_out(store: Store, run_id: str) -> str | None:
    """Write the JSON of an archive of the first form that lost its own: what it lacks follows from its checklist."""
    report = load_run_report(store, run_id)
    return report_json(report) if report else None


def load_run_report(store: Store, run_id: str) -> Report | None:
    """Make the whole report of a run again, for its other formats; None where it was not stored whole."""
    kept = store.runs.report_dump(run_id)
    return load_report(kept[0], from_content(kept[1])) if kept else None


def checklist_of_run(store: Store, campaign: Campaign, then: ReportSnapshot) -> Checklist:
    """Return the checklist that a report was made with, for its titles; today's where the old one was not kept."""
    if then.checklist_hash == campaign.checklist.content_hash:
        return campaign.checklist
    kept = store.runs.report_dump(then.run)
    return from_content(kept[1]) if kept else campaign.checklist
