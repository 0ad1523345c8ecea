"""Cron expressions: only those that mean the same everywhere pass, and of the others each bad part is named."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.crons import fault_of
from lotrinh.i18n import say


def fault(cron: str) -> str:
    found = fault_of(cron)
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
    ],
)
def test_runs_that_come_too_soon_after_one_another_are_refused_with_what_to_write(cron: str, gap: int) -> None:
    said = fault(cron)
    assert f"chỉ cách nhau {gap} phút; phải cách ít nhất 15 phút" in said
    assert "*/15" in said


@pytest.mark.parametrize("cron", ["*/15 * * * *", "0,15 7 * * *", "*/40 * * * *", "0,50 7,9 * * *", "59 23 * * *"])
def test_runs_a_quarter_of_an_hour_apart_are_not(cron: str) -> None:
    assert fault(cron) == ""


@given(st.sets(st.integers(0, 59), min_size=1), st.sets(st.integers(0, 23), min_size=1))
def test_the_gap_is_that_of_the_moments_themselves(minutes: set[int], hours: set[int]) -> None:
    two_days = sorted(1440 * day + 60 * hour + minute for day in (0, 1) for hour in hours for minute in minutes)
    closest = min(later - sooner for sooner, later in pairwise(two_days))
    said = fault(f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *")
    assert bool(said) is (closest < 15)
