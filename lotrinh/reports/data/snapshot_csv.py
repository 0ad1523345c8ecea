"""A report as a run left it behind, as CSV: one row for each step of each unit, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.report.snapshot import ReportSnapshot, UnitSnapshot
from lotrinh.core.status.wording import STATUS
from lotrinh.i18n import say
from lotrinh.reports.data.csv_report import escape_formula

HEADERS = (
    "code", "unit", "kind", "outcome", "milestone", "step", "title", "due_at", "status", "status_text",
    "completed_on", "done", "of", "obstacle", "sample",
)  # fmt: skip


def snapshot_csv(snapshot: ReportSnapshot, checklist: Checklist, language: str) -> str:
    """Write every step; titles are those of the checklist now, empty for a step that it has no more."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    sample = "sample" if snapshot.sample else ""
    for unit in snapshot.everybody:
        for row in _rows(unit, checklist, language):
            writer.writerow([escape_formula(cell) for cell in (*row, sample)])
    return out.getvalue()


def _rows(unit: UnitSnapshot, checklist: Checklist, language: str) -> Iterator[tuple[str, ...]]:
    for name, said in unit.steps.items():
        step, flags = checklist.steps.get(name), dict[str, Any](said.flags)
        progress = flags.get("progress") or {}
        yield (
            unit.unit.code,
            unit.unit.name,
            unit.unit.kind.value,
            unit.outcome.value,
            step.milestone if step else "",
            name,
            say(step.title, language) if step else "",
            said.due.isoformat() if said.due else "",
            said.status.value,
            say(STATUS[said.status], language),
            said.completed_on.isoformat() if said.completed_on else "",
            str(progress.get("done", "")),
            str(progress.get("of", "")),
            flags.get("obstacle", ""),
        )
