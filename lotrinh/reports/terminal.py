"""The report for the terminal, drawn by tabulate within the width there is."""

from tabulate import tabulate
from wcwidth import wcswidth

from lotrinh.core.report import Report
from lotrinh.reports.tables import Table, Writer

NARROWEST = 14
BETWEEN = 2


def render(report: Report, language: str, width: int, *, everything: bool = False) -> str:
    """Draw the whole report in at most ``width`` columns, where words allow it."""
    writer = Writer(report, language, everything=everything)
    notice = writer.sample_notice()
    blocks = ["\n".join([*([notice] if notice else []), *writer.heading()])]
    blocks += [draw(table, width) for table in writer.tables()]
    blocks.append("\n".join([*writer.footing(), *([notice] if notice else [])]))
    return "\n\n".join(blocks) + "\n"


def draw(table: Table, width: int) -> str:
    """Draw one table under its title."""
    widths = fit(table, width)
    drawn = tabulate(table.rows, table.headers, tablefmt="simple", maxcolwidths=widths, disable_numparse=True)
    return "\n".join([table.title, drawn, *([table.note] if table.note else [])])


def fit(table: Table, width: int) -> list[int | None]:
    """Share the width: narrow columns get what they need, the wide ones share the rest by their need."""
    needs = [max(wcswidth(line) for line in column) for column in zip(table.headers, *table.rows, strict=True)]
    room = width - BETWEEN * (len(needs) - 1) - sum(n for i, n in enumerate(needs) if i not in table.wide)
    wanted = {i: needs[i] for i in table.wide}
    if sum(wanted.values()) <= room:
        return [None] * len(needs)
    shares: dict[int, int] = {}
    for index in sorted(wanted, key=lambda i: wanted[i]):
        left = len(wanted) - len(shares)
        shares[index] = max(NARROWEST, min(wanted[index], (room - sum(shares.values())) // left))
    return [shares.get(i) for i in range(len(needs))]
