"""A report as a run left it behind, as CSV: one row for each step of each unit, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.i18n import say
from lotrinh.reports.data.csv_report import harmless

HEADERS = (
    "code", "unit", "kind", "outcome", "milestone", "step", "title", "due_at", "status", "status_text",
    "completed_on", "done", "of", "obstacle", "sample",
)  # fmt: skip


def as_csv(snapshot: Mapping[str, Any], checklist: Checklist, language: str) -> str:
    """Write every step; titles are those of the checklist now, empty for a step that it has no more."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    sample = "sample" if snapshot["summary"].get("sample") else ""
    province = snapshot.get("province")
    for unit in (*([province] if province else []), *snapshot["units"]):
        for row in _rows(unit, checklist, language):
            writer.writerow([harmless(cell) for cell in (*row, sample)])
    return out.getvalue()


def _rows(unit: Mapping[str, Any], checklist: Checklist, language: str) -> Iterator[tuple[str, ...]]:
    for said in unit["steps"]:
        step, flags = checklist.steps.get(said["id"]), said["flags"]
        progress = flags.get("progress") or {}
        yield (
            unit["code"],
            unit["name"],
            unit["kind"],
            unit["outcome"],
            step.milestone if step else "",
            said["id"],
            say(step.title, language) if step else "",
            said["due_at"] or "",
            said["status"],
            say(STATUS[Status(said["status"])], language),
            said["completed_on"] or "",
            str(progress.get("done", "")),
            str(progress.get("of", "")),
            flags.get("obstacle", ""),
        )
