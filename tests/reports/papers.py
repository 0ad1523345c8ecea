"""Reading DOCX files back, by a reader that knows nothing of how they were written."""

import io
import re
from zipfile import ZipFile

import docx
from docx.document import Document as Word

from lotrinh.core.report.bundle import Layout, Letterhead, ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.reports.docx import word_document

STATE = Letterhead(
    layout=Layout.STATE,
    parent="Ủy ban nhân dân tỉnh Phú Thọ",
    body="Văn phòng",
    number="12",
    symbol="BC-VP",
    place="Phú Thọ",
    to="Chủ tịch Ủy ban nhân dân tỉnh",
    authority="",
    post="Chánh Văn phòng",
    signer="",
    receivers=("- Như trên;", "Các Phó Chủ tịch;"),
)
PARTY = Letterhead(
    layout=Layout.PARTY,
    parent="Tỉnh ủy Phú Thọ",
    body="Đảng ủy xã Lương Sơn",
    number="05",
    symbol="BC/ĐU",
    place="Lương Sơn",
    to="",
    authority="T/M Đảng ủy",
    post="Bí thư",
    signer="",
    receivers=("Thường trực Tỉnh ủy", "Lưu Đảng ủy"),
)


def make_document(
    report: Report, letterhead: Letterhead = STATE, *, charts: bool = False, template: bytes | None = None
) -> bytes:
    return word_document(ReportBundle(report, letterhead, has_charts=charts), "vi", template)


def open_document(content: bytes) -> Word:
    return docx.Document(io.BytesIO(content))


def paragraphs(content: bytes) -> list[str]:
    """All paragraphs, those of tables among them, in reading order."""
    body = open_document(content).element.body
    found = ["".join(t.text or "" for t in p.xpath(".//w:t")) for p in body.xpath(".//w:p")]
    return [line for line in found if line]


def tables(content: bytes) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in open_document(content).tables]


def table(content: bytes, *heads: str) -> list[list[str]]:
    """The rows of the first table with these heads."""
    return next(t[1:] for t in tables(content) if set(heads) <= set(t[0]))


def section(content: bytes, number: int) -> list[str]:
    """What stands under one numbered heading."""
    found = paragraphs(content)
    starts = [index for index, line in enumerate(found) if re.match(rf"({number}|{number + 1})\. ", line)]
    return found[starts[0] : starts[1] if len(starts) > 1 else None]


def part(content: bytes, name: str) -> str:
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def names(content: bytes) -> list[str]:
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()
