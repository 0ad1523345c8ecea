"""One sheet: rows from the top down, heads that stay and are printed on every page, A4 landscape."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TextIO

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]  # XlsxWriter declares no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # as above

from lotrinh.reports.xlsx.cells import Cell

MOST_ROWS = 1_048_576
A4, MARGIN = 9, 0.4
ONE_LINE, NEXT_LINE, TITLE, TALLEST = 15.0, 13.5, 21.0, 409.0
"""Points of a row with one line of text, of each further line, of a title, and of the tallest row there can be."""
TWO_LINES = ONE_LINE + NEXT_LINE
"""The least height of heads: they are bold, and wrap sooner than others."""
LETTERS, LONG_TEXT = 1.1, 2_000
"""Letters of a text in the room of one digit, and the length from which lines are reckoned by it alone."""
BREAK = re.compile("(?<=[ -])")
"""Where a line may end."""
LONGEST_CAPTION = 90
"""A page's head or foot may have 255 signs, those that set it among them, and each "&" counts twice."""


class StreamedWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter declares no types
    """A worksheet that is given its rows as they stand in the file.

    Of XlsxWriter all else is used: looks, columns, filters, print set-up, packing. Its own cells cost eight
    times as much, and a nation's list has two million of them. Needs a workbook of constant memory.
    """

    fh: TextIO

    def put(self, row: int, cells: Sequence[Cell | None], height: float) -> None:
        """Write one row, counted from 0, below all that were written; None leaves a place empty."""
        self._check_dimensions(row, max(len(cells) - 1, 0))
        number = row + 1
        written = [f'<c r="{name}{number}"{cell[0]}' for name, cell in zip(NAMES, cells, strict=False) if cell]
        self.fh.write(f'<row r="{number}" ht="{height}">{"".join(written)}</row>')

    def _write_single_row(self, current_row_num: int = 0) -> None:
        """Write nothing: no row waits, each was written as it came."""


NAMES = tuple(xl_col_to_name(number) for number in range(16_384))


class Sheet:
    """Fills one worksheet. ``row`` is the next one; ``widths`` are those of its columns, in letters."""

    def __init__(self, rows: StreamedWorksheet, widths: Sequence[float]) -> None:
        self.worksheet, self.row, self._columns = rows, 0, len(widths)
        self._letters = [int(width * LETTERS) for width in widths]
        self._head: int | None = None
        for column, width in enumerate(widths):
            rows.set_column(column, column, width)

    def add(self, cells: Sequence[Cell | None], height: float | None = None) -> None:
        """Write the next row, as tall as its texts need: not all programs find that out themselves."""
        self.worksheet.put(self.row, cells, height or self._height(cells))
        self.row += 1

    def _height(self, cells: Sequence[Cell | None]) -> float:
        most = 1
        for cell, letters in zip(cells, self._letters, strict=False):
            if cell and (text := cell[1]) and (len(text) > letters or "\n" in text):
                most = max(most, count_lines(text, letters))
        return min(ONE_LINE + NEXT_LINE * (most - 1), TALLEST)

    def add_lines(self, cells: Iterable[Cell], title: Cell | None = None) -> None:
        """Write lines that run over the columns beside them, below a title, and leave a row free below."""
        if title:
            self.add([title], TITLE)
        for cell in cells:
            self.add([cell])
        self.row += 1

    def add_head(self, cells: Sequence[Cell], fixed: int = 0, above: int = 0, height: float | None = None) -> None:
        """Write the heads of a list that can be filtered.

        They and all above stay in sight, with the first ``fixed`` columns; they are printed on every page, with so
        many rows ``above`` them.
        """
        self._head = self.row
        self.add(cells, height or max(self._height(cells), TWO_LINES))
        self.worksheet.freeze_panes(self.row, fixed)
        self.worksheet.repeat_rows(self._head - above, self._head)

    def close(self) -> None:
        """Set the filter over what was written since the heads, and let no code be marked as a mistake."""
        if self._head is not None:
            self.worksheet.autofilter(self._head, 0, max(self.row - 1, self._head), self._columns - 1)
        self.worksheet.ignore_errors({"number_stored_as_text": f"A1:{NAMES[self._columns - 1]}{MOST_ROWS}"})


@lru_cache(20_000)
def count_lines(text: str, letters: int) -> int:
    """Count the lines that a text takes where each has room for so many letters."""
    if len(text) > LONG_TEXT:
        return len(text) // letters + text.count("\n") + 1
    return sum(_lines_of(line, letters) for line in text.split("\n"))


def _lines_of(line: str, letters: int) -> int:
    count, left = 1, letters
    for word in BREAK.split(line):
        needed, whole = len(word.rstrip(" ")), len(word)  # a space may stand beyond the edge
        if needed > left:
            broken = max(-(-needed // letters), 1)  # a word that is longer than a line is broken
            count, left = count + broken - (left == letters), letters
            whole -= (broken - 1) * letters
        left -= whole
    return count


def print_on_a4(rows: StreamedWorksheet, caption: str, label: str, foot: str, pages: int = 1) -> None:
    """Print landscape, so many pages wide and as many down as it takes, with numbers and the sample label."""
    rows.set_landscape()
    rows.set_paper(A4)
    rows.fit_to_pages(pages, 0)
    rows.set_margins(MARGIN, MARGIN, 0.75, 0.65)
    rows.set_header(f"&L{_caption(caption)}&R&B{_caption(label)}" if label else f"&L{_caption(caption)}")
    rows.set_footer(f"&L{_caption(foot)}&R&P/&N")


def _caption(text: str) -> str:
    """Let the text be text: "&" begins an instruction unless doubled, and XlsxWriter takes any "&G" for a picture."""
    kept = text if len(text) <= LONGEST_CAPTION else f"{text[: LONGEST_CAPTION - 1]}…"
    return re.sub(r"&(?=[G\[])", "& ", kept)[:LONGEST_CAPTION].replace("&", "&&")
