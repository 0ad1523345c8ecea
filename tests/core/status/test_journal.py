"""The chain of hashes, and what the journal's entries mean when they are replayed."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.status.journal import (
    GENESIS,
    Entry,
    EntryKind,
    NewEntry,
    StepRecord,
    canonical_json,
    chain_hash,
    first_broken_number,
    fold,
)

AT = datetime(2026, 2, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DONE = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND", "date": "2026-01-28"}}
BODIES: dict[EntryKind, dict[str, Any]] = {
    EntryKind.CONFIRMED: DONE,
    EntryKind.PROGRESSED: {"completed_on": "2026-01-29", "progress": {"done": 7, "of": 12}},
    EntryKind.RETURNED: {"reason": "thiếu dấu"},
    EntryKind.EXCUSED: {"reason": "đã sáp nhập"},
    EntryKind.OBSTACLE: {"note": "thiếu phòng"},
    EntryKind.PROPOSAL: {"note": "xin thêm máy"},
    EntryKind.ANSWERED: {"note": "đã cấp"},
}
SIMPLE = (*BODIES, EntryKind.WITHDRAWN, EntryKind.ACCEPTED, EntryKind.UNEXCUSED, EntryKind.OBSERVED)
histories = st.lists(st.tuples(st.sampled_from(SIMPLE), st.sampled_from(["x", "y"]), st.sampled_from(["a", "b"])))


def new(
    kind: EntryKind = EntryKind.CONFIRMED, at: datetime = AT, unit: str = "x", step: str = "a", **body: Any
) -> NewEntry:
    return NewEntry(
        kind=kind,
        at=at,
        campaign="thu",
        unit=unit,
        step=step,
        actor=f"unit:{unit}",
        body=BODIES.get(kind, {}) | body,
        checklist_hash="c" * 64,
        key="",
    )


def chain(*entries: NewEntry) -> list[Entry]:
    made: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        previous = made[-1].hash if made else GENESIS
        made.append(Entry(number, entry, previous, chain_hash(previous, number, entry)))
    return made


def after(*kinds: EntryKind | NewEntry) -> StepRecord:
    """Fold a history of one step, a minute between its entries."""
    written = [k if isinstance(k, NewEntry) else new(k, AT + n * MINUTE) for n, k in enumerate(kinds)]
    return fold(chain(*written))["x", "a"]


def test_the_hash_of_an_entry_never_changes_from_one_version_to_the_next() -> None:
    assert chain_hash(GENESIS, 1, new()) == "3018c0ea15b57d4dd869fc1f42fdbbfa459b158eb8e6dbb11f6530bfe1b24d5a"


def test_what_is_hashed_is_one_text_for_one_content() -> None:
    turned = replace(new(), body=dict(reversed(DONE.items())))
    assert canonical_json(turned) == canonical_json(new())
    assert "12/QĐ-UBND" in canonical_json(new())


@pytest.mark.parametrize("name", [each.name for each in fields(NewEntry)])
def test_every_field_of_an_entry_is_in_its_hash(name: str) -> None:
    other: dict[str, Any] = {
        "kind": EntryKind.WITHDRAWN, "at": AT + timedelta(microseconds=1), "campaign": "khac", "unit": "y",
        "step": "b", "actor": "tinh", "body": {}, "checklist_hash": "d", "key": "k",
    }  # fmt: skip
    assert chain_hash(GENESIS, 1, replace(new(), **{name: other[name]})) != chain_hash(GENESIS, 1, new())


def test_an_entrys_place_and_predecessor_are_in_its_hash() -> None:
    assert len({chain_hash(GENESIS, 1, new()), chain_hash(GENESIS, 2, new()), chain_hash("1" * 64, 1, new())}) == 3


@given(histories)
def test_a_chain_as_it_was_made_is_good_and_holds_each_of_its_heads(history: list[tuple[EntryKind, str, str]]) -> None:
    made = chain(*(new(kind, unit=unit, step=step) for kind, unit, step in history))
    assert first_broken_number(made) is None
    assert all(first_broken_number(made, entry.hash) is None for entry in made)
    assert all(first_broken_number(made, entry.hash[:12]) is None for entry in made)
    assert first_broken_number(made, GENESIS[:12]) is None
    assert first_broken_number(made, "f" * 64) == first_broken_number(made, "f" * 12) == len(made) + 1


@given(st.permutations(range(5)), st.integers(0, 4))
def test_a_reordered_or_shortened_chain_is_bad_where_it_first_differs(order: list[int], cut: int) -> None:
    made = chain(*(new(step=str(n)) for n in range(5)))
    turned = [made[n] for n in order]
    expected = next((place for place, n in enumerate(order, 1) if n != place - 1), None)
    assert first_broken_number(turned) == expected
    assert first_broken_number(made[:cut], made[-1].hash) == cut + 1


def test_an_entry_that_cannot_be_read_is_bad_where_it_stands() -> None:
    assert first_broken_number([*chain(new(), new()), None]) == 3


@given(histories, st.integers(0, 20))
def test_the_state_at_a_moment_is_the_fold_of_what_had_happened_by_then(
    history: list[tuple[EntryKind, str, str]], minutes: int
) -> None:
    made = chain(*(new(k, AT + n * MINUTE, unit, step) for n, (k, unit, step) in enumerate(history)))
    assert fold(made, until=AT + minutes * MINUTE) == fold(made[: minutes + 1])


@given(histories)
def test_each_step_of_each_unit_depends_on_its_own_entries_alone(history: list[tuple[EntryKind, str, str]]) -> None:
    made = chain(*(new(kind, unit=unit, step=step) for kind, unit, step in history))
    for key, record in fold(made).items():
        assert fold(e for e in made if (e.new.unit, e.new.step) == key) == {key: record}


@given(histories)
def test_no_step_is_done_without_a_confirmation_that_nothing_took_back(
    history: list[tuple[EntryKind, str, str]],
) -> None:
    made = chain(*(new(kind, unit=unit, step=step) for kind, unit, step in history))
    for key, record in fold(made).items():
        own = [e.new.kind for e in made if (e.new.unit, e.new.step) == key]
        decisive = [k for k in own if k in {EntryKind.CONFIRMED, EntryKind.WITHDRAWN, EntryKind.RETURNED}]
        assert record.done is (decisive[-1:] == [EntryKind.CONFIRMED])


def test_a_confirmation_keeps_the_day_the_document_and_when_it_was_heard() -> None:
    record = after(EntryKind.CONFIRMED)
    assert (record.was_confirmed, record.done, record.completed_on) == (True, True, date(2026, 1, 29))
    assert (record.document_number, record.document_date) == ("12/QĐ-UBND", date(2026, 1, 28))
    assert record.last_statement_at == AT


def test_a_confirmation_without_a_document_takes_the_earlier_ones_away() -> None:
    record = after(EntryKind.CONFIRMED, replace(new(), body={"completed_on": "2026-01-30"}))
    assert (record.completed_on, record.document_number, record.document_date) == (date(2026, 1, 30), "", None)


def test_part_of_a_count_is_not_done_and_says_how_far() -> None:
    record = after(EntryKind.PROGRESSED)
    assert (record.was_confirmed, record.done, record.completed_on, record.progress) == (False, False, None, (7, 12))


def test_done_does_not_keep_an_older_part_of_the_count() -> None:
    assert after(EntryKind.PROGRESSED, EntryKind.CONFIRMED).progress is None
    full = new(progress={"done": 12, "of": 12})
    assert after(EntryKind.PROGRESSED, full).progress == (12, 12)


def test_a_withdrawn_step_is_stated_and_not_done() -> None:
    record = after(EntryKind.CONFIRMED, EntryKind.ACCEPTED, EntryKind.WITHDRAWN)
    assert (record.was_confirmed, record.done, record.accepted, record.completed_on) == (True, False, False, None)


def test_acceptance_is_of_one_confirmation_only() -> None:
    assert after(EntryKind.CONFIRMED, EntryKind.ACCEPTED).accepted
    assert not after(EntryKind.CONFIRMED, EntryKind.ACCEPTED, EntryKind.CONFIRMED).accepted
    assert not after(EntryKind.CONFIRMED, EntryKind.ACCEPTED, EntryKind.RETURNED).accepted


def test_a_return_says_why_until_the_unit_confirms_again() -> None:
    returned = after(EntryKind.CONFIRMED, EntryKind.RETURNED)
    assert (returned.done, returned.returned) == (False, "thiếu dấu")
    again = after(EntryKind.CONFIRMED, EntryKind.RETURNED, EntryKind.CONFIRMED)
    assert (again.done, again.returned) == (True, "")


def test_an_excuse_holds_until_it_is_taken_back() -> None:
    assert after(EntryKind.EXCUSED, EntryKind.CONFIRMED).excused == "đã sáp nhập"
    assert after(EntryKind.EXCUSED, EntryKind.UNEXCUSED).excused == ""


def test_an_obstacle_ends_with_the_confirmation_and_a_new_one_wants_a_new_answer() -> None:
    assert after(EntryKind.OBSTACLE).obstacle == "thiếu phòng"
    assert after(EntryKind.OBSTACLE, EntryKind.CONFIRMED).obstacle == ""
    assert after(EntryKind.OBSTACLE, EntryKind.ANSWERED).answer == "đã cấp"
    assert after(EntryKind.OBSTACLE, EntryKind.ANSWERED, EntryKind.OBSTACLE).answer == ""


@pytest.mark.parametrize(
    "kind", [EntryKind.EXCUSED, EntryKind.UNEXCUSED, EntryKind.ANSWERED, EntryKind.ACCEPTED, EntryKind.OBSERVED]
)
def test_what_the_province_says_is_not_heard_from_the_unit(kind: EntryKind) -> None:
    assert after(kind).last_statement_at is None
    assert after(EntryKind.PROGRESSED, kind).last_statement_at == AT


def test_sample_data_marks_the_record_for_good() -> None:
    sample = new(sample=True)
    assert after(sample, EntryKind.WITHDRAWN, EntryKind.CONFIRMED).sample
    assert not after(EntryKind.CONFIRMED).sample


def test_moments_of_other_offsets_are_compared_as_moments() -> None:
    local = new(at=AT.astimezone(timezone(timedelta(hours=7))))
    assert fold(chain(local), until=AT) != {}
    assert fold(chain(local), until=AT - MINUTE) == {}


def test_every_kind_of_entry_can_be_replayed() -> None:
    bodies: dict[EntryKind, dict[str, Any]] = BODIES | {EntryKind.HANDED_OVER: {"office": "Sở Nội vụ"}}
    made = [replace(new(), kind=kind, body=bodies.get(kind, {})) for kind in EntryKind]
    assert fold(chain(*made)).keys() == {("x", "a")}
