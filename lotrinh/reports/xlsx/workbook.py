"""All sheets of the workbook, in their order."""

import io
from datetime import UTC
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.reports.xlsx import journal, matrix, not_reached, notes, obstacles, outstanding, overview, province, steps
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.styles import FONT

SHEETS = (overview, matrix, steps, province, outstanding, obstacles, not_reached, journal, notes)
"""The modules of the sheets, in their order; each writes one with its ``write``."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def report_workbook(bundle: ReportBundle, language: str) -> bytes:
    """Write the workbook (.xlsx); the same bundle gives the same bytes. Rows wait in the system's temporary folder."""
    out = io.BytesIO()
    with TemporaryDirectory(prefix="lotrinh-", ignore_cleanup_errors=True) as folder:
        # A dictionary of its own: XlsxWriter writes into it, and the next workbook would look otherwise.
        written = Workbook(out, OPTIONS | {"default_format_properties": dict(FONT), "tmpdir": folder})
        try:
            _fill(written, WorkbookContext(written, bundle, language))
            written.close()
        finally:
            # Where something went wrong, the files are still open.
            for rows in written.worksheets():
                rows.row_data_fh.close()
    return out.getvalue()


def _fill(written: Workbook, book: WorkbookContext) -> None:
    created = book.report.as_of.astimezone(UTC).replace(tzinfo=None)
    title = book.writer.say(book.report.title)
    written.set_properties({"title": title, "author": "lotrinh", "subject": book.label, "created": created})
    for sheet in SHEETS:
        sheet.write(book)
