"""Return sheets: a unit's outstanding steps to fill in without a connection, as a workbook or on paper."""

from lotrinh.reports.return_sheet.paper import sheet_page
from lotrinh.reports.return_sheet.workbook import sheet_workbook

__all__ = ["sheet_page", "sheet_workbook"]
