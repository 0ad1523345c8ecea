from datetime import date, timedelta

import pytest

from lotrinh.catalog.calendars import CalendarSpec, calendar_of
from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.deadlines import ScheduleError, timetable, trace
from lotrinh.core.text import Message
from lotrinh.i18n import say
from tests.core.builders import checklist, milestone, parameter, step

IN_WORDS = (
    "ngày muộn nhất trong: (hạn của “Mốc first”; 1 ngày làm việc sau hạn của “Mốc first”; ngày đơn vị thực sự "
    "hoàn thành “Việc a”), lúc 17:00, nếu rơi vào ngày nghỉ thì chuyển đến ngày làm việc kế tiếp"
)
TET = (
    "Giao thừa Tết Nguyên Đán, Tết Nguyên Đán, Mùng hai Tết Nguyên Đán, Mùng ba Tết Nguyên Đán, Mùng bốn Tết Nguyên Đán"
)


def say_lines(lines: tuple[Message, ...]) -> list[str]:
    return [say(line, "vi") for line in lines]


def test_the_arithmetic_is_told_line_by_line() -> None:
    assert say_lines(trace(checklist(step("x", "election_day - 43 days")), "x")) == [
        "Quy tắc thời hạn: 43 ngày trước ngày bầu cử",
        "Ngày bầu cử: 15/03/2026",
        "− 43 ngày: 31/01/2026",
        "Đếm theo ngày lịch, tính cả ngày nghỉ, lễ, Tết.",
        "31/01/2026 là ngày nghỉ; không dời vì quy tắc không yêu cầu.",
        "Ngày làm việc cuối cùng trước hạn: 30/01/2026",
    ]


def test_what_a_deadline_hangs_on_is_told_first_and_once() -> None:
    rule = "latest(first, first + 1 working days, done(a)) at 17:00 roll next"
    file = checklist(milestone("first", "election_day - 2 days"), step("a"), step("x", rule, "first"))
    assert say_lines(trace(file, "x", completion_day={"a": date(2026, 3, 7)}.get)) == [
        "Quy tắc bắt đầu: hạn của “Mốc first”",
        "“Mốc first”: 2 ngày trước ngày bầu cử",
        "Ngày bầu cử: 15/03/2026",
        "− 2 ngày: 13/03/2026",
        "Hạn của “Mốc first”: 13/03/2026",
        f"Quy tắc thời hạn: {IN_WORDS}",
        "Hạn của “Mốc first”: 13/03/2026",
        "Hạn của “Mốc first”: 13/03/2026",
        "Bỏ qua thứ Bảy, Chủ nhật: 14/03/2026, 15/03/2026",
        "+ 1 ngày làm việc: 16/03/2026",
        "Ngày hoàn thành thực tế của “Việc a”: 07/03/2026",
        "Lấy ngày muộn nhất: 16/03/2026",
        "Lấy giờ trong quy tắc: 17:00 16/03/2026",
        "Là ngày làm việc nên không phải dời.",
    ]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("2026-03-15 roll next", "Ngày nghỉ, dời về sau: 16/03/2026"),
        ("2026-03-15 roll previous", "Ngày nghỉ, dời về trước: 13/03/2026"),
        ("earliest(election_day, 2026-03-13)", "Lấy ngày sớm nhất: 13/03/2026"),
        ("han", "Văn phòng chưa đặt “Tham số han”."),
        ("2999-12-31 + 1 weeks", "Ngày tính ra nằm ngoài các năm 1900–2999."),
    ],
)
def test_the_last_line_is_the_result_or_why_there_is_none(rule: str, line: str) -> None:
    file = checklist(step("x", rule), parameters=parameter("han"))
    assert say_lines(trace(file, "x"))[-1] == line
    waiting = timetable(file).steps["x"].waiting
    assert waiting is None or say(waiting, "vi") == line


def test_days_stepped_over_are_told_by_name_and_days_worked_in_exchange_too() -> None:
    vietnam = calendar_of(CalendarSpec("VN", own={date(2026, 2, 23): False, date(2026, 2, 28): True}))
    lines = say_lines(trace(checklist(step("x", "2026-02-13 + 6 working days roll next", calendar=vietnam)), "x"))
    assert lines[2:] == [
        "Bỏ qua thứ Bảy, Chủ nhật: 14/02/2026, 15/02/2026, 21/02/2026, 22/02/2026, 01/03/2026",
        f"Bỏ qua 16/02/2026–20/02/2026: {TET}",
        "Bỏ qua 23/02/2026: ngày nghỉ do văn phòng đặt",
        "Tính là ngày làm việc: 28/02/2026",
        "+ 6 ngày làm việc: 02/03/2026",
        "Là ngày làm việc nên không phải dời.",
    ]


def test_holidays_have_english_names_and_many_weekends_are_only_counted() -> None:
    file = checklist(step("x", "2026-02-13 + 60 working days", calendar=calendar_of(CalendarSpec("VN"))))
    lines = [say(line, "en") for line in trace(file, "x")]
    assert any("Lunar New Year" in line for line in lines)
    assert "Bỏ qua 27 ngày thứ Bảy, Chủ nhật" in say_lines(trace(file, "x"))


def test_a_calendar_without_working_days_has_no_last_one() -> None:
    never = Calendar(off=lambda year: frozenset(date(year, 1, 1) + timedelta(days=n) for n in range(366)))
    lines = say_lines(trace(checklist(step("x", "2026-03-16", calendar=never)), "x"))
    assert lines[-1] == "16/03/2026 là ngày nghỉ; không dời vì quy tắc không yêu cầu."


def test_a_step_without_rules_says_so() -> None:
    assert say_lines(trace(checklist(step("x")), "x")) == ["Đầu việc không có thời hạn."]


def test_a_circle_is_refused_and_an_unknown_step_is_a_key_error() -> None:
    file = checklist(step("x", "y"), step("y", "x"))
    with pytest.raises(ScheduleError, match="x → y → x"):
        trace(file, "x")
    with pytest.raises(KeyError):
        trace(file, "z")
