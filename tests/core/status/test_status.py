"""Which status a step has: each word of design.md §3, and when it is said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lotrinh.core.checklist.checklist import Level, Step
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Answer, ProbeOutcome, StepAnswer, StepState
from lotrinh.core.status.status import (
    LatestAnswer,
    PlannedStep,
    Policy,
    Status,
    StepStatus,
    UnitView,
    assess_steps,
    plan_steps,
    steps_of_unit,
)
from tests.core.builders import checklist, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT = Unit("04924", UnitKind.COMMUNE, "Lương Sơn")
DUE = date(2026, 1, 31)
"""The deadline of the steps below: election_day - 43 days."""
RULE = "election_day - 43 days"
POLICY = Policy(timedelta(days=7), timedelta(days=30), timedelta(hours=48))


def local(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZONE)


def planned(*steps: Step) -> tuple[PlannedStep, ...]:
    file = checklist(*steps)
    return steps_of_unit(plan_steps(file, timetable(file), ZONE, POLICY), UNIT)


def said(state: StepState = StepState.OPEN, name: str = "a", **more: Any) -> StepAnswer:
    if state is StepState.DONE:
        more = {"completed_on": date(2026, 1, 29)} | more
    return StepAnswer(name, state, **more)


def latest_answer(*steps: StepAnswer, at: datetime, fresh: bool = True, own_system: bool = False) -> LatestAnswer:
    return LatestAnswer(Answer(UNIT.code, "thu", at, at, {s.id: s for s in steps}), fresh, own_system)


def step_statuses(
    *steps: Step, now: datetime, records: dict[str, StepRecord] | None = None, **more: Any
) -> dict[str, StepStatus]:
    by_unit = {(UNIT.code, name): record for name, record in (records or {}).items()}
    view = UnitView(UNIT.code, now, POLICY, by_unit, **more)
    return {s.step: s for s in assess_steps(planned(*steps), view)}


def step_status(
    now: datetime,
    answer: StepAnswer | None = None,
    record: StepRecord | None = None,
    heard_at: datetime | None = None,
    *,
    fresh: bool = True,
    own_system: bool = False,
    **fields: Any,
) -> StepStatus:
    """Assess one step "a", due on 31/01 until 24:00."""
    known = (
        latest_answer(answer, at=heard_at or now, fresh=fresh, own_system=own_system)
        if answer
        else LatestAnswer(is_fresh=fresh)
    )
    records = {"a": record} if record else {}
    fields = {"due": RULE} | fields
    return step_statuses(step("a", **fields), now=now, records=records, latest=known)["a"]


def confirmed(on: date = date(2026, 1, 29), at: str = "2026-01-30T09:00", **more: Any) -> StepRecord:
    return StepRecord(was_confirmed=True, done=True, completed_on=on, last_statement_at=local(at), **more)


@pytest.mark.parametrize(("now", "expected"), [
    ("2026-01-01T23:59:59", Status.UPCOMING),
    ("2026-01-02T00:00", Status.OPEN),
    ("2026-01-24T23:59:59", Status.OPEN),
    ("2026-01-25T00:00", Status.DUE_SOON),
    ("2026-01-31T23:59:59", Status.DUE_SOON),
    ("2026-02-01T00:00", Status.OVERDUE),
])  # fmt: skip
def test_a_step_that_is_not_done_grows_more_urgent_until_its_day_has_ended(now: str, expected: Status) -> None:
    assert step_status(local(now), said()).status is expected


def test_the_day_ends_at_midnight_in_vietnam_and_not_in_greenwich() -> None:
    assert step_status(datetime(2026, 1, 31, 16, 59, tzinfo=UTC).astimezone(ZONE), said()).status is Status.DUE_SOON
    assert step_status(datetime(2026, 1, 31, 17, 0, tzinfo=UTC).astimezone(ZONE), said()).status is Status.OVERDUE


@pytest.mark.parametrize(("now", "expected"), [
    ("2026-01-19T23:59:59", Status.UPCOMING), ("2026-01-20T00:00", Status.OPEN), ("2026-01-29T00:00", Status.DUE_SOON)
])  # fmt: skip
def test_a_window_says_when_a_step_opens(now: str, expected: Status) -> None:
    window: dict[str, Any] = {"opens": "2026-01-20", "due": "2026-02-04"}
    assert step_status(local(now), said(), **window).status is expected


def test_a_step_is_not_due_soon_before_its_window_opens() -> None:
    window: dict[str, Any] = {"opens": "2026-01-30", "due": "2026-02-02"}
    assert step_status(local("2026-01-29T12:00"), said(), **window).status is Status.UPCOMING
    assert step_status(local("2026-01-30T00:00"), said(), **window).status is Status.DUE_SOON


def test_an_hour_ends_a_deadline_within_its_day() -> None:
    assert step_status(local("2026-01-31T16:59"), said(), due=f"{RULE} at 17:00").status is Status.DUE_SOON
    assert step_status(local("2026-01-31T17:00"), said(), due=f"{RULE} at 17:00").status is Status.OVERDUE


def test_a_window_without_end_is_open_or_not_yet() -> None:
    window: dict[str, Any] = {"opens": "2026-01-20", "due": None}
    assert step_status(local("2026-01-19T12:00"), said(), **window).status is Status.UPCOMING
    assert step_status(local("2099-01-20T00:00"), said(), **window).status is Status.OPEN
    assert step_status(local("2026-01-19T12:00"), said(), due=None).status is Status.OPEN


def test_a_deadline_that_hangs_on_what_has_not_happened_is_unscheduled() -> None:
    found = step_statuses(
        step("a", "done(b) + 3 days"), step("b"), now=local("2026-02-02"), latest=_all_open("2026-02-02")
    )
    assert (found["a"].status, found["a"].due) == (Status.UNSCHEDULED, None)


def _all_open(at: str) -> LatestAnswer:
    return latest_answer(said(), said(name="b"), said(name="c"), at=local(at))


@pytest.mark.parametrize("now", ["2025-01-01", "2026-01-31", "2026-06-01"])
def test_a_step_that_nobody_spoke_of_is_unknown_before_and_after_its_deadline(now: str) -> None:
    assert step_status(local(now)).status is Status.UNKNOWN
    assert step_status(local(now), said(name="b")).status is Status.UNKNOWN


@pytest.mark.parametrize(("day", "expected"), [
    (date(2026, 1, 5), Status.DONE), (DUE, Status.DONE), (DUE + timedelta(days=1), Status.DONE_LATE)
])  # fmt: skip
@pytest.mark.parametrize("reported", ["2026-02-01T09:00", "2026-02-20T09:00"])
def test_lateness_follows_the_day_in_the_document_and_not_the_report(
    day: date, expected: Status, reported: str
) -> None:
    now = local("2026-03-01")
    in_journal = step_status(now, record=confirmed(day, reported))
    assert (in_journal.status, in_journal.completed_on, in_journal.heard_at) == (expected, day, local(reported))
    published = step_status(now, said(StepState.DONE, completed_on=day, reported_at=local(reported)))
    assert (published.status, published.completed_on) == (expected, day)


def test_on_the_due_day_itself_a_step_is_in_time_whatever_the_hour() -> None:
    assert step_status(local("2026-03-01"), record=confirmed(DUE), due=f"{RULE} at 08:00").status is Status.DONE


def test_a_step_without_deadline_is_never_late() -> None:
    assert step_status(local("2026-03-01"), record=confirmed(date(2026, 2, 28)), due=None).status is Status.DONE


def test_a_completion_after_the_moment_looked_at_has_not_happened_yet() -> None:
    assert step_status(local("2026-01-28T12:00"), record=confirmed()).status is Status.DUE_SOON
    assert step_status(local("2026-01-28T12:00"), said(StepState.DONE)).status is Status.DUE_SOON
    assert step_status(local("2026-01-29T00:00"), said(StepState.DONE)).status is Status.DONE


def test_a_step_that_asks_for_acceptance_is_done_only_when_it_is_accepted() -> None:
    now = local("2026-02-02")
    waiting = step_status(now, said(StepState.DONE), confirmed(), acceptance=True)
    assert (waiting.status, waiting.completed_on) == (Status.OVERDUE, None)
    assert step_status(now, said(StepState.DONE), acceptance=True).status is Status.OVERDUE
    assert step_status(now, record=confirmed(accepted=True), acceptance=True).status is Status.DONE


def test_a_return_makes_a_step_not_done_whatever_its_own_system_says() -> None:
    returned = StepRecord(
        was_confirmed=True, returned="thiếu dấu", completed_on=date(2026, 1, 29), last_statement_at=local("2026-01-30")
    )
    found = step_status(local("2026-02-02"), said(StepState.DONE), returned)
    assert (found.status, found.flags["returned"]) == (Status.OVERDUE, "thiếu dấu")


@pytest.mark.parametrize("record", [
    StepRecord(excused="đã sáp nhập"), confirmed(excused="đã sáp nhập"),
    StepRecord(was_confirmed=True, excused="đã sáp nhập")
])  # fmt: skip
def test_an_excused_step_does_not_apply_and_says_why(record: StepRecord) -> None:
    found = step_status(local("2026-06-01"), said(), record)
    assert (found.status, found.flags["excused"]) == (Status.NOT_APPLICABLE, "đã sáp nhập")
    assert found.status.is_finished


def test_what_the_portal_was_told_goes_before_the_own_system_and_both_are_a_conflict() -> None:
    now, record = local("2026-02-02"), confirmed()
    found = step_status(now, said(), record, own_system=True)
    assert (found.status, found.flags.get("conflict")) == (Status.DONE, True)
    withdrawn = StepRecord(was_confirmed=True, last_statement_at=local("2026-01-30"))
    taken_back = step_status(now, said(StepState.DONE), withdrawn, own_system=True)
    assert (taken_back.status, taken_back.flags.get("conflict")) == (Status.OVERDUE, True)


def test_two_different_days_are_a_conflict_too() -> None:
    other = said(StepState.DONE, completed_on=date(2026, 2, 1))
    found = step_status(local("2026-02-02"), other, confirmed(), own_system=True)
    assert (found.status, found.flags.get("conflict")) == (Status.DONE, True)


def test_agreeing_is_no_conflict_and_our_own_portal_cannot_disagree_with_itself() -> None:
    now, record = local("2026-02-02"), confirmed()
    assert "conflict" not in step_status(now, said(StepState.DONE), record, own_system=True).flags
    assert "conflict" not in step_status(now, said(), record, own_system=False).flags
    assert (
        "conflict"
        not in step_status(now, said(), StepRecord(obstacle="x", last_statement_at=now), own_system=True).flags
    )


def test_a_prerequisite_is_waited_for_until_it_is_finished() -> None:
    steps = step("a", RULE, requires=("b", "c", "tinh", "quoc-gia")), step("b"), step("c")
    now = local("2026-01-20")
    common: dict[str, Any] = {"now": now, "latest": _all_open("2026-01-20")}
    waiting = step_statuses(*steps, province={"tinh": False}, **common)
    assert waiting["a"].flags["waiting_for"] == ["b", "c", "tinh"]
    records = {"b": confirmed(date(2026, 1, 19), "2026-01-19"), "c": StepRecord(excused="x")}
    assert "waiting_for" not in step_statuses(*steps, province={"tinh": True}, records=records, **common)["a"].flags


def test_a_finished_step_waits_for_nothing() -> None:
    steps = step("a", RULE, requires=("b",)), step("b")
    found = step_statuses(*steps, now=local("2026-02-02"), records={"a": confirmed()}, latest=_all_open("2026-02-02"))
    assert "waiting_for" not in found["a"].flags


def test_obstacles_are_shown_until_the_step_is_finished() -> None:
    now = local("2026-02-02")
    assert step_status(now, said(StepState.OBSTACLE, note="thiếu phòng")).flags["obstacle"] == "thiếu phòng"
    reported = StepRecord(obstacle="thiếu máy", last_statement_at=now)
    assert step_status(now, said(StepState.OBSTACLE, note="x"), reported).flags["obstacle"] == "thiếu máy"
    assert "obstacle" not in step_status(now, said(StepState.DONE), reported).flags


def test_a_count_says_how_many_of_how_many() -> None:
    now = local("2026-02-02")
    assert step_status(now, said(progress=(7, 12))).flags["progress"] == {"done": 7, "of": 12}
    assert step_status(now, record=StepRecord(progress=(8, 12), last_statement_at=now)).flags["progress"] == {
        "done": 8,
        "of": 12,
    }


def test_what_a_machine_saw_is_shown_and_decides_nothing() -> None:
    now = local("2026-02-02")
    known = LatestAnswer(latest_answer(said(), at=now).answer, is_fresh=True, probes={"a": ProbeOutcome.MET})
    found = step_statuses(step("a", RULE), now=now, latest=known)["a"]
    assert (found.status, found.flags["probe"]) == (Status.OVERDUE, "met")


def test_only_a_units_own_steps_are_assessed_in_their_order() -> None:
    steps = (
        step("z"), step("quoc-gia", level=Level.NATIONAL), step("tinh", level=Level.PROVINCE),
        step("khu-vuc", level=Level.POLLING_AREA), step("a"),
    )  # fmt: skip
    assert list(step_statuses(*steps, now=local("2026-02-02"))) == ["z", "khu-vuc", "a"]


def test_statuses_without_flags_share_one_empty_mapping() -> None:
    assert step_status(local("2026-01-01"), said()).flags == {}


def test_exactly_three_statuses_leave_nothing_to_do() -> None:
    assert {s for s in Status if s.is_finished} == {Status.DONE, Status.DONE_LATE, Status.NOT_APPLICABLE}
