"""Planned against done over time."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.report.curve import CurveStep, build_curve, thin_points

TODAY = date(2026, 2, 2)
DAY = timedelta(days=1)
DAYS = st.integers(-40, 40).map(lambda n: TODAY + n * DAY)
PAST = st.integers(-40, 0).map(lambda n: TODAY + n * DAY)
STEPS = st.lists(st.builds(CurveStep, st.none() | DAYS, st.none() | PAST, st.none() | PAST, st.booleans()))


def test_each_day_counts_what_was_due_done_and_heard_by_its_end() -> None:
    made = build_curve(
        [
            CurveStep(TODAY - 3 * DAY, TODAY - 4 * DAY, TODAY - 2 * DAY),
            CurveStep(TODAY - 3 * DAY),
            CurveStep(TODAY, is_unknown=True),
            CurveStep(TODAY + DAY, is_unknown=True),
            CurveStep(None, TODAY - DAY),
        ],
        TODAY,
    )
    assert [tuple(p) for p in made.points] == [
        (TODAY - 4 * DAY, 0, 0, 1, 0),
        (TODAY - 3 * DAY, 2, 0, 1, 0),
        (TODAY - 2 * DAY, 2, 0, 1, 1),
        (TODAY, 3, 1, 1, 1),
        (TODAY + DAY, 4, None, None, None),
    ]
    assert (made.dated, made.undated) == (4, 1)


def test_a_report_without_its_own_day_counts_from_the_completion_and_never_before_it() -> None:
    made = build_curve([CurveStep(TODAY, TODAY - DAY), CurveStep(TODAY, TODAY, TODAY - 5 * DAY)], TODAY)
    assert [(p.done, p.reported) for p in made.points] == [(1, 1), (2, 2)]


def test_without_deadlines_there_is_today_and_nothing_planned() -> None:
    made = build_curve([CurveStep(None), CurveStep(None, TODAY)], TODAY)
    assert [tuple(p) for p in made.points] == [(TODAY, 0, 0, 0, 0)]
    assert (made.dated, made.undated) == (0, 2)


@given(STEPS)
def test_in_the_end_exactly_the_dated_steps_are_planned(steps: list[CurveStep]) -> None:
    made = build_curve(steps, TODAY)
    assert made.points[-1].planned == made.dated == sum(s.due is not None for s in steps)
    assert made.dated + made.undated == len(steps)


@given(STEPS)
def test_done_never_exceeds_the_dated_steps_and_what_is_heard_never_exceeds_done(steps: list[CurveStep]) -> None:
    made = build_curve(steps, TODAY)
    for point in made.points:
        if point.done is not None and point.reported is not None and point.unknown is not None:
            assert 0 <= point.reported <= point.done <= made.dated - point.unknown
            assert point.unknown <= point.planned


@given(STEPS)
def test_nothing_is_ever_taken_back_and_nothing_is_told_of_the_future(steps: list[CurveStep]) -> None:
    points = build_curve(steps, TODAY).points
    assert [p.day for p in points] == sorted({p.day for p in points})
    for one, two in pairwise(points):
        assert one.planned <= two.planned
        if one.done is not None and two.done is not None:
            assert one.done <= two.done
    assert all((p.done is None) == (p.unknown is None) == (p.day > TODAY) for p in points)


@given(STEPS, st.integers(2, 20))
def test_a_table_keeps_the_first_the_last_and_today(steps: list[CurveStep], most: int) -> None:
    points = build_curve(steps, TODAY).points
    shown = thin_points(points, TODAY, most)
    assert {points[0], points[-1]} <= set(shown) <= set(points)
    assert [p.day for p in shown if p.day == TODAY] == [TODAY]
    assert len(shown) <= most + 1
    assert len(points) > most or shown == points
