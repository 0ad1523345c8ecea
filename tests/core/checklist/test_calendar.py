from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar, NoWorkingDayError
from lotrinh.core.checklist.rules import Roll

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
HOLIDAYS = st.sets(st.dates(date(2024, 6, 1), date(2028, 6, 30)), max_size=60)
AMOUNTS = st.integers(-120, 120)


def off(days: set[date]) -> Calendar:
    return Calendar(off=lambda year: frozenset(d for d in days if d.year == year))


@given(DAYS, HOLIDAYS)
def test_working_days_are_numpys(day: date, holidays: set[date]) -> None:
    assert off(holidays).is_working(day) == np.is_busday(day, holidays=[*holidays])


@given(DAYS, AMOUNTS, HOLIDAYS)
def test_counting_working_days_is_numpys(day: date, amount: int, holidays: set[date]) -> None:
    # Day 0 is the reference itself, worked or not: numpy first rolls it, against the direction of the count.
    roll = "backward" if amount > 0 else "forward"
    expected = np.busday_offset(day, amount, roll=roll, holidays=[*holidays]).item() if amount else day
    assert off(holidays).add_working_days(day, amount) == expected


@given(DAYS, HOLIDAYS, st.sampled_from(Roll))
def test_rolling_is_numpys(day: date, holidays: set[date], roll: Roll) -> None:
    direction = "forward" if roll is Roll.NEXT else "backward"
    expected = np.busday_offset(day, 0, roll=direction, holidays=[*holidays]).item()
    assert off(holidays).roll(day, roll) == expected


@given(DAYS, AMOUNTS, HOLIDAYS, HOLIDAYS, st.dictionaries(DAYS, st.booleans(), max_size=20))
def test_counting_is_a_count_day_by_day(
    day: date, amount: int, holidays: set[date], worked: set[date], own: dict[date, bool]
) -> None:
    calendar = Calendar(off(holidays).off, off(worked).off, own)
    found = calendar.add_working_days(day, amount)
    between = range(1, abs((found - day).days) + 1)
    passed = [day + timedelta(days=n if amount > 0 else -n) for n in between]

    def works(each: date) -> bool:
        return own.get(each, each in worked or (each.weekday() < 5 and each not in holidays))

    assert sum(map(works, passed)) == abs(amount)
    assert amount == 0 or works(found)


TET = {date(2026, 2, 16) + timedelta(days=n) for n in range(5)}


def test_working_days_step_over_tet() -> None:
    assert off(TET).add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert off(TET).add_working_days(date(2026, 2, 23), -1) == date(2026, 2, 13)


def test_a_saturday_worked_in_exchange_counts() -> None:
    calendar = Calendar(worked=lambda _: frozenset({date(2026, 2, 28)}))
    assert calendar.add_working_days(date(2026, 2, 27), 1) == date(2026, 2, 28)


def test_a_worked_day_wins_over_a_holiday_and_the_offices_day_over_both() -> None:
    day = date(2026, 2, 16)
    calendar = Calendar(lambda _: frozenset({day}), lambda _: frozenset({day}))
    assert calendar.is_working(day)
    assert not Calendar(calendar.off, calendar.worked, {day: False}).is_working(day)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(9999, 12, 31)])
def test_a_calendar_without_working_days_is_an_error_and_not_a_loop(day: date) -> None:
    never = Calendar(own={day + timedelta(days=n): False for n in range(400) if day.year < 9999} | {day: False})
    with pytest.raises(NoWorkingDayError):
        never.roll(day, Roll.NEXT)
    with pytest.raises(NoWorkingDayError):
        never.add_working_days(day, 1)
