"""Every format in which a report is handed over, made from one dossier."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lotrinh.core.report.bundle import Dossier
from lotrinh.core.report.deadline_history import NOTHING_TOLD, Tellings
from lotrinh.core.text import fold_text

TEXT = "; charset=utf-8"


class Format(NamedTuple):
    """One format. ``printed`` tells that it can be shown on a terminal."""

    ending: str
    media: str
    printed: bool
    make: Callable[[Dossier, "Wish"], bytes]


class Wish(NamedTuple):
    """How a report is wanted: in which language, for a terminal how wide, and which steps tables list.

    ``template`` is the office's own DOCX, ``picture`` which one an SVG shows. For calendars, ``told`` is what their
    readers were told before, and ``site`` the portal's address, empty for no links.
    """

    language: str = "vi"
    width: int = 120
    everything: bool = True
    template: bytes | None = None
    picture: str = "timeline"
    told: Tellings = NOTHING_TOLD
    site: str = ""


def file_name(form: str, *parts: str) -> str:
    """Name a file of one format in plain letters, from the campaign, the run and what narrows it."""
    name = "-".join(filter(None, parts))
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name) + f".{FORMATS[form].ending}"


LONGEST_NUMBER = 40


def particulars(form: str, dossier: Dossier, picture: str, template: str = "") -> tuple[str, ...]:
    """Tell what keeps two files of one run apart: the picture; the layout or the template's name, and the number."""
    if form == "svg":
        return (picture,)
    if form != "docx":
        return ()
    head = dossier.letterhead
    return fold_text(template) or head.layout.value, fold_text(head.number).strip()[:LONGEST_NUMBER]


def make(dossier: Dossier, form: str, wish: Wish) -> bytes:
    """Make one format; the same dossier and wish give the same bytes."""
    return FORMATS[form].make(dossier, wish)


def _table(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.text import terminal

    return terminal.render(dossier.report, wish.language, wish.width, everything=wish.everything).encode()


def _markdown(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.text import markdown

    return markdown.render(dossier.report, wish.language, everything=wish.everything).encode()


def _json(dossier: Dossier, wish: Wish) -> bytes:
    del wish
    from lotrinh.reports.data.json_report import as_json

    return f"{as_json(dossier.report)}\n".encode()


def _csv(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.data.csv_report import as_csv

    return as_csv(dossier.report, wish.language).encode()


def _html(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.html.html import page

    return page(dossier, wish.language).encode()


def _xlsx(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.xlsx import workbook

    return workbook(dossier, wish.language)


def _docx(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.docx import document

    return document(dossier, wish.language, wish.template)


def _svg(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.pictures.standalone import picture

    return picture(dossier.report, wish.picture, wish.language).encode()


def _ics(dossier: Dossier, wish: Wish) -> bytes:
    from lotrinh.reports.calendar.feed import calendar

    return calendar(dossier.report, wish.language, wish.told, wish.site)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Mapping[str, Format] = {
    "table": Format("txt", f"text/plain{TEXT}", printed=True, make=_table),
    "markdown": Format("md", f"text/markdown{TEXT}", printed=True, make=_markdown),
    "html": Format("html", f"text/html{TEXT}", printed=True, make=_html),
    "csv": Format("csv", f"text/csv{TEXT}", printed=True, make=_csv),
    "json": Format("json", "application/json", printed=True, make=_json),
    "xlsx": Format("xlsx", SHEET, printed=False, make=_xlsx),
    "docx": Format("docx", WORD, printed=False, make=_docx),
    "svg": Format("svg", "image/svg+xml", printed=True, make=_svg),
    "ics": Format("ics", f"text/calendar{TEXT}", printed=True, make=_ics),
}
