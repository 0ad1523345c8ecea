"""The report as a workbook: overview, map, lists to filter, journal; real dates and numbers, to print on A4."""

from lotrinh.reports.xlsx.workbook import report_workbook

__all__ = ["report_workbook"]
