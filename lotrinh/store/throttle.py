"""Failed attempts, counted where restarts do not forget them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, insert, select, update

from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import throttle


class Failures(NamedTuple):
    """How often something failed in a row, and when last."""

    times: int
    last: datetime


class Throttle:
    """Counters of failed attempts by key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def failures(self, keys: Iterable[str]) -> dict[str, Failures]:
        """Return the counters of these keys; a key without failures is missing."""
        query = select(throttle).where(throttle.c.key.in_(list(keys)))
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings()
            return {r["key"]: Failures(r["failures"], datetime.fromisoformat(r["failed_at"])) for r in rows}

    def failed(self, keys: Iterable[str], at: datetime, forget_before: datetime) -> None:
        """Count one more failure for each key; counters whose last failure is older begin anew."""
        now = at.astimezone(UTC).isoformat(timespec="microseconds")
        with writing(self._engine) as connection:
            old = forget_before.astimezone(UTC).isoformat(timespec="microseconds")
            connection.execute(delete(throttle).where(throttle.c.failed_at < old))
            for key in keys:
                grown = connection.execute(
                    update(throttle)
                    .where(throttle.c.key == key)
                    .values(failures=throttle.c.failures + 1, failed_at=now)
                )
                if not grown.rowcount:
                    connection.execute(insert(throttle).values(key=key, failures=1, failed_at=now))

    def clear(self, *keys: str) -> None:
        """Forget the failures of these keys."""
        with writing(self._engine) as connection:
            connection.execute(delete(throttle).where(throttle.c.key.in_(keys)))
