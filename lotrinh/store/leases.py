"""Who carries something out right now. A lease is taken, renewed and given back by statements that name what they saw.

Nothing is decided here: whether a holder still lives is for the services to judge.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lotrinh.store.engine import reading, utc_text, writing
from lotrinh.store.schema import leases


class Lease(NamedTuple):
    """A lease: ``holder`` is whoever has it, since ``taken_at``; it is renewed before ``until``."""

    name: str
    holder: str
    taken_at: datetime
    until: datetime


class Leases:
    """The leases of one record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str) -> Lease | None:
        """Return a lease as it stands; None where nobody has it."""
        with reading(self._engine) as connection:
            row = connection.execute(select(leases).where(leases.c.name == name)).mappings().first()
            return _lease(row) if row else None

    def take(self, new: Lease, known: Lease | None) -> bool:
        """Take a lease that stands as ``known``, None: that nobody has; False where it has changed meanwhile."""
        values = _row(new)
        with writing(self._engine) as connection:
            if known is None:
                return _insert(connection, values)
            return bool(connection.execute(update(leases).where(*_is(known)).values(**values)).rowcount)

    def renew(self, mine: Lease, until: datetime) -> Lease | None:
        """Renew a lease of one's own; None where somebody else has taken it."""
        same = (leases.c.name == mine.name, leases.c.holder == mine.holder)
        with writing(self._engine) as connection:
            if not connection.execute(update(leases).where(*same).values(until=utc_text(until))).rowcount:
                return None
        return mine._replace(until=until)

    def give_back(self, mine: Lease) -> None:
        """Give a lease back, unless somebody else has taken it."""
        with writing(self._engine) as connection:
            connection.execute(delete(leases).where(leases.c.name == mine.name, leases.c.holder == mine.holder))


def _insert(connection: Connection, values: dict[str, str]) -> bool:
    # The databases have one clause for it, SQLAlchemy one for each of them.
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(leases).values(**values).on_conflict_do_nothing()
    # What was inserted is asked for by name: psycopg does not count the rows of such a statement.
    return connection.execute(new.returning(leases.c.name)).first() is not None


def _is(known: Lease) -> tuple[ColumnElement[bool], ...]:
    values = _row(known)
    return tuple(leases.c[name] == values[name] for name in ("name", "holder", "until"))


def _row(lease: Lease) -> dict[str, str]:
    return lease._asdict() | {"taken_at": utc_text(lease.taken_at), "until": utc_text(lease.until)}


def _lease(row: RowMapping) -> Lease:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("taken_at", "until")}
    return Lease(row["name"], row["holder"], **moments)
