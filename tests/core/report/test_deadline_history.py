"""Which deadlines are published anew, and how they are written down."""

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.deadline_history import (
    OFFICE,
    DeadlineRevision,
    dues_of_report,
    find_missing_deadlines,
    find_moved_deadlines,
    find_new_deadlines,
    format_due,
    parse_due,
)
from lotrinh.core.status.status import Status
from tests.reports.samples import OPEN, PROVINCE, commune, the_report, unit_report

A, B = "2026-01-31", "2026-02-01T17:00:00"
MOMENTS = st.builds(Moment, st.dates(), st.none() | st.times())


@given(st.none() | MOMENTS)
def test_a_deadline_is_read_as_it_was_written(due: Moment | None) -> None:
    assert parse_due(format_due(due)) == due


@given(MOMENTS, MOMENTS)
def test_two_deadlines_are_written_alike_only_where_they_are_one(one: Moment, other: Moment) -> None:
    assert (format_due(one) == format_due(other)) == (one == other)


def test_a_deadline_without_an_hour_is_not_one_at_midnight() -> None:
    assert format_due(Moment(date(2026, 1, 31))) != format_due(Moment(date(2026, 1, 31), time()))


def test_a_report_tells_each_unit_its_own_steps_and_the_office_the_milestones() -> None:
    dues = dues_of_report(the_report(unit_report(commune())))
    assert set(dues) == {OFFICE, PROVINCE.code, "04924"}
    assert dues["04924"] == {
        "lap-to": "2026-01-31", "niem-yet": "2026-02-03", "ho-so": "2026-02-01T17:00:00", "khieu-nai": None,
        "hoi-nghi": "2026-03-03",
    }  # fmt: skip
    assert dues[PROVINCE.code] == {"cua-tinh": "2026-02-08"}
    assert (dues[OFFICE]["to-bau-cu"], dues[OFFICE]["cho"], dues[OFFICE]["toan-quoc"]) == ("2026-01-31", None, None)


def test_of_some_units_only_their_own_deadlines_are_told() -> None:
    made = the_report(unit_report(commune()), unit_report(commune("04960"), dict.fromkeys(OPEN, Status.DONE)))
    assert set(dues_of_report(made, {"04960"})) == {"04960"}
    assert set(dues_of_report(made, {OFFICE, "25"})) == {OFFICE, "25"}


def test_a_deadline_moves_when_it_is_not_the_one_told_last() -> None:
    then = {"x": {"a": A, "b": A, "c": None}}
    assert list(find_moved_deadlines({"x": {"a": A, "b": B, "c": A}}, then, {})) == [
        DeadlineRevision("x", "b", 1, B, A),
        DeadlineRevision("x", "c", 1, A, None),
    ]
    last = {("x", "b"): DeadlineRevision("x", "b", 4, B, A)}
    assert list(find_moved_deadlines({"x": {"b": B}}, then, last)) == []
    assert list(find_moved_deadlines({"x": {"b": None}}, then, last)) == [DeadlineRevision("x", "b", 5, None, B)]


def test_what_nobody_was_told_is_told_for_the_first_time_and_has_not_moved() -> None:
    now = {"x": {"a": A, "b": None, "c": A}}
    last = {("x", "c"): DeadlineRevision("x", "c", 0, A, None)}
    assert list(find_moved_deadlines(now, {}, last)) == []
    assert list(find_new_deadlines(now, {}, last)) == [DeadlineRevision("x", "a", 0, A, None)]
    assert list(find_new_deadlines(now, now, {})) == []


def test_what_a_run_says_nothing_of_is_kept_as_it_was_told() -> None:
    then = {"x": {"a": A, "gone": B}, "y": {"a": A}}
    last = {("y", "a"): DeadlineRevision("y", "a", 2, A, B)}
    assert list(find_missing_deadlines({"x": {"a": A}}, then, last)) == [DeadlineRevision("x", "gone", 0, B, None)]
