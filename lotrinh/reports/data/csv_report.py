"""The report as CSV: one row for each step of each unit, safe to open in a spreadsheet."""

import csv
import io
import re

from lotrinh.core.report.report import Report
from lotrinh.core.status.wording import STATUS, status_reason
from lotrinh.i18n import say
from lotrinh.reports.data.json_report import due_at
from lotrinh.reports.text.tables import ReportWriter

HEADERS = (
    "code", "unit", "outcome", "milestone", "step", "title", "owner", "due_at", "status", "status_text", "reason",
    "completed_on", "sample",
)  # fmt: skip
HARMLESS = re.compile(r"[+-]?[\d ().-]*")


def report_csv(report: Report, language: str) -> str:
    """Write every step of the province and of every unit; ``sample`` labels sample data on every row."""
    notice = ReportWriter(report, language).sample_notice()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    for unit in report.everybody:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            due = due_at(item.schedule.due, report.as_of.tzinfo)
            row = (
                unit.unit.code,
                unit.unit.full_name,
                unit.outcome.value,
                item.step.milestone,
                item.step.id,
                say(item.step.title, language),
                say(item.step.owner, language),
                due.isoformat() if due else "",
                step_status.status.value,
                say(STATUS[step_status.status], language),
                say(status_reason(step_status, item.schedule, report.as_of), language),
                step_status.completed_on.isoformat() if step_status.completed_on else "",
                notice,
            )
            writer.writerow([escape_formula(cell) for cell in row])
    return out.getvalue()


def escape_formula(cell: str) -> str:
    """Keep a spreadsheet from calculating with foreign text; numbers, phone numbers and "-" stay as they are."""
    if cell[:1] in {"=", "@", "\t", "\r", "\n", "＝", "＠"} or (
        cell[:1] in {"+", "-", "＋", "－"} and not HARMLESS.fullmatch(cell)
    ):
        return "'" + cell
    return cell
