"""A report of one unit, or of the province's own steps, says nothing of the run that is true of all units only."""

import io

import pytest
from openpyxl import load_workbook

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.reports.documents import RenderOptions, make
from lotrinh.services.views.reporting import narrow_report
from tests.reports.papers import make_document, paragraphs
from tests.reports.samples import UNREACHABLE, commune, everybody_at, the_report, unit_report

SON, DUONG = commune(), commune("05047", "Cao Dương")
REPORT = the_report(unit_report(SON, outcome=UNREACHABLE, heard=None), unit_report(DUONG, everybody_at(Status.DONE)))


def text(report: Report, form: str) -> str:
    if form == "docx":
        return "\n".join(paragraphs(make_document(report)))
    content = make(ReportBundle(report, has_charts=False), form, RenderOptions("vi", width=200))
    if form != "xlsx":
        return content.decode()
    rows = (row for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


FORMS = pytest.mark.parametrize("form", ["table", "markdown", "html", "docx", "xlsx"])


@FORMS
def test_one_unit_is_told_by_its_name_and_gives_no_advice_about_the_network(form: str) -> None:
    said = text(narrow_report(REPORT, "04924"), form)
    assert "Xã Lương Sơn (04924): không hỏi được" in said.replace("\\", "")
    assert "1 đơn vị:" not in said
    assert "Không hỏi được đơn vị nào" not in said
    assert "hỏi 1 đơn vị" not in said
    assert "2 đầu việc quá hạn; 1 đầu việc sắp đến hạn" in said


@FORMS
def test_the_provinces_own_report_does_not_count_units(form: str) -> None:
    said = text(narrow_report(REPORT, "25"), form)
    assert "Chỉ việc của cấp tỉnh" in said
    assert "không có đầu việc quá hạn; 1 đầu việc sắp đến hạn" in said
    assert "0 đơn vị" not in said
    assert "mọi đơn vị" not in said


def test_its_milestones_are_the_units_own() -> None:
    said = text(narrow_report(REPORT, "05047"), "docx")
    assert "Trong 4 mốc của Xã Cao Dương: 4 mốc hoàn thành đúng hạn, 0 mốc trễ hạn hoặc quá hạn" in said
    assert "Theo lượt kiểm tra luot-1 lúc 08:00 02/02/2026. Xã Cao Dương (05047): đã hỏi được." in said


@pytest.mark.parametrize("form", ["table", "html"])
def test_a_unit_where_nothing_presses_is_not_counted_either(form: str) -> None:
    assert "Đơn vị này không có đầu việc quá hạn hay sắp đến hạn." in text(narrow_report(REPORT, "05047"), form)


def test_where_nobody_of_all_could_be_asked_the_advice_stays() -> None:
    whole = the_report(unit_report(SON, outcome=UNREACHABLE))
    assert "hãy xem lại mạng" in text(whole, "table")
    assert "hãy xem lại mạng" not in text(REPORT, "table")
