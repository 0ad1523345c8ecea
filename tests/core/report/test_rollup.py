"""The measures, from one step to the nation: what is expected, reported in time, done in time, late, and unknown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report
from lotrinh.core.report.rollup import (
    NO_AREA,
    OWN_STEPS,
    MeasuredStep,
    Rollup,
    RollupFigures,
    RollupRowKind,
    UnitFigures,
    measure_steps,
    nation_rollup,
    rate_in_tenths,
    roll_up,
    rollup_groups,
    sum_figures,
)
from lotrinh.core.status.status import Status
from tests.reports.samples import OPEN, PROVINCE, commune, the_report, unit_report

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AS_OF = datetime(2026, 2, 10, 8, tzinfo=ZONE)
DAY = date(2026, 2, 3)
MIDNIGHT = datetime(2026, 2, 4, tzinfo=ZONE)
SECOND = timedelta(seconds=1)


def measured(
    status: Status, *, completed: int | None = None, reported: datetime | None = None, due: int = 3
) -> MeasuredStep:
    """A step due at the end of this day of February."""
    day = date(2026, 2, due)
    ends = datetime(2026, 2, due, tzinfo=ZONE) + timedelta(days=1)
    return MeasuredStep(status, day, ends, date(2026, 2, completed) if completed else None, reported)


def of(*steps: MeasuredStep) -> RollupFigures:
    return measure_steps(steps, AS_OF)


def test_only_what_applies_and_has_its_deadline_behind_it_is_expected() -> None:
    excused, later = measured(Status.NOT_APPLICABLE), measured(Status.OPEN, due=10)
    waiting = MeasuredStep(Status.UNSCHEDULED, None, None, None, None)
    assert of(excused, later, waiting) == RollupFigures()
    assert of(measured(Status.OVERDUE, due=9)).expected == 1


def test_a_deadline_with_an_hour_is_behind_us_from_that_hour_on() -> None:
    at_five = MeasuredStep(Status.OVERDUE, DAY, datetime(2026, 2, 3, 17, tzinfo=ZONE), None, None)
    assert measure_steps([at_five], datetime(2026, 2, 3, 16, 59, 59, tzinfo=ZONE)).expected == 0
    assert measure_steps([at_five], datetime(2026, 2, 3, 17, tzinfo=ZONE)).expected == 1


@pytest.mark.parametrize(("reported", "in_time"), [(MIDNIGHT - SECOND, 1), (MIDNIGHT, 0)])
def test_told_in_time_is_until_the_end_of_the_last_day(reported: datetime, in_time: int) -> None:
    found = of(measured(Status.DONE, completed=3, reported=reported))
    assert (found.reported, found.reported_on_time, found.completed_on_time) == (1, in_time, 1)


def test_what_was_told_late_may_have_been_done_in_time_and_the_other_way_round() -> None:
    backdated = measured(Status.DONE, completed=3, reported=MIDNIGHT + timedelta(days=3))
    foretold = measured(Status.DONE_LATE, completed=5, reported=MIDNIGHT - SECOND)
    found = of(backdated, foretold)
    assert (found.reported_on_time, found.completed_on_time, found.completed_late) == (1, 1, 1)


def test_where_nobody_says_when_it_was_told_it_is_counted_apart_and_not_as_in_time() -> None:
    found = of(measured(Status.DONE, completed=3))
    assert (found.reported, found.reported_on_time, found.time_unknown) == (1, 0, 1)


def test_what_is_unknown_is_neither_late_nor_not_done() -> None:
    found = of(measured(Status.UNKNOWN), measured(Status.OVERDUE))
    assert (found.unknown, found.overdue, found.late, found.days_late) == (1, 1, 1, 7)


def test_a_unit_that_was_last_heard_before_the_deadline_is_unknown_and_not_overdue() -> None:
    """So is its status when we could not ask since: it was on its way then."""
    found = of(measured(Status.DUE_SOON), measured(Status.OPEN))
    assert (found.expected, found.unknown, found.overdue) == (2, 2, 0)


def test_days_late_are_counted_to_the_completion_or_to_today() -> None:
    found = of(measured(Status.DONE_LATE, completed=5), measured(Status.OVERDUE), measured(Status.DONE, completed=1))
    assert (found.days_late, found.late, found.mean, found.longest) == (2 + 7, 2, Fraction(9, 2), 7)
    assert of(measured(Status.DONE, completed=1)).mean is None


def test_what_is_done_before_anybody_expects_it_is_told_beside_the_measures() -> None:
    found = of(
        measured(Status.DONE, completed=3, due=20), MeasuredStep(Status.DONE, None, None, date(2026, 2, 1), None)
    )
    assert (found.expected, found.ahead) == (0, 2)


def test_what_waits_for_the_provinces_acceptance_is_overdue_and_said_to_wait() -> None:
    found = of(measured(Status.OVERDUE)._replace(is_awaiting=True), measured(Status.OVERDUE))
    assert (found.overdue, found.awaiting, found.reported) == (2, 1, 0)


STATUSES = st.sampled_from(Status)
MOMENTS = st.none() | st.datetimes(datetime(2026, 1, 20), datetime(2026, 2, 10)).map(lambda m: m.replace(tzinfo=ZONE))  # noqa: DTZ001 - given its zone at once
STEPS = st.builds(
    lambda status, completed, reported, due: measured(status, completed=completed, reported=reported, due=due),
    STATUSES,
    st.integers(1, 10),
    MOMENTS,
    st.integers(1, 28),
)
AREAS = st.sampled_from(["", "Hòa Bình", "Vĩnh Phúc"])
KINDS = st.sampled_from([UnitKind.COMMUNE, UnitKind.WARD, UnitKind.SPECIAL_ZONE])


@st.composite
def provinces(draw: st.DrawFn) -> Rollup:
    code = draw(st.sampled_from(["01", "25", "91"]))
    units = [Unit(f"{number:05}", draw(KINDS), f"X{number}", draw(AREAS)) for number in range(draw(st.integers(0, 6)))]
    own = Unit(code, UnitKind.PROVINCE, f"T{code}")
    lines = tuple(UnitFigures(unit, measure_steps(draw(st.lists(STEPS, max_size=5)), AS_OF)) for unit in (own, *units))
    return Rollup(
        campaign="thu",
        code=code,
        name=own.full_name,
        run="luot",
        as_of=AS_OF,
        checklist_hash="c",
        sample=False,
        lines=lines,
    )


@given(st.lists(STEPS))
def test_expected_is_reported_overdue_and_unknown_and_nothing_else(steps: Sequence[MeasuredStep]) -> None:
    found = measure_steps(steps, AS_OF)
    assert found.expected == found.reported + found.overdue + found.unknown
    assert found.reported == found.completed_on_time + found.completed_late
    assert found.reported >= found.reported_on_time + found.time_unknown
    assert found.unknown == sum(s.status not in KNOWN for s in steps if s.due and s.due <= AS_OF)


KNOWN = {Status.DONE, Status.DONE_LATE, Status.OVERDUE, Status.NOT_APPLICABLE}


@given(st.lists(STEPS), st.lists(STEPS))
def test_measuring_two_units_and_adding_is_measuring_them_as_one(
    a: Sequence[MeasuredStep], b: Sequence[MeasuredStep]
) -> None:
    assert measure_steps(a, AS_OF) + measure_steps(b, AS_OF) == measure_steps([*a, *b], AS_OF)


@given(st.lists(provinces(), min_size=1, max_size=3))
def test_whatever_has_the_rows_they_add_up_to_the_nation(several: list[Rollup]) -> None:
    whole = nation_rollup(several)
    for by in RollupRowKind:
        shown = rollup_groups(whole.provinces, by)
        assert sum((row.figures for row in shown), RollupFigures()) == whole.figures, by
        assert sum(row.units for row in shown) == sum(len(p.lines) - 1 for p in several), by


@given(provinces())
def test_areas_and_the_provinces_own_steps_make_the_province_and_no_unit_is_lost(one: Rollup) -> None:
    parts = [*one.own, *(line for lines in one.areas.values() for line in lines)]
    assert sorted(parts, key=lambda line: line.unit.code) == sorted(one.lines, key=lambda line: line.unit.code)
    assert sum_figures(parts) == one.figures


def report() -> Report:
    done = OPEN | {"lap-to": Status.DONE, "niem-yet": Status.DONE}
    return the_report(
        unit_report(commune("1", area="Vĩnh Phúc"), done),
        unit_report(commune("2", area="Hòa Bình")),
        unit_report(commune("3"), dict.fromkeys(OPEN, Status.UNKNOWN), heard=None),
    )


def test_a_report_is_rolled_up_by_area_in_order_with_the_province_first_and_the_ungrouped_last() -> None:
    found = rollup_groups([roll_up(report())], RollupRowKind.AREA)
    assert [row.title for row in found] == [OWN_STEPS, "Hòa Bình", "Vĩnh Phúc", NO_AREA]
    assert [(r.units, r.figures.expected, r.figures.reported, r.figures.unknown) for r in found] == [
        (0, 0, 0, 0),
        (1, 2, 0, 0),
        (1, 2, 1, 0),
        (1, 2, 0, 2),
    ]


def test_the_roll_up_counts_as_the_report_does() -> None:
    whole, counted = roll_up(report()).figures, report().statuses()
    assert whole.reported + whole.ahead == counted[Status.DONE] + counted[Status.DONE_LATE]
    assert whole.overdue == counted[Status.OVERDUE]


def test_units_stand_by_name_and_kind_and_a_report_without_a_province_has_no_code() -> None:
    one = roll_up(report())
    assert [row.key for row in rollup_groups([one], RollupRowKind.UNIT)] == [PROVINCE.code, "2", "1", "3"]
    assert [(row.key, row.units) for row in rollup_groups([one], RollupRowKind.KIND)] == [("", 0), ("xa", 3)]
    assert [(row.key, row.units) for row in rollup_groups([one], RollupRowKind.PROVINCE)] == [("25", 3)]
    assert roll_up(replace(report(), province=None)).code == ""


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, None), (0, 3, 0), (3, 3, 1000), (2, 3, 667), (1, 2, 500), (1, 2000, 1), (9999, 10000, 999), (1, 10**6, 1)],
)
def test_a_rate_is_rounded_and_never_says_all_or_none_where_it_is_not(
    part: int, whole: int, expected: int | None
) -> None:
    assert rate_in_tenths(part, whole) == expected


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_rate_is_within_a_twentieth_of_a_percent_unless_that_would_say_all_or_none(part: int, more: int) -> None:
    whole = part + more - 1 or 1
    found = rate_in_tenths(min(part, whole), whole)
    assert found is not None
    exact = Fraction(1000 * min(part, whole), whole)
    assert abs(exact - found) <= Fraction(1, 2) or found in {1, 999}
    assert (found == 1000) == (min(part, whole) == whole)
