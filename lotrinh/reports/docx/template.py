"""A report in an office's own DOCX: foreign code, so it is checked first, and filled where it can do nothing else.

It may hold placeholders, loops over the report's lists, conditions, sums and a few filters: ``grammar`` has the list.
What it writes and how often it loops is bounded: ``sandbox`` has the bounds.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document as Word
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docxtpl import DocxTemplate  # type: ignore[import-untyped] # the library carries no types

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.reports.docx.check import WHERE, PartCheck, all_names, check_part, paragraph_at
from lotrinh.reports.docx.package import save_document
from lotrinh.reports.docx.placeholders import Placeholders
from lotrinh.reports.docx.sandbox import FAILED, CountedRows, RowBudget, Sandbox, failure_reason, template_line
from lotrinh.reports.docx.xml import text_run

LABEL = "du_lieu_mau"
LARGEST, MOST_PARTS = 64_000_000, 2_000
"""Bytes and parts that a template may unpack to."""
NO_DOCX = M("Mẫu không phải tệp DOCX đọc được. Hãy mở mẫu bằng Word hoặc LibreOffice và lưu lại thành .docx.")
TORN = M(
    "Thẻ làm hỏng cấu trúc văn bản: mở và đóng một thẻ trong cùng một đoạn; để lặp dòng của bảng dùng {{%tr … %}}, "
    "để lặp đoạn dùng {{%p … %}}."
)
BROKEN_FILES = (zipfile.BadZipFile, zlib.error, OpcError, KeyError, ValueError, SyntaxError, EOFError, RuntimeError)
"""What the libraries raise for files that are no DOCX; lxml's syntax error is Python's."""


class _Template(DocxTemplate):  # type: ignore[misc] # as above
    """The library's template, which refuses a structure that tags have torn instead of guessing."""

    def fix_tables(self, xml: str) -> Any:  # noqa: ANN401 - as above
        try:
            parse_xml(xml)
        except SyntaxError:
            raise _bad(TORN) from None
        return super().fix_tables(xml)


def document_from_template(bundle: ReportBundle, language: str, template: bytes) -> bytes:
    """Fill the office's template; BadInput names all that is wrong with it, and which placeholders there are."""
    placeholders = Placeholders(bundle, language)
    own, environment = _open_template(template), Sandbox(language)
    used = _check_template(own, environment, placeholders)
    try:
        own.render(_values(placeholders, used), environment, autoescape=True)
    except FAILED as failed:
        raise _bad(_failure_sentence(failed, environment.source)) from failed
    made = _save_and_reopen(own)
    if bundle.report.sample and LABEL not in used:
        _label(made, placeholders.prose.sample_notice())
    subject, _ = placeholders.prose.subject()
    return save_document(made, bundle.report, bundle.letterhead.body, subject, language)


def _values(placeholders: Placeholders, used: set[str]) -> dict[str, Any]:
    """Return the values, their lists with one count for all loops together."""
    walk = RowBudget()
    values = placeholders.values(used)
    return {name: CountedRows(value, walk) if isinstance(value, list) else value for name, value in values.items()}


def _failure_sentence(failed: BaseException, source: str) -> M:
    line = template_line(failed.__traceback__)
    if not line:
        return M("Không điền được mẫu: {reason}.", reason=failure_reason(failed))
    paragraph = paragraph_at(source, line, "")
    return M("Không điền được mẫu ở đoạn: {paragraph} ({reason}).", paragraph=paragraph, reason=failure_reason(failed))


def _open_template(template: bytes) -> _Template:
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
                raise _bad(M("Mẫu quá lớn: tối đa {size} MB sau khi giải nén.", size=LARGEST // 1_000_000))
        own = _Template(io.BytesIO(template))
        own.render_init()
    except BROKEN_FILES as broken:
        raise _bad(NO_DOCX) from broken
    return own


def _check_template(own: _Template, environment: Sandbox, placeholders: Placeholders) -> set[str]:
    known = tuple(placeholders.makers)
    parts: list[PartCheck] = [check_part(source, environment, known) for source in _sources(own)]
    problems = list(dict.fromkeys(problem for part in parts for problem in part.problems))
    used = {name for part in parts for name in part.placeholders}
    if not problems and not used:
        problems = [Problem(WHERE, 0, 0, M("Mẫu không có chỗ điền nào, ví dụ {{{{ ten_dot }}}}."))]
    if problems:
        raise BadInput([*problems, all_names(known)])
    return used


def _sources(own: _Template) -> Iterator[str]:
    """Give every part that the library fills, as it hands it to Jinja."""
    yield own.patch_xml(own.get_xml())
    for kind in (own.HEADER_URI, own.FOOTER_URI):
        for _, part in own.get_headers_footers(kind):
            yield own.patch_xml(own.get_part_xml(part))
    for part in own.docx.part.package.parts:
        if part.content_type.endswith("footnotes+xml"):
            yield own.patch_xml(part.blob.decode())
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        yield str(getattr(own.docx.core_properties, name))


def _save_and_reopen(own: _Template) -> Word:
    """Write and open it again: the library leaves parts behind that python-docx does not know."""
    content = io.BytesIO()
    own.save(content)
    content.seek(0)
    return docx.Document(content)


def _label(made: Word, notice: str) -> None:
    """Put the label of sample data on every page of a template that has no place for it."""
    for number, section in enumerate(made.sections):
        headers = [section.header]
        if section.different_first_page_header_footer:
            headers.append(section.first_page_header)
        if made.settings.odd_and_even_pages_header_footer:
            headers.append(section.even_page_header)
        for header in headers:
            if number == 0 or not header.is_linked_to_previous:
                header.is_linked_to_previous = False
                text = text_run(notice, bold=True, size=10)
                centred = f'<w:p {nsdecls("w")}><w:pPr><w:jc w:val="center"/></w:pPr>{text}</w:p>'
                header._element.insert(0, parse_xml(centred))  # noqa: SLF001 - as for the official layouts


def _bad(sentence: M) -> BadInput:
    return BadInput([Problem(WHERE, 0, 0, sentence)])
