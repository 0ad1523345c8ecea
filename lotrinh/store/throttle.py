"""Failed attempts, counted where restarts do not forget them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update

from lotrinh.store.engine import reading, utc_text, writing
from lotrinh.store.schema import throttle


class Failures(NamedTuple):
    """How often something failed in a row, and when last."""

    times: int
    last: datetime


AttemptCheck = Callable[[Mapping[str, Failures]], None]
"""Looks at what failed before; raises to refuse the attempt."""


class Throttle:
    """Counters of failed attempts by key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attempt(self, keys: Sequence[str], at: datetime, forget_before: datetime, check: AttemptCheck) -> None:
        """Judge an attempt by what failed before, and count it as failed until it is known to have succeeded.

        Looking and counting are one transaction, so that a thousand attempts at once are judged one after another.
        Counters whose last failure is before ``forget_before`` begin anew. What ``judge`` raises is not counted.
        """
        with writing(self._engine, chain=True) as connection:  # one after another on PostgreSQL too
            connection.execute(delete(throttle).where(throttle.c.failed_at < utc_text(forget_before)))
            known = _failures(connection, keys)
            check(known)
            connection.execute(delete(throttle).where(throttle.c.key.in_(keys)))
            for key in keys:
                times = known[key].times + 1 if key in known else 1
                connection.execute(insert(throttle).values(key=key, failures=times, failed_at=utc_text(at)))

    def failures(self, keys: Sequence[str]) -> dict[str, Failures]:
        """Return the counters of these keys; a key without failures is missing."""
        with reading(self._engine) as connection:
            return _failures(connection, keys)

    def take_back(self, *keys: str) -> None:
        """Count one failure less for each key: that attempt succeeded."""
        of_these = throttle.c.key.in_(keys)
        with writing(self._engine) as connection:
            connection.execute(update(throttle).where(of_these).values(failures=throttle.c.failures - 1))
            connection.execute(delete(throttle).where(of_these, throttle.c.failures <= 0))

    def clear(self, *keys: str) -> None:
        """Forget the failures of these keys."""
        with writing(self._engine) as connection:
            connection.execute(delete(throttle).where(throttle.c.key.in_(keys)))


def _failures(connection: Connection, keys: Sequence[str]) -> dict[str, Failures]:
    rows = connection.execute(select(throttle).where(throttle.c.key.in_(keys))).mappings()
    return {r["key"]: Failures(r["failures"], datetime.fromisoformat(r["failed_at"])) for r in rows}
