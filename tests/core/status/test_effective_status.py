"""What nobody knows after a deadline: one meaning in every count, and never late, nor on its way."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.curve import report_curve
from lotrinh.core.report.report import Report, UnitReport, milestone_rows, pressing_rows
from lotrinh.core.report.rollup import roll_up
from lotrinh.core.report.status_reasons import StepSituation, status_reasons
from lotrinh.core.status.conflict import answer_fingerprint
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Answer, Outcome, Reason, StepAnswer, StepState
from lotrinh.core.status.status import LatestAnswer, Policy, Status, UnitView, assess_steps, plan_steps
from lotrinh.core.text import Message, Text
from lotrinh.i18n import say
from tests.core.builders import checklist, step
from tests.core.report.test_report import NOW, ZONE

FILE = checklist(step("a", "2026-01-31"), step("b", "2026-02-01"))
PLAN = plan_steps(FILE, timetable(FILE), ZONE, Policy())
BEFORE = datetime(2026, 1, 28, 8, tzinfo=ZONE)
LONG_BEFORE = datetime(2025, 12, 1, 8, tzinfo=ZONE)
STATES = st.sampled_from([StepState.IN_PROGRESS, StepState.NOT_STARTED, StepState.DONE])


def unit(number: int, state: StepState | None, heard_at: datetime, *, fresh: bool = False) -> UnitReport:
    """A unit with a system of its own, which said this at that time; silent where it said nothing."""
    of = Unit(f"{number:05}", UnitKind.COMMUNE, f"Xã {number}", status_url="https://xa.example/")
    day = date(2026, 1, 27) if state is StepState.DONE else None
    said = {name: StepAnswer(name, state, day) for name in ("a", "b")} if state else {}
    answer = Answer(of.code, "thu", heard_at, heard_at, said) if state else None
    known = LatestAnswer(answer, is_fresh=fresh, own_system=True)
    step_statuses = assess_steps(PLAN, UnitView(of.code, NOW, Policy(), {}, known))
    reached = Outcome.REACHED if fresh else Outcome.UNREACHABLE
    return UnitReport(
        unit=of,
        outcome=reached,
        reason=Reason.NONE,
        sentence=Message("x"),
        checked_at=NOW,
        last_answer_at=heard_at if state else None,
        plan=PLAN,
        step_statuses=step_statuses,
    )


def report(*units: UnitReport) -> Report:
    rows = milestone_rows(FILE, units, None, NOW)
    return Report(
        campaign="thu",
        title=Text("Thử"),
        province_name="Tỉnh",
        as_of=NOW,
        run="r",
        checklist=FILE,
        head="h" * 64,
        sample=False,
        units=units,
        province=None,
        milestones=rows,
    )


def test_a_unit_that_fell_silent_before_the_deadline_is_unknown_in_its_milestone() -> None:
    gone = unit(1, StepState.IN_PROGRESS, BEFORE)
    assert [s.status for s in gone.step_statuses] == [Status.DUE_SOON, Status.DUE_SOON]
    units = (
        gone,
        unit(2, StepState.IN_PROGRESS, LONG_BEFORE),
        unit(3, None, NOW),
        unit(4, StepState.IN_PROGRESS, NOW, fresh=True),
        unit(5, StepState.DONE, NOW, fresh=True),
    )
    row = report(*units).milestones[0]
    assert (row.units, row.done, row.overdue, row.unknown) == (5, 1, 1, 3)


@given(st.lists(st.tuples(st.none() | STATES, st.sampled_from([BEFORE, LONG_BEFORE, NOW]), st.booleans()), max_size=6))
def test_once_the_deadline_is_over_for_all_everybody_is_done_overdue_or_unknown(
    ends: list[tuple[StepState | None, datetime, bool]],
) -> None:
    units = [unit(n, state, at, fresh=fresh and at == NOW) for n, (state, at, fresh) in enumerate(ends)]
    made = report(*units)
    row = made.milestones[0]
    assert row.done + row.overdue + row.unknown == row.units == len(ends)
    measured, point = roll_up(made).figures, next(p for p in report_curve(made).points if p.day == NOW.date())
    assert measured.unknown == made.unclear_statuses().total() == point.unknown
    assert measured.expected == measured.reported + measured.overdue + measured.unknown


def test_what_is_done_overdue_excused_without_deadline_or_ahead_is_not_unclear() -> None:
    for status in (Status.DONE, Status.DONE_LATE, Status.NOT_APPLICABLE, Status.OVERDUE):
        assert not is_unclear(status, BEFORE, NOW)
    for status in Status:
        assert not is_unclear(status, None, NOW)
        assert not is_unclear(status, NOW, BEFORE)
    assert is_unclear(Status.UNKNOWN, NOW, NOW), "the deadline is the first moment that is too late"


def test_an_unclear_step_presses_whatever_status_it_keeps_but_nothing_of_a_silent_unit_does() -> None:
    assert [row.step.id for row in pressing_rows(unit(1, StepState.IN_PROGRESS, LONG_BEFORE), NOW)] == ["a", "b"]
    assert pressing_rows(unit(1, None, NOW), NOW) == ()
    assert pressing_rows(unit(1, StepState.DONE, NOW, fresh=True), NOW) == ()


def test_an_explanation_says_that_the_deadline_has_passed_and_why_it_is_not_overdue() -> None:
    def reasons(of: UnitReport) -> str:
        answer = StepAnswer("a", StepState.IN_PROGRESS) if of.last_answer_at else None
        situation = StepSituation(
            unit=of.unit,
            item=PLAN[0],
            step_status=of.step_statuses[0],
            record=StepRecord(),
            answer=answer,
            policy=Policy(),
            now=NOW,
        )
        return " ".join(say(sentence, "vi") for sentence in status_reasons(situation))

    kept = "Hạn 31/01/2026 đã qua; không ghi là quá hạn vì lần nghe gần nhất là trước hạn."
    assert kept in reasons(unit(1, StepState.IN_PROGRESS, BEFORE))
    assert "Hạn 31/01/2026 đã qua; không ghi là quá hạn vì chưa từng nghe" in reasons(unit(1, None, NOW))
    assert "không ghi là quá hạn" not in reasons(unit(1, StepState.IN_PROGRESS, NOW, fresh=True))


def test_where_the_province_believes_the_own_system_its_time_of_reporting_counts() -> None:
    published = StepAnswer("a", StepState.DONE, date(2026, 1, 30), reported_at=datetime(2026, 1, 30, 9, tzinfo=ZONE))
    chosen = {"in_favour": "system", "system": answer_fingerprint(published), "reason": "x"}
    later = datetime(2026, 2, 1, 9, tzinfo=ZONE)
    stated = StepRecord(
        was_confirmed=True, done=True, completed_on=date(2026, 1, 31), last_statement_at=later, confirmed_at=later
    )
    answer = Answer("00001", "thu", NOW, NOW, {"a": published})

    def reported(record: StepRecord) -> datetime | None:
        known = LatestAnswer(answer, is_fresh=True, own_system=True)
        return assess_steps(PLAN, UnitView("00001", NOW, Policy(), {("00001", "a"): record}, known))[0].reported_at

    assert reported(stated) == later
    resolved = StepRecord(
        was_confirmed=True,
        done=True,
        completed_on=date(2026, 1, 31),
        last_statement_at=later,
        confirmed_at=later,
        resolution=chosen,
    )
    assert reported(resolved) == published.reported_at
