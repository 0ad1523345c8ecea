"""Return sheets: a unit's outstanding steps to fill in without a connection, as a workbook or on paper."""

from lotrinh.reports.return_sheet.paper import page
from lotrinh.reports.return_sheet.workbook import workbook

__all__ = ["page", "workbook"]
