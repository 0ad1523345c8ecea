from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.checklist import Basis, Checklist, Confidence, Step
from lotrinh.core.checklist.consistency import find_problems
from lotrinh.core.checklist.deadlines import ScheduleError, timetable
from lotrinh.i18n import say
from tests.core.builders import checklist, milestone, parameter, step

ELSEWHERE = Basis("lew", "Điều 1", Confidence.C)


def found(file: Checklist) -> dict[tuple[str | int, ...], str]:
    return {f.path: say(f.sentence, "vi") for f in find_problems(file)}


def place(*more: str | int) -> tuple[str | int, ...]:
    return ("milestones", 0, "steps", *more)


def test_a_sound_checklist_has_no_findings() -> None:
    steps = step("a", "han"), step("b", "done(a) + 1 days", "a", requires=("a",)), step("c", opens="m - 1 days")
    file = checklist(milestone("m", "election_day", steps=steps), parameters=parameter("han"))
    assert not found(file)
    assert not found(replace(file, anchor=replace(file.anchor, day=None)))


def test_ids_are_unique_across_the_file() -> None:
    file = checklist(
        milestone("han", steps=[step("election_day"), step("b", "election_day"), step("b", "han", requires=("b",))]),
        parameters=parameter("han"),
    )
    ids = [f.path for f in find_problems(file) if "một lần" in f.sentence.msgid]
    assert ids == [("milestones", 0, "id"), place(0, "id"), place(2, "id")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("election_dya", "Có phải là “election_day”?"),
        ("election_day-43", "election_day - 43 days"),
        ("zzz", "ngày gốc, tham số, mốc và đầu việc"),
        ("latest(election_day, zzz - 1 days)", "“zzz”"),
        ("done(b)", "“b”"),
        ("done(aa)", "Có phải là “a”?"),
        ("done(m)", "là một mốc"),
        ("a", "“a” không có thời hạn"),
        ("han", ""),
    ],
)
def test_a_reference_must_exist(rule: str, words: str) -> None:
    file = checklist(step("a"), step("x", rule), parameters=parameter("han"))
    assert found(file).keys() == ({place(1, "due")} if words else set())
    assert words in "".join(found(file).values())
    assert [f.path for f in find_problems(checklist(step("a"), parameters=parameter("han", rule)))] == (
        [("parameters", "han", "due")]
    )


def test_a_problem_of_an_inherited_rule_is_told_once_at_the_milestone() -> None:
    file = checklist(milestone("m", "nobody", "noone", steps=[step(n, "nobody", "noone") for n in "abc"]))
    assert list(found(file)) == [("milestones", 0, "from"), ("milestones", 0, "due")]


def test_a_circle_of_deadlines_is_named_where_it_begins() -> None:
    steps = (
        step("z", "election_day"),
        step("a", "b - 1 days"),
        step("b", "latest(z, c)"),
        step("c", "a"),
        step("d", "a"),
    )
    more = step("p", "q"), step("q", "p"), step("r", "r")
    sentences = found(checklist(*steps, *more))
    assert list(sentences) == [place(1, "due"), place(5, "due"), place(7, "due")]
    assert "a → b → c → a" in sentences[place(1, "due")]


def test_a_step_cannot_count_from_itself_through_its_milestone() -> None:
    file = checklist(milestone("m", "a + 1 days", steps=[step("a", "a + 1 days")]))
    assert list(found(file)) == [("milestones", 0, "due")]
    with pytest.raises(ScheduleError, match="a → a"):
        timetable(file)


def test_a_deadline_cannot_wait_for_its_own_step() -> None:
    assert "chính đầu việc đó" in found(checklist(step("a", "done(a) + 1 days")))[place(0, "due")]
    file = checklist(milestone("m", "done(a)", steps=[step("a", "done(a)"), step("b", "done(a)")]))
    assert list(found(file)) == [("milestones", 0, "due")]


def test_prerequisites_are_other_steps_and_go_in_no_circle() -> None:
    file = checklist(
        step("a", requires=("b", "a")),
        step("b", requires=("zz", "c")),
        step("c", requires=("m", "a")),
        step("d", requires=("cc",)),
    )
    sentences = found(file)
    assert list(sentences) == [
        place(0, "requires", 1),
        place(1, "requires", 0),
        place(2, "requires", 0),
        place(3, "requires", 0),
        place(0, "requires", 0),
    ]
    assert "a → b → c → a" in sentences[place(0, "requires", 0)]
    assert "Có phải là “c”?" in sentences[place(3, "requires", 0)]


def test_a_step_needs_a_basis_from_a_known_source() -> None:
    bare, wrong = step("a", basis=()), step("b", basis=(ELSEWHERE,))
    other = milestone("n", basis=(replace(ELSEWHERE, source="zzz"),), steps=[step("c", basis=())])
    sentences = found(checklist(milestone("m", basis=(), steps=[bare, wrong]), other))
    assert list(sentences) == [place(0), place(1, "basis", 0, "source"), ("milestones", 1, "basis", 0, "source")]
    assert "Có phải là “law”?" in sentences[place(1, "basis", 0, "source")]


def test_an_inherited_basis_is_told_once() -> None:
    file = checklist(milestone("m", basis=(ELSEWHERE,), steps=[step("a", basis=(ELSEWHERE,))]))
    assert list(found(file)) == [("milestones", 0, "basis", 0, "source")]


def test_a_milestone_has_steps() -> None:
    assert list(found(checklist(milestone("m", "election_day")))) == [("milestones", 0)]


@pytest.mark.parametrize(
    ("opens", "due", "good"),
    [
        ("election_day", "election_day", True),
        ("election_day", "election_day - 1 days", False),
        ("election_day at 17:00", "election_day at 07:00", False),
        ("election_day at 07:00", "election_day at 07:00", False),
        ("done(x)", "election_day - 1 days", True),
    ],
)
@pytest.mark.parametrize("day", [date(2026, 3, 15), None])
def test_a_window_ends_after_it_opens(opens: str, due: str, good: bool, day: date | None) -> None:  # noqa: FBT001 - table
    file = checklist(step("x"), step("a", due, opens), day=day)
    assert list(found(file)) == ([] if good else [place(1, "due")])


def test_without_an_anchor_a_window_between_a_date_and_the_anchor_is_not_judged() -> None:
    assert not found(checklist(step("a", "election_day", "2020-01-01"), day=None))
    assert list(found(checklist(step("a", "election_day", "2030-01-01")))) == [place(0, "due")]


def test_a_step_that_only_opens_too_late_is_told_at_its_opening() -> None:
    file = checklist(milestone("m", "election_day", steps=[step("a", "election_day", "election_day + 1 days")]))
    assert list(found(file)) == [place(0, "from")]


NAMES = st.sampled_from(["a", "b", "c", "m", "election_day", "nobody"])
RULES = st.one_of(st.none(), NAMES, NAMES.map("done({})".format), st.builds("latest({}, {})".format, NAMES, NAMES))
STEPS = st.builds(step, NAMES, RULES, RULES, requires=st.lists(NAMES, max_size=3).map(tuple))


@given(st.lists(STEPS, max_size=5), RULES, RULES)
def test_any_checklist_has_findings_or_a_timetable(steps: list[Step], due: str | None, opens: str | None) -> None:
    file = checklist(milestone("m", due, opens, steps=steps))
    if not found(file):
        assert timetable(file).steps.keys() == {s.id for s in steps}


def test_a_great_many_problems_take_no_great_time() -> None:
    steps = [step(f"s{n}", f"s{n ^ 1} + 1 days", requires=(f"s{n ^ 1}", f"t{n}")) for n in range(3000)]
    assert len(found(checklist(*steps))) == 6000
