"""Which rendering belongs to which format name."""

from lotrinh.core.report import Report
from lotrinh.i18n import current


def render(report: Report, form: str, width: int, *, everything: bool = False) -> str:
    """Render in the language of this process; ``width`` counts for tables in a terminal.

    JSON and CSV hold everything; tables list what presses, or ``everything``.
    """
    if form == "json":
        from lotrinh.reports.json_report import as_json

        return as_json(report) + "\n"
    if form == "csv":
        from lotrinh.reports.csv_report import as_csv

        return as_csv(report, current())
    if form == "markdown":
        from lotrinh.reports import markdown

        return markdown.render(report, current(), everything=everything)
    from lotrinh.reports import terminal

    return terminal.render(report, current(), width, everything=everything)
