"""What the tables of a report say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Status
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.documents import RenderOptions, make
from lotrinh.reports.text import markdown, terminal
from lotrinh.reports.text.tables import ReportWriter, age
from tests.core.builders import LAW, milestone
from tests.reports.samples import (
    DECREE,
    INVALID,
    LISTS,
    OPEN,
    TEAMS,
    UNREACHABLE,
    commune,
    everybody_at,
    table_cells,
    the_checklist,
    the_report,
    unit_report,
)

MILESTONES, OUTSTANDING = "MỐC THỜI GIAN", "ĐẦU VIỆC CÒN PHẢI LÀM Ở TỪNG ĐƠN VỊ"
OF_PROVINCE, SILENT = "VIỆC CỦA TỈNH CÒN PHẢI LÀM", "ĐƠN VỊ KHÔNG HỎI ĐƯỢC (không tính là chưa làm)"
OBSTACLES = "KHÓ KHĂN, VƯỚNG MẮC"
SAMPLE = "DỮ LIỆU MẪU"


def tables(*units: UnitReport, everything: bool = False, **more: Any) -> dict[str, tuple[list[tuple[str, ...]], str]]:
    """Title -> rows, head first, and the note under it."""
    writer = ReportWriter(the_report(*units, **more), "vi", everything=everything)
    return {table.title: ([table.headers, *table.rows], table.note) for table in writer.tables()}


def many() -> list[UnitReport]:
    """So many units that the report lists only what presses."""
    calm = everybody_at(Status.UPCOMING) | {"lap-to": Status.DONE, "ho-so": Status.DONE}
    return [unit_report(commune(f"{n:05}", f"Xã {n}"), calm) for n in range(30)]


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
@pytest.mark.parametrize(("language", "words"), [("vi", "DỮ LIỆU MẪU"), ("en", "SAMPLE DATA")])
def test_sample_data_is_labelled_in_both_languages_and_nothing_else_is(form: str, language: str, words: str) -> None:
    def made(*, sample: bool) -> str:
        return make(
            ReportBundle(the_report(unit_report(commune()), sample=sample)), form, RenderOptions(language)
        ).decode()

    assert words in made(sample=True)
    assert words not in made(sample=False)


def test_the_label_stands_before_everything_else_and_at_the_end_of_the_screen() -> None:
    report = the_report(unit_report(commune()), sample=True)
    lines = terminal.render(report, "vi", 120).splitlines()
    assert lines[0].startswith(SAMPLE)
    assert lines[-1].startswith(SAMPLE)
    assert f"**{SAMPLE}" in markdown.render(report, "vi").split("\n\n")[1]


def test_milestones_tell_due_date_days_left_done_of_all_overdue_unknown_and_the_province() -> None:
    units = [
        unit_report(commune("1"), OPEN | {"lap-to": Status.DONE, "niem-yet": Status.DONE_LATE}),
        unit_report(commune("2"), OPEN),
        unit_report(commune("3"), everybody_at(Status.UNKNOWN)),
    ]
    head, *rows = tables(*units)[MILESTONES][0]
    assert head == ("Mốc", "Hạn", "Còn lại", "Xong", "Quá hạn", "Chưa rõ", "Tỉnh")
    assert {row[0].split(" (?)")[0]: row[1:] for row in rows} == {
        "Mốc to-bau-cu": ("từ 31/01/2026 (ngày làm việc cuối 30/01/2026)", "đã qua 2 ngày", "1/3", "1", "1", "—"),
        "Mốc ho-so": ("17:00 01/02/2026 (ngày làm việc cuối 30/01/2026)", "đã qua 1 ngày", "0/3", "2", "1", "—"),
        "Mốc cho": ("chờ mốc thực tế", "—", "0/3", "—", "1", "—"),
        "Mốc sau": ("từ 08/02/2026 (ngày làm việc cuối 06/02/2026)", "6 ngày", "0/3", "—", "1", "sắp đến hạn"),
    }


def test_a_milestone_of_today_says_so_and_those_of_the_state_alone_are_left_out() -> None:
    steps = (replace(TEAMS, milestone="m"),)
    of = the_checklist(milestones=(milestone("m", steps=steps), the_checklist().milestones[-1]))
    today = the_report(unit_report(commune(), of=of), of=of).as_of.replace(day=31, month=1)
    (row,) = tables(unit_report(commune(), of=of), of=of)[MILESTONES][0][1:]
    assert row[2] == "đã qua 2 ngày"
    report = the_report(unit_report(commune(), of=of), of=of)
    same_day = tuple(m._replace(days_left=0) for m in report.milestones)
    (row,) = ReportWriter(replace(report, milestones=same_day, as_of=today), "vi").milestones().rows
    assert row[2] == "hôm nay"


def test_unverified_facts_are_marked_where_they_stand_and_explained_once() -> None:
    made = tables(unit_report(commune()))
    titles = [row[0] for row in made[MILESTONES][0][1:]]
    assert [title.endswith(" (?)") for title in titles] == [True, True, False, False]
    bases = {row[1]: row[4] for row in made[OUTSTANDING][0][1:]}
    assert bases == {
        "Việc lap-to": "Điều 25, 85/2015/QH13",
        "Việc niem-yet": "Điều 25, 85/2015/QH13; … (?)",
        "Việc ho-so": "Điều 7, Nghị định về họp thôn (?)",
        "Việc khieu-nai": "Điều 25, 85/2015/QH13",
        "Việc hoi-nghi": "Điều 25, 85/2015/QH13",
    }
    for text in (terminal.render(the_report(), "vi", 120), markdown.render(the_report(), "vi").replace("\\", "")):
        assert text.count("(?) căn cứ hoặc thời hạn chưa kiểm chứng") == 1


def test_without_unverified_facts_there_is_no_mark_and_no_explanation() -> None:
    of = the_checklist(milestones=(milestone("m", steps=(TEAMS,)),))
    assert "(?)" not in terminal.render(the_report(unit_report(commune(), of=of), of=of), "vi", 120)


def test_one_doubtful_basis_is_marked_once_however_many_follow() -> None:
    step = replace(LISTS, basis=(DECREE, LAW, DECREE), milestone="m")
    of = the_checklist(milestones=(milestone("m", steps=(step,)),))
    (row,) = tables(unit_report(commune(), of=of), of=of)[OUTSTANDING][0][1:]
    assert row[4] == "Điều 7, Nghị định về họp thôn (?); …"


def test_outstanding_steps_tell_unit_owner_deadline_basis_and_reason_most_urgent_first() -> None:
    flags: dict[str, dict[str, object]] = {"niem-yet": {"waiting_for": ["lap-to"], "progress": {"done": 7, "of": 12}}}
    head, *rows = tables(unit_report(commune(), flags=flags))[OUTSTANDING][0]
    assert head == ("Đơn vị", "Đầu việc", "Cơ quan", "Hạn", "Căn cứ", "Tình trạng")
    assert [(row[0], row[1], row[2], row[3], row[5]) for row in rows] == [
        ("Xã Lương Sơn (04924)", "Việc lap-to", "UBND xã", "31/01/2026", "quá hạn 2 ngày"),
        ("", "Việc ho-so", "UBND xã", "17:00 01/02/2026", "quá hạn 1 ngày"),
        ("", "Việc niem-yet", "UBND xã", "03/02/2026",
         "sắp đến hạn, còn 1 ngày; chờ 1 đầu việc trước; đã xong 7 trên 12"),
        ("", "Việc hoi-nghi", "UBND xã", "03/03/2026", "đang trong thời gian thực hiện, còn 29 ngày"),
        ("", "Việc khieu-nai", "UBND xã", "—", rows[4][5]),
    ]  # fmt: skip
    assert "niem-yet" in rows[4][5]


def test_the_unit_with_most_overdue_steps_comes_first() -> None:
    units = [
        unit_report(commune("1", "Một"), OPEN | {"lap-to": Status.DONE, "ho-so": Status.DONE}),
        unit_report(commune("2", "Hai"), OPEN),
        unit_report(commune("3", "Ba"), OPEN | {"ho-so": Status.DONE}),
    ]
    rows = tables(*units)[OUTSTANDING][0][1:]
    assert [row[0] for row in rows if row[0]] == ["Xã Hai (2)", "Xã Ba (3)", "Xã Một (1)"]


def test_finished_steps_are_not_outstanding() -> None:
    for status in (Status.DONE, Status.DONE_LATE, Status.NOT_APPLICABLE):
        made = tables(unit_report(commune(), everybody_at(status)), province=status)
        assert made[OUTSTANDING] == ([made[OUTSTANDING][0][0]], "1 đơn vị không có đầu việc quá hạn hay sắp đến hạn.")
        assert OF_PROVINCE not in made


def test_the_province_has_its_own_table_and_national_steps_are_nobodys() -> None:
    made = tables(unit_report(commune()))
    head, row = made[OF_PROVINCE][0]
    assert head[0] == "Đầu việc"
    assert row[:3] == ("Việc cua-tinh", "UBND tỉnh", "08/02/2026")
    assert not any("trung-uong" in cell for rows, _ in made.values() for line in rows for cell in line)


def test_with_many_steps_left_only_what_presses_is_listed_and_the_rest_is_counted() -> None:
    made, note = tables(unit_report(commune()), *many())[OUTSTANDING]
    assert [row[1] for row in made[1:]] == ["Việc lap-to", "Việc ho-so", "Việc niem-yet", "… và 2 đầu việc nữa"]
    assert note == "30 đơn vị không có đầu việc quá hạn hay sắp đến hạn. Thêm --all để xem mọi đầu việc còn phải làm."


def test_everything_is_listed_where_it_is_asked_for() -> None:
    made, note = tables(unit_report(commune()), *many(), everything=True)[OUTSTANDING]
    assert len(made) == 1 + 5 + 3 * 30
    assert "--all" not in note


def test_steps_nobody_spoke_of_are_outstanding_too_in_a_unit_that_answered_others() -> None:
    unit = unit_report(commune(), OPEN | {"hoi-nghi": Status.UNKNOWN})
    reasons = {row[1]: row[5] for row in tables(unit)[OUTSTANDING][0][1:]}
    assert "chưa xác định" in reasons["Việc hoi-nghi"]
    listed, _ = tables(unit, *many())[OUTSTANDING]
    assert listed[-1][1] == "… và 2 đầu việc nữa"


def test_units_that_never_answered_are_counted_and_not_said_to_be_without_work() -> None:
    silent = unit_report(commune(), everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None)
    rows, note = tables(silent)[OUTSTANDING]
    assert len(rows) == 1
    assert note == "1 đơn vị chưa từng trả lời hợp lệ: mọi đầu việc chưa xác định."


def test_units_not_asked_are_listed_with_reason_and_age_of_their_last_answer() -> None:
    unnamed = (Outcome.UNREACHABLE, Reason.DNS, M("không có tên"))
    units = [
        unit_report(commune("1", "Một")),
        unit_report(commune("2", "Hai"), outcome=UNREACHABLE, heard=timedelta(hours=30)),
        unit_report(commune("3", "Ba"), outcome=INVALID, heard=None),
        unit_report(commune("4", "Bốn"), outcome=unnamed, heard=timedelta(days=3)),
    ]
    head, *rows = tables(*units)[SILENT][0]
    assert head == ("Đơn vị", "Kết quả", "Lý do", "Trả lời hợp lệ gần nhất")
    assert rows == [
        ("Xã Hai (2)", "không hỏi được", "máy của xã từ chối kết nối", "30 giờ trước"),
        ("Xã Ba (3)", "trả lời không hợp lệ", "trả lời bằng trang web, không phải JSON", "chưa bao giờ"),
        ("Xã Bốn (4)", "không hỏi được", "không có tên", "3 ngày trước"),
    ]


def test_where_every_unit_was_reached_no_table_of_silence_is_shown() -> None:
    assert SILENT not in tables(unit_report(commune()))


def test_a_run_in_which_nobody_was_reached_points_to_our_own_network() -> None:
    words = "hãy xem lại mạng của nơi kiểm tra trước"
    silent = unit_report(commune(), outcome=UNREACHABLE)
    assert words in terminal.render(the_report(silent), "vi", 120)
    assert words not in terminal.render(the_report(silent, unit_report(commune("2"))), "vi", 120)
    assert words not in terminal.render(the_report(), "vi", 120)


def test_obstacles_are_told_in_the_words_of_the_unit_the_provinces_too() -> None:
    flags = {"niem-yet": {"obstacle": "Chưa nhận được dữ liệu dân cư"}}
    report = the_report(unit_report(commune(), flags=flags))
    assert report.province is not None
    (step_status,) = report.province.step_statuses
    own = report.province._replace(step_statuses=(step_status._replace(flags={"obstacle": "Chờ kinh phí"}),))
    table = ReportWriter(replace(report, province=own), "vi").obstacles()
    assert table.rows == (
        ("Tỉnh Phú Thọ (25)", "Việc cua-tinh", "Chờ kinh phí"),
        ("Xã Lương Sơn (04924)", "Việc niem-yet", "Chưa nhận được dữ liệu dân cư"),
    )
    assert OBSTACLES not in tables(unit_report(commune()))


def test_terminal_and_markdown_carry_the_same_tables() -> None:
    flags = {"niem-yet": {"obstacle": "Chưa nhận được dữ liệu dân cư"}}
    report = the_report(unit_report(commune(), flags=flags), unit_report(commune("2"), outcome=UNREACHABLE))
    drawn, written = terminal.render(report, "vi", 180), markdown.render(report, "vi").replace("\\", "")
    for table in ReportWriter(report, "vi").tables():
        assert table.title in drawn
        assert table_cells(written, table.title) == [list(table.headers), *map(list, table.rows)]


def test_the_head_of_the_journal_and_the_checklist_stand_on_every_report_in_words() -> None:
    for text in (terminal.render(the_report(), "vi", 120), markdown.render(the_report(), "vi")):
        assert "Mã bộ đầu việc c0ffeec0ffee; nhật ký kết thúc ở beefbeefbeef." in text


def test_a_run_that_was_cut_off_before_this_one_is_named() -> None:
    for form in ("table", "markdown"):
        cut_off = make(ReportBundle(the_report(interrupted="luot-0")), form, RenderOptions()).decode()
        assert "(luot-0) bị ngắt giữa chừng" in cut_off.replace("\\", "")
        assert "bị ngắt" not in make(ReportBundle(the_report()), form, RenderOptions()).decode()


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "vừa xong"),
        (timedelta(minutes=59), "vừa xong"),
        (timedelta(hours=1), "1 giờ trước"),
        (timedelta(hours=47, minutes=59), "47 giờ trước"),
        (timedelta(hours=48), "2 ngày trước"),
        (timedelta(days=40, hours=23), "40 ngày trước"),
    ],
)
def test_ages_are_told_in_hours_up_to_two_days_then_in_days(time: timedelta, words: str) -> None:
    assert say(age(time)) == words


def test_a_step_of_a_polling_area_is_the_communes_work() -> None:
    step = replace(TEAMS, level=Level.POLLING_AREA, milestone="m")
    of = the_checklist(milestones=(milestone("m", steps=(step,)),))
    assert len(tables(unit_report(commune(), of=of), of=of)[OUTSTANDING][0]) == 2
