"""Rules in words: every rule that can be written can be said, without an id in it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from lotrinh.catalog.checklists import find_checklist, load_checklist, packaged_names
from lotrinh.core.checklist.checklist import Anchor, Checklist, Level
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.checklist.rule_words import describe_rule
from lotrinh.core.checklist.rules import CompletionReference, DeadlineRule, NamedReference, references
from lotrinh.core.text import Text
from lotrinh.i18n import say
from tests.core.builders import checklist, milestone, parameter, step
from tests.core.checklist.test_grammar import ANY_RULE

FILE = checklist(
    milestone("niem-yet", steps=(step("lap_to"), step("cua-tinh", level=Level.PROVINCE))), parameters=parameter("han")
)


def words(text: str, file: Checklist = FILE, language: str = "vi") -> str:
    return say(describe_rule(parse_rule(text), file), language)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("election_day", "ngày bầu cử"),
        ("election_day - 11 days", "11 ngày trước ngày bầu cử"),
        ("election_day + 0 days", "ngày bầu cử"),
        ("election_day + 7 days", "7 ngày sau ngày bầu cử"),
        ("election_day - 42 days at 17:00", "42 ngày trước ngày bầu cử, lúc 17:00"),
        ("election_day - 1 months + 2 working days", "1 tháng trước ngày bầu cử, rồi cộng 2 ngày làm việc"),
        ("election_day + 2 weeks - 1 days", "2 tuần sau ngày bầu cử, rồi trừ 1 ngày"),
        ("han - 24 hours", "24 giờ trước “Tham số han”"),
        ("niem-yet + 1 days", "1 ngày sau hạn của “Mốc niem-yet”"),
        ("lap_to", "hạn của “Việc lap_to”"),
        ("done(lap_to)", "ngày đơn vị thực sự hoàn thành “Việc lap_to”"),
        ("done(lap_to) + 30 days", "ngày đơn vị thực sự hoàn thành “Việc lap_to” cộng 30 ngày"),
        ("done(cua-tinh) - 1 days", "ngày tỉnh thực sự hoàn thành “Việc cua-tinh” trừ 1 ngày"),
        ("2025-08-30", "ngày 30/08/2025"),
        ("2026-03-14T07:00", "07:00 ngày 14/03/2026"),
        ("2026-03-14T07:00:30+07:00", "07:00:30 UTC+07:00 ngày 14/03/2026"),
        (
            "election_day + 3 working days roll next",
            "3 ngày làm việc sau ngày bầu cử, nếu rơi vào ngày nghỉ thì chuyển đến ngày làm việc kế tiếp",
        ),
        (
            "election_day roll previous",
            "ngày bầu cử, nếu rơi vào ngày nghỉ thì lấy ngày làm việc liền trước",
        ),
        (
            "earliest(election_day, latest(han, 2026-03-01)) + 1 days",
            "1 ngày sau ngày sớm nhất trong: (ngày bầu cử; ngày muộn nhất trong: (“Tham số han”; ngày 01/03/2026))",
        ),
        ("khong-co - 1 days", "1 ngày trước một mốc không có trong bộ đầu việc"),
        ("done(khong-co)", "một mốc không có trong bộ đầu việc"),
    ],
)
def test_a_rule_is_said_as_an_official_would_say_it(rule: str, said: str) -> None:
    assert words(rule) == said


def test_the_title_of_the_anchor_keeps_its_capitals_where_it_begins_with_an_abbreviation() -> None:
    file = replace(checklist(step("a")), anchor=Anchor("ngay", Text("HĐND họp", "Council meeting"), None))
    assert words("ngay - 7 days", file) == "7 ngày trước HĐND họp"
    assert "council meeting" in words("ngay - 7 days", file, "en")


def names(rule: DeadlineRule) -> set[str]:
    return {
        r.step if isinstance(r, CompletionReference) else r.id
        for r in references(rule)
        if isinstance(r, CompletionReference | NamedReference)
    }


@given(ANY_RULE)
def test_every_rule_can_be_said_and_no_id_is_in_the_words(rule: DeadlineRule) -> None:
    titled = (replace(step(name), title=Text("Việc nào đó")) for name in sorted(names(rule)))
    for file in (checklist(*titled), checklist(step("a"))):
        for language in ("vi", "en"):
            said = say(describe_rule(parse_rule(rule.text), file), language)
            assert said
            assert "_" not in said
            assert not [name for name in names(rule) if re.search(r"[-0-9]", name) and name in said]


def test_the_rules_of_the_packaged_checklists_are_said_without_ids() -> None:
    for name in packaged_names():
        file = load_checklist(find_checklist(name, None))
        ids = {*file.steps, *file.parameters, file.anchor.id, *(m.id for m in file.milestones)}
        rules = [rule for s in file.iter_steps() for rule in (s.opens, s.due) if rule]
        for rule in rules:
            said = say(describe_rule(rule, file), "vi")
            assert not [i for i in ids if re.search(rf"\b{i}\b", said)], said
