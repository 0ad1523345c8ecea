"""Many readers of a feed at once, over each kind of database: a move is told once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lotrinh.core.report.deadline_history import DeadlineComparison, Dues
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import FINISHED
from tests.store.runs.test_runs import new_run

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
A, B, C = "2026-01-31", "2026-02-01T17:00:00", "2026-02-02"
THEN: Dues = {"x": {"a": A, "b": A}}
READERS = 8


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


def test_readers_at_once_count_a_move_once(store: Store) -> None:
    def tell(now: Dues) -> int:
        return store.deadlines.publish("thu", now, THEN, NOW)["x", "a"].number

    with ThreadPoolExecutor(READERS) as readers:
        for number, due in enumerate((B, C, A, B), 1):
            assert set(readers.map(tell, [{"x": {"a": due, "b": A}}] * READERS)) == {number}
    assert set(store.deadlines.published("thu")) == {("x", "a")}


def test_a_run_and_a_reader_at_once_count_a_move_once(store: Store) -> None:
    now: Dues = {"x": {"a": B, "b": A}}
    store.runs.start(new_run("r", NOW))
    with ThreadPoolExecutor(2) as both:
        reader = both.submit(store.deadlines.publish, "thu", now, THEN, NOW)
        ending = both.submit(
            store.runs.finish, "r", FINISHED, NOW, "h", None, DeadlineComparison("thu", now, THEN, None)
        )
        assert reader.result()["x", "a"].number == 1
        ending.result()
    assert store.deadlines.published("thu")["x", "a"].number == 1


@pytest.mark.parametrize("tampering", ["UPDATE deadline_moves SET number = 0", "DELETE FROM deadline_moves"])
def test_no_number_is_taken_back(store: Store, tampering: str) -> None:
    store.deadlines.publish("thu", {"x": {"a": B}}, THEN, NOW)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(tampering))
    assert store.deadlines.published("thu")["x", "a"].number == 1
