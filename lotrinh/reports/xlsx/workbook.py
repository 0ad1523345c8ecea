"""All sheets of the workbook, in their order."""

import io
from datetime import UTC
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.report.bundle import Dossier
from lotrinh.reports.xlsx import journal, matrix, not_reached, notes, outstanding, overview, province, steps, voices
from lotrinh.reports.xlsx.context import Book
from lotrinh.reports.xlsx.styles import FONT

PARTS = (overview, matrix, steps, province, outstanding, voices, not_reached, journal, notes)
"""The sheets, in their order."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(dossier: Dossier, language: str) -> bytes:
    """Write the workbook (.xlsx); the same dossier gives the same bytes. Rows wait in the system's temporary folder."""
    out = io.BytesIO()
    with TemporaryDirectory(prefix="lotrinh-", ignore_cleanup_errors=True) as folder:
        # A dictionary of its own: XlsxWriter writes into it, and the next workbook would look otherwise.
        written = Workbook(out, OPTIONS | {"default_format_properties": dict(FONT), "tmpdir": folder})
        try:
            _fill(written, Book(written, dossier, language))
            written.close()
        finally:
            # Where something went wrong, the files are still open.
            for rows in written.worksheets():
                rows.row_data_fh.close()
    return out.getvalue()


def _fill(written: Workbook, book: Book) -> None:
    created = book.report.as_of.astimezone(UTC).replace(tzinfo=None)
    title = book.writer.say(book.report.title)
    written.set_properties({"title": title, "author": "lotrinh", "subject": book.label, "created": created})
    for part in PARTS:
        part.write(book)
