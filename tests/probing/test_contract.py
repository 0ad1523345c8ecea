"""F7, F8, F9: what is read as an answer, and what is named when it is not."""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lotrinh.core.status.observation import Answer, Reason, StepState
from lotrinh.i18n import say
from lotrinh.probing.contract import InvalidAnswer, read_answer
from tests.probing.faults import NOW, body, document, question, with_step

ASKED = question("http://xa.vn/")
NOTE = "Chưa nhận được dữ liệu dân cư của các tổ"


def read(content: bytes | dict[str, Any], now: datetime = NOW) -> Answer:
    return read_answer(content if isinstance(content, bytes) else json.dumps(content).encode(), ASKED, now)


def rejected(content: bytes | dict[str, Any], now: datetime = NOW) -> tuple[Reason, str]:
    with pytest.raises(InvalidAnswer) as caught:
        read(content, now)
    return caught.value.reason, say(caught.value.sentence, "vi")


def test_a_good_answer_is_read_whole() -> None:
    answer = read(body())
    done, obstacle = answer.steps["thanh-lap-to"], answer.steps["niem-yet"]
    assert (answer.unit, answer.campaign, answer.heard_at, answer.sample) == ("04924", "bau-cu-2026", NOW, False)
    assert answer.generated_at == datetime(2026, 2, 2, 1, tzinfo=UTC)
    assert (done.state, done.completed_on, done.progress) == (StepState.DONE, date(2026, 1, 29), (12, 12))
    assert (done.document_number, done.document_date) == ("12/QĐ-UBND", date(2026, 1, 29))
    assert (obstacle.state, obstacle.note) == (StepState.OBSTACLE, "Chưa nhận được dữ liệu dân cư")


def test_sample_data_says_so() -> None:
    assert read(document(sample=True)).sample


@pytest.mark.parametrize("state", ["not_started", "open", "in_progress"])
def test_a_state_that_needs_nothing_is_read_without_it(state: str) -> None:
    assert read(with_step(state=state, completed_on=...)).steps["thanh-lap-to"].state == state


# F7


def test_a_byte_order_mark_is_accepted() -> None:
    assert read(b"\xef\xbb\xbf" + body()) == read(body())


def test_decomposed_vietnamese_is_composed() -> None:
    apart = unicodedata.normalize("NFD", NOTE)
    assert apart != NOTE
    assert read(with_step(note=apart)).steps["thanh-lap-to"].note == NOTE


@pytest.mark.parametrize(
    "content",
    [
        body().replace(b"Ch", b"\xff"),
        body().replace("ư".encode(), b"\xed\xa0\x80"),
        body().decode().encode("utf-16"),
        body().decode().encode("utf-16-le"),
        body().decode().encode("utf-16-be"),
        body().decode().encode("utf-32"),
        json.dumps(document(), ensure_ascii=False).replace("ữ", "u").encode("cp1258", "replace"),
        body().replace(b"Ch", b"\x00"),
        body().replace(b"Ch", b"\\u0000"),
        body().replace(b"Ch", b"\\ud800"),
        body().replace(b"Ch", b"\\udc00\\ud800"),
        body().replace(b'"note"', b'"\\udfff"'),
    ],
)
def test_another_encoding_is_invalid(content: bytes) -> None:
    assert rejected(content)[0] is Reason.ENCODING


def test_an_escaped_pair_of_surrogates_is_one_letter() -> None:
    assert "😀" in read(body().replace(b"Ch", b"\\ud83d\\ude00")).steps["niem-yet"].note


# F8


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (document(schema="lotrinh.status/2"), "lotrinh.status/2"),
        (document(schema=None), "(schema)"),
        (document(schema=["x"]), "(schema)"),
        (document(extra=1), "(extra)"),
        (document(**{"la\n lùng": 1}), "\\n"),
        (document(generated_at=1_770_000_000), "(generated_at)"),
        (document(generated_at="1770000000"), "(generated_at)"),
        (document(generated_at="2026-02-02 08:00:00+07:00"), "(generated_at)"),
        (document(generated_at="2026-02-02T25:00:00+07:00"), "(generated_at)"),
        (document(steps={}), "(steps)"),
        (document(steps=None), "(steps)"),
        (document(steps=["x"]), "(steps[0])"),
        (document(steps=[{"id": "niem-yet", "state": "open"}] * 501), "(steps)"),
        (document(steps=[{"id": "niem-yet", "state": "open"}] * 2), "(steps[1].id)"),
        (document(sample="yes"), "(sample)"),
        (document(unit=4924), "(unit)"),
        (with_step(id="khong-co"), "(steps[0].id)"),
        (with_step(id=...), "(steps[0].id)"),
        (with_step(state="finished"), "(steps[0].state)"),
        (with_step(state="DONE"), "(steps[0].state)"),
        (with_step(state=...), "(steps[0].state)"),
        (with_step(completed_on=...), "(steps[0].completed_on)"),
        (with_step(completed_on=None), "(steps[0].completed_on)"),
        (with_step(completed_on="29/01/2026"), "(steps[0].completed_on)"),
        (with_step(completed_on="2026-02-29"), "(steps[0].completed_on)"),
        (with_step(completed_on="2026-01-29T00:00:00"), "(steps[0].completed_on)"),
        (with_step(completed_on="1769644800"), "(steps[0].completed_on)"),
        (with_step(completed_on=20260129), "(steps[0].completed_on)"),
        (with_step(done=True), "(steps[0].done)"),
        (with_step(state="obstacle"), "(steps[0].note)"),
        (with_step(state="obstacle", note=" \n"), "(steps[0].note)"),
        (with_step(note="a" * 2001), "(steps[0].note)"),
        (with_step(note=5), "(steps[0].note)"),
        (with_step(document="12/QĐ-UBND"), "(steps[0].document)"),
        (with_step(document={"number": "1" * 201}), "(steps[0].document.number)"),
        (with_step(document={"number": "1", "date": "x"}), "(steps[0].document.date)"),
        (with_step(progress=7), "(steps[0].progress)"),
        (with_step(progress={"done": 3, "of": 2}), "(steps[0].progress.done)"),
        (with_step(progress={"done": -1, "of": 2}), "(steps[0].progress.done)"),
        (with_step(progress={"done": 0, "of": 0}), "(steps[0].progress.of)"),
        (with_step(progress={"done": True, "of": 2}), "(steps[0].progress.done)"),
        (with_step(progress={"done": "1", "of": 2}), "(steps[0].progress.done)"),
        (with_step(progress={"done": 1.0, "of": 2}), "(steps[0].progress.done)"),
        (with_step(progress={"done": 1}), "(steps[0].progress.of)"),
    ],
)
def test_a_field_missing_strange_or_of_another_type_is_named(changed: dict[str, Any], named: str) -> None:
    reason, sentence = rejected(changed)
    assert reason is Reason.SCHEMA
    assert named in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("field", ["schema", "unit", "campaign", "generated_at", "steps"])
def test_each_field_of_the_top_is_needed_and_named(field: str) -> None:
    less = {name: value for name, value in document().items() if name != field}
    reason, sentence = rejected(less)
    assert reason is Reason.SCHEMA
    assert f"({field})" in sentence


STEPS_OF = b'"progress": {"done": %b, "of": 12}'


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"[]", "ngoặc nhọn"),
        (b'"x"', "ngoặc nhọn"),
        (b"null", "ngoặc nhọn"),
        (b"{'a': 1}", "JSON"),
        (b"{} {}", "JSON"),
        (b"[" * 100_000, "nhiều lớp"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nhiều lớp"),
        (b"[" * 21 + b"]" * 21, "nhiều lớp"),
        (body().replace(b'"done": 12', b'"done": ' + b"9" * 5000), "steps[0].progress.done"),
        (body().replace(b'"done": 12', b'"done": NaN'), "steps[0].progress.done"),
        (body().replace(b'"done": 12', b'"done": -Infinity'), "steps[0].progress.done"),
        (body().replace(b'"done": 12', b'"done": 1e999'), "steps[0].progress.done"),
        (body().replace(b'"of": 12', b'"done": 12'), "steps[0].progress.done"),
        (body().replace(b'"unit"', b'"unit": "1", "unit"'), "unit"),
        (body().replace(b'"state": "done"', b'"state": "open", "state": "done"'), "steps[0].state"),
        (json.dumps({f"k{n}": n for n in range(100_000)}).encode(), "100000"),
    ],
)
def test_json_that_no_honest_system_writes_is_invalid_and_its_place_is_named(content: bytes, named: str) -> None:
    reason, sentence = rejected(content)
    assert reason is Reason.SCHEMA
    assert named in sentence


@pytest.mark.parametrize("content", [b"", b"  ", body()[:-1], body()[:50], body()[: body().index("ư".encode()) + 1]])
def test_an_answer_that_ends_too_early_was_cut_off(content: bytes) -> None:
    assert rejected(content)[0] is Reason.PROTOCOL


def test_twenty_levels_are_not_too_deep() -> None:
    reason, sentence = rejected(b'{"a":' + b"[" * 19 + b"]" * 19 + b"}")
    assert reason is Reason.SCHEMA
    assert "nhiều lớp" not in sentence


def test_five_hundred_steps_are_read() -> None:
    ids = [f"dau-viec-{n}" for n in range(500)]
    many = document(steps=[{"id": i, "state": "open"} for i in ids])
    asked = question("", steps=frozenset(ids))
    assert len(read_answer(json.dumps(many).encode(), asked, NOW).steps) == 500


@pytest.mark.parametrize("changes", [{"unit": "04925"}, {"unit": "4924"}, {"campaign": "bau-cu-2021"}])
def test_an_answer_of_another_unit_or_campaign_is_invalid(changes: dict[str, object]) -> None:
    reason, sentence = rejected(document(**changes))
    assert reason is Reason.UNIT
    assert str(next(iter(changes.values()))) in sentence


# F9

AT_MIDNIGHT = datetime(2026, 2, 28, 17, 0, tzinfo=UTC)
"""The first moment of 1 March in Vietnam; still February in Greenwich."""


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (document(generated_at="2026-02-03T10:00:00+07:00"), "generated_at"),
        (document(generated_at="2026-02-02T03:10:01Z"), "generated_at"),
        (document(generated_at="9999-12-31T23:59:59-14:00"), "generated_at"),
        (document(generated_at="0001-01-01T00:00:00+14:00"), "generated_at"),
        (document(generated_at="2026-02-02T08:00:00"), "generated_at"),
        (with_step(reported_at="2026-02-02T03:10:01Z"), "steps[0].reported_at"),
        (with_step(reported_at="2026-01-30T09:12:00"), "steps[0].reported_at"),
        (with_step(completed_on="2026-02-03"), "steps[0].completed_on"),
        (with_step(completed_on="2026-12-01"), "steps[0].completed_on"),
        (with_step(completed_on="0026-01-29"), "steps[0].completed_on"),
    ],
)
def test_a_time_that_cannot_be_is_invalid_and_named(changed: dict[str, Any], named: str) -> None:
    reason, sentence = rejected(changed)
    assert reason is Reason.TIME
    assert named in sentence


@pytest.mark.parametrize(
    "changed",
    [
        document(generated_at="1970-01-01T00:00:00+07:00"),
        document(generated_at="2026-02-02T03:10:00Z"),
        document(generated_at="2026-02-02T10:09:59.999999999+07:00"),
        document(generated_at="2026-02-01T20:00-07:00"),
        with_step(completed_on="2024-02-29"),
        with_step(completed_on="2026-02-02"),
        with_step(completed_on="2025-01-29"),
    ],
    ids=["1970", "ten minutes ahead", "nanoseconds", "another zone", "29 February", "today", "Tet"],
)
def test_a_clock_that_is_slow_or_a_little_fast_is_heard(changed: dict[str, Any]) -> None:
    assert read(changed).heard_at == NOW


def test_today_is_the_day_in_vietnam_not_in_greenwich() -> None:
    first = with_step(completed_on="2026-03-01")
    assert read(first, AT_MIDNIGHT).steps["thanh-lap-to"].completed_on == date(2026, 3, 1)
    assert rejected(first, AT_MIDNIGHT - timedelta(seconds=1))[0] is Reason.TIME
