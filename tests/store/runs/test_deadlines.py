"""What calendars were told: numbers that only grow, kept in the transaction that closes a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.deadline_history import DeadlineComparison, Dues, PublishedDeadline
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import FINISHED, RUNNING
from tests.store.runs.test_runs import new_run, state

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A, B = "2026-01-31", "2026-02-01T17:00:00"
DAY_A, DAY_B = Moment(date(2026, 1, 31)), Moment(date(2026, 2, 1), time(17))


def run_tells(store: Store, name: str, news: DeadlineComparison, at: datetime = NOW) -> None:
    store.runs.start(new_run(name, at, news.campaign))
    store.runs.finish(name, FINISHED, at, "h", None, news)


def test_a_move_is_kept_with_what_it_was_before_and_when_it_was_told(store: Store) -> None:
    run_tells(store, "r1", DeadlineComparison("thu", {"x": {"a": A, "b": A}}, {}, None))
    assert store.deadlines.published("thu") == {}
    run_tells(
        store, "r2", DeadlineComparison("thu", {"x": {"a": B, "b": A}}, {"x": {"a": A, "b": A}}, NOW), NOW + MINUTE
    )
    assert store.deadlines.published("thu") == {("x", "a"): PublishedDeadline(1, DAY_B, DAY_A, NOW + MINUTE)}


def test_a_deadline_told_between_two_runs_and_taken_back_has_moved_twice(store: Store) -> None:
    then: Dues = {"x": {"a": A}}
    run_tells(store, "r1", DeadlineComparison("thu", then, {}, None))
    told = [store.deadlines.publish("thu", {"x": {"a": due}}, then, NOW + MINUTE)["x", "a"].number for due in (B, A, A)]
    assert told == [1, 2, 2]
    run_tells(store, "r2", DeadlineComparison("thu", then, then, NOW), NOW + 2 * MINUTE)
    assert store.deadlines.published("thu")["x", "a"].number == 2


def test_what_was_told_before_the_first_run_is_remembered(store: Store) -> None:
    assert store.deadlines.publish("thu", {"x": {"a": A, "b": None}}, {}, NOW)["x", "a"] == PublishedDeadline(
        0, DAY_A, None, NOW
    )
    run_tells(store, "r1", DeadlineComparison("thu", {"x": {"a": B, "b": A}}, {}, None), NOW + MINUTE)
    assert {key: told.number for key, told in store.deadlines.published("thu").items()} == {("x", "a"): 1}


def test_where_nothing_has_moved_nothing_is_written(store: Store) -> None:
    written: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *a: written.append(a[2]))
    store.deadlines.publish("thu", {"x": {"a": A}}, {"x": {"a": A}}, NOW)
    assert not [statement for statement in written if not statement.startswith(("SELECT", "BEGIN", "PRAGMA"))]


def test_what_a_run_has_told_stays_though_a_later_teller_s_clock_is_behind(store: Store) -> None:
    then: Dues = {"x": {"a": A}}
    run_tells(store, "r1", DeadlineComparison("thu", then, {}, None))
    store.deadlines.publish("thu", {"x": {"a": B}}, then, NOW - MINUTE)
    assert store.deadlines.published("thu", until=NOW) == {}
    assert store.deadlines.published("thu")["x", "a"].number == 1


def test_each_campaign_and_unit_has_its_own(store: Store) -> None:
    then: Dues = {"x": {"a": A}, "y": {"a": A}}
    for campaign, unit in (("thu", "x"), ("thu", "y"), ("khac", "x")):
        store.deadlines.publish(campaign, {unit: {"a": B}}, then, NOW)
    assert set(store.deadlines.published("thu")) == {("x", "a"), ("y", "a")}
    assert set(store.deadlines.published("thu", ["y"])) == {("y", "a")}
    assert set(store.deadlines.published("khac")) == {("x", "a")}


def test_more_units_than_one_query_names_move_together(store: Store) -> None:
    codes = [f"{n:05}" for n in range(600)]
    then: Dues = {code: {"a": A} for code in codes}
    run_tells(store, "r1", DeadlineComparison("thu", {code: {"a": B} for code in codes}, then, None))
    assert {told.number for told in store.deadlines.published("thu").values()} == {1}
    assert len(store.deadlines.published("thu")) == len(codes)


def test_a_run_that_cannot_record_its_moves_is_not_closed(store: Store) -> None:
    def broken(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "INSERT INTO deadline_moves" in statement:
            raise KeyboardInterrupt

    event.listen(store.engine, "before_cursor_execute", broken)
    with pytest.raises(KeyboardInterrupt):
        run_tells(store, "r1", DeadlineComparison("thu", {"x": {"a": B}}, {"x": {"a": A}}, None))
    assert state(store, "r1") == RUNNING
    assert store.deadlines.published("thu") == {}


@pytest.mark.parametrize("tampering", ["UPDATE deadline_moves SET number = 0", "DELETE FROM deadline_moves"])
def test_the_database_itself_refuses_to_take_a_number_back(store: Store, tampering: str) -> None:
    store.deadlines.publish("thu", {"x": {"a": B}}, {"x": {"a": A}}, NOW)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(tampering))
    assert store.deadlines.published("thu")["x", "a"].number == 1


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told") / "lotrinh.db"


CAMPAIGNS = count()
EMPTY: Dues = {}
DUES = st.dictionaries(st.sampled_from("ab"), st.sampled_from([A, B, None]), min_size=1)
SAID = st.dictionaries(st.sampled_from("xyz"), DUES, min_size=1)


@dataclass
class Heard:
    """What somebody who reads everything has heard of one deadline."""

    due: str | None
    number: int
    ever: bool

    def then(self, due: str | None, number: int) -> "Heard":
        """Hear of it again; one that never had a date is in no calendar, and its number is nobody's."""
        assert number == self.number + (due != self.due) or not self.ever
        return Heard(due, number, self.ever or due is not None)


@given(st.lists(st.tuples(st.booleans(), SAID), max_size=8))
def test_a_number_grows_exactly_when_a_deadline_told_is_another_one(
    lasting: Path, acts: Sequence[tuple[bool, Mapping[str, Mapping[str, str | None]]]]
) -> None:
    """Runs and readers in any order, each with some units and some of their steps."""
    then_at: datetime | None = None
    campaign, then, heard = f"c{next(CAMPAIGNS)}", EMPTY, dict[tuple[str, str], Heard]()
    with open_store(f"sqlite:///{lasting}") as store:
        for turn, (is_run, now) in enumerate(acts):
            at = NOW + turn * MINUTE
            if is_run:
                run_tells(store, f"{campaign}-{turn}", DeadlineComparison(campaign, now, then, then_at), at)
                then, then_at = now, at
            else:
                store.deadlines.publish(campaign, now, then, at)
            told = store.deadlines.published(campaign)
            for key, due in [((unit, step), due) for unit, steps in now.items() for step, due in steps.items()]:
                number = told[key].number if key in told else 0
                heard[key] = heard[key].then(due, number) if key in heard else Heard(due, number, due is not None)
