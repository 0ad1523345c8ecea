"""A short report in words: a title, sentences and tables, for the terminal and as Markdown."""

from collections.abc import Iterable
from typing import NamedTuple

from lotrinh.reports.text import markdown, terminal
from lotrinh.reports.text.markdown import escape
from lotrinh.reports.text.tables import Table, clean


class ShortReport(NamedTuple):
    """What a short report says, in one language. ``notice`` labels sample data; empty where there is none."""

    title: str
    notice: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    footing: tuple[str, ...] = ()


def short_text(paper: ShortReport, width: int) -> str:
    """Draw it for a terminal of ``width`` columns."""
    notice = [paper.notice] if paper.notice else []
    blocks = ["\n".join(_clean([*notice, paper.title, *paper.lines]))]
    blocks += [terminal.draw_table(table, width) for table in paper.tables]
    blocks.append("\n".join(_clean([*paper.footing, *notice])))
    return "\n\n".join(filter(None, blocks)) + "\n"


def short_markdown(paper: ShortReport) -> str:
    """Write it as Markdown."""
    notice = [f"**{escape(paper.notice)}**"] if paper.notice else []
    parts = [f"# {escape(paper.title)}", *notice, *map(escape, paper.lines)]
    parts += [markdown.write_table(table) for table in paper.tables]
    return "\n\n".join([*parts, *map(escape, paper.footing)]) + "\n"


def _clean(lines: Iterable[str]) -> list[str]:
    return [clean(line) for line in lines]
