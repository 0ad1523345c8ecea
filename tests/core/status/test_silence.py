"""What silence means (ADR 2): properties of every history, answer and moment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry, StepRecord, fold
from lotrinh.core.status.observation import Answer, StepAnswer, StepState
from lotrinh.core.status.status import LatestAnswer, Policy, Status, StepStatus, UnitView, assess_steps, plan_steps
from tests.core.builders import checklist, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT = "04924"
POLICY = Policy()
FILE = checklist(
    step("a", "2026-01-31"),
    step("chap-nhan", "2026-01-31 at 17:00", acceptance=True),
    step("cua-so", "2026-02-10", "2026-01-20", requires=("a",)),
    step("cho", "done(a) + 3 days"),
    step("mo"),
)
PLAN = {item.step.id: item for item in plan_steps(FILE, timetable(FILE), ZONE, POLICY)}
FROM, TO = datetime(2026, 1, 1, tzinfo=ZONE), datetime(2026, 3, 1, tzinfo=ZONE)
DONE = (Status.DONE, Status.DONE_LATE)

moments = st.integers(0, 59 * 24 * 4).map(lambda quarters: FROM + timedelta(minutes=15 * quarters))
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
names = st.sampled_from(list(PLAN))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    at = draw(moments)
    said = {}
    for name in draw(st.sets(names)):
        state = draw(st.sampled_from(StepState))
        day = draw(days) if state is StepState.DONE else None
        said[name] = StepAnswer(name, state, day, note="x" if state is StepState.OBSTACLE else "")
    return Answer(UNIT, "thu", at, at, said)


def body(draw: st.DrawFn) -> Mapping[str, Any]:
    day = draw(days).isoformat()
    return {"completed_on": day, "reason": "x", "note": "x", "progress": {"done": 1, "of": 2}}


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    kinds = [
        EntryKind.CONFIRMED, EntryKind.PROGRESSED, EntryKind.WITHDRAWN, EntryKind.ACCEPTED, EntryKind.RETURNED,
        EntryKind.EXCUSED, EntryKind.UNEXCUSED, EntryKind.OBSTACLE, EntryKind.ANSWERED,
    ]  # fmt: skip
    happened = draw(st.lists(st.tuples(moments, st.sampled_from(kinds), names), max_size=8))
    return [
        Entry(n, NewEntry(kind=kind, at=at, campaign="thu", unit=UNIT, step=name, actor="x", body=body(draw)), "", "")
        for n, (at, kind, name) in enumerate(sorted(happened, key=lambda h: h[0]), 1)
    ]


def look(now: datetime, history: list[Entry], answer: Answer | None, *, fresh: bool) -> dict[str, StepStatus]:
    known = LatestAnswer(answer, is_fresh=fresh, own_system=True)
    view = UnitView(UNIT, now, POLICY, fold(history, until=now), known)
    return {s.step: s for s in assess_steps(list(PLAN.values()), view)}


def record_of(history: list[Entry], name: str, now: datetime) -> StepRecord:
    return fold(history, until=now).get((UNIT, name), StepRecord())


@given(moments, histories(), st.none() | answers())
def test_silence_never_makes_a_step_overdue(now: datetime, history: list[Entry], answer: Answer | None) -> None:
    for name, found in look(now, history, answer, fresh=False).items():
        if found.status is Status.OVERDUE:
            due = PLAN[name].due
            assert due is not None
            assert found.heard_at is not None
            assert found.heard_at >= due  # only because the unit itself said after the deadline that it is not done


@given(moments, moments, histories(), answers())
def test_while_nothing_new_is_heard_a_step_that_is_not_done_stays_as_it_was(
    one: datetime, other: datetime, history: list[Entry], answer: Answer
) -> None:
    first, later = sorted((one, other))
    assume(answer.heard_at <= first)
    history = [e for e in history if e.new.at <= first]
    before = look(first, history, answer, fresh=False)
    for name, found in look(later, history, answer, fresh=False).items():
        if found.status not in DONE:
            assert found.status is before[name].status


@given(now=moments, history=histories(), answer=st.none() | answers(), fresh=st.booleans())
def test_unknown_is_exactly_what_the_unit_never_spoke_of(
    *, now: datetime, history: list[Entry], answer: Answer | None, fresh: bool
) -> None:
    for name, found in look(now, history, answer, fresh=fresh).items():
        spoke = record_of(history, name, now).last_statement_at is not None or (
            answer is not None and name in answer.steps
        )
        settled = found.status in {*DONE, Status.NOT_APPLICABLE}
        assert (found.status is Status.UNKNOWN) is (not spoke and not settled)


@given(now=moments, history=histories(), answer=st.none() | answers(), fresh=st.booleans())
def test_done_has_somebody_who_said_so_and_a_day_that_decides_whether_it_is_late(
    *, now: datetime, history: list[Entry], answer: Answer | None, fresh: bool
) -> None:
    for name, found in look(now, history, answer, fresh=fresh).items():
        assert (found.completed_on is not None and found.status is not Status.NOT_APPLICABLE) is (found.status in DONE)
        if found.status not in DONE:
            continue
        record, item = record_of(history, name, now), PLAN[name]
        published = answer.steps.get(name) if answer else None
        by_journal = record.done and record.completed_on == found.completed_on
        by_system = (
            not record.was_confirmed
            and published is not None
            and published.state is StepState.DONE
            and published.completed_on == found.completed_on
        )
        assert by_journal or by_system
        assert record.accepted or not item.step.acceptance
        assert found.completed_on is not None
        assert found.completed_on <= now.date()
        late = item.schedule.due is not None and found.completed_on > item.schedule.due.day
        assert (found.status is Status.DONE_LATE) is late


@given(now=moments, history=histories(), answer=st.none() | answers(), fresh=st.booleans())
def test_an_excuse_goes_before_everything(
    *, now: datetime, history: list[Entry], answer: Answer | None, fresh: bool
) -> None:
    for name, found in look(now, history, answer, fresh=fresh).items():
        assert (found.status is Status.NOT_APPLICABLE) is bool(record_of(history, name, now).excused)


@given(moments, histories(), answers())
def test_asking_in_vain_takes_no_completion_away_and_gives_none(
    now: datetime, history: list[Entry], answer: Answer
) -> None:
    assume(answer.heard_at <= now)
    asked, silent = (look(now, history, answer, fresh=fresh) for fresh in (True, False))
    for name in PLAN:
        assert (asked[name].status in DONE) is (silent[name].status in DONE)
        assert asked[name].completed_on == silent[name].completed_on


@given(moments, histories(), answers())
def test_what_was_not_heard_lately_shows_its_age(now: datetime, history: list[Entry], answer: Answer) -> None:
    assume(answer.heard_at <= now)
    for name, found in look(now, history, answer, fresh=False).items():
        in_journal = record_of(history, name, now).done and found.completed_on is not None
        if in_journal or found.heard_at is None:
            assert "stale" not in found.flags
        elif now - found.heard_at > POLICY.stale:
            assert found.flags["stale"] == found.heard_at
        elif "stale" in found.flags:  # the clock has moved past a deadline or a window since
            assert found.status is not look(now, history, replace(answer, heard_at=now), fresh=True)[name].status


@given(moments, histories(), answers())
def test_an_answer_made_long_ago_does_not_count_as_said_now(
    now: datetime, history: list[Entry], answer: Answer
) -> None:
    assume(now - answer.heard_at > POLICY.stale)
    assert look(now, history, answer, fresh=True) == look(now, history, answer, fresh=False)


@given(moments, histories(), answers())
def test_an_answer_heard_after_the_moment_looked_at_counts_from_that_moment(
    now: datetime, history: list[Entry], answer: Answer
) -> None:
    assume(answer.heard_at > now)
    found = look(now, history, answer, fresh=True)
    assert found == look(now, history, replace(answer, heard_at=now), fresh=True)
    assert all(s.heard_at is None or s.heard_at <= now for s in found.values())
