"""What nobody knows after a deadline is said so in every document: neither late, nor on its way, nor calm."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.reports.documents import RenderOptions, make
from tests.reports.papers import make_document, section, table, tables
from tests.reports.samples import UNREACHABLE, commune, everybody_at, the_report, unit_report

KEPT = {
    "lap-to": Status.DUE_SOON,
    "niem-yet": Status.OPEN,
    "ho-so": Status.OPEN,
    "khieu-nai": Status.UNSCHEDULED,
    "hoi-nghi": Status.OPEN,
}
"""Where lap-to and ho-so are past their deadline, and the unit was last heard before."""
SON, DUONG, LIEN = commune(), commune("05047", "Cao Dương"), commune("04960", "Liên Sơn")
GONE = unit_report(SON, KEPT, outcome=UNREACHABLE, heard=timedelta(days=5))
DONE = unit_report(DUONG, everybody_at(Status.DONE))
MUTE = unit_report(LIEN, everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None)


def report() -> Report:
    return the_report(GONE, DONE, province=Status.DONE)


def written_format(report: Report, form: str) -> str:
    return make(ReportBundle(report, has_charts=False), form, RenderOptions("vi", width=300)).decode()


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_it_is_counted_apart_from_what_is_due_soon_and_its_unit_is_not_called_calm(form: str) -> None:
    text = written_format(report(), form)
    assert "không có đầu việc quá hạn; 0 đầu việc sắp đến hạn; 2 đầu việc đã qua hạn mà chưa rõ" in text
    assert "1 đơn vị không có đầu việc quá hạn hay sắp đến hạn." in text
    assert "2 đầu việc đã qua hạn còn giữ tình trạng theo trả lời cuối, trước hạn: chưa rõ." in text


def test_the_document_lists_it_as_unclear_and_does_not_say_that_its_deadline_is_ahead() -> None:
    content = make_document(report())
    assert [(row[2], row[4]) for row in table(content, "Tình trạng", "Đơn vị")] == [
        ("Việc lap-to", "chưa rõ: đã qua hạn, đơn vị trả lời lần cuối trước hạn"),
        ("Việc ho-so (?)", "chưa rõ: đã qua hạn, đơn vị trả lời lần cuối trước hạn"),
    ]
    said = section(content, 4)
    assert said[1] == "5 đầu việc chưa xong hoặc chưa rõ, trong đó 2 chưa rõ; 1 đơn vị; không có đầu việc quá hạn."
    assert "3 đầu việc khác chưa đến hạn hoặc chờ mốc thực tế, không liệt kê ở đây." in said


def test_milestones_of_which_not_all_is_known_do_not_stand_among_the_late_ones() -> None:
    late = unit_report(LIEN, everybody_at(Status.DONE) | {"lap-to": Status.OVERDUE})
    content = make_document(the_report(GONE, late, province=Status.DONE))
    assert [row[1] for row in table(content, "Trong đó trễ")] == ["Mốc to-bau-cu (?)"]
    unsure = [rows[1:] for rows in tables(content) if rows[0] == ["TT", "Mốc", "Hạn", "Xong", "Chưa rõ"]]
    assert unsure == [[["1", "Mốc ho-so (?)", "17:00 01/02/2026", "1/2", "1"]]]


def test_a_milestone_whose_next_step_is_ahead_is_ahead_though_its_first_deadline_has_passed() -> None:
    ahead = unit_report(SON, everybody_at(Status.DONE) | {"niem-yet": Status.DUE_SOON})
    content = make_document(the_report(ahead, province=Status.DONE))
    assert "3 mốc hoàn thành đúng hạn, 0 mốc có đơn vị trễ" in " ".join(section(content, 1))
    assert "0 mốc đã đến hạn mà chưa xác định hết, 1 mốc chưa đến hạn" in " ".join(section(content, 1))


def test_milestones_stand_by_their_deadline() -> None:
    late = unit_report(SON, everybody_at(Status.OVERDUE))
    report = the_report(late)
    turned = replace(report, milestones=report.milestones[::-1])
    days = [row[2].split()[-1] for row in table(make_document(turned), "Trong đó trễ")][:2]
    assert days == ["31/01/2026", "01/02/2026"]


def test_units_that_nobody_heard_are_counted_as_unknown_and_never_named_as_not_done() -> None:
    open_still = unit_report(SON)
    rows = table(make_document(the_report(open_still, DONE, MUTE)), "Đơn vị chưa xong")
    assert rows[0][2:] == ["Việc niem-yet (?)", "UBND xã", "1/3 đơn vị: Xã Lương Sơn; 1 chưa rõ"]
    rows = table(make_document(the_report(DONE, MUTE, province=Status.UNKNOWN)), "Đơn vị chưa xong")
    assert [row[-1] for row in rows] == ["1 chưa rõ", "1 chưa rõ"]
    page = written_format(the_report(open_still, DONE, MUTE), "html")
    assert "1/3 đơn vị: Xã Lương Sơn; 1 chưa rõ" in page


def test_who_could_not_be_asked_is_told_apart_by_whether_it_was_ever_heard() -> None:
    said = section(make_document(the_report(GONE, DONE, MUTE)), 1)
    assert "2 đơn vị không hỏi được hoặc trả lời không hợp lệ; không tính là chưa làm." in said
    assert "1 đơn vị đã từng trả lời: số liệu lấy theo trả lời hợp lệ gần nhất." in said
    assert "1 đơn vị chưa từng trả lời hợp lệ." in said
    mute = section(make_document(the_report(DONE, MUTE)), 1)
    assert not any("gần nhất." in line for line in mute)


def test_the_workbook_says_of_what_is_past_its_deadline_that_it_need_not_be_overdue() -> None:
    def hints(of: Report) -> str:
        book = load_workbook(io.BytesIO(make(ReportBundle(of), "xlsx", RenderOptions("vi"))))
        return "\n".join(str(row[0]) for row in book["Còn phải làm"].iter_rows(max_row=5, values_only=True))

    assert "5 đầu việc chưa xong hoặc chưa rõ. Số âm ở cột “Còn (ngày)”: đã qua hạn." in hints(report())
    assert "chưa chắc đã quá hạn" in hints(report())
    assert "chưa chắc" not in hints(the_report(unit_report(SON)))
