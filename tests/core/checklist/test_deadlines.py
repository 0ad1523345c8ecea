from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.deadlines import Schedule, ScheduleError, awaited_steps, timetable, with_parameters
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.checklist.rules import Moment
from tests.core.builders import ELECTION, checklist, milestone, parameter, step

TET = frozenset(date(2026, 2, 16) + timedelta(days=n) for n in range(5))
VIETNAM = Calendar(off=lambda _: TET, worked=lambda _: frozenset({date(2026, 2, 28)}))


def one(
    due: str | None,
    opens: str | None = None,
    day: date | None = ELECTION,
    calendar: Calendar = VIETNAM,
    completed: Mapping[str, date] | None = None,
) -> Schedule:
    steps = step("x", due, opens, calendar=calendar), step("a"), step("b")
    return timetable(checklist(*steps, day=day), completion_day=(completed or {}).get).steps["x"]


def due(rule: str, **given: date | Mapping[str, date] | Calendar | None) -> Moment | None:
    return one(rule, **given).due  # type: ignore[arg-type]  # the names are those of one()


def waiting(schedule: Schedule) -> str:
    assert schedule.due is None
    assert schedule.waiting is not None
    return repr(schedule.waiting)


def at(year: int, month: int, day: int, hour: int | None = None, minute: int = 0) -> Moment:
    return Moment(date(year, month, day), None if hour is None else time(hour, minute))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # The law counts calendar days: Saturday 31/01 and Sunday 01/02 stay where they are (Điều 25, Điều 35).
        ("election_day - 43 days", at(2026, 1, 31)),
        ("election_day - 42 days at 17:00", at(2026, 2, 1, 17)),
        ("election_day - 6 weeks at 17:00", at(2026, 2, 1, 17)),
        ("election_day", at(2026, 3, 15)),
        # No campaigning within 24 hours before voting begins.
        ("2026-03-15T07:00 - 24 hours", at(2026, 3, 14, 7)),
        ("election_day at 07:00 - 24 hours", None),
        ("election_day - 24 hours", at(2026, 3, 14)),
        ("election_day + 48 hours", at(2026, 3, 17)),
        ("election_day - 5 hours", at(2026, 3, 15, 19)),
        ("election_day + 7 hours", at(2026, 3, 16, 7)),
        ("2026-03-14T07:00 + 1 days + 12 hours", at(2026, 3, 15, 19)),
        ("2026-03-14T07:00 - 7 hours", at(2026, 3, 14, 0)),
        # Months end where the month ends.
        ("2026-01-31 + 1 months", at(2026, 2, 28)),
        ("2028-01-31 + 1 months", at(2028, 2, 29)),
        ("2028-02-29 + 12 months", at(2029, 2, 28)),
        ("2028-02-29 - 48 months", at(2024, 2, 29)),
        ("2026-01-15 - 1 months", at(2025, 12, 15)),
        ("2026-03-31T08:00 - 1 months", at(2026, 2, 28, 8)),
        ("2026-03-31 - 1 months + 1 days", at(2026, 3, 1)),
        ("2026-03-31 + 1 days - 1 months", at(2026, 3, 1)),
        ("2028-02-28 + 1 days", at(2028, 2, 29)),
        ("2027-02-28 + 1 days", at(2027, 3, 1)),
        # Tết: Monday 16/02 to Friday 20/02/2026 off, Saturday 28/02 worked.
        ("2026-02-13 + 1 working days", at(2026, 2, 23)),
        ("2026-02-23 - 1 working days at 16:30", at(2026, 2, 13, 16, 30)),
        ("2026-02-27 + 1 working days", at(2026, 2, 28)),
        ("2026-02-16 + 0 working days", at(2026, 2, 16)),
        ("2026-02-18 roll next", at(2026, 2, 23)),
        ("2026-02-18 roll previous", at(2026, 2, 13)),
        ("2026-02-28 roll next", at(2026, 2, 28)),
        ("2026-02-18 at 11:00 roll next", at(2026, 2, 23, 11)),
        # An hour with its own offset becomes local time.
        ("2026-03-14T20:00Z", at(2026, 3, 15, 3)),
        ("2026-03-14T07:00+07:00", at(2026, 3, 14, 7)),
        ("earliest(2026-03-15, 2026-03-14)", at(2026, 3, 14)),
        ("latest(2026-03-15, 2026-03-14) - 1 days", at(2026, 3, 14)),
        # A day without an hour ends after every hour of that day.
        ("earliest(2026-03-15, 2026-03-15T23:59)", at(2026, 3, 15, 23, 59)),
        ("latest(2026-03-15, 2026-03-15T23:59)", at(2026, 3, 15)),
        ("earliest(latest(2026-03-01, 2026-03-05), election_day)", at(2026, 3, 5)),
    ],
)
def test_a_rule_gives_its_moment(rule: str, expected: Moment | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="Không hiểu từ"):
            parse_rule(rule)
    else:
        assert due(rule) == expected


def test_a_saturday_deadline_shows_the_last_working_day_before_it() -> None:
    assert one("election_day - 43 days").last_working_day == date(2026, 1, 30)
    assert one("2026-02-18").last_working_day == date(2026, 2, 13)
    assert one("2026-02-28").last_working_day == date(2026, 2, 28)


def test_the_anchor_given_goes_before_the_files() -> None:
    file = checklist(step("x", "election_day - 1 days"))
    assert timetable(file, date(2031, 3, 16)).steps["x"].due == at(2031, 3, 15)


def test_without_an_anchor_a_deadline_waits_for_it() -> None:
    schedule = one("election_day - 1 days", day=None)
    assert "Ngày bầu cử" in waiting(schedule)
    assert schedule.last_working_day is None


def test_a_parameter_waits_until_the_office_sets_it() -> None:
    file = checklist(step("x", "han - 3 days"), parameters=parameter("han"))
    assert "Tham số han" in waiting(timetable(file).steps["x"])
    mine = {"han": parse_rule("election_day - 1 days"), "other": parse_rule("nobody")}
    assert timetable(file, parameters=mine).steps["x"].due == at(2026, 3, 11)
    assert with_parameters(file, {"han": mine["han"]}).parameters["han"].due == mine["han"]


def test_a_deadline_after_a_real_completion_waits_for_it() -> None:
    assert "Việc a" in waiting(one("done(a) + 7 working days"))
    assert due("done(a) + 7 working days", completed={"a": date(2026, 2, 13)}) == at(2026, 3, 2)


@pytest.mark.parametrize("pick", ["earliest", "latest"])
def test_a_deadline_of_several_is_unknown_while_one_part_is(pick: str) -> None:
    assert "Việc a" in waiting(one(f"{pick}(election_day, done(a))"))
    assert due(f"{pick}(election_day, done(a))", completed={"a": ELECTION}) == Moment(ELECTION)


def test_windows_have_two_ends_one_or_none() -> None:
    assert one("election_day", "election_day - 10 days")[:2] == (at(2026, 3, 5), at(2026, 3, 15))
    assert one(None, "election_day - 10 days") == Schedule(at(2026, 3, 5))
    assert one(None, None) == Schedule()


def test_a_window_without_end_says_why_it_does_not_open() -> None:
    assert "Việc a" in waiting(one(None, "done(a)"))
    assert one("election_day", "done(a)").waiting is None


def test_a_rule_is_evaluated_with_the_calendar_it_stands_on() -> None:
    steps = step("x", "2026-02-13 + 1 working days", calendar=VIETNAM), step("y", "2026-02-13 + 1 working days")
    found = timetable(checklist(milestone("m", "2026-02-13 + 1 working days", steps=steps, calendar=VIETNAM)))
    assert found.steps["x"].due == found.milestones["m"].due == at(2026, 2, 23)
    assert found.steps["y"].due == at(2026, 2, 16)


def test_a_rule_may_count_from_a_milestone_or_a_step() -> None:
    later = step("x", "first + 1 days"), step("y", "x + 1 days at 08:00")
    found = timetable(checklist(milestone("first", "election_day"), *later))
    assert (found.steps["x"].due, found.steps["y"].due) == (at(2026, 3, 16), at(2026, 3, 17, 8))


def test_counting_from_what_has_no_deadline_says_so() -> None:
    assert "Việc a" in waiting(one("a + 1 days"))


FAR_BACK = "1900-01-01 - 10000 months - 10000 months - 10000 months"


@pytest.mark.parametrize(
    "rule", ["2999-12-31 + 1 days", "1900-01-01 - 10000 months", "2999-01-01 + 10000 weeks", FAR_BACK]
)
def test_a_day_out_of_all_years_is_a_sentence(rule: str) -> None:
    assert "1900–2999" in waiting(one(rule))


def test_an_anchor_at_the_end_of_time_is_a_sentence() -> None:
    for day in (date.min, date.max):
        waiting(one("election_day", day=day))
        waiting(one("election_day + 1200 months", day=day))
        waiting(one("election_day + 10000 hours", day=day))
        waiting(one("election_day - 10000 hours", day=day))


def test_a_calendar_without_working_days_is_a_sentence() -> None:
    never = Calendar(off=lambda year: frozenset(date(year, 1, 1) + timedelta(days=n) for n in range(365)))
    assert "ngày làm việc" in waiting(one("election_day + 1 working days", calendar=never))
    assert one("election_day", calendar=never).last_working_day is None


def test_an_unknown_time_zone_is_a_sentence() -> None:
    file = replace(checklist(step("x", "2026-03-14T20:00Z")), timezone="Asia/Hanoi")
    assert "Asia/Hanoi" in waiting(timetable(file).steps["x"])


@pytest.mark.parametrize("rule", ["x + 1 days", "y + 1 days", "latest(election_day, y)", "nobody", "done(nobody)"])
@pytest.mark.parametrize("key", ["due", "opens"])
def test_rules_in_a_circle_or_of_unknown_ids_are_refused(rule: str, key: str) -> None:
    circle = {"x": ("y", None), "y": (rule, None)} if key == "due" else {"x": ("y", None), "y": ("x", rule)}
    with pytest.raises(ScheduleError) as caught:
        timetable(checklist(*(step(name, *rules) for name, rules in circle.items())))
    assert caught.value.sentence


def test_a_long_chain_of_deadlines_is_no_trouble() -> None:
    chain = [step("s0", "election_day"), *(step(f"s{n}", f"s{n - 1} + 1 days") for n in range(1, 3000))]
    assert timetable(checklist(*reversed(chain))).steps["s2999"].due == Moment(ELECTION + timedelta(days=2999))


def test_awaited_steps_are_named_once_in_order() -> None:
    steps = step("a"), step("b"), step("c"), step("x", "latest(done(b), done(a)) + 1 days", "done(b)")
    file = checklist(*steps, parameters=parameter("han", "done(c)"))
    assert awaited_steps(file) == ("c", "b", "a")
    assert awaited_steps(checklist(*steps, parameters=parameter("han")), {"han": parse_rule("done(c)")})[0] == "c"


@given(st.dates(date(1950, 1, 1), date(2900, 1, 1)), st.integers(-10_000, 10_000))
def test_hours_of_whole_days_are_days(day: date, amount: int) -> None:
    sign = "-" if amount < 0 else "+"
    days = abs(amount) % 400
    assert due(f"{day} {sign} {days * 24} hours") == due(f"{day} {sign} {days} days")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2900, 1, 1)), st.integers(-10_000, 10_000))  # noqa: DTZ001 - local
def test_hours_are_the_clocks(start: datetime, amount: int) -> None:
    start = start.replace(microsecond=0)
    later = start + timedelta(hours=amount)
    assert due(f"{start.isoformat()} {'-' if amount < 0 else '+'} {abs(amount)} hours") == (later.date(), later.time())
