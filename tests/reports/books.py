"""Workbooks read back by another library than the one that wrote them."""

import io
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.reports.xlsx import report_workbook

SHEETS = [
    "Tổng hợp",
    "Ma trận",
    "Đầu việc",
    "Việc của tỉnh",
    "Còn phải làm",
    "Khó khăn, kiến nghị",
    "Nhật ký",
    "Ghi chú",
]


def workbook_of(report: Report, language: str = "vi", **around: Any) -> Workbook:
    return load_workbook(io.BytesIO(report_workbook(ReportBundle(report, **around), language)))


def sheet(of: Workbook, name: str) -> Worksheet:
    found = of[name]
    assert isinstance(found, Worksheet)
    return found


def sheet_lines(of: Workbook, name: str) -> list[list[Any]]:
    """All rows of a sheet, each without its empty end."""
    found = []
    for row in sheet(of, name).iter_rows(values_only=True):
        values = list(row)
        while values and values[-1] is None:
            values.pop()
        found.append(values)
    return found


def sheet_texts(of: Workbook, name: str) -> list[str]:
    return [value for row in sheet_lines(of, name) for value in row if isinstance(value, str)]


def head_row(of: Workbook, name: str) -> int:
    """The row, from 1, of the heads of a sheet that is a list."""
    reference = sheet(of, name).auto_filter.ref
    assert reference
    return int("".join(c for c in reference.split(":")[0] if c.isdigit()))


def list_rows(of: Workbook, name: str) -> list[dict[str, Any]]:
    """The rows of a list, by their heads."""
    at = head_row(of, name)
    heads = [cell.value for cell in sheet(of, name)[at]]
    below = sheet(of, name).iter_rows(min_row=at + 1, values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in below]


def totals(of: Workbook) -> dict[str, int]:
    """What stands beside each line of words in the overview."""
    return {str(row[0]): row[1] for row in sheet_lines(of, "Tổng hợp") if len(row) > 1 and isinstance(row[1], int)}


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A date as spreadsheets know it: of no zone."""
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).replace(tzinfo=None)


def printed_header(of: Workbook, name: str) -> str:
    """What is printed at the right of the head of every page."""
    header = sheet(of, name).oddHeader
    assert header
    return header.right.text or ""
