"""Every format in which a report is handed over, made from one bundle."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.deadline_history import NOTHING_PUBLISHED, PublishedDeadlines
from lotrinh.core.text import fold_text

TEXT = "; charset=utf-8"


class Format(NamedTuple):
    """One format. ``printed`` tells that it can be shown on a terminal."""

    ending: str
    media: str
    is_printable: bool
    make: Callable[[ReportBundle, "RenderOptions"], bytes]


class RenderOptions(NamedTuple):
    """How a report is wanted: in which language, for a terminal how wide, and which steps tables list.

    ``template`` is the office's own DOCX, ``picture`` which one an SVG shows. For calendars, ``published`` are the
    deadlines that their readers were told before, and ``site`` is the portal's address, empty for no links.
    """

    language: str = "vi"
    width: int = 120
    everything: bool = True
    template: bytes | None = None
    picture: str = "timeline"
    published: PublishedDeadlines = NOTHING_PUBLISHED
    site: str = ""


def file_name(form: str, *parts: str) -> str:
    """Name a file of one format in plain letters, from the campaign, the run and what narrows it."""
    name = "-".join(filter(None, parts))
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name) + f".{FORMATS[form].ending}"


LONGEST_NUMBER = 40


def particulars(form: str, bundle: ReportBundle, picture: str, template: str = "") -> tuple[str, ...]:
    """Tell what keeps two files of one run apart: the picture; the layout or the template's name, and the number."""
    if form == "svg":
        return (picture,)
    if form != "docx":
        return ()
    head = bundle.letterhead
    return fold_text(template) or head.layout.value, fold_text(head.number).strip()[:LONGEST_NUMBER]


def make(bundle: ReportBundle, form: str, options: RenderOptions) -> bytes:
    """Make one format; the same bundle and options give the same bytes."""
    return FORMATS[form].make(bundle, options)


# Each format imports its own libraries when it is made: those of DOCX and XLSX are large, and a table needs neither.


def _table(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.text import terminal

    return terminal.render(bundle.report, options.language, options.width, everything=options.everything).encode()


def _markdown(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.text import markdown

    return markdown.render(bundle.report, options.language, everything=options.everything).encode()


def _json(bundle: ReportBundle, options: RenderOptions) -> bytes:
    del options
    from lotrinh.reports.data.json_report import report_json

    return f"{report_json(bundle.report)}\n".encode()


def _csv(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.data.csv_report import report_csv

    return report_csv(bundle.report, options.language).encode()


def _html(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.html.html import html_page

    return html_page(bundle, options.language).encode()


def _xlsx(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.xlsx import report_workbook

    return report_workbook(bundle, options.language)


def _docx(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.docx import word_document

    return word_document(bundle, options.language, options.template)


def _svg(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.pictures.standalone import standalone_picture

    return standalone_picture(bundle.report, options.picture, options.language).encode()


def _ics(bundle: ReportBundle, options: RenderOptions) -> bytes:
    from lotrinh.reports.calendar.feed import calendar

    return calendar(bundle.report, options.language, options.published, options.site)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Mapping[str, Format] = {
    "table": Format("txt", f"text/plain{TEXT}", is_printable=True, make=_table),
    "markdown": Format("md", f"text/markdown{TEXT}", is_printable=True, make=_markdown),
    "html": Format("html", f"text/html{TEXT}", is_printable=True, make=_html),
    "csv": Format("csv", f"text/csv{TEXT}", is_printable=True, make=_csv),
    "json": Format("json", "application/json", is_printable=True, make=_json),
    "xlsx": Format("xlsx", SHEET, is_printable=False, make=_xlsx),
    "docx": Format("docx", WORD, is_printable=False, make=_docx),
    "svg": Format("svg", "image/svg+xml", is_printable=True, make=_svg),
    "ics": Format("ics", f"text/calendar{TEXT}", is_printable=True, make=_ics),
}
