"""The body of the document: the same figures as the report, and nothing said that nobody said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, StepObstacle
from lotrinh.core.status.status import Status
from lotrinh.core.text import Text
from lotrinh.reports.docx import word_document
from lotrinh.services.views.reporting import narrow_report
from tests.reports.papers import make_document, open_document, paragraphs, section, table, tables
from tests.reports.readers import number
from tests.reports.samples import (
    INVALID,
    NOW,
    TEAMS,
    UNREACHABLE,
    commune,
    everybody_at,
    the_checklist,
    the_report,
    unit_report,
)

SON, DUONG = commune(), commune("05047", "Cao Dương")


def two(**more: object) -> Report:
    done = everybody_at(Status.DONE)
    return the_report(unit_report(SON), unit_report(DUONG, done), province=Status.DONE, **more)


def test_a_milestone_that_all_reached_in_time_is_in_section_2_alone() -> None:
    report = the_report(unit_report(SON, everybody_at(Status.DONE)), province=Status.DONE)
    content = make_document(report)
    assert [row[1] for row in table(content, "Đơn vị hoàn thành")] == [
        "Mốc to-bau-cu (?)",
        "Mốc ho-so (?)",
        "Mốc sau",
        "Mốc cho",
    ]
    assert section(content, 3)[1] == "Không có mốc nào trễ hạn hoặc quá hạn."


def test_a_milestone_with_somebody_overdue_or_late_is_in_section_3_with_its_figures() -> None:
    late = {**everybody_at(Status.DONE), "ho-so": Status.DONE_LATE}
    report = the_report(unit_report(SON), unit_report(DUONG, late), province=Status.DONE)
    rows = table(make_document(report), "Trong đó trễ")
    assert rows == [
        ["1", "Mốc to-bau-cu (?)", "từ 31/01/2026", "1/2", "—", "1", "—"],
        ["2", "Mốc ho-so (?)", "17:00 01/02/2026", "1/2", "1", "1", "—"],
    ]


def test_a_deadline_that_passed_without_an_answer_is_unknown_and_neither_late_nor_reached() -> None:
    report = the_report(unit_report(SON, everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None))
    content = make_document(report)
    assert section(content, 2)[1] == "Chưa có mốc nào mà mọi đơn vị đều hoàn thành đúng hạn."
    assert section(content, 3)[1] == "Không có mốc nào trễ hạn hoặc quá hạn."
    assert not any("Trong đó trễ" in rows[0] for rows in tables(content))
    assert [row[3:] for row in table(content, "Xong", "Chưa rõ")] == [["0/1", "1"]] * 2
    assert any("chưa rõ, không tính là trễ hạn hay quá hạn" in line for line in section(content, 3))
    assert "5 đầu việc chưa xác định: không tính là chưa làm." in section(content, 4)
    assert any("không tính là xong, không tính là quá hạn" in line for line in section(content, 3))


def test_who_could_not_be_asked_is_named_with_the_reason_and_not_counted_as_not_done() -> None:
    report = the_report(
        unit_report(SON, outcome=UNREACHABLE, heard=timedelta(days=3)), unit_report(DUONG, outcome=INVALID)
    )
    content = make_document(report)
    assert [row[1:] for row in table(content, "Lý do")] == [
        ["Xã Lương Sơn (04924)", "máy của xã từ chối kết nối", "3 ngày trước"],
        ["Xã Cao Dương (05047)", "trả lời bằng trang web, không phải JSON", "vừa xong"],
    ]
    assert any("không tính là chưa làm" in line for line in section(content, 1))


def test_the_table_of_totals_is_the_reports_own() -> None:
    report = two()
    told = {row[0]: number(row[1]) for row in table(make_document(report), "Số đầu việc")}
    assert told["Tổng số đầu việc"] == report.statuses().total()
    assert told["Trong đó chưa xong hoặc chưa rõ"] == report.summary()["outstanding"]
    assert told["quá hạn"] == report.statuses()[Status.OVERDUE] == 2


def test_what_presses_is_listed_with_its_unit_in_every_row_and_the_rest_is_counted() -> None:
    content = make_document(two())
    rows = table(content, "Tình trạng", "Đơn vị")
    assert [row[1:4] for row in rows] == [
        ["Xã Lương Sơn", "Việc lap-to", "31/01/2026"],
        ["Xã Lương Sơn", "Việc ho-so (?)", "17:00 01/02/2026"],
        ["Xã Lương Sơn", "Việc niem-yet (?)", "03/02/2026"],
    ]
    assert rows[0][4] == "quá hạn 2 ngày"
    assert "2 đầu việc khác chưa đến hạn hoặc chờ mốc thực tế, không liệt kê ở đây." in section(content, 4)


def test_more_pressing_steps_than_anybody_reads_become_counts_by_unit_and_very_many_units_groups() -> None:
    some = the_report(*(unit_report(commune(f"{n:05}", f"{n}")) for n in range(120)))
    rows = table(make_document(some), "Số đơn vị")
    assert rows[0] == ["1", "Tỉnh Phú Thọ", "—", "1", "—", "1", "—"]
    assert len(rows) == 121
    many = the_report(*(unit_report(commune(f"{n:05}", f"{n}", area=f"Cụm {n % 3}")) for n in range(300)))
    rows = table(make_document(many), "Số đơn vị")
    assert [row[1:3] for row in rows] == [["Việc của tỉnh", "—"], *([f"Cụm {n}", "100"] for n in range(3))]
    assert sum(number(row[3]) for row in rows) == many.summary()["outstanding"]
    assert sum(number(row[4]) for row in rows[1:]) == many.statuses()[Status.OVERDUE]


def test_where_too_much_comes_soon_only_what_is_overdue_is_listed_by_unit() -> None:
    calm = {**everybody_at(Status.DONE), "niem-yet": Status.DUE_SOON}
    units = [unit_report(commune(f"{n:05}", f"{n}"), calm, outcome=UNREACHABLE) for n in range(201)]
    content = make_document(the_report(unit_report(SON), *units))
    assert [row[1] for row in table(content, "Tình trạng", "Đơn vị")] == ["Xã Lương Sơn"] * 2
    assert "203 đầu việc sắp đến hạn được nêu theo đầu việc ở mục 6." in section(content, 4)
    assert "Danh sách các đơn vị này có trong bảng tính kèm theo." in section(content, 1)


def test_the_provinces_own_part_of_a_late_milestone_is_said_while_it_is_not_done() -> None:
    late = {**everybody_at(Status.DONE), "hoi-nghi": Status.DONE_LATE}
    said = section(make_document(the_report(unit_report(SON, late), province=Status.OVERDUE)), 3)
    assert "Phần việc của tỉnh chưa xong trong các mốc này: Mốc sau: quá hạn." in said


def test_more_groups_than_anybody_reads_are_summed_up_in_the_last_row() -> None:
    units = [unit_report(commune(f"{n:05}", f"{n}", area=f"Cụm {n:03}")) for n in range(300)]
    report = replace(the_report(*units), province=None)
    rows = table(make_document(report), "Số đơn vị")
    assert [row[1:3] for row in (rows[0], rows[-1])] == [["Cụm 000", "1"], ["Các nhóm còn lại", "220"]]
    assert sum(number(row[3]) for row in rows) == report.summary()["outstanding"]


def test_more_voices_than_anybody_reads_are_counted() -> None:
    said = StepObstacle(
        unit=SON,
        step=TEAMS,
        text="Mất điện",
        is_proposal=False,
        reported_at=NOW,
        answer="",
        answered_at=None,
        handed_to="",
        sample=False,
    )
    content = make_document(two(obstacles=(said,) * 75))
    assert len(table(content, "Khó khăn, vướng mắc")) == 60
    assert "Còn 15 ý kiến nữa trong bảng tính kèm theo." in section(content, 5)


def test_obstacles_and_proposals_stand_with_their_answers_and_unanswered_ones_first() -> None:
    said = [
        StepObstacle(
            unit=SON,
            step=TEAMS,
            text="Mất điện",
            is_proposal=False,
            reported_at=NOW,
            answer="Đã giao điện lực",
            answered_at=NOW,
            handed_to="Sở Công Thương",
            sample=False,
        ),
        StepObstacle(
            unit=DUONG,
            step=TEAMS,
            text="Thiếu máy in",
            is_proposal=False,
            reported_at=NOW,
            answer="",
            answered_at=None,
            handed_to="",
            sample=False,
        ),
        StepObstacle(
            unit=SON,
            step=TEAMS,
            text="Cấp máy in",
            is_proposal=True,
            reported_at=NOW,
            answer="",
            answered_at=None,
            handed_to="",
            sample=False,
        ),
    ]
    content = make_document(two(obstacles=tuple(said)))
    assert [row[1:] for row in table(content, "Khó khăn, vướng mắc")] == [
        ["Xã Cao Dương", "Việc lap-to", "Thiếu máy in", "chưa trả lời"],
        ["Xã Lương Sơn", "Việc lap-to", "Mất điện", "Đã chuyển Sở Công Thương. Đã giao điện lực (08:00 02/02/2026)"],
    ]
    assert [row[3] for row in table(content, "Kiến nghị")] == ["Cấp máy in"]
    assert "2 khó khăn, vướng mắc và 1 kiến nghị; 2 chưa được trả lời." in section(content, 5)


@pytest.mark.parametrize(("days", "steps"), [(14, ["niem-yet (?)"]), (40, ["niem-yet (?)", "hoi-nghi"])])
def test_what_is_due_looks_as_far_ahead_as_asked(days: int, steps: list[str]) -> None:
    rows = table(word_document(ReportBundle(two(), ahead_days=days, has_charts=False), "vi"), "Đơn vị chưa xong")
    assert [row[2] for row in rows] == [f"Việc {step}" for step in steps]
    assert rows[0][1:] == ["03/02/2026", "Việc niem-yet (?)", "UBND xã", "1/2 đơn vị: Xã Lương Sơn"]


def test_a_step_of_the_nation_that_comes_is_shown_and_is_nobodys_here() -> None:
    schedules = {"toan-quoc": Schedule(due=Moment(date(2026, 2, 10)))}
    rows = table(make_document(two(schedules=schedules)), "Đơn vị chưa xong")
    assert rows[-1][1:] == ["10/02/2026", "Việc trung-uong", "UBND xã", "việc của trung ương"]


def test_what_all_have_finished_is_not_due_any_more() -> None:
    report = the_report(unit_report(SON, everybody_at(Status.DONE)), province=Status.DONE)
    assert section(make_document(report), 6)[1] == "Không có việc nào đến hạn."


def test_an_interrupted_run_before_this_one_is_said() -> None:
    said = section(make_document(two(interrupted="luot-0")), 1)
    assert "Lượt kiểm tra trước (luot-0) bị ngắt giữa chừng." in said


@pytest.mark.parametrize("sample", [True, False])
def test_sample_data_is_labelled_at_the_top_of_every_page(sample: bool) -> None:  # noqa: FBT001 - a table of two
    page = open_document(make_document(two(sample=sample))).sections[0]
    for header in (page.header, page.first_page_header):
        assert ("DỮ LIỆU MẪU" in header._element.xml) is sample


def test_doubtful_facts_are_marked_and_the_mark_is_explained_only_then() -> None:
    note = "(?) căn cứ hoặc thời hạn chưa kiểm chứng với văn bản gốc."
    assert note in paragraphs(make_document(two()))
    milestones = (the_checklist().milestones[3],)
    sure = replace(the_checklist(), milestones=milestones)
    report = the_report(unit_report(SON, of=sure), of=sure)
    assert not any("(?)" in line for line in paragraphs(make_document(report)))


def test_run_checklist_and_journal_are_named_in_full_at_the_end() -> None:
    last = paragraphs(make_document(two()))[-1]
    assert last == f"Lập từ lượt kiểm tra luot-1; bộ đầu việc {'c0ffee' * 10}; nhật ký kết thúc ở {'beef' * 16}."


def test_a_report_of_one_unit_is_about_it_alone() -> None:
    found = paragraphs(make_document(narrow_report(two(), "04924")))
    assert "Tiến độ thực hiện nhiệm vụ của Xã Lương Sơn: Thử" in found
    assert not any("Cao Dương" in line for line in found)


def test_the_provinces_own_steps_make_a_report_too() -> None:
    found = paragraphs(make_document(narrow_report(the_report(unit_report(SON), province=Status.OVERDUE), "25")))
    assert "Tiến độ thực hiện nhiệm vụ của Tỉnh Phú Thọ: Thử" in found
    assert any("việc của tỉnh: quá hạn" in line for line in found)


def test_a_report_without_units_says_so_in_every_section() -> None:
    report = replace(the_report(), units=(), province=None, milestones=())
    content = word_document(ReportBundle(report), "vi")
    assert section(content, 4)[1] == "Không còn đầu việc nào phải làm."
    assert section(content, 5)[1] == "Không có khó khăn, vướng mắc hay kiến nghị nào được gửi."


def test_titles_are_in_the_language_asked_for() -> None:
    report = replace(two(), title=Text("Thử", "A trial"))
    assert any("A trial" in line for line in paragraphs(word_document(ReportBundle(report, has_charts=False), "en")))
