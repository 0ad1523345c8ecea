"""The whole document: what stands around the body, the body, and the pictures behind it."""

from collections.abc import Iterator

from docx.document import Document as Word

from lotrinh.core.report.bundle import Dossier, Layout
from lotrinh.reports.docx import party, state
from lotrinh.reports.docx.charts import charts
from lotrinh.reports.docx.letter import signed, titled
from lotrinh.reports.docx.package import blank, saved, write
from lotrinh.reports.docx.xml import GAP, paragraph, run, table
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.prose.table import Grid

ABOVE_SIGNATURE = '<w:keepNext/><w:spacing w:before="60" w:after="240"/>'
"""A signature never stands on a page of its own."""


def official(dossier: Dossier, language: str) -> bytes:
    """Make the document in the dossier's layout."""
    prose, letterhead = Prose(dossier, language), dossier.letterhead
    made = blank(dossier, language, prose.sample_notice())
    write(made, "".join(_parts(dossier, prose, made)))
    return saved(made, dossier.report, letterhead.body, prose.subject()[0], language)


def _parts(dossier: Dossier, prose: Prose, made: Word) -> Iterator[str]:
    letterhead, day = dossier.letterhead, dossier.report.as_of.date()
    layout = party if letterhead.layout is Layout.PARTY else state
    yield layout.opening(letterhead, day)
    yield titled(prose.subject(), letterhead.to, layout.UNDER_SUBJECT)
    for section in prose.sections():
        yield paragraph("Heading1", run(section.title))
        yield from map(drawn, section.parts)
    if doubt := prose.doubt():
        yield paragraph("Ghichu", run(doubt))
    yield paragraph("Than", run(prose.closing() + layout.ENDS.body), more=ABOVE_SIGNATURE)
    yield signed(letterhead, layout.ENDS)
    if dossier.charts:
        yield from charts(dossier.report, made, prose)
    yield paragraph("Nguongoc", run(prose.origin()))


def drawn(part: str | Grid) -> str:
    """Write a sentence or a table."""
    return paragraph("Than", run(part)) if isinstance(part, str) else table(part) + GAP
