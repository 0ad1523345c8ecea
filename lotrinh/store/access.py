"""Bearer codes of units: issued once, kept only as hashes, revocable.

A code carries 160 random bits, so a plain SHA-256 keeps it: there is nothing to guess from the hash.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select, update

from lotrinh.core.status.journal import NewEntry
from lotrinh.store.engine import reading, writing
from lotrinh.store.journal import Journal
from lotrinh.store.schema import access

CODE_BYTES = 20


def hash_code(code: str) -> str:
    """Return what is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


class Access:
    """Who may speak for which unit."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine, self._journal = engine, journal

    def issue(self, units: Iterable[str], at: datetime, entries: Sequence[NewEntry] = ()) -> dict[str, str]:
        """Give each unit a new code, revoke its older ones, and return unit -> code; it cannot be read again."""
        codes = {unit: secrets.token_urlsafe(CODE_BYTES) for unit in units}
        now = at.astimezone(UTC).isoformat()
        with writing(self._engine, chain=True) as connection:
            self._journal.append_within(connection, entries)
            for unit, code in codes.items():
                connection.execute(
                    update(access).where(access.c.unit == unit, access.c.revoked_at.is_(None)).values(revoked_at=now)
                )
                connection.execute(insert(access).values(token_hash=hash_code(code), unit=unit, issued_at=now))
        return codes

    def revoke(self, unit: str, at: datetime, entries: Sequence[NewEntry] = ()) -> int:
        """Take a unit's codes away; return how many there were."""
        with writing(self._engine, chain=True) as connection:
            self._journal.append_within(connection, entries)
            result = connection.execute(
                update(access)
                .where(access.c.unit == unit, access.c.revoked_at.is_(None))
                .values(revoked_at=at.astimezone(UTC).isoformat())
            )
            return result.rowcount

    def unit_of(self, code: str) -> str | None:
        """Return whose code this is; None for an unknown or revoked one."""
        query = select(access.c.unit).where(access.c.token_hash == hash_code(code), access.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def issue_times(self) -> dict[str, datetime]:
        """Return since when each unit that holds a code has had it."""
        query = select(access.c.unit, access.c.issued_at).where(access.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            return {unit: datetime.fromisoformat(at) for unit, at in connection.execute(query)}
