"""A return sheet as a workbook: only what the unit fills in can be changed."""

import io
from collections.abc import Mapping
from datetime import date
from textwrap import wrap
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.return_sheet.return_sheet import ReturnSheet, SheetRow
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.return_sheet.layout import COLUMNS, PLACE, ColumnKind, column_letter, takes_field
from lotrinh.reports.return_sheet.words import TITLE, TYPED, SheetLine, SheetWording
from lotrinh.reports.text.tables import clean

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Whatever a text looks like, it stays a text."""
A4, FROZEN_COLUMNS = 9, 2
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.4, "bottom": 0.6}
"""Inches."""
BASE = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
CELL = {**BASE, "border": 1, "border_color": "#808080", "text_wrap": True}
OPEN = {**CELL, "locked": False, "bg_color": "#FFF9DB"}
FORMATS: Mapping[str, Mapping[str, Any]] = {
    "title": {**BASE, "bold": True, "font_size": 16},
    "line": {**BASE, "bold": True},
    "plain": BASE,
    "sample": {**BASE, "bold": True, "font_size": 14, "font_color": "#B00000"},
    "mark": {**BASE, "font_size": 8, "font_color": "#808080"},
    "head": {**CELL, "bold": True, "bg_color": "#E4E4E4", "valign": "vcenter", "align": "center"},
    "fixed": CELL,
    "code": {**CELL, "bold": True, "font_name": "Courier New"},
    "closed": {**CELL, "bg_color": "#D9D9D9"},
    # As text, a day stays as it was typed: a computer set to American order would turn 2/1 into 1 February.
    "text": {**OPEN, "num_format": "@"},
    "day": {**OPEN, "num_format": "@"},
    "count": {**OPEN, "num_format": "0"},
}
UNLOCKED = {"format_rows": True, "format_columns": True}
LARGEST_COUNT = 100_000
TALLEST = 400
"""Points; spreadsheets allow 409."""
LINE_HEIGHT = 16
HEIGHTS = {"title": 24, "sample": 22, "mark": 12}


def sheet_workbook(sheet: ReturnSheet, language: str) -> bytes:
    """Write the workbook; the same sheet gives the same bytes."""
    content = io.BytesIO()
    with Workbook(content, OPTIONS) as book:
        book.set_properties({"title": say(TITLE, language), "created": sheet.made_at.replace(tzinfo=None)})
        _Page(book, sheet, SheetWording(sheet, language)).write()
    return content.getvalue()


class _Page:
    def __init__(self, book: Workbook, sheet: ReturnSheet, words: SheetWording) -> None:
        self.sheet, self.words = sheet, words
        self.formats = {name: book.add_format(dict(looks)) for name, looks in FORMATS.items()}
        self.page = book.add_worksheet(words.say(M("Phiếu xác nhận")))

    def write(self) -> None:
        """Write what stands above the table, the table, and how it is used and printed."""
        top = self._above()
        self._head(top)
        for number, (row, line) in enumerate(zip(self.sheet.rows, self.words.lines(), strict=True), top + 1):
            self._row(number, row, line)
        last = top + len(self.sheet.rows)
        self._rules(top + 1, last)
        self.page.protect("", UNLOCKED)
        self.page.freeze_panes(top + 1, FROZEN_COLUMNS)
        self.page.set_selection(top + 1, PLACE["completed_on"], top + 1, PLACE["completed_on"])
        self._print(top, last)

    def _above(self) -> int:
        """Write the lines above the table and return the row of its head."""
        say = self.words.say
        first, second = self.words.heading()
        above = [("title", say(TITLE)), ("line", first), ("plain", second)]
        above += [("sample", text) for text in [self.words.sample()] if text]
        above += [("plain", say(line)) for line in TYPED]
        above += [("plain", text) for text in [self.words.doubt()] if text]
        above.append(("mark", self.sheet.mark.line))
        for number, (looks, text) in enumerate(above):
            self.page.write_string(number, 0, text, self.formats[looks])
            self.page.set_row(number, HEIGHTS.get(looks, LINE_HEIGHT))
        return len(above)

    def _head(self, row: int) -> None:
        for place, column in enumerate(COLUMNS):
            self.page.set_column(place, place, column.width)
            self.page.write_string(row, place, self.words.say(column.head), self.formats["head"])
        self.page.set_row(row, 3 * LINE_HEIGHT)

    def _row(self, number: int, row: SheetRow, line: SheetLine) -> None:
        notes = "".join(f"\n– {note}" for note in line.notes)
        texts = (line.code, line.title + notes, f"{line.due}\n{line.urgency}", line.owner, line.evidence)
        for place, column in enumerate(COLUMNS):
            if place < len(texts):
                looks = "code" if place == 0 else "fixed"
                self.page.write_string(number, place, texts[place], self.formats[looks])
            else:
                looks = column.kind.value if takes_field(row.step, column.name) else "closed"
                self.page.write_blank(number, place, None, self.formats[looks])
        self.page.set_row(number, _height(texts))

    def _rules(self, first: int, last: int) -> None:
        """Let the spreadsheet itself warn of what the import would refuse; it warns only, for computers differ."""
        for place, column in enumerate(COLUMNS):
            if column.kind is ColumnKind.DAY:
                formula = _day_formula(f"{column_letter(place)}{first + 1}", self.sheet.earliest_day)
                sentence = M("Hãy viết ngày/tháng/năm, không sau hôm nay, ví dụ 29/1/2026.")
                self._rule(first, last, place, {"validate": "custom", "value": formula}, sentence)
            elif column.kind is ColumnKind.COUNT:
                rule = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": LARGEST_COUNT}
                self._rule(first, last, place, rule, M("Hãy ghi một số nguyên, ví dụ 7."))

    def _rule(self, first: int, last: int, place: int, rule: Mapping[str, Any], sentence: M) -> None:
        title, message = self.words.say(M("Xem lại")), self.words.say(sentence)
        warning = {"error_type": "warning", "error_title": title, "error_message": message}
        self.page.data_validation(first, place, last, place, {**rule, **warning})

    def _print(self, top: int, last: int) -> None:
        self.page.set_landscape()
        self.page.set_paper(A4)
        self.page.set_margins(**MARGINS)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(top)
        self.page.print_area(0, 0, last, len(COLUMNS) - 1)
        unit = clean(self.sheet.unit.full_name).replace("&", "&&")
        self.page.set_footer(f"&L{unit} · {self.sheet.mark.id}&R&P/&N")


def _height(texts: tuple[str, ...]) -> int:
    """Reckon how high a row must be in points: spreadsheets do not all reckon it themselves when they open a file."""
    lines = (
        sum(len(wrap(part, int(column.width) - 1)) for part in text.split("\n"))
        for column, text in zip(COLUMNS, texts, strict=False)
    )
    return min(max(2, *lines) * LINE_HEIGHT, TALLEST)


def _day_formula(cell: str, starts: date | None) -> str:
    """Read a day typed as day/month/year, whatever order the computer is set to, and compare it with its bounds."""
    second = f'FIND("/",{cell},4)'
    day, month = f'LEFT({cell},FIND("/",{cell})-1)', f'MID({cell},FIND("/",{cell})+1,{second}-FIND("/",{cell})-1)'
    typed = f"DATE(RIGHT({cell},4),{month},{day})"
    least = f"DATE({starts.year},{starts.month},{starts.day})" if starts else "0"
    return f"=AND({typed}<=TODAY(),{typed}>={least})"
