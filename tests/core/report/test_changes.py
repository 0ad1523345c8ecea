"""What changed between two stored reports."""

from dataclasses import replace

from hypothesis import given

from lotrinh.core.report.changes import StepUnits, compare_snapshots
from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from tests.core.snapshots import SNAPSHOTS, due, snapshot, step, unit

OPEN, DONE_, LATE, OVERDUE = step(Status.OPEN), step(Status.DONE), step(Status.DONE_LATE), step(Status.OVERDUE)


def cells(rows: tuple[StepUnits, ...]) -> set[tuple[str, str]]:
    return {(row.step, u.code) for row in rows for u in row.units}


def test_a_step_is_newly_done_or_overdue_where_it_was_not_before() -> None:
    found = compare_snapshots(
        snapshot(unit("1", a=OPEN, b=OPEN, c=OVERDUE)), snapshot(unit("1", a=DONE_, b=OVERDUE, c=LATE))
    )
    assert cells(found.done) == {("a", "1"), ("c", "1")}
    assert cells(found.overdue) == {("b", "1")}
    assert not found.undone


def test_what_is_done_on_time_or_late_is_done_all_the_same() -> None:
    assert compare_snapshots(snapshot(unit("1", a=DONE_)), snapshot(unit("1", a=LATE))).is_empty


def test_a_withdrawn_step_is_told_apart() -> None:
    found = compare_snapshots(snapshot(unit("1", a=DONE_)), snapshot(unit("1", a=OVERDUE)))
    assert cells(found.undone) == cells(found.overdue) == {("a", "1")}


def test_units_fall_silent_and_are_reached_again_whatever_the_reason() -> None:
    old = snapshot(unit("1"), unit("2", Outcome.INVALID), unit("3", Outcome.UNREACHABLE), unit("4", Outcome.INVALID))
    new = snapshot(unit("1", Outcome.INVALID), unit("2"), unit("3"), unit("4", Outcome.UNREACHABLE))
    found = compare_snapshots(old, new)
    assert [u.unit.code for u in found.silent] == ["1"]
    assert [u.unit.code for u in found.reached] == ["2", "3"]


def test_a_deadline_that_moves_in_the_same_way_is_told_once_with_its_units() -> None:
    old = snapshot(unit("1", a=OPEN, b=step(Status.UNSCHEDULED, None)), unit("2", a=OPEN), unit("3", a=OPEN))
    moved, other = step(Status.OPEN, 5), step(Status.OPEN, 6)
    found = compare_snapshots(old, snapshot(unit("1", a=moved, b=OPEN), unit("2", a=moved), unit("3", a=other))).moved
    assert [(m.step, m.old, m.new, [u.code for u in m.units]) for m in found] == [
        ("a", due(3), due(5), ["1", "2"]),
        ("b", None, due(3), ["1"]),
        ("a", due(3), due(6), ["3"]),
    ]


def test_units_that_only_one_report_has_joined_or_left_and_changed_nothing_else() -> None:
    found = compare_snapshots(snapshot(unit("1", a=DONE_)), snapshot(unit("2", Outcome.INVALID, a=DONE_)))
    assert ([u.code for u in found.joined], [u.code for u in found.left]) == (["2"], ["1"])
    assert (found.done, found.undone, found.silent, found.reached) == ((), (), (), ())


def test_steps_that_only_one_report_has_are_new_or_gone_and_changed_nothing_else() -> None:
    old = snapshot(unit("1", a=OPEN, b=DONE_), unit("2", a=OPEN))
    found = compare_snapshots(old, snapshot(unit("1", a=OPEN, c=DONE_), unit("3", d=OPEN)))
    assert (cells(found.added), cells(found.dropped)) == ({("c", "1")}, {("b", "1")})
    assert (found.done, found.undone, found.is_empty) == ((), (), False)


def test_a_deadline_that_was_not_known_is_set_and_one_that_was_known_is_moved() -> None:
    waiting = step(Status.UNSCHEDULED, None)
    old = snapshot(unit("1", a=waiting, b=OPEN, c=OPEN))
    found = compare_snapshots(old, snapshot(unit("1", a=OPEN, b=step(Status.OPEN, 5), c=waiting)))
    assert [m.step for m in found.scheduled] == ["a"]
    assert [(m.step, m.new) for m in found.shifted] == [("b", due(5)), ("c", None)]


def test_the_provinces_own_steps_change_too() -> None:
    found = compare_snapshots(snapshot(province={"x": OPEN}), snapshot(province={"x": DONE_}))
    assert cells(found.done) == {("x", "25")}


@given(SNAPSHOTS)
def test_a_report_has_not_changed_against_itself(one: ReportSnapshot) -> None:
    assert compare_snapshots(one, one).is_empty


@given(SNAPSHOTS, SNAPSHOTS)
def test_looking_back_turns_every_change_around(old: ReportSnapshot, new: ReportSnapshot) -> None:
    there, back = compare_snapshots(old, new), compare_snapshots(new, old)
    assert cells(there.done) == cells(back.undone)
    assert {u.unit.code for u in there.silent} == {u.unit.code for u in back.reached}
    assert {u.code for u in there.joined} == {u.code for u in back.left}
    moved = {(m.step, m.old, m.new, u.code) for m in there.moved for u in m.units}
    assert moved == {(m.step, m.new, m.old, u.code) for m in back.moved for u in m.units}


@given(SNAPSHOTS, SNAPSHOTS)
def test_done_before_and_the_changes_give_done_now(old: ReportSnapshot, new: ReportSnapshot) -> None:
    new = replace(new, units=tuple(u for u in new.units if u.unit.code in old.by_code), province=None)
    found = compare_snapshots(old, new)
    both = {(name, u.unit.code) for u in new.units for name in u.steps if name in old.by_code[u.unit.code].steps}
    before, after = ({(n, c) for n, c in both if shot.by_code[c].steps[n].status.is_done} for shot in (old, new))
    assert (before | cells(found.done)) - cells(found.undone) == after
