"""Cells as the file format spells them: texts and numbers, and nothing that a spreadsheet would work out."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import NamedTuple

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.text import M
from lotrinh.i18n import say, spell
from lotrinh.reports.text.tables import clean
from lotrinh.reports.xlsx.styles import WRAPPED, CellStyle

LONGEST = 32_767
"""Most UTF-16 units in a cell: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3."""
SHORT, KNOWN = 200, 20_000
"""Texts up to so many letters are kept, so many of them: most of a table is said again and again."""
BEFORE_FIRST, FIRST = date(1899, 12, 30), date(1900, 3, 1)
"""Day 0 of spreadsheets, and the first day of which all of them think the same."""
DAY = timedelta(days=1)
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Spreadsheets read _x0041_ as "A"; so its first sign is written as such an escape itself."""


class Cell(NamedTuple):
    """A cell without its place: what follows the reference in ``<c r="A1"``, and the text that needs room."""

    written: str
    text: str = ""


class CellWriter:
    """Writes values as cells, in the styles whose numbers ``style_numbers`` gives and in one language."""

    def __init__(self, style_numbers: Mapping[CellStyle, int], language: str) -> None:
        self._style_numbers, self._language = style_numbers, language
        self._cut = say(M("… (đã cắt bớt)"), language)
        self._known = lru_cache(KNOWN)(self._written)

    def text(self, value: str, style: CellStyle = "text") -> Cell:
        """Write a text: whatever it says, it is shown and not worked out."""
        return self._known(value, style) if len(value) <= SHORT else self._written(value, style)

    def _written(self, value: str, style: CellStyle) -> Cell:
        text = shorten_text(clean_lines(value), self._cut)
        if not text:
            return self.number(None, style)
        inside = escape(ESCAPE.sub("_x005F_", text), quote=False)
        written = f' s="{self._style_numbers[style]}" t="inlineStr"><is><t xml:space="preserve">{inside}</t></is></c>'
        return Cell(written, text if style in WRAPPED or isinstance(style, tuple) else "")

    def number(self, value: float | None, style: CellStyle = "number") -> Cell:
        """Write a number; None leaves the cell empty."""
        number = self._style_numbers[style]
        return Cell(f' s="{number}"/>' if value is None else f' s="{number}"><v>{value}</v></c>')

    def day(self, value: date | None) -> Cell:
        """Write a day that can be sorted and counted with; one that spreadsheets do not know, as text."""
        if value and value < FIRST:
            return self.text(str(spell(value, self._language)))
        return self.number((value - BEFORE_FIRST).days if value else None, "day")

    def time(self, value: datetime | None) -> Cell:
        """Write a moment by its own clock, to the second."""
        if value is None or value.date() < FIRST:
            return self.text(str(spell(value, self._language))) if value else self.number(None)
        since = value.replace(tzinfo=None, microsecond=0) - datetime.combine(BEFORE_FIRST, datetime.min.time())
        return self.number(since / DAY, "time")

    def due(self, value: Moment | None) -> Cell:
        """Write a deadline: a day, or a moment where it has an hour."""
        if value and value.hour:
            return self.time(datetime.combine(value.day, value.hour))
        return self.day(value.day if value else None)


def clean_lines(text: str) -> str:
    """Keep the lines of a text, and nothing else that is no letter or sign."""
    if text.isprintable():
        return text
    return "\n".join(clean(line) for line in re.split("\r\n|\r|\n", text))


def shorten_text(text: str, mark: str) -> str:
    """Cut what is longer than a cell can hold, and say so with the mark."""
    written = text.encode("utf-16-le")
    if len(written) <= 2 * LONGEST:
        return text
    # Half a sign at the end is left out.
    return written[: 2 * (LONGEST - len(mark))].decode("utf-16-le", "ignore") + mark
