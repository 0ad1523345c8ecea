"""The journal is append-only, and what is done to it behind lotrinh's back is found (fault F29)."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotrinh.store import Store, open_store
from tests.store.entries import entries, entry

COUNT = 6
COLUMNS = ("at", "campaign", "unit", "step", "kind", "actor", "body", "checklist_hash", "key", "previous", "hash")


@contextmanager
def behind(path: Path, *, triggers: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the file as anybody may who has it; without its triggers nothing stands in the way."""
    with closing(sqlite3.connect(path)) as raw, raw:
        if not triggers:
            for trigger in ("update", "delete", "replace"):
                raw.execute(f"DROP TRIGGER IF EXISTS journal_no_{trigger}")
        yield raw


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Path:
    store.journal.append(*(entry(e.step, e.at, key=f"k{n}") for n, e in enumerate(entries(COUNT), 1)))
    return tmp_path / "lotrinh.db"


@pytest.mark.parametrize("statement", [
    "UPDATE journal SET actor = 'khac' WHERE number = 2",
    "UPDATE journal SET actor = actor",
    "DELETE FROM journal WHERE number = 6",
    "DELETE FROM journal",
    "REPLACE INTO journal SELECT * FROM journal WHERE number = 2",
    f"REPLACE INTO journal SELECT 99, {', '.join(COLUMNS)} FROM journal WHERE number = 2",  # noqa: S608 - our own words
    "INSERT INTO journal SELECT * FROM journal WHERE number = 2 ON CONFLICT DO UPDATE SET actor = 'khac'",
])  # fmt: skip
def test_the_database_refuses_every_change_of_an_entry(store: Store, filled: Path, statement: str) -> None:
    before = store.journal.entries()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), behind(filled, triggers=True) as raw:
        raw.execute(statement)
    assert store.journal.entries() == before


@pytest.mark.parametrize("number", [1, 3, COUNT])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_field_is_found_at_its_entry(store: Store, filled: Path, column: str, number: int) -> None:
    change = "'x'" if column in {"at", "kind", "body"} else f"{column} || 'x'"
    with behind(filled) as raw:
        raw.execute(f"UPDATE journal SET {column} = {change} WHERE number = {number}")  # noqa: S608 - our own words
    assert store.journal.verify() == number


@pytest.mark.parametrize("body", ['{"completed_on": "2026-01-28"}', "", "[]", "null", "1", '{"completed_on"', "NaN"])
def test_a_body_that_is_another_or_none_at_all_is_found(store: Store, filled: Path, body: str) -> None:
    with behind(filled) as raw:
        raw.execute("UPDATE journal SET body = ? WHERE number = 4", (body,))
    assert store.journal.verify() == 4


@pytest.mark.parametrize("value", [b"x", 7, b"\xff"])
@pytest.mark.parametrize("column", ["at", "actor", "kind", "body"])
def test_a_value_of_another_type_is_found(store: Store, filled: Path, column: str, value: object) -> None:
    with behind(filled) as raw:
        raw.execute(f"UPDATE journal SET {column} = ? WHERE number = 4", (value,))  # noqa: S608 - our own words
    assert store.journal.verify() == 4


@pytest.mark.parametrize("number", range(1, COUNT))
def test_a_deleted_entry_is_named(store: Store, filled: Path, number: int) -> None:
    with behind(filled) as raw:
        raw.execute("DELETE FROM journal WHERE number = ?", (number,))
    assert store.journal.verify() == number


def test_closing_the_gap_of_a_deleted_entry_does_not_help(store: Store, filled: Path) -> None:
    with behind(filled) as raw:
        raw.execute("DELETE FROM journal WHERE number = 3")
        raw.execute("UPDATE journal SET number = number - 1 WHERE number > 3")
    assert store.journal.verify() == 3


def test_two_entries_changing_places_are_found_at_the_first(store: Store, filled: Path) -> None:
    with behind(filled) as raw:
        for old, new in ((2, 0), (5, 2), (0, 5)):
            raw.execute("UPDATE journal SET number = ? WHERE number = ?", (new, old))
    assert store.journal.verify() == 2


@pytest.mark.parametrize("place", [0, 3, COUNT])
def test_an_inserted_entry_is_found(store: Store, filled: Path, place: int) -> None:
    with behind(filled) as raw:
        raw.execute("UPDATE journal SET number = number + 100 WHERE number > ?", (place,))
        raw.execute(
            "INSERT INTO journal SELECT ?, at, campaign, unit, 'them', kind, actor, body, checklist_hash, 'moi',"
            " previous, hash FROM journal WHERE number IN (1, 101) LIMIT 1",
            (place + 1,),
        )
        raw.execute("UPDATE journal SET number = number - 99 WHERE number > 100")
    assert store.journal.verify() == place + 1


def test_a_cut_off_end_is_found_against_a_printed_head(store: Store, filled: Path) -> None:
    printed = store.journal.head()
    assert store.journal.verify(printed) is None
    with behind(filled) as raw:
        raw.execute("DELETE FROM journal WHERE number >= 5")
    assert store.journal.verify() is None  # what is left is a good chain: only the paper knows better
    assert store.journal.verify(printed) == 5


def test_every_head_ever_printed_stays_in_the_chain(store: Store, filled: Path) -> None:
    assert filled.is_file()
    heads = [e.hash for e in store.journal.entries()]
    assert [store.journal.verify(head) for head in heads] == [None] * COUNT
    assert store.journal.verify("f" * 64) == COUNT + 1


def test_a_chain_rebuilt_after_a_change_does_not_hold_the_printed_head(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'real.db'}") as real, open_store(f"sqlite:///{tmp_path / 'f.db'}") as false:
        real.journal.append(*entries(3))
        false.journal.append(*entries(1), *entries(3)[1:2], entry("khac"))
        assert false.journal.verify() is None
        assert false.journal.verify(real.journal.head()) == 4


def test_an_old_backup_put_back_lacks_the_later_head(store: Store, filled: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled)) as raw, closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        raw.backup(copy)
    (last,) = store.journal.append(entry("sau"))
    store.close()
    for part in tmp_path.glob("lotrinh.db*"):
        part.unlink()
    shutil.copy(tmp_path / "backup.db", filled)
    with open_store(f"sqlite:///{filled}") as restored:
        assert restored.journal.verify() is None
        assert restored.journal.verify(last.hash) == COUNT + 1


Tamper = Callable[[sqlite3.Connection, int], object]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, COUNT), column=st.sampled_from(("body", "actor", "unit", "step")), other=st.text("ab{}"))
def test_the_first_of_several_bad_entries_is_named(
    store: Store, filled: Path, number: int, column: str, other: str
) -> None:
    with behind(filled) as raw:
        raw.execute("CREATE TABLE IF NOT EXISTS good AS SELECT * FROM journal")
        raw.execute("DELETE FROM journal")
        raw.execute("INSERT INTO journal SELECT * FROM good")
        raw.execute(f"UPDATE journal SET {column} = ? WHERE number >= ?", (other, number))  # noqa: S608 - our own words
    assert store.journal.verify() == number
