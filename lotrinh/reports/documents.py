"""Every format in which something is handed over: one table, from which commands, pages and the API derive theirs.

Importing it costs nothing but the table: the command line reads it for its help.
"""

from collections.abc import Callable, Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lotrinh.core.text import fold_text

if TYPE_CHECKING:
    from lotrinh.core.report.bundle import ReportBundle
    from lotrinh.core.report.deadline_history import PublishedDeadlines

TEXT = "; charset=utf-8"


class Paper(Flag):
    """What is handed over besides the whole report, which there is in every format."""

    NONE = 0
    CHECK = auto()
    """The report that ``lotrinh check`` prints at once."""
    CHANGES = auto()
    ROLLUP = auto()
    EXPLANATION = auto()
    ALL = CHECK | CHANGES | ROLLUP | EXPLANATION


class Format(NamedTuple):
    """One format. ``is_printable`` tells that it can be shown on a terminal; ``papers`` what else there is in it.

    ``mark`` begins a file, as spreadsheets need it to read Vietnamese.
    """

    ending: str
    media: str
    make: "Callable[[ReportBundle, RenderOptions], bytes]"
    is_printable: bool = True
    papers: Paper = Paper.NONE
    mark: bytes = b""


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
    published: "PublishedDeadlines" = MappingProxyType({})
    site: str = ""


def file_name(form: str, *parts: str) -> str:
    """Name a file of one format in plain letters, from the campaign, the run and what narrows it."""
    name = "-".join(filter(None, parts))
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name) + f".{FORMATS[form].ending}"


def formats_of(paper: Paper) -> tuple[str, ...]:
    """Name the formats in which a paper is given, in the order of the table."""
    return tuple(name for name, form in FORMATS.items() if paper in form.papers)


def file_content(form: str, content: bytes) -> bytes:
    """Return what a file of one format holds, where the content alone is for a terminal or a program."""
    return FORMATS[form].mark + content


LONGEST_NUMBER = 40


def particulars(form: str, bundle: "ReportBundle", picture: str, template: str = "") -> tuple[str, ...]:
    """Tell what keeps two files of one run apart: the picture; the layout or the template's name, and the number."""
    if form == "svg":
        return (picture,)
    if form != "docx":
        return ()
    head = bundle.letterhead
    return fold_text(template) or head.layout.value, fold_text(head.number).strip()[:LONGEST_NUMBER]


def make(bundle: "ReportBundle", form: str, options: RenderOptions) -> bytes:
    """Make one format; the same bundle and options give the same bytes."""
    return FORMATS[form].make(bundle, options)


# Each format imports its own libraries when it is made: those of DOCX and XLSX are large, and a table needs neither.


def _table(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.text import terminal

    return terminal.render(bundle.report, options.language, options.width, everything=options.everything).encode()


def _markdown(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.text import markdown

    return markdown.render(bundle.report, options.language, everything=options.everything).encode()


def _json(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    del options
    from lotrinh.reports.data.json_report import report_json

    return f"{report_json(bundle.report)}\n".encode()


def _csv(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.data.csv_report import report_csv

    return report_csv(bundle.report, options.language).encode()


def _html(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.html.html import html_page

    return html_page(bundle, options.language).encode()


def _xlsx(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.xlsx import report_workbook

    return report_workbook(bundle, options.language)


def _docx(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.docx import word_document

    return word_document(bundle, options.language, options.template)


def _svg(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.pictures.standalone import standalone_picture

    return standalone_picture(bundle.report, options.picture, options.language).encode()


def _ics(bundle: "ReportBundle", options: RenderOptions) -> bytes:
    from lotrinh.reports.calendar.feed import calendar

    return calendar(bundle.report, options.language, options.published, options.site)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Mapping[str, Format] = {
    "table": Format("txt", f"text/plain{TEXT}", _table, papers=Paper.ALL),
    "markdown": Format("md", f"text/markdown{TEXT}", _markdown, papers=Paper.ALL),
    "html": Format("html", f"text/html{TEXT}", _html, papers=Paper.CHANGES),
    "csv": Format(
        "csv",
        f"text/csv{TEXT}",
        _csv,
        papers=Paper.CHECK | Paper.CHANGES | Paper.ROLLUP,
        mark=b"\xef\xbb\xbf",
    ),
    "json": Format("json", "application/json", _json, papers=Paper.ALL),
    "xlsx": Format("xlsx", SHEET, _xlsx, is_printable=False),
    "docx": Format("docx", WORD, _docx, is_printable=False),
    "svg": Format("svg", "image/svg+xml", _svg),
    "ics": Format("ics", f"text/calendar{TEXT}", _ics),
}
ENDINGS: Mapping[str, str] = {form.ending: name for name, form in FORMATS.items()}
"""How a file's name ends -> its format."""
TERMINAL = "table"
"""The format that goes by the width of a terminal: as a file it is offered of whole reports alone."""
