"""Days off that are stepped over, told by what they are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.days_off import days_between, explain_days_off
from lotrinh.core.text import Text
from lotrinh.i18n import say

FRIDAY = date(2026, 2, 13)
HOLIDAYS = {date(2026, 2, 16): Text("Giao thừa"), date(2026, 2, 17): Text("Tết"), date(2026, 2, 19): Text("")}


def calendar(own: dict[date, bool] | None = None) -> Calendar:
    named = HOLIDAYS.get
    return Calendar(
        off=lambda _: frozenset(HOLIDAYS), own=own or {}, name_of=lambda day: named(day, Text("")) or Text("")
    )


def lines_of(start: date, days: int, own: dict[date, bool] | None = None) -> list[str]:
    return [
        say(line, "vi") for line in explain_days_off(days_between(start, start + timedelta(days=days)), calendar(own))
    ]


def test_weekends_holidays_and_own_days_are_told_apart() -> None:
    assert lines_of(FRIDAY, 7, {date(2026, 2, 20): False}) == [
        "Bỏ qua thứ Bảy, Chủ nhật: 14/02/2026, 15/02/2026",
        "Bỏ qua 16/02/2026–17/02/2026: Giao thừa, Tết",
        "Bỏ qua 19/02/2026–20/02/2026: ngày nghỉ lễ, ngày nghỉ do văn phòng đặt",
    ]


def test_a_day_that_looks_off_and_is_worked_is_told() -> None:
    lines = lines_of(FRIDAY, 3, {date(2026, 2, 14): True, date(2026, 2, 16): True})
    assert lines == ["Bỏ qua thứ Bảy, Chủ nhật: 15/02/2026", "Tính là ngày làm việc: 14/02/2026, 16/02/2026"]


def test_counting_back_passes_the_same_days() -> None:
    assert lines_of(FRIDAY + timedelta(days=7), -6) == lines_of(FRIDAY, 7)
    assert lines_of(FRIDAY, 0) == []


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(-40, 40))
def test_the_days_passed_are_as_many_as_were_counted_and_end_where_the_count_ends(start: date, days: int) -> None:
    found = days_between(start, start + timedelta(days=days))
    assert len(found) == abs(days)
    assert not found or (found[-1] - start).days == days
