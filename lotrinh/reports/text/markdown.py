"""The report as Markdown: for Prefect's artifacts and for pasting."""

from lotrinh.core.report.report import Report
from lotrinh.reports.text.tables import ReportWriter, Table, clean


def render(report: Report, language: str, *, everything: bool = False) -> str:
    """Write the whole report as Markdown tables."""
    writer = ReportWriter(report, language, everything=everything)
    notice = writer.sample_notice()
    title, *rest = writer.heading()
    parts = [f"# {escape(title)}", *([f"**{escape(notice)}**"] if notice else []), *map(escape, rest)]
    parts += [write_table(table) for table in writer.tables()]
    parts += [escape(line) for line in writer.footing()]
    return "\n\n".join(parts) + "\n"


def write_table(table: Table) -> str:
    """Write one table under its title."""
    lines = [f"## {escape(table.title)}", "", _line(table.headers), _line(["---"] * len(table.headers), raw=True)]
    lines += [_line(row) for row in table.rows]
    return "\n".join([*lines, *(["", escape(table.note)] if table.note else [])])


def _line(cells: tuple[str, ...] | list[str], *, raw: bool = False) -> str:
    return "| " + " | ".join(cell if raw else escape(cell) for cell in cells) + " |"


def escape(text: str) -> str:
    """Keep foreign text from being read as Markdown or HTML."""
    text = clean(text)
    for sign in "\\`*_[]|#~":
        text = text.replace(sign, "\\" + sign)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
