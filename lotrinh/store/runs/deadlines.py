"""The deadlines that calendars have published: rows that are only ever added."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, func, insert, select

from lotrinh.core.report.deadline_history import (
    DeadlineComparison,
    DeadlineRevision,
    Dues,
    PublishedDeadline,
    PublishedDeadlines,
    find_missing_deadlines,
    find_moved_deadlines,
    find_new_deadlines,
    parse_due,
)
from lotrinh.store.engine import reading, writing
from lotrinh.store.runs.rows import read_moment, write_moment
from lotrinh.store.schema import deadline_moves, runs

A_MOMENT = timedelta(microseconds=1)
MOST_NAMED = 500
"""Units that one query names; of more, all of the campaign's are read."""


class Deadlines:
    """The deadlines that were published, and published anew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def published(
        self, campaign: str, units: Collection[str] | None = None, until: datetime | None = None
    ) -> PublishedDeadlines:
        """Return what was published last of every deadline that has moved, up to a moment where one is given."""
        with reading(self._engine) as connection:
            return {
                key: PublishedDeadline(row.number, parse_due(row.due), parse_due(row.before), at)
                for key, (row, at) in _rows(connection, campaign, units, until).items()
            }

    def publish(self, campaign: str, now: Dues, then: Dues, at: datetime) -> PublishedDeadlines:
        """Record which of these deadlines are not what was published last, before they are; return what was published.

        ``then`` is what the newest run published. Nothing is written where nothing has moved.
        """
        with reading(self._engine) as connection:
            last = _last(connection, campaign, now)
        if _new(now, then, last):
            with writing(self._engine, chain=True) as connection:  # who waited here looks again
                last = _last(connection, campaign, now)
                _record(connection, campaign, _new(now, then, last), _after_runs(connection, campaign, at))
        return self.published(campaign, now)


def publish_run_deadlines(connection: Connection, deadlines: DeadlineComparison, at: datetime) -> None:
    """Record what a run that ends publishes anew, in the transaction that closes it."""
    # Most units need no look: both runs say the same of them, and nothing was published between the two.
    units = deadlines.units | _find_revised_units(connection, deadlines.campaign, deadlines.previous_at)
    if units:
        last = _last(connection, deadlines.campaign, units if len(units) <= MOST_NAMED else None)
        now, then = (
            {unit: dues[unit] for unit in units & dues.keys()} for dues in (deadlines.current, deadlines.previous)
        )
        _record(
            connection,
            deadlines.campaign,
            [*find_moved_deadlines(now, then, last), *find_missing_deadlines(now, then, last)],
            at,
        )


def _find_revised_units(connection: Connection, campaign: str, since: datetime | None) -> set[str]:
    query = select(deadline_moves.c.unit).where(deadline_moves.c.campaign == campaign).distinct()
    if since:
        query = query.where(deadline_moves.c.told_at > write_moment(since))
    return set(connection.execute(query).scalars())


def _new(now: Dues, then: Dues, last: dict[tuple[str, str], DeadlineRevision]) -> list[DeadlineRevision]:
    return [*find_moved_deadlines(now, then, last), *find_new_deadlines(now, then, last)]


def _last(
    connection: Connection, campaign: str, units: Collection[str] | None = None
) -> dict[tuple[str, str], DeadlineRevision]:
    return {key: row for key, (row, _) in _rows(connection, campaign, units).items()}


def _rows(
    connection: Connection, campaign: str, units: Collection[str] | None = None, until: datetime | None = None
) -> dict[tuple[str, str], tuple[DeadlineRevision, datetime]]:
    moves = deadline_moves.c
    wanted = [moves.campaign == campaign]
    wanted += [] if units is None else [moves.unit.in_(units)]
    wanted += [moves.told_at <= write_moment(until)] if until else []
    newest = select(moves.unit, moves.step, func.max(moves.number).label("number")).where(*wanted)
    newest_of = newest.group_by(moves.unit, moves.step).subquery()
    same = and_(*(moves[name] == newest_of.c[name] for name in ("unit", "step", "number")))
    query = select(moves.unit, moves.step, moves.number, moves.due, moves.before, moves.told_at)
    found = connection.execute(query.join(newest_of, same).where(moves.campaign == campaign))
    return {(unit, step): (DeadlineRevision(unit, step, *rest), read_moment(at)) for unit, step, *rest, at in found}


def _after_runs(connection: Connection, campaign: str, at: datetime) -> datetime:
    """Return a moment after every finished run: what a run has published stays as it was, whatever clocks say."""
    newest = select(func.max(runs.c.finished_at)).where(runs.c.campaign == campaign)
    ended = connection.execute(newest).scalar_one()
    return max(at, read_moment(ended) + A_MOMENT) if ended else at


def _record(connection: Connection, campaign: str, revisions: Iterable[DeadlineRevision], at: datetime) -> None:
    common = {"campaign": campaign, "told_at": write_moment(at)}
    if rows := [common | revision._asdict() for revision in revisions]:
        connection.execute(insert(deadline_moves), rows)
