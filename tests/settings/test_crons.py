"""Cron expressions: only those that mean the same everywhere pass, and of the others each bad part is named."""

import re
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import given, reject
from hypothesis import strategies as st

from lotrinh.i18n import say
from lotrinh.settings.crons import fault_of, too_often

BEGIN, END = datetime(2026, 1, 1), datetime(2030, 1, 3)  # noqa: DTZ001 - cron knows no zones
"""A leap day and an end of each month and of years are between."""


def fault(cron: str) -> str:
    found = fault_of(cron)
    return say(found) if found else ""


def often(cron: str) -> str:
    assert fault(cron) == ""
    found = too_often(cron)
    return say(found) if found else ""


@pytest.mark.parametrize(
    "cron",
    ["0 7 * * *", "*/15 6-18 * * mon-fri", "0 7,13 1,15 * *", "30 6 * JAN-MAR 1-5", "05 07 * * 7", "0 */2 */3 * *"],
)
def test_plain_expressions_pass(cron: str) -> None:
    assert fault(cron) == ""


@pytest.mark.parametrize(
    "cron",
    ["", "0 7 * *", "0 0 7 * * *", "0 24 * * *", "60 7 * * *", "0 7 L * *", "0 7 * * 5#3", "0 7 * * 5L", "0 7 1 * 1",
     "0 7 31-1 * *", "@daily", "0 7 * * T2", "0 7/2 * * *", "0 */0 * * *", "0 ٧ * * *", "0 7,,8 * * *", "0 -7 * * *"],
)  # fmt: skip
def test_expressions_that_programs_read_differently_or_not_at_all_do_not(cron: str) -> None:
    assert fault(cron)


@pytest.mark.parametrize(
    ("cron", "named"),
    [
        ("60 7 * * *", ["phút “60”: chỉ dùng số từ 0 đến 59"]),
        ("0 25 * * *", ["giờ “25”: chỉ dùng số từ 0 đến 23"]),
        ("0 7 0 * *", ["ngày “0”: chỉ dùng số từ 1 đến 31"]),
        ("0 7 * 1-13 *", ["tháng “1-13”: chỉ dùng số từ 1 đến 12, hoặc JAN đến DEC"]),
        ("0 7 * * 5L", ["thứ “5L”: chỉ dùng số từ 0 đến 7 (0 và 7 là Chủ nhật), hoặc SUN đến SAT"]),
        ("x 24 * 13 *", ["phút “x”", "giờ “24”", "tháng “13”"]),
        ("0 7 1 * 1", ["ngày “1” và thứ “1” không dùng cùng lúc"]),
    ],
)
def test_each_bad_part_is_named_with_its_value_and_what_may_stand_there(cron: str, named: list[str]) -> None:
    said = fault(cron)
    assert all(words in said for words in named)
    assert len(re.findall("(?:phút|giờ|ngày|tháng|thứ) “", said)) == sum(words.count("“") for words in named)


def test_how_many_parts_there_are_is_said() -> None:
    assert "ở đây có 4" in fault("0 7 * *")


def test_what_is_quoted_is_short_and_harmless_for_a_terminal() -> None:
    said = fault("0 \x1b[31m" + "9" * 500 + " * * *")
    assert "\x1b" not in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("cron", "gap"),
    [
        ("* * * * *", 1),
        ("*/2 * * * *", 2),
        ("*/14 7 * * *", 14),
        ("*/50 * * * *", 10),
        ("0,10 7 * * 1", 10),
        ("50-59/9 7 * * *", 9),
        ("0,50 7-8 * * *", 10),
        ("0,59 0,23 * * *", 1),
        ("0,55 0,23 1,2 * *", 5),
        ("0,55 0,23 1,31 * *", 5),
        ("0,55 0,23 1,29 FEB,mar *", 5),
        ("0,55 0,23 1,28 2,3 *", 5),
        ("0,55 0,23 1,31 1,12 *", 5),
        ("0,55 0,23 * 6 SUN,sat", 5),
        ("0,55 0,23 * * 6-7", 5),
        ("0,55 0,23 * * */2", 5),
        ("0,55 0,23 */2 * *", 5),
    ],
)
def test_runs_that_come_too_soon_after_one_another_are_refused_with_what_to_write(cron: str, gap: int) -> None:
    said = often(cron)
    assert f"chỉ cách nhau {gap} phút; phải cách ít nhất 15 phút" in said
    assert "*/15" in said


@pytest.mark.parametrize("cron", ["*/15 * * * *", "0,15 7 * * *", "*/40 * * * *", "0,50 7,9 * * *", "59 23 * * *"])
def test_runs_a_quarter_of_an_hour_apart_are_not(cron: str) -> None:
    assert often(cron) == ""


@pytest.mark.parametrize("days", ["1 * *", "1,30 1,2 *", "*/2 2,4 *", "1,31 2,4 *", "* * 1,3,5", "* 3 mon,SAT"])
def test_the_night_counts_only_between_two_days_of_which_both_have_runs(days: str) -> None:
    assert often(f"0,55 0,23 {days}") == ""


def listed(numbers: st.SearchStrategy[int], most: int) -> st.SearchStrategy[str]:
    return st.lists(numbers, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


DAYS = listed(st.integers(1, 31) | st.sampled_from([1, 28, 29, 30, 31]), 3) | st.sampled_from(["*", "*/2", "9-31/7"])
MONTHS = listed(st.integers(1, 12), 3) | st.sampled_from(["*", "jan-MAR", "*/3"])
WEEKDAYS = listed(st.integers(0, 7), 3) | st.sampled_from(["sun", "MON-fri", "5-7", "*/2", "*/3"])
ON = st.tuples(DAYS, MONTHS, st.just("*")) | st.tuples(st.just("*"), MONTHS, WEEKDAYS)
MINUTES = st.sampled_from(["0,55", "7,53", "0,45", "0"]) | listed(st.integers(0, 59), 3)
OF_DAY = st.sampled_from(["0,23", "22-23", "0"]) | listed(st.integers(0, 23), 2)


@given(MINUTES, OF_DAY, ON)
def test_what_is_refused_is_what_has_two_runs_within_a_quarter_of_an_hour(
    minutes: str, of_day: str, on: tuple[str, str, str]
) -> None:
    cron = " ".join((minutes, of_day, *on))
    try:
        runs = list(takewhile(lambda at: at < END, CronSim(cron, BEGIN)))
    except CronSimError:
        reject()  # never comes
    closest = min((later - sooner for sooner, later in pairwise(runs)), default=timedelta.max)
    assert bool(often(cron)) is (closest < timedelta(minutes=15))
