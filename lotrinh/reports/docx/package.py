"""A Word file: its parts, its page, and what stands at the top of each page."""

import io
import zipfile
from datetime import UTC
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE as TO
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.reports.docx.styles import styles
from lotrinh.reports.docx.xml import paragraph, text_run
from lotrinh.reports.text.tables import clean

UNUSED = {TO.THEME, TO.FONT_TABLE, TO.NUMBERING, TO.WEB_SETTINGS, TO.CUSTOM_XML, TO.THUMBNAIL, TO.EXTENDED_PROPERTIES}
STYLES_WITH_EFFECTS = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
MADE_BY = "lotrinh"
WORD_URI = "http://schemas.microsoft.com/office/word"
PAGE = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip archive can write."""
FIRST = "[Content_Types].xml"
"""Office programs, and what sniffs file types, look for it at the beginning."""
UNIX = 3


def begin_document(bundle: ReportBundle, language: str, label: str) -> Word:
    """Begin a document of the bundle's layout, with the label of sample data on every page if there is one."""
    made = Document()
    for rels in (made.part.rels, made.part.package.rels):
        for name in [n for n, rel in rels.items() if rel.reltype in UNUSED | {STYLES_WITH_EFFECTS}]:
            del rels[name]
    _replace_content(made.styles.element, styles(bundle.letterhead.layout, language))
    _replace_content(made.settings.element, _settings(language))
    _page(made, label)
    return made


def _replace_content(element: Any, content: str) -> None:  # noqa: ANN401 - python-docx leaves elements untyped
    """Put our own content in the place of the library's."""
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(f"<w:x {nsdecls('w')}>{content}</w:x>")):
        element.append(child)


def _settings(language: str) -> str:
    decimal, separator = (",", ";") if language == "vi" else (".", ",")
    return (
        '<w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/>'
        f'<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="{WORD_URI}" w:val="15"/></w:compat>'
        f'<w:themeFontLang w:val="vi-VN"/><w:decimalSymbol w:val="{decimal}"/><w:listSeparator w:val="{separator}"/>'
    )


def _page(made: Word, label: str) -> None:
    """A4; the page's number stands in the middle of the top margin, and not on page 1."""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance, section.footer_distance = Mm(8), Mm(8)
    section.different_first_page_header_footer = True
    above = paragraph("Nhanmau", text_run(label)) if label else ""
    first, others = section.first_page_header, section.header
    for header, content in ((first, above or paragraph("header")), (others, above + paragraph("header", PAGE))):
        header.is_linked_to_previous = False
        _replace_content(header._element, content)  # noqa: SLF001 - the library has no other way to the whole header


def insert_body(made: Word, body: str) -> None:
    """Put the written body before the page's own properties."""
    root = made.element.body
    end = root.sectPr
    for child in list(parse_xml(f"<w:x {nsdecls('w', 'r', 'wp', 'a', 'pic')}>{body}</w:x>")):
        end.addprevious(child)


def save_document(made: Word, report: Report, author: str, title: str, language: str) -> bytes:
    """Close the file. What it says of itself comes from the report, so that the same report gives the same bytes."""
    own, moment = made.core_properties, report.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    own.author = own.last_modified_by = clean(author)[:250] or MADE_BY
    own.title, own.comments, own.subject, own.keywords = clean(title)[:250], "", "", ""
    own.language = "vi-VN" if language == "vi" else "en-GB"
    own.created = own.modified = moment
    own.revision = 1
    content = io.BytesIO()
    made.save(content)
    return normalize_archive(content.getvalue())


def normalize_archive(content: bytes) -> bytes:
    """Write a zip archive again with its files in one order, without dates and without the machine's marks."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in sorted(set(old.namelist()), key=lambda name: (name != FIRST, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, UNIX, 0o644 << 16
            new.writestr(entry, old.read(name), compresslevel=6)
    return made.getvalue()
