"""The newest run is the one recorded last: clocks are set back, and what came before is not newer for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.core.text import M
from lotrinh.store import Store, open_store
from lotrinh.store.engine import connect, migrate, reading, upgrade, writing
from lotrinh.store.runs.rows import write_run_row
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING, Run
from lotrinh.store.schema import run_order, runs
from tests.faults.conftest import database, postgres

__all__ = ["database", "postgres"]

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AHEAD, RIGHT, NEXT = NOW, NOW - HOUR / 2, NOW + HOUR / 2
"""What three runs in a row believed it was: the clock was an hour ahead, and was set right after the first."""


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


def new(name: str, at: datetime, as_of: datetime | None = None, campaign: str = "thu") -> Run:
    return Run(
        id=name,
        campaign=campaign,
        province="25",
        as_of=(as_of or at).astimezone(HANOI),
        started_at=at,
        finished_at=None,
        state=RUNNING,
        checklist_hash="c" * 64,
        head="h" * 64,
        request={},
    )


def ended(store: Store, name: str, at: datetime, as_of: datetime | None = None, *, state: str = FINISHED) -> None:
    store.runs.start(new(name, at, as_of))
    seen = Observation("04960", Outcome.UNREACHABLE, Reason.TIMEOUT, M(name), at)
    store.runs.record(name, "thu", [(seen, "x")])
    store.runs.finish(name, state, at, "h")


def set_back(store: Store, *, later: bool = False) -> None:
    """Two runs with an hour's clock between them; the third, if wanted, is after both by any clock."""
    ended(store, "ahead", AHEAD)
    ended(store, "right", RIGHT)
    if later:
        ended(store, "next", NEXT)


def name(found: Run | None) -> str:
    return found.id if found else ""


def test_after_the_clock_was_set_back_the_newest_run_is_the_newest_everywhere(store: Store) -> None:
    set_back(store)
    runs_, moment = store.runs, AHEAD.astimezone(HANOI)
    assert name(runs_.latest("thu")) == "right"
    assert name(runs_.latest("thu", moment.date())) == "right"
    assert name(runs_.latest_at("thu", moment)) == "right"
    assert [r.id for r in runs_.finished("thu", 9)] == ["right", "ahead"]
    assert [r.id for r in runs_.in_order("thu", ["right", "ahead"])] == ["ahead", "right"]
    assert [r.id for r in runs_.newest("thu")] == ["right", "ahead"]
    assert [r.id for r in runs_.newest("thu", before="right")] == ["ahead"]
    assert runs_.pulse("thu") == ("right", 1)
    assert runs_.last_observations("thu")["04960"].sentence == "right"
    assert [r.id for r, _ in runs_.unit_observations("thu", "04960", 9)] == ["right", "ahead"]
    assert [f.id for f in store.figures.newest_runs(["thu"])] == ["right"]


def test_it_stays_in_its_place_when_the_hour_has_passed_for_the_second_time(store: Store) -> None:
    set_back(store, later=True)
    assert [r.id for r in store.runs.finished("thu", 9)] == ["next", "right", "ahead"]
    assert name(store.runs.latest_at("thu", AHEAD.astimezone(HANOI))) == "right"
    assert name(store.runs.latest_at("thu", RIGHT.astimezone(HANOI))) == "right"


def test_a_run_of_a_moment_that_was_named_stands_where_that_moment_does(store: Store) -> None:
    set_back(store)
    ended(store, "yesterday", NEXT, NOW - 24 * HOUR)
    assert name(store.runs.latest("thu")) == "yesterday"
    assert [r.id for r in store.runs.finished("thu", 9)] == ["right", "ahead", "yesterday"]
    assert name(store.runs.first("thu")) == "yesterday"
    assert name(store.runs.latest("thu", (NOW - 24 * HOUR).date())) == "yesterday"


def test_runs_for_moments_that_were_named_make_no_clock_wrong(store: Store) -> None:
    """As in a demonstration, where every run shows a moment of another day."""
    for number, as_of in enumerate((NOW + 2 * HOUR, NOW + HOUR, NOW + 3 * HOUR)):
        ended(store, f"r{number}", NOW + number * HOUR / 9, as_of)
    assert [r.id for r in store.runs.finished("thu", 9)] == ["r2", "r0", "r1"]


def test_a_run_that_was_cut_off_is_told_by_the_one_recorded_after_it(store: Store) -> None:
    store.runs.start(new("ahead", AHEAD))
    store.runs.start(new("right", RIGHT))
    store.runs.start(new("elsewhere", NEXT, campaign="khac"))
    store.runs.start(new("next", NEXT))
    states = store.runs.states(["ahead", "right", "next"])
    assert states == {"ahead": INTERRUPTED, "right": INTERRUPTED, "next": RUNNING}
    before = {each: store.runs.find_interrupted_before("thu", each) for each in ("ahead", "right", "next")}
    assert before == {"ahead": "", "right": "ahead", "next": "right"}


def test_runs_of_an_older_lotrinh_stand_in_the_order_of_their_clock(database: str) -> None:
    engine = connect(database)
    begun = {"later": NOW + HOUR, "whole": NOW, "fraction": NOW + timedelta(microseconds=1)}
    with writing(engine) as connection:
        migrate(connection, "0004")
        for each, at in begun.items():
            # It took the moment to show before it began, and never named it as anybody's.
            made = new(each, at, at - timedelta(seconds=2))
            connection.execute(insert(runs), write_run_row(made._replace(state=FINISHED)))
        named = new("named", NOW + 2 * HOUR, NOW - 24 * HOUR)._replace(state=FINISHED)
        connection.execute(insert(runs), write_run_row(named))
    upgrade(engine)
    with reading(engine) as connection:
        order = connection.execute(select(run_order.c.round, run_order.c.of_now).order_by(run_order.c.number))
        assert [tuple(row) for row in order] == [("whole", 1), ("fraction", 1), ("later", 1), ("named", 0)]
    engine.dispose()
    with open_store(database) as store:
        assert [r.id for r in store.runs.finished("thu", 9)] == ["later", "fraction", "whole", "named"]
        ended(store, "new", RIGHT)
        assert name(store.runs.latest("thu")) == "new"
