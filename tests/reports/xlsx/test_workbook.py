"""The workbook: the totals of every other format, real dates and numbers, codes that stay what they are."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from openpyxl import Workbook

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.bundle import Letterhead
from lotrinh.core.report.report import Report, StepObstacle
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS, STATUS
from lotrinh.core.text import M
from lotrinh.i18n import say
from tests.reports.books import (
    SHEETS,
    at,
    head_row,
    list_rows,
    printed_header,
    sheet,
    sheet_lines,
    sheet_texts,
    totals,
    workbook_of,
)
from tests.reports.samples import (
    NOW,
    OPEN,
    PROVINCE,
    UNREACHABLE,
    commune,
    everybody_at,
    the_checklist,
    the_report,
    unit_report,
)
from tests.reports.test_totals import reports

WORDS = {status: say(words) for status, words in STATUS.items()}
OF_SIGN = {sign.vi: status for status, sign in SIGNS.items()}


def small(**more: Any) -> Report:
    done = unit_report(commune("04960", "Liên Sơn", area="Lương Sơn"), everybody_at(Status.DONE))
    flags: dict[str, dict[str, object]] = {"lap-to": {"obstacle": "Mất điện"}, "hoi-nghi": {"waiting_for": ["ho-so"]}}
    return the_report(unit_report(commune(), flags=flags), done, **more)


def count_drawn_statuses(of: Workbook) -> Counter[Status]:
    """Count the signs of the map and the words of the province's list."""
    signs = Counter(OF_SIGN[v] for row in list_rows(of, "Ma trận") for v in list(row.values())[5:] if v in OF_SIGN)
    words = {word: status for status, word in WORDS.items()}
    return signs + Counter(words[row["Tình trạng"]] for row in list_rows(of, "Việc của tỉnh"))


@settings(max_examples=12)
@given(reports())
def test_every_sheet_counts_the_steps_as_all_formats_do(report: Report) -> None:
    made, statuses = workbook_of(report), report.summary()["statuses"]
    said = totals(made)
    assert isinstance(statuses, dict)
    for status in Status:
        assert said[f"{SIGNS[status].vi}  {WORDS[status]}"] == statuses[status.value]
    assert said["Chưa xong hoặc chưa rõ"] == report.summary()["outstanding"] == len(list_rows(made, "Còn phải làm"))
    assert said["Tổng số đơn vị"] == report.summary()["units"]
    assert said["không hỏi được"] == report.summary()["unreachable"]
    columns = {status: f"{SIGNS[status].vi}\n{WORDS[status]}" for status in Status}
    by_step = {s.value: sum(row[columns[s]] for row in list_rows(made, "Đầu việc")) for s in Status}
    assert by_step == statuses
    if report.units:
        assert {s.value: count_drawn_statuses(made)[s] for s in Status} == statuses


@settings(max_examples=12)
@given(reports())
def test_milestones_have_the_figures_of_the_report(report: Report) -> None:
    rows = {str(row[0]).removesuffix(" (?)"): row for row in sheet_lines(workbook_of(report), "Tổng hợp") if row}
    for row in report.milestones:
        units, done, overdue, unknown = (*rows[row.milestone.title.vi], *[None] * 8)[4:8]
        expected = (row.units, row.done, row.overdue, row.unknown) if row.units else (None,) * 4
        assert (units, done, overdue, unknown) == expected


def test_codes_keep_their_leading_zero() -> None:
    made = workbook_of(small())
    for name in ("Ma trận", "Còn phải làm"):
        codes = [
            sheet(made, name).cell(row, 1) for row in range(head_row(made, name) + 1, sheet(made, name).max_row + 1)
        ]
        assert {(cell.value, cell.data_type, cell.number_format) for cell in codes if cell.value != "25"} >= {
            ("04924", "s", "@")
        }
        assert "04960" in {cell.value for cell in codes} or name == "Còn phải làm"


def test_deadlines_are_dates_and_days_left_are_numbers() -> None:
    made = workbook_of(small())
    row = next(r for r in list_rows(made, "Còn phải làm") if r["Đầu việc"] == "Việc lap-to")
    assert (row["Hạn"], row["Còn (ngày)"]) == (at(2026, 1, 31), -2)
    due = next(c for r in sheet(made, "Còn phải làm").iter_rows() for c in r if c.value == row["Hạn"])
    assert (due.is_date, due.number_format) == (True, "dd/mm/yyyy")


def test_a_deadline_with_an_hour_keeps_it() -> None:
    made = workbook_of(small())
    row = next(r for r in list_rows(made, "Còn phải làm") if r["Đầu việc"] == "Việc ho-so (?)")
    assert row["Hạn"] == at(2026, 2, 1, 17)
    due = next(c for r in sheet(made, "Còn phải làm").iter_rows() for c in r if c.value == row["Hạn"])
    assert due.number_format == "hh:mm dd/mm/yyyy"


def test_a_milestone_of_the_nation_is_shown_with_its_deadline_and_counts_for_nobody() -> None:
    known = {"toan-quoc": Schedule(due=Moment(date(2025, 11, 20)))}
    row = next(r for r in sheet_lines(workbook_of(small(schedules=known)), "Tổng hợp") if r and r[0] == "Mốc toan-quoc")
    assert row[1] == at(2025, 11, 20)
    assert row[4:8] == [None] * 4
    assert row[9] == "việc của trung ương, nêu để theo dõi"


def test_what_nobody_has_verified_carries_its_mark_on_every_sheet() -> None:
    made = workbook_of(small())
    assert "Việc ho-so (?)" in sheet_texts(made, "Còn phải làm")
    assert "Việc ho-so (?)" in sheet_texts(made, "Đầu việc")
    assert "Mốc ho-so (?)" in sheet_texts(made, "Tổng hợp")
    assert "Việc ho-so (?)" in sheet_texts(made, "Ma trận")


def test_reasons_and_remarks_stand_beside_what_is_outstanding() -> None:
    rows = {
        r["Đầu việc"]: r["Lý do, ghi chú"]
        for r in list_rows(workbook_of(small()), "Còn phải làm")
        if r["Mã"] == "04924"
    }
    assert rows["Việc lap-to"] == "vướng mắc: Mất điện"
    assert rows["Việc hoi-nghi"] == "chờ 1 đầu việc trước"
    assert rows["Việc khieu-nai"].startswith("Chờ ngày hoàn thành thực tế")


def test_a_unit_that_was_not_reached_is_named_and_its_steps_stay_unknown() -> None:
    silent = unit_report(commune(), everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None)
    made = workbook_of(the_report(silent))
    (row,) = list_rows(made, "Không hỏi được")
    assert (row["Mã"], row["Lý do"], row["Trả lời hợp lệ gần nhất"]) == (
        "04924",
        "máy của xã từ chối kết nối",
        "chưa bao giờ",
    )
    assert {r["Tình trạng"] for r in list_rows(made, "Còn phải làm") if r["Mã"] == "04924"} == {"chưa xác định"}
    assert list_rows(made, "Ma trận")[0]["Quá hạn"] == 0


def test_a_state_has_a_sign_beside_its_colour() -> None:
    made = workbook_of(small())
    row = sheet(made, "Ma trận")[head_row(made, "Ma trận") + 1]
    signs = {str(cell.value): cell for cell in row if cell.value in OF_SIGN}
    assert signs["Q"].fill.start_color.rgb == "FFA3101A"
    assert set(signs) == {SIGNS[OPEN[step]].vi for step in OPEN if step != "cua-tinh"}


def test_the_whole_title_of_a_step_is_in_the_comment_of_its_head() -> None:
    made = workbook_of(small())
    comments = [c.comment.text for row in sheet(made, "Ma trận").iter_rows() for c in row if c.comment]
    assert "1.1. Việc lap-to\nMốc to-bau-cu (?)\nHạn: 31/01/2026" in comments
    assert len(comments) == 5


def test_obstacles_and_proposals_carry_their_answers() -> None:
    unit, step = commune(), the_checklist().steps["lap-to"]
    answered = ("Đã giao Sở Nội vụ", NOW, "Sở Nội vụ", False)
    obstacles = (
        StepObstacle(unit, step, "Mất điện", False, NOW, *answered),  # noqa: FBT003 - an obstacle
        StepObstacle(
            unit=unit,
            step=step,
            text="Cấp máy in",
            is_proposal=True,
            reported_at=NOW,
            answer="",
            answered_at=None,
            handed_to="",
            sample=False,
        ),
    )
    made = workbook_of(small(obstacles=obstacles))
    first, second = list_rows(made, "Khó khăn, kiến nghị")
    assert (first["Nội dung"], first["Trả lời"], first["Cơ quan xử lý"]) == ("Mất điện", answered[0], "Sở Nội vụ")
    assert first["Gửi lúc"] == first["Trả lời lúc"] == NOW.replace(tzinfo=None)
    assert (second["Loại"], second["Trả lời lúc"]) == ("kiến nghị", None)
    assert "1 khó khăn, vướng mắc; 1 kiến nghị; 1 đã được trả lời." in sheet_texts(made, "Khó khăn, kiến nghị")


def test_areas_have_a_column_where_units_have_one() -> None:
    assert [row["Khu vực"] for row in list_rows(workbook_of(small()), "Ma trận")] == [None, "Lương Sơn"]
    assert "Khu vực" not in list_rows(workbook_of(the_report(unit_report(commune()))), "Ma trận")[0]


def test_a_report_without_units_says_so() -> None:
    made = workbook_of(the_report())
    assert "Báo cáo này không có xã, phường, đặc khu nào." in sheet_texts(made, "Ma trận")
    assert [row["Mã"] for row in list_rows(made, "Còn phải làm")] == [PROVINCE.code]


def test_a_report_of_nothing_at_all_is_still_a_workbook() -> None:
    empty = replace(the_report(), province=None, checklist=the_checklist(milestones=()), milestones=())
    made = workbook_of(empty)
    assert made.sheetnames == [name for name in SHEETS if name != "Việc của tỉnh"]
    assert totals(made)["Tổng số đầu việc"] == 0


def test_the_report_of_one_unit_has_only_that_unit() -> None:
    made = workbook_of(replace(the_report(unit_report(commune())), province=None))
    assert [row["Mã"] for row in list_rows(made, "Ma trận")] == ["04924"]
    assert "Việc của tỉnh" not in made.sheetnames


def test_sample_data_is_labelled_on_every_sheet_and_on_every_printed_page() -> None:
    made = workbook_of(small(sample=True))
    assert made.sheetnames == SHEETS
    for name in made.sheetnames:
        assert sheet_texts(made, name)[0].startswith("DỮ LIỆU MẪU")
        assert printed_header(made, name) == "&BDỮ LIỆU MẪU"  # in bold


def test_real_data_is_not_called_sample() -> None:
    made = workbook_of(small())
    for name in made.sheetnames:
        assert not any("MẪU" in text.upper() for text in sheet_texts(made, name))
        assert not printed_header(made, name)


def test_the_issuing_body_stands_above_the_title() -> None:
    made = workbook_of(small(), letterhead=Letterhead(parent="UBND tỉnh Phú Thọ", body="Văn phòng"))
    assert sheet_texts(made, "Tổng hợp")[:3] == ["UBND tỉnh Phú Thọ", "Văn phòng", "Thử"]


def test_english_has_its_own_dates_and_titles() -> None:
    made = workbook_of(small(title=the_checklist().title._replace(en="Trial")), "en")
    assert sheet_texts(made, made.sheetnames[0])[0] == "Trial"
    formats = {
        c.number_format for row in sheet(made, made.sheetnames[0]).iter_rows() for c in row if c.value and c.is_date
    }
    assert formats == {"[$-409]dd mmm yyyy", "[$-409]dd mmm yyyy hh:mm"}


def test_hashes_are_whole_in_the_notes() -> None:
    report = small()
    assert {report.head, report.checklist.content_hash} <= set(sheet_texts(workbook_of(report), "Ghi chú"))


def test_steps_are_numbered_as_the_board_numbers_their_milestones() -> None:
    numbers = {row["Đầu việc"]: row["Số"] for row in list_rows(workbook_of(small()), "Đầu việc")}
    assert numbers == {
        "Việc lap-to": "1.1",
        "Việc niem-yet (?)": "1.2",
        "Việc ho-so (?)": "2.1",
        "Việc khieu-nai": "3.1",
        "Việc hoi-nghi": "4.1",
        "Việc cua-tinh": "4.2",
    }


def test_a_milestone_whose_units_differ_says_that_its_date_is_the_earliest() -> None:
    report = small()
    spread = [row._replace(has_different_dues=True, waiting=M("chờ họp")) for row in report.milestones]
    notes = [
        row[9]
        for row in sheet_lines(workbook_of(replace(report, milestones=tuple(spread))), "Tổng hợp")
        if len(row) > 9
    ]
    assert sum("đây là hạn sớm nhất; chờ họp" in note for note in notes) == len(spread)


def test_the_last_working_day_stands_beside_a_deadline_on_a_day_off() -> None:
    row = next(r for r in sheet_lines(workbook_of(small()), "Tổng hợp") if r and r[0] == "Mốc to-bau-cu (?)")
    assert row[1:3] == [at(2026, 1, 31), at(2026, 1, 30)]
