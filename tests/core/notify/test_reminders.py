"""Who is reminded of what: chosen days, and what holds whatever the checklist, the calendar and the day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.notify.reminders import (
    CampaignView,
    Digest,
    ReminderReason,
    ReminderRhythm,
    build_digests,
    end_of_quiet_hours,
    is_quiet_hour,
)
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import PlannedStep, Status, StepStatus
from lotrinh.core.text import M, Text
from tests.core.builders import checklist, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 2, 2)
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")
RHYTHM = ReminderRhythm((7, 3, 1), 3, 2)
WEEK = Calendar()
Steps = dict[str, tuple[Status, date | None]]


def unit(
    of: Unit, steps: Steps, outcome: Outcome = Outcome.REACHED, last_answer_at: datetime | None = None
) -> UnitReport:
    plan, step_statuses = [], []
    for name, (status, day) in steps.items():
        due = Moment(day) if day else None
        ends = due.end_in(ZONE) if due else None
        plan.append(PlannedStep(step(name), Schedule(due=due), None, ends, None, None))
        step_statuses.append(StepStatus(name, status, ends))
    return UnitReport(
        unit=of,
        outcome=outcome,
        reason=Reason.NONE,
        sentence=M("x"),
        checked_at=None,
        last_answer_at=last_answer_at,
        plan=plan,
        step_statuses=step_statuses,
    )


def campaign_view(
    units: dict[str, Steps],
    today: date = MONDAY,
    province: Steps | None = None,
    calendar: Calendar = WEEK,
    outcome: Outcome = Outcome.REACHED,
) -> CampaignView:
    now = datetime.combine(today, time(7, 30), ZONE)
    reports = tuple(unit(Unit(code, UnitKind.COMMUNE, code), steps, outcome, now) for code, steps in units.items())
    own = unit(PROVINCE, province or {}, last_answer_at=now)
    file = checklist()
    report = Report(
        campaign="thu",
        title=Text("Thử"),
        province_name="Phú Thọ",
        as_of=now,
        run="r",
        checklist=file,
        head="h",
        sample=False,
        units=reports,
        province=own,
        milestones=(),
    )
    return CampaignView(report, calendar)


def daily(day: date) -> dict[str, list[date]]:
    """Everybody was reminded on every day before: nothing has to be made up for."""
    days = [day - timedelta(days=n) for n in range(1, 60)]
    return dict.fromkeys(("25", "04924", "1", "2", "3"), days)


def on(
    day: date, due: date, status: Status = Status.OPEN, calendar: Calendar = WEEK, told_on: list[date] | None = None
) -> list[ReminderReason]:
    """Return why a step with this deadline is in its unit's digest of a day."""
    reminded = daily(day) if told_on is None else {"04924": told_on}
    made = build_digests(
        [campaign_view({"04924": {"a": (status, due)}}, day, calendar=calendar)], RHYTHM, day, reminded
    )
    return [item.reason for digest in made for item in digest.items]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (8, []),
        (7, [ReminderReason.DUE]),
        (4, []),
        (3, [ReminderReason.DUE]),
        (2, []),
        (1, [ReminderReason.DUE]),
        (0, []),
    ],
)
def test_a_unit_is_reminded_on_the_days_before_that_the_office_chose(left: int, said: list[ReminderReason]) -> None:
    day = date(2026, 2, 4)
    assert on(day, day + timedelta(days=left)) == said


def test_what_falls_on_a_quiet_day_is_told_on_the_last_working_day_before() -> None:
    friday, saturday, monday = date(2026, 2, 6), date(2026, 2, 7), date(2026, 2, 9)
    assert on(friday, saturday + timedelta(days=7)) == [ReminderReason.DUE]
    assert on(friday, saturday) == [ReminderReason.DUE]
    assert on(friday, monday) == [ReminderReason.DUE]
    assert on(saturday, saturday) == []


def test_a_deadline_in_tet_is_told_before_tet() -> None:
    tet = Calendar(own={date(2026, 2, 14) + timedelta(days=n): False for n in range(9)})
    for due in (date(2026, 2, 18), date(2026, 2, 22)):
        assert on(date(2026, 2, 13), due, calendar=tet) == [ReminderReason.DUE]
        assert [on(date(2026, 2, 14) + timedelta(days=n), due, calendar=tet) for n in range(9)] == [[]] * 9
        assert on(date(2026, 2, 23), due, Status.OVERDUE, calendar=tet) == [ReminderReason.OVERDUE]


@pytest.mark.parametrize("days", range(1, 9))
def test_an_overdue_step_is_told_on_its_first_day_and_every_third(days: int) -> None:
    every = Calendar(worked=lambda year: frozenset(date(year, 1, 1) + timedelta(days=n) for n in range(365)))
    day = date(2026, 2, 4)
    said = on(day, day - timedelta(days=days), Status.OVERDUE, every)
    assert said == ([ReminderReason.OVERDUE] if days in {1, 4, 7} else [])


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.DUE_SOON])
def test_what_we_do_not_know_to_be_overdue_is_unconfirmed(status: Status) -> None:
    day = date(2026, 2, 4)
    assert on(day, day - timedelta(days=1), status) == [ReminderReason.UNCONFIRMED]


def office(made: tuple[Digest, ...]) -> Digest:
    return next(digest for digest in made if digest.unit == PROVINCE)


def test_the_office_hears_of_what_is_overdue_for_long_enough_the_worst_unit_first() -> None:
    day = date(2026, 2, 4)
    two, five, one = (day - timedelta(days=n) for n in (2, 5, 1))
    overdue = Status.OVERDUE
    late = {"1": {"a": (overdue, two)}, "2": {"a": (overdue, five)}, "3": {"a": (overdue, one)}}
    made = build_digests([campaign_view(late, day)], RHYTHM, day, daily(day))
    (escalation,) = office(made).escalations
    assert [late.unit.code for late in escalation.late] == ["2", "1"]
    assert made[0].unit == PROVINCE


def test_a_silent_unit_is_named_as_silent_and_never_as_late() -> None:
    day = date(2026, 2, 4)
    steps = {"04924": {"a": (Status.UNKNOWN, day - timedelta(days=2))}}
    (escalation,) = office(
        build_digests([campaign_view(steps, day, outcome=Outcome.UNREACHABLE)], RHYTHM, day, {})
    ).escalations
    assert [u.code for u in escalation.silent] == ["04924"]
    assert not escalation.late


def test_one_receiver_has_one_digest_over_all_campaigns() -> None:
    day = date(2026, 2, 4)
    steps = {"04924": {"a": (Status.OPEN, day + timedelta(days=1))}}
    (digest,) = build_digests([campaign_view(steps, day), campaign_view(steps, day)], RHYTHM, day, {})
    assert len(digest.sections) == 2


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        ("20:00-06:30", "19:59", False),
        ("20:00-06:30", "20:00", True),
        ("20:00-06:30", "06:29", True),
        ("20:00-06:30", "06:30", False),
        ("12:00-13:00", "12:30", True),
        ("12:00-13:00", "13:00", False),
        ("", "00:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: str, at: str, *, quiet: bool) -> None:
    assert is_quiet_hour(hours, datetime.combine(MONDAY, time.fromisoformat(at), ZONE)) is quiet


@pytest.mark.parametrize(
    ("hours", "at", "after"),
    [
        ("20:00-06:30", "21:15", "03 06:30"),
        ("20:00-06:30", "05:00", "02 06:30"),
        ("20:00-06:30", "06:30", "02 06:30"),
        ("20:00-00:00", "23:59", "03 00:00"),
        ("12:00-13:00", "12:30", "02 13:00"),
        ("12:00-13:00", "11:59", "02 11:59"),
        ("", "23:00", "02 23:00"),
    ],
)
def test_quiet_hours_end_on_their_day_or_on_the_next(hours: str, at: str, after: str) -> None:
    found = end_of_quiet_hours(hours, datetime.combine(MONDAY, time.fromisoformat(at), ZONE))
    assert f"{found:%d %H:%M}" == after
    assert not is_quiet_hour(hours, found)


days_off = st.sets(st.integers(-15, 15), max_size=12)
offsets = st.integers(-20, 20)
plans = st.dictionaries(
    st.sampled_from(["1", "2", "3"]),
    st.dictionaries(st.sampled_from("abc"), st.tuples(st.sampled_from(list(Status)), offsets | st.none())),
)


def calendar(off: set[int]) -> Calendar:
    return Calendar(own={MONDAY + timedelta(days=n): n not in off for n in range(-40, 41)})


def made_on(day: date, plan: dict[str, dict[str, tuple[Status, int | None]]], of: Calendar) -> tuple[Digest, ...]:
    steps = {
        code: {name: (s, None if n is None else MONDAY + timedelta(days=n)) for name, (s, n) in each.items()}
        for code, each in plan.items()
    }
    return build_digests(
        [campaign_view(steps, day, calendar=of), campaign_view(steps, day, calendar=of)], RHYTHM, day, daily(day)
    )


@given(plans, days_off, st.integers(-5, 5))
def test_nobody_has_two_digests_and_nothing_finished_is_in_one(
    plan: dict[str, dict[str, tuple[Status, int | None]]], off: set[int], shift: int
) -> None:
    day, of = MONDAY + timedelta(days=shift), calendar(off)
    made = made_on(day, plan, of)
    assert len({digest.unit.code for digest in made}) == len(made)
    assert of.is_working(day) or not made
    for digest in made:
        for item in digest.items:
            status, _ = plan[digest.unit.code][item.step.id]
            assert not status.is_finished
            assert item.reason is not ReminderReason.OVERDUE or status is Status.OVERDUE
        for escalation in digest.escalations:
            for late in escalation.late:
                assert {plan[late.unit.code][i.step.id][0] for i in late.items} == {Status.OVERDUE}


@given(days_off, st.integers(-10, 10), st.sampled_from([Status.OVERDUE, Status.UNKNOWN, Status.OPEN]))
def test_every_step_that_passes_its_deadline_is_told_on_the_first_working_day_after_it(
    off: set[int], due: int, status: Status
) -> None:
    of = calendar(off)
    first = next(n for n in range(due + 1, 40) if n not in off)
    assert on(MONDAY + timedelta(days=first), MONDAY + timedelta(days=due), status, of)


@given(days_off, st.integers(-10, 10))
def test_every_step_is_told_in_time_before_its_deadline(off: set[int], due: int) -> None:
    of, last = calendar(off), MONDAY + timedelta(days=due)
    before = [n for n in range(-39, due) if n not in off]
    told_on = [n for n in before if on(MONDAY + timedelta(days=n), last, Status.OPEN, of)]
    assert before[-1] in told_on  # one day before, or the last working day before that
