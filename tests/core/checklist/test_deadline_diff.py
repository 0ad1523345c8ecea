from dataclasses import replace
from datetime import date

from lotrinh.core.checklist.checklist import Scope, Step
from lotrinh.core.checklist.deadline_diff import Move, MoveKind, moves
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.text import Text
from tests.core.builders import ELECTION, checklist, parameter, step

TODAY = date(2026, 1, 1)
STEPS = step("a", "election_day - 43 days"), step("b", "election_day - 5 days"), step("c", "2026-02-01"), step("d")


def compare(*new: Step, anchor: date = ELECTION, today: date = TODAY) -> list[Move]:
    return [*moves(checklist(*STEPS), checklist(*new), ELECTION, anchor, today)]


def test_nothing_moves_when_nothing_changes() -> None:
    assert compare(*STEPS) == []


def test_a_new_anchor_moves_what_hangs_on_it_and_nothing_else() -> None:
    found = compare(*STEPS, anchor=date(2026, 3, 22))
    assert [(m.step, m.kind, m.days) for m in found] == [("a", MoveKind.MOVED, 7), ("b", MoveKind.MOVED, 7)]
    first = found[0]
    assert first.old
    assert first.new
    assert (first.old.due, first.new.due) == ((date(2026, 1, 31), None), (date(2026, 2, 7), None))
    assert (first.milestone, first.title, first.scope) == ("m", Text("Việc a"), Scope())


def test_what_becomes_overdue_is_told() -> None:
    found = compare(*STEPS, anchor=date(2026, 3, 8), today=date(2026, 1, 31))
    assert [(m.step, m.becomes_overdue) for m in found] == [("a", True), ("b", False)]
    # What was overdue before does not become so.
    assert not compare(*STEPS, anchor=date(2026, 3, 8), today=date(2026, 2, 1))[0].becomes_overdue


def test_a_deadline_that_falls_today_is_not_overdue() -> None:
    assert not compare(*STEPS, anchor=date(2026, 3, 8), today=date(2026, 1, 24))[0].becomes_overdue


def test_steps_come_in_file_order_and_removed_ones_last() -> None:
    kept = replace(STEPS[3], title=Text("Khác"))
    found = compare(step("n", "2025-12-01"), kept, STEPS[1])
    assert [(m.step, m.kind) for m in found] == [
        ("n", MoveKind.ADDED),
        ("d", MoveKind.CHANGED),
        ("a", MoveKind.REMOVED),
        ("c", MoveKind.REMOVED),
    ]
    assert found[0].becomes_overdue
    assert (found[0].old, found[2].new, found[2].days) == (None, None, None)


def test_other_words_owner_basis_or_prerequisites_are_a_change() -> None:
    for change in ({"owner": Text("Khác")}, {"basis": ()}, {"requires": ("b",)}, {"note": Text("Khác")}):
        assert [m.kind for m in compare(replace(STEPS[0], **change), *STEPS[1:])] == [MoveKind.CHANGED]


def test_a_deadline_gained_or_lost_has_no_count_of_days() -> None:
    found = compare(*STEPS[:2], step("c"), step("d", "2026-02-01"))
    assert [(m.step, m.kind, m.days) for m in found] == [("c", MoveKind.MOVED, None), ("d", MoveKind.MOVED, None)]


def test_another_hour_or_opening_is_a_move_of_no_days() -> None:
    found = compare(*STEPS[:2], step("c", "2026-02-01 at 17:00", "2026-01-01"), STEPS[3])
    assert [(m.step, m.kind, m.days) for m in found] == [("c", MoveKind.MOVED, 0)]


def test_a_new_deadline_of_the_office_moves_what_hangs_on_it() -> None:
    file = checklist(step("x", "han"), parameters=parameter("han", "2026-02-01"))
    found = moves(file, file, None, None, TODAY, parameters=(None, {"han": parse_rule("2026-02-03")}))
    assert [(m.step, m.days) for m in found] == [("x", 2)]
