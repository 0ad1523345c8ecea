"""What a report shows of steps that the one before did not, by what they were and what they are."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.snapshot import ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.report.status_changes import EarlierUnit, status_changes
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
THEN = datetime(2026, 2, 9, 7, tzinfo=ZONE)
NOW = datetime(2026, 2, 11, 7, tzinfo=ZONE)
DUE = datetime(2026, 2, 10, 23, 59, 59, tzinfo=ZONE)
"""The last second of the day between the two reports."""
ONE = Unit("04924", UnitKind.COMMUNE, "Lương Sơn")


def unit(status: Status, due: datetime | None = DUE, step: str = "a") -> UnitSnapshot:
    then = StepSnapshot(status, due, date(2026, 2, 9), {})
    return UnitSnapshot(ONE, Outcome.REACHED, "", None, None, {step: then})


def snapshot(now: UnitSnapshot, at: datetime = NOW) -> ReportSnapshot:
    return ReportSnapshot(
        campaign="thu",
        run="r",
        as_of=at,
        checklist_hash="c",
        head="h",
        interrupted="",
        sample=False,
        milestones=(),
        province=None,
        units=(now,),
    )


def change_of(old: UnitSnapshot, new: UnitSnapshot, at: datetime = NOW, *, is_stated: bool = False) -> str:
    stated = {(ONE.code, "a")} if is_stated else {(ONE.code, "b"), ("04960", "a")}
    found = tuple(status_changes({ONE.code: EarlierUnit(old, THEN)}, snapshot(new, at), stated))
    return ", ".join(each.kind.value for _, steps in found for each in steps)


S = Status


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (S.OPEN, S.DONE, "done"),
        (S.OVERDUE, S.DONE_LATE, "done"),
        (S.UNKNOWN, S.DONE, "done"),
        (S.DONE, S.DONE_LATE, ""),
        (S.DONE, S.OPEN, "undone"),
        (S.DONE_LATE, S.OVERDUE, "undone"),
        (S.DONE, S.NOT_APPLICABLE, ""),
        (S.DUE_SOON, S.OVERDUE, "overdue"),
        (S.UNKNOWN, S.OVERDUE, "overdue"),
        (S.OVERDUE, S.OVERDUE, ""),
        (S.OPEN, S.DUE_SOON, "unclear"),  # the deadline has passed, and nobody has answered since
        (S.UNKNOWN, S.UNKNOWN, "unclear"),
        (S.OPEN, S.NOT_APPLICABLE, ""),
    ],
)
def test_a_step_turns(old: Status, new: Status, expected: str) -> None:
    assert change_of(unit(old), unit(new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(S.OPEN, S.DONE, ""), (S.DONE, S.OVERDUE, "overdue"), (S.OPEN, S.OVERDUE, "overdue"), (S.DONE, S.OPEN, "unclear")],
)
def test_what_was_said_in_the_portal_is_not_told_again_and_what_the_clock_does_is(
    old: Status, new: Status, expected: str
) -> None:
    assert change_of(unit(old), unit(new), is_stated=True) == expected


def test_a_step_is_unclear_once_and_from_the_moment_that_is_too_late() -> None:
    second = timedelta(seconds=1)
    assert change_of(unit(S.OPEN), unit(S.OPEN), DUE) == ""
    assert change_of(unit(S.OPEN), unit(S.OPEN), DUE + second) == "unclear"
    hour = DUE.replace(hour=17, minute=0, second=0)
    assert change_of(unit(S.OPEN), unit(S.OPEN, hour), hour - second) == ""
    assert change_of(unit(S.OPEN), unit(S.OPEN, hour), hour) == "unclear"
    assert change_of(unit(S.OPEN, THEN - second), unit(S.OPEN, THEN - second)) == ""
    assert change_of(unit(S.OPEN, None), unit(S.OPEN, None)) == ""


def test_a_step_or_a_unit_that_is_new_has_not_turned() -> None:
    assert change_of(unit(S.OPEN, step="b"), unit(S.DONE)) == ""
    assert tuple(status_changes({}, snapshot(unit(S.DONE)), set())) == ()
