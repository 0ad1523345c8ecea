"""When a deadline has passed, and which of several comes first: the same everywhere."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment, due_day_order, due_order, is_past

DAY = date(2026, 3, 1)
MOMENTS = st.builds(
    Moment, st.dates(DAY, DAY + timedelta(days=2)), st.none() | st.sampled_from([time(), time(7), time(17)])
)


def test_a_deadline_has_passed_from_its_first_instant_that_is_too_late() -> None:
    due = datetime(2026, 3, 2, tzinfo=UTC)
    assert [is_past(due, due + timedelta(seconds=n)) for n in (-1, 0, 1)] == [False, True, True]
    assert not is_past(None, due)


def test_a_day_lasts_longer_than_its_hours_and_what_has_no_deadline_comes_last() -> None:
    ordered = [Moment(DAY), Moment(DAY, time()), None, Moment(date(2026, 2, 28)), Moment(DAY, time(17))]
    assert sorted(ordered, key=due_order) == [
        Moment(date(2026, 2, 28)),
        *[Moment(DAY, t) for t in (time(), time(17), None)],
        None,
    ]


@given(st.lists(MOMENTS, min_size=2))
def test_deadlines_are_ordered_by_when_they_end(dues: list[Moment]) -> None:
    for first, second in pairwise(sorted(dues, key=due_order)):
        assert first.end_in(UTC) <= second.end_in(UTC)
        assert due_day_order(first) <= due_day_order(second)
