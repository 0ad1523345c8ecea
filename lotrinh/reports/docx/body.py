"""The whole document: what stands around the body, the body, and the pictures behind it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

from docx.document import Document as Word

from lotrinh.core.report.bundle import Layout, Letterhead, ReportBundle
from lotrinh.reports.docx import party, state
from lotrinh.reports.docx.charts import charts
from lotrinh.reports.docx.letter import Closing, signature_block, title_block
from lotrinh.reports.docx.package import begin_document, insert_body, save_document
from lotrinh.reports.docx.xml import GAP, paragraph, table, text_run
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.prose.table import ProseTable

ABOVE_SIGNATURE = '<w:keepNext/><w:spacing w:before="60" w:after="240"/>'
"""A signature never stands on a page of its own."""


class OfficialLayout(Protocol):
    """What the module of a layout gives: what stands above the title and under the subject, and how a report closes."""

    UNDER_SUBJECT: str
    CLOSING: Closing

    def opening(self, letterhead: Letterhead, day: date) -> str:
        """Write what stands above the title."""


LAYOUTS: Mapping[Layout, OfficialLayout] = {Layout.STATE: state, Layout.PARTY: party}


def official_document(bundle: ReportBundle, language: str) -> bytes:
    """Make the document in the bundle's layout."""
    prose, letterhead = Prose(bundle, language), bundle.letterhead
    made = begin_document(bundle, language, prose.sample_notice())
    insert_body(made, "".join(_parts(bundle, prose, made)))
    return save_document(made, bundle.report, letterhead.body, prose.subject()[0], language)


def _parts(bundle: ReportBundle, prose: Prose, made: Word) -> Iterator[str]:
    letterhead, day = bundle.letterhead, bundle.report.as_of.date()
    layout = LAYOUTS[letterhead.layout]
    yield layout.opening(letterhead, day)
    yield title_block(prose.subject(), letterhead.to, layout.UNDER_SUBJECT)
    for section in prose.sections():
        yield paragraph("Heading1", text_run(section.title))
        yield from map(write_part, section.parts)
    if doubt := prose.doubt():
        yield paragraph("Ghichu", text_run(doubt))
    yield paragraph("Than", text_run(prose.closing() + layout.CLOSING.body), more=ABOVE_SIGNATURE)
    yield signature_block(letterhead, layout.CLOSING)
    if bundle.has_charts:
        yield from charts(bundle.report, made, prose)
    yield paragraph("Nguongoc", text_run(prose.origin()))


def write_part(part: str | ProseTable) -> str:
    """Write a sentence or a table."""
    return paragraph("Than", text_run(part)) if isinstance(part, str) else table(part) + GAP
