"""Appending to the journal, and reading back what was appended."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotrinh.core.status.journal import GENESIS, EntryKind, NewEntry, chain_hash, fold
from lotrinh.errors import Conflict
from lotrinh.store import Store, open_store
from tests.store.entries import AT, entries, entry

HANOI = timezone(timedelta(hours=7))
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
bodies = st.dictionaries(words, st.one_of(words, st.integers(-(10**9), 10**9), st.booleans(), st.none()), max_size=4)
any_entries = st.builds(
    NewEntry,
    kind=st.sampled_from(EntryKind),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, HANOI])),  # noqa: DTZ001 - the zone is drawn
    campaign=words,
    unit=words,
    step=words,
    actor=words,
    body=bodies,
    checklist_hash=words,
)


def test_an_empty_journal_ends_with_the_hash_that_stands_before_all(store: Store) -> None:
    assert store.journal.head() == GENESIS
    assert store.journal.entries() == ()
    assert store.journal.verify() is None


def test_entries_are_numbered_from_one_and_each_hash_covers_the_one_before(store: Store) -> None:
    made = [*store.journal.append(*entries(2)), *store.journal.append(entry("third"))]
    assert [e.number for e in made] == [1, 2, 3]
    assert [e.previous for e in made] == [GENESIS, made[0].hash, made[1].hash]
    assert [e.hash for e in made] == [chain_hash(e.previous, e.number, e.new) for e in made]
    assert store.journal.head() == made[-1].hash


def test_what_was_appended_is_read_back_by_another_process_as_it_was_given(store: Store, url: str) -> None:
    made = store.journal.append(*entries(3))
    with open_store(url) as other:
        assert other.journal.entries() == made


def test_entries_are_read_by_campaign_and_by_unit(store: Store) -> None:
    store.journal.append(entry("a"), entry("b", unit="04960"), entry("c", campaign="khac"))
    assert [e.new.step for e in store.journal.entries("thu")] == ["a", "b"]
    assert [e.new.step for e in store.journal.entries("thu", "04960")] == ["b"]
    assert [e.new.step for e in store.journal.entries(unit="04924")] == ["a", "c"]
    assert store.journal.entries("khong-co") == ()


def test_moments_are_kept_in_utc(store: Store) -> None:
    (made,) = store.journal.append(entry(at=datetime(2026, 2, 2, 0, 30, tzinfo=HANOI)))
    assert made.new.at.isoformat() == "2026-02-01T17:30:00+00:00"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_entries, min_size=1, max_size=4))
def test_whatever_is_appended_is_read_back_the_same_and_the_chain_holds(store: Store, new: list[NewEntry]) -> None:
    before = len(store.journal.entries())
    made = store.journal.append(*new)
    assert store.journal.entries()[before:] == made
    assert [e.new for e in made] == new  # the same moments; UTC is only how they are written
    assert store.journal.verify() is None


@pytest.mark.parametrize("again", [
    entry(key="k"),
    entry(key="k", at=AT + timedelta(hours=1)),
    entry(key="k", checklist_hash="d" * 64),
    entry(key="k", body={"note": "Tổ bầu cử “Số 1”", "completed_on": "2026-01-29"}),
])  # fmt: skip
def test_a_repeated_key_gives_the_first_entry_again(store: Store, again: NewEntry) -> None:
    first = store.journal.append(entry(key="k"), entry("b"))[0]
    assert store.journal.append(again) == (first,)
    assert len(store.journal.entries()) == 2


@pytest.mark.parametrize("change", [
    {"body": {"completed_on": "2026-01-28"}},
    {"kind": EntryKind.WITHDRAWN},
    {"unit": "04960"},
    {"step": "b"},
    {"campaign": "khac"},
])  # fmt: skip
def test_a_key_used_for_something_else_is_a_conflict(store: Store, change: dict[str, Any]) -> None:
    first = store.journal.append(entry(key="k"))
    with pytest.raises(Conflict):
        store.journal.append(replace(entry(key="k"), **change))
    assert store.journal.entries() == first


def test_of_a_call_with_a_conflict_nothing_is_written(store: Store) -> None:
    first = store.journal.append(entry(key="k"))
    with pytest.raises(Conflict):
        store.journal.append(entry("b"), entry("c", key="k"), entry("d"))
    assert store.journal.entries() == first


def test_entries_without_a_key_are_never_taken_for_each_other(store: Store) -> None:
    assert len({e.hash for e in store.journal.append(entry(), entry(), entry())}) == 3


def test_a_failed_append_leaves_the_journal_usable(store: Store) -> None:
    with pytest.raises(TypeError):
        store.journal.append(entry("a"), entry("b", body={"day": date(2026, 1, 1)}))
    assert [e.number for e in store.journal.append(entry("c"))] == [1]


def test_the_state_is_the_fold_of_what_is_read_back(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "lotrinh.db").is_file()
    store.journal.append(entry("a"), entry("b", kind=EntryKind.OBSTACLE, body={"note": "Thiếu phòng"}))
    records = fold(store.journal.entries())
    assert records["04924", "a"].completed_on == date(2026, 1, 29)
    assert records["04924", "b"].obstacle == "Thiếu phòng"


def test_many_entries_at_once_make_the_chain_that_one_by_one_make(store: Store, tmp_path: Path) -> None:
    many = [entry(key=f"k{n % 60}", body={"completed_on": "2026-01-29", "note": str(n % 60)}) for n in range(90)]
    with open_store(f"sqlite:///{tmp_path / 'one-by-one.db'}") as other:
        slowly = tuple(other.journal.append(new)[0] for new in many)
        assert store.journal.append(*many) == slowly
        assert store.journal.head() == other.journal.head()
    assert store.journal.append(*many) == slowly
    assert len(store.journal.entries()) == 60
    with pytest.raises(Conflict):
        store.journal.append(*many, entry(key="k1", body={"completed_on": "2026-01-30"}))
    assert len(store.journal.entries()) == 60
