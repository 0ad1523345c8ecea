from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lotrinh.core.checklist.grammar import RuleError, format_rule, parse_rule, rule_from_fields
from lotrinh.core.checklist.rules import (
    ChoiceReference,
    CompletionReference,
    DeadlineRule,
    EarliestOrLatest,
    FixedReference,
    Moment,
    NamedReference,
    Offset,
    Reference,
    Roll,
    TimeUnit,
)

DAYS = Offset(-43, TimeUnit.DAYS)
NAMES = st.from_regex(r"\A[a-z][a-z0-9_-]{0,12}\Z")
HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ZONES = st.one_of(st.none(), st.builds(lambda m: timezone(timedelta(minutes=m)), st.integers(-720, 840)))
LONG_HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), tzinfo=ZONES)
MOMENTS = st.builds(Moment, st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.one_of(st.none(), LONG_HOURS))
OFFSETS = st.lists(st.builds(Offset, st.integers(-10_000, 10_000), st.sampled_from(TimeUnit)), max_size=3).map(tuple)


def rules(references: st.SearchStrategy[Reference]) -> st.SearchStrategy[DeadlineRule]:
    parts = st.tuples(references, OFFSETS, st.one_of(st.none(), HOURS), st.one_of(st.none(), st.sampled_from(Roll)))
    return parts.map(lambda p: DeadlineRule(*p, format_rule(*p)))


SIMPLE: st.SearchStrategy[Reference] = st.one_of(
    st.builds(NamedReference, NAMES), st.builds(CompletionReference, NAMES), st.builds(FixedReference, MOMENTS)
)


def several(references: st.SearchStrategy[Reference]) -> st.SearchStrategy[Reference]:
    parts = st.lists(rules(references), min_size=2, max_size=2).map(tuple)
    return st.builds(ChoiceReference, st.sampled_from(EarliestOrLatest), parts)


ANY_RULE = rules(st.one_of(SIMPLE, several(SIMPLE), several(several(SIMPLE))))


@given(ANY_RULE)
def test_a_rule_written_out_reads_back_as_itself(rule: DeadlineRule) -> None:
    assert parse_rule(rule.text) == rule


def refusal(read: Callable[[], DeadlineRule]) -> RuleError | None:
    try:
        read()
    except RuleError as error:
        return error
    return None


def said(error: RuleError) -> str:
    return error.sentence.msgid.format(**error.sentence.values)


WORDS = st.sampled_from(
    [*"+-−(),", "earliest(", "done(", "latest(", "at", "roll", "next", "7", "days", "working", "a-1", "2026-02-31", " "]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=12).map(" ".join)))
@example("earliest(" * 400)
@example("a + " + "9" * 900 + " days")
@example("a + " + "0" * 500 + "7 days")
@example("٣-٣-٣")
def test_any_text_is_a_rule_or_a_rule_error_with_a_place_in_it(text: str) -> None:
    error = refusal(lambda: parse_rule(text))
    assert error is None or (0 <= error.position <= len(text) and said(error))


@given(
    st.dictionaries(
        st.sampled_from(["reference", "offset", "at", "roll", "other"]),
        st.one_of(
            st.none(),
            st.text(),
            st.integers(),
            st.dates(),
            st.lists(st.one_of(st.text(), st.integers())),
            st.dictionaries(st.sampled_from(["days", "working_days", "x"]), st.one_of(st.integers(), st.booleans())),
        ),
    )
)
def test_any_mapping_is_a_rule_or_a_rule_error(fields: dict[str, object]) -> None:
    error = refusal(lambda: rule_from_fields(fields))
    assert error is None or (error.field in {*fields, ""} and said(error))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("election_day", (NamedReference("election_day"), (), None, None)),
        ("election_day - 43 days", (NamedReference("election_day"), (DAYS,), None, None)),
        ("election_day − 43 days", (NamedReference("election_day"), (DAYS,), None, None)),
        ("  election_day – 43 days ", (NamedReference("election_day"), (DAYS,), None, None)),
        ("to-bau-cu + 1 day", (NamedReference("to-bau-cu"), (Offset(1, TimeUnit.DAYS),), None, None)),
        ("done(a) + 7 working days", (CompletionReference("a"), (Offset(7, TimeUnit.WORKING_DAYS),), None, None)),
        ("a - 42 days at 17:00", (NamedReference("a"), (Offset(-42, TimeUnit.DAYS),), time(17), None)),
        ("a at 7:30 roll previous", (NamedReference("a"), (), time(7, 30), Roll.PREVIOUS)),
        (
            "a - 1 month + 2 working day",
            (NamedReference("a"), (Offset(-1, TimeUnit.MONTHS), Offset(2, TimeUnit.WORKING_DAYS)), None, None),
        ),
        ("2025-08-31", (FixedReference(Moment(date(2025, 8, 31))), (), None, None)),
        ("2026-03-14T07:00", (FixedReference(Moment(date(2026, 3, 14), time(7))), (), None, None)),
        ("done + 1 hour", (NamedReference("done"), (Offset(1, TimeUnit.HOURS),), None, None)),
    ],
)
def test_a_rule_means_what_it_says(text: str, expected: tuple[object, ...]) -> None:
    rule = parse_rule(text)
    assert (rule.reference, rule.offsets, rule.at, rule.roll) == expected
    assert rule.text == text.strip()


def test_a_date_time_may_carry_its_offset() -> None:
    reference = parse_rule("2026-03-14T07:00:30+07:00").reference
    assert reference == FixedReference(Moment(date(2026, 3, 14), time(7, 0, 30, tzinfo=timezone(timedelta(hours=7)))))


def test_each_part_of_latest_is_a_rule_with_its_own_text() -> None:
    reference = parse_rule("latest(a - 1 days at 08:00 , done(b) roll next) + 1 days").reference
    assert isinstance(reference, ChoiceReference)
    assert [r.text for r in reference.rules] == ["a - 1 days at 08:00", "done(b) roll next"]


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "mã của một mốc"),
        ("2026-02-31", 0, "31/02/2026"),
        ("31/02/2026", 0, "năm-tháng-ngày"),
        ("2026-3-5", 0, "năm-tháng-ngày"),
        ("1492-01-01", 0, "1900"),
        ("2026-03-14T25:00", 0, "25:00"),
        ("2026-03-14T07:00:61", 0, "07:00:61"),
        ("a at 25:00", 5, "25:00"),
        ("a at 24:00", 5, "đến hết ngày thì không ghi giờ"),
        ("a at noon", 5, "17:00"),
        ("a - 4 dayz", 6, "hours, days, working days, weeks, months"),
        ("a - 4 working hours", 6, "working"),
        ("a - days", 4, "một số"),
        ("a - 10001 days", 4, "10000"),
        ("a - 4 days please", 11, "please"),
        ("a roll up", 7, "next"),
        ("latest(a)", 0, "ít nhất hai"),
        ("latest(a, b", 11, "đóng ngoặc"),
        ("done(latest(a, b))", 11, "đóng ngoặc"),
        ("done(3)", 5, "đầu việc"),
        ("a b", 2, "“b”"),
        ("election_day-43 days", 16, "election_day - 43 days"),
        ("election_day- 43 days", 14, "election_day - 43 days"),
        ("latest(election_day-43 days, b)", 23, "election_day - 43 days"),
        ("a" * 1001, 1000, "1000"),
    ],
)
def test_an_error_names_the_place_and_what_to_do(text: str, position: int, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(text)
    assert caught.value.position == position
    assert words in said(caught.value)


def test_nesting_ends_at_five() -> None:
    deep = "a"
    for _ in range(5):
        deep = f"latest({deep}, b)"
    assert parse_rule(deep).text == deep
    with pytest.raises(RuleError, match="lồng nhau"):
        parse_rule(f"latest({deep}, b)")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"reference": "a", "offset": "- 43 days", "at": "17:00", "roll": "next"}, "a - 43 days at 17:00 roll next"),
        ({"reference": "a", "offset": ["- 1 months", "+ 2 working days"]}, "a - 1 months + 2 working days"),
        ({"reference": "a", "offset": {"days": -43, "working_days": 2}}, "a - 43 days + 2 working days"),
        ({"reference": "latest(a, done(b))"}, "latest(a, done(b))"),
        ({"reference": date(2025, 8, 31)}, "2025-08-31"),
        ({"reference": datetime(2025, 8, 31, 7, 0), "offset": None}, "2025-08-31T07:00:00"),  # noqa: DTZ001 - YAML's
    ],
)
def test_the_mapping_form_is_the_same_rule(fields: dict[str, Any], text: str) -> None:
    assert rule_from_fields(fields) == parse_rule(text)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({}, "", "reference"),
        ({"reference": "a", "offsets": "- 1 days"}, "", "offsets"),
        ({"reference": "a - 1 days"}, "reference", "“-”"),
        ({"reference": 7}, "reference", "ngoặc kép"),
        ({"reference": "a", "offset": {"dayz": 1}}, "offset", "working_days"),
        ({"reference": "a", "offset": {"days": 10_001}}, "offset", "10000"),
        ({"reference": "a", "offset": {"days": True}}, "offset", "số nguyên"),
        ({"reference": "a", "offset": "43 days"}, "offset", "“43”"),
        ({"reference": "a", "at": "25:00"}, "at", "25:00"),
        ({"reference": "a", "roll": "up"}, "roll", "next"),
    ],
)
def test_an_error_in_a_mapping_names_its_field(fields: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        rule_from_fields(fields)
    assert caught.value.field == field
    assert words in said(caught.value)
