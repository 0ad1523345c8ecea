"""A return sheet on paper: one self-contained page of HTML, A4 landscape, with boxes to write in by hand."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from lotrinh.core.return_sheet.return_sheet import ReturnSheet
from lotrinh.core.text import M
from lotrinh.reports.return_sheet.layout import COLUMNS, takes_field
from lotrinh.reports.return_sheet.words import TITLE, WRITTEN, SheetWording

HERE = Path(__file__).parent
PLACES = (
    M("Ngày … tháng … năm …"),
    M("NGƯỜI LẬP"),
    M("THỦ TRƯỞNG ĐƠN VỊ"),
    M("(Ký, ghi rõ họ tên)"),
    M("(Ký, ghi rõ họ tên, đóng dấu)"),
)
"""What stands where the sheet is signed."""
DAY_BOX = "…/…/……"


def sheet_page(sheet: ReturnSheet, language: str) -> str:
    """Write the page; the same sheet gives the same text."""
    words = SheetWording(sheet, language)
    heads = {column.name: words.say(column.head) for column in COLUMNS}
    rows = [
        (line, row, {column.name: takes_field(row.step, column.name) for column in COLUMNS})
        for line, row in zip(words.lines(), sheet.rows, strict=True)
    ]
    return _template().render(
        lang=language,
        title=words.say(TITLE),
        heading=words.heading(),
        sample=words.sample(),
        lines=[words.say(line) for line in WRITTEN],
        doubt=words.doubt(),
        mark=sheet.mark,
        heads=heads,
        rows=rows,
        day=DAY_BOX,
        places=[words.say(place) for place in PLACES],
    )


@cache
def _template() -> Template:
    # autoescape is on: every text of a checklist or a unit comes out as text.
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("paper.html")
