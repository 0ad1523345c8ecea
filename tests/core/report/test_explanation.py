"""What a step's dates hang on, through any number of deadlines; and what of an entry explains a status."""

from datetime import UTC, datetime

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.report.explanation import completion_steps, journal_line, rule_texts
from lotrinh.core.status.journal import GENESIS, Entry, EntryKind, NewEntry
from lotrinh.core.status.status import PlannedStep, Policy, plan_steps
from lotrinh.i18n import say
from tests.core.builders import checklist, milestone, parameter, step
from tests.reports.samples import ZONE

NOW = datetime(2026, 2, 2, tzinfo=UTC)
FILE = checklist(
    milestone("mot", "done(a) + 1 days"),
    milestone("hai", "earliest(mot, han)"),
    step("a"),
    step("b"),
    step("x", "latest(hai, mot, done(b))", "election_day - 9 days"),
    parameters=parameter("han"),
)


def planned(name: str) -> PlannedStep:
    return next(p for p in plan_steps(FILE, timetable(FILE), ZONE, Policy()) if p.step.id == name)


def test_the_events_behind_a_deadline_are_found_through_other_deadlines_each_once() -> None:
    assert completion_steps(FILE, planned("x"), {}) == ("b", "a")
    assert completion_steps(FILE, planned("x"), {"han": parse_rule("done(x) + 1 days")}) == ("b", "a", "x")
    assert completion_steps(FILE, planned("a"), {}) == ()


def test_a_beginning_and_a_deadline_are_told_apart() -> None:
    opens, due = rule_texts(FILE, planned("x"), {})
    assert (opens.is_opening, due.is_opening) == (True, False)
    assert say(opens.words, "vi") == "9 ngày trước ngày bầu cử"
    assert "hạn của “Mốc hai”" in say(due.words, "vi")


def test_of_an_entry_the_note_the_reason_or_the_office_is_kept() -> None:
    for body, text in (({"note": "n", "reason": "r"}, "n"), ({"reason": "r"}, "r"), ({"office": "Sở"}, "Sở"), ({}, "")):
        new = NewEntry(
            kind=EntryKind.ANSWERED, at=NOW, campaign="thu", unit="04924", step="a", actor="officer:lan", body=body
        )
        made = journal_line(Entry(3, new, GENESIS, "h"), "Văn phòng tỉnh")
        assert (made.number, made.text, made.who, made.completed_on) == (3, text, "Văn phòng tỉnh", None)
