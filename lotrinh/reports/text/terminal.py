"""The report for the terminal, drawn by tabulate within the width there is."""

from collections.abc import Callable, Sequence

from tabulate import tabulate
from wcwidth import wcswidth

from lotrinh.core.report.report import Report
from lotrinh.reports.text.tables import ReportWriter, Table, clean

NARROWEST = 4
BETWEEN = 2
DATE = len("15/03/2026")
PADDING = 2
"""What tabulate keeps free beside a column's head."""


def render(report: Report, language: str, width: int, *, everything: bool = False) -> str:
    """Draw the whole report; its tables take at most ``width`` columns."""
    writer = ReportWriter(report, language, everything=everything)
    notice = writer.sample_notice()
    blocks = ["\n".join([*([notice] if notice else []), *writer.heading()])]
    blocks += [draw_table(table, width) for table in writer.tables()]
    blocks.append("\n".join([*writer.footing(), *([notice] if notice else [])]))
    return "\n\n".join(blocks) + "\n"


def draw_table(table: Table, width: int) -> str:
    """Draw one table under its title."""
    headers, *rows = [[clean(cell) for cell in row] for row in (table.headers, *table.rows)]
    widths = fit_columns(headers, rows, width)
    drawn = tabulate(
        rows,
        headers,
        tablefmt="simple",
        maxcolwidths=widths,
        maxheadercolwidths=[given - PADDING for given in widths],
        disable_numparse=True,
    )
    return "\n".join([clean(table.title), *([drawn] if rows else []), *([clean(table.note)] if table.note else [])])


def fit_columns(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Share the width: dates and short words are whole first, then long words, then lines."""
    needs = _longest(headers, rows, wcswidth)
    room = max(width - BETWEEN * (len(needs) - 1), NARROWEST * len(needs))
    if sum(needs) <= room:
        return needs
    words = _longest(headers, rows, _longest_word)
    short = [word if word <= DATE else NARROWEST for word in words]
    given = [0] * len(needs)
    for wanted in (short, words, needs):
        more = share_width([want - has for want, has in zip(wanted, given, strict=True)], room - sum(given))
        given = [has + extra for has, extra in zip(given, more, strict=True)]
    return given


def _longest(headers: Sequence[str], rows: Sequence[Sequence[str]], measure: Callable[[str], int]) -> list[int]:
    heads = [measure(head) + PADDING for head in headers]
    return [max([head, *map(measure, cells)]) for head, *cells in zip(heads, *rows, strict=True)]


def _longest_word(text: str) -> int:
    return max(map(wcswidth, text.split()), default=0)


def share_width(wanted: Sequence[int], room: int) -> list[int]:
    """Give those that want little all they want; the others share what is left equally."""
    given = [0] * len(wanted)
    for done, index in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[index] = min(wanted[index], (room - sum(given)) // (len(wanted) - done))
    return given
