"""Roll-up: what is counted, and that every rendering counts the same."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.checklist import Basis, Checklist, Confidence, Level
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import (
    MilestoneRow,
    Report,
    UnitReport,
    cell_status,
    milestone_rows,
    outstanding_rows,
)
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Policy, Status, StepStatus, plan_steps, steps_of_unit
from lotrinh.core.status.status_groups import WORKABLE_STATUSES
from lotrinh.core.text import Message, Text
from tests.core.builders import LAW, checklist, milestone, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 2, 2, 8, tzinfo=ZONE)
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")
UNITS = tuple(Unit(f"0492{n}", UnitKind.COMMUNE, f"Xã {n}") for n in range(5))
statuses = st.sampled_from(Status)


def unit_report(
    file: Checklist, unit: Unit, said: dict[str, Status], outcome: Outcome = Outcome.REACHED, **completed: date
) -> UnitReport:
    dates = timetable(file, completion_day=completed.get)
    mine = steps_of_unit(plan_steps(file, dates, ZONE, Policy()), unit)
    step_statuses = tuple(StepStatus(p.step.id, said.get(p.step.id, Status.OPEN), p.due) for p in mine)
    return UnitReport(
        unit=unit,
        outcome=outcome,
        reason=Reason.NONE,
        sentence=Message("x"),
        checked_at=NOW,
        last_answer_at=NOW,
        plan=mine,
        step_statuses=step_statuses,
    )


def rows(file: Checklist, *units: UnitReport, province: UnitReport | None = None) -> dict[str, MilestoneRow]:
    return {row.milestone.id: row for row in milestone_rows(file, units, province, NOW)}


def report(file: Checklist, units: Sequence[UnitReport], province: UnitReport | None) -> Report:
    made = milestone_rows(file, units, province, NOW)
    title = Text("Thử")
    return Report(
        campaign="thu",
        title=title,
        province_name="Tỉnh Phú Thọ",
        as_of=NOW,
        run="r",
        checklist=file,
        head="h" * 64,
        sample=False,
        units=tuple(units),
        province=province,
        milestones=made,
    )


@pytest.mark.parametrize(("cell", "expected"), [
    ([Status.DONE, Status.NOT_APPLICABLE], Status.DONE),
    ([Status.DONE, Status.DONE_LATE], Status.DONE_LATE),
    ([Status.DONE, Status.UPCOMING], Status.UPCOMING),
    ([Status.UPCOMING, Status.UNSCHEDULED], Status.UNSCHEDULED),
    ([Status.UNSCHEDULED, Status.OPEN], Status.OPEN),
    ([Status.OPEN, Status.DUE_SOON], Status.DUE_SOON),
    ([Status.DUE_SOON, Status.UNKNOWN], Status.UNKNOWN),
    ([Status.UNKNOWN, Status.OVERDUE], Status.OVERDUE),
])  # fmt: skip
def test_a_unit_stands_in_a_milestone_as_its_most_pressing_step(cell: list[Status], expected: Status) -> None:
    file = checklist(step("a"), step("b"))
    items = plan_steps(file, timetable(file), ZONE, Policy())
    for order in (cell, cell[::-1]):
        pairs = [(p, StepStatus(p.step.id, s, None)) for p, s in zip(items, order, strict=True)]
        assert cell_status(pairs, NOW) is expected


@given(st.lists(statuses, min_size=1, max_size=4))
def test_a_milestone_is_reached_exactly_when_nothing_in_it_is_left_to_do(cell: list[Status]) -> None:
    file = checklist(*(step(f"s{n}") for n in range(len(cell))))
    items = plan_steps(file, timetable(file), ZONE, Policy())
    pairs = [(p, StepStatus(p.step.id, s, None)) for p, s in zip(items, cell, strict=True)]
    assert cell_status(pairs, NOW).is_finished is all(s.is_finished for s in cell)


def test_each_unit_counts_once_in_a_milestone() -> None:
    file = checklist(step("a", "2026-01-31"), step("b", "2026-02-05"))
    ends = [
        {"a": Status.DONE, "b": Status.DONE_LATE},
        {"a": Status.OVERDUE, "b": Status.UNKNOWN},
        {"a": Status.UNKNOWN},
        {"a": Status.DONE},
    ]
    row = rows(file, *(unit_report(file, u, said) for u, said in zip(UNITS, ends, strict=False)))["m"]
    assert (row.units, row.done, row.overdue, row.unknown) == (4, 1, 1, 1)


def test_only_required_steps_decide_whether_a_milestone_is_reached() -> None:
    file = checklist(step("a"), step("b", required=False))
    row = rows(file, unit_report(file, UNITS[0], {"a": Status.DONE, "b": Status.OVERDUE}))["m"]
    assert (row.done, row.overdue) == (1, 0)
    alone = checklist(step("b", required=False))
    assert rows(alone, unit_report(alone, UNITS[0], {"b": Status.OVERDUE}))["m"].overdue == 1


def test_a_milestones_deadline_is_the_earliest_of_any_unit_and_says_that_they_differ() -> None:
    file = checklist(step("a", "2026-01-31"), milestone("sau", steps=[step("x", "done(a) + 7 days", milestone="sau")]))
    done = {"a": Status.DONE}
    units = [unit_report(file, u, done, a=date(2026, 1, 29 - n)) for n, u in enumerate(UNITS[:2])]
    found = rows(file, *units, unit_report(file, UNITS[2], {"x": Status.UNSCHEDULED}))
    assert (found["m"].due, found["m"].has_different_dues, found["m"].days_left) == (
        Moment(date(2026, 1, 31)),
        False,
        -2,
    )
    assert (found["sau"].due, found["sau"].has_different_dues, found["sau"].days_left) == (
        Moment(date(2026, 2, 4)),
        True,
        2,
    )
    assert found["sau"].waiting is None


def test_a_milestone_that_waits_says_for_what() -> None:
    file = checklist(step("a"), milestone("sau", steps=[step("x", "done(a) + 7 days", milestone="sau")]))
    row = rows(file, unit_report(file, UNITS[0], {}))["sau"]
    assert (row.due, row.days_left) == (None, None)
    assert "Việc a" in repr(row.waiting)


def test_the_last_working_day_is_shown_only_where_the_deadline_is_none() -> None:
    file = checklist(
        milestone("bay", steps=[step("a", "2026-01-31", milestone="bay")]),
        milestone("sau", steps=[step("b", "2026-01-30", milestone="sau")]),
    )
    found = rows(file, unit_report(file, UNITS[0], {}))
    assert (found["bay"].last_working_day, found["sau"].last_working_day) == (date(2026, 1, 30), None)


def test_the_provinces_own_steps_stand_beside_the_units() -> None:
    file = checklist(
        step("a"),
        milestone("tinh", steps=[step("t", "2026-02-05", milestone="tinh", level=Level.PROVINCE)]),
        milestone("tw", steps=[step("q", "2026-02-05", milestone="tw", level=Level.NATIONAL)]),
    )
    found = rows(file, unit_report(file, UNITS[0], {}), province=unit_report(file, PROVINCE, {"t": Status.DUE_SOON}))
    assert (found["tinh"].province, found["tinh"].units, found["tinh"].due) == (
        Status.DUE_SOON,
        0,
        Moment(date(2026, 2, 5)),
    )
    assert (found["m"].province, found["m"].units) == (None, 1)
    assert [name for name, row in found.items() if row.is_national_only] == ["tw"]


def test_a_doubtful_basis_of_the_milestone_or_of_one_step_is_told() -> None:
    doubt = Basis("law", "Điều 1", Confidence.C)
    file = checklist(
        milestone("chac", steps=[step("a", milestone="chac")]),
        milestone("ngo", steps=[step("b", milestone="ngo", basis=(LAW, doubt))]),
        milestone("ngo-moc", steps=[step("c", milestone="ngo-moc")], basis=(doubt,)),
    )
    assert [name for name, row in rows(file).items() if row.doubtful] == ["ngo", "ngo-moc"]


def test_what_is_outstanding_is_listed_most_urgent_first_and_then_by_deadline() -> None:
    ends = {
        "muon": Status.OPEN, "som": Status.OPEN, "qua": Status.OVERDUE, "han": Status.DUE_SOON,
        "xong": Status.DONE, "chua-biet": Status.UNKNOWN, "khong-han": Status.OPEN, "gio": Status.OPEN,
    }  # fmt: skip
    dues = {"muon": "2026-03-02", "som": "2026-03-01", "qua": "2026-01-31", "han": "2026-02-05", "khong-han": None}
    dues["gio"] = "2026-03-01 at 08:00"
    file = checklist(*(step(name, dues.get(name)) for name in ends))
    made = unit_report(file, UNITS[0], ends)
    assert [r.step.id for r in outstanding_rows(made)] == ["qua", "han", "gio", "som", "muon", "khong-han"]
    assert [r.step.id for r in outstanding_rows(made, (Status.UNKNOWN,))] == ["chua-biet"]


@given(st.lists(st.tuples(statuses, statuses, st.sampled_from(Outcome)), max_size=5), statuses)
def test_every_total_is_the_sum_of_its_parts(ends: list[tuple[Status, Status, Outcome]], own: Status) -> None:
    file = checklist(step("a"), step("b"), step("t", level=Level.PROVINCE))
    pairs = zip(UNITS, ends, strict=False)
    units = [unit_report(file, u, {"a": a, "b": b}, outcome) for u, (a, b, outcome) in pairs]
    made = report(file, units, unit_report(file, PROVINCE, {"t": own}))
    summary = made.summary()
    everything = [own, *(s for a, b, _ in ends for s in (a, b))]
    assert summary["units"] == sum(summary[o.value.lower()] for o in Outcome) == len(ends)  # type: ignore[misc]
    assert summary["outstanding"] == sum(not s.is_finished for s in everything)
    assert summary["statuses"] == {s.value: everything.count(s) for s in Status}
    listed = [r for u in made.everybody for r in outstanding_rows(u, tuple(s for s in Status if not s.is_finished))]
    assert len(listed) == summary["outstanding"]
    row = made.milestones[0]
    assert row.done + row.overdue + row.unknown <= row.units == len(ends)


def test_unknown_steps_are_outstanding_but_not_among_what_can_be_worked_on_today() -> None:
    assert not Status.UNKNOWN.is_finished
    assert Status.UNKNOWN not in WORKABLE_STATUSES


def test_a_report_without_a_province_counts_the_units_alone() -> None:
    file = checklist(step("a"))
    made = report(file, [unit_report(file, UNITS[0], {"a": Status.DONE})], None)
    assert [u.unit for u in made.everybody] == [UNITS[0]]
    assert made.statuses() == {Status.DONE: 1}
