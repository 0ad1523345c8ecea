"""Accounts of the portal and their sessions. Secrets and session tokens are stored as hashes only."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import accounts, sessions

TOKEN_BYTES = 32


class Account(NamedTuple):
    """Somebody who may sign in: a unit (``unit:04924``), an officer (``nguoi:lan``) or a reading link (``link:…``).

    ``generation`` grows with every change of secret, role or standing; sessions of an older one are over.
    """

    id: str
    role: str
    unit: str
    name: str
    secret_hash: str
    generation: int
    issued_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Whether it may be used at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Session(NamedTuple):
    """A signed-in browser, with its account as it is now."""

    token_hash: str
    account: Account
    opened_at: datetime
    seen_at: datetime


class Accounts:
    """Who may sign in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, *made: Account) -> None:
        """Add accounts; one that is there already gets the new secret, role and name, and its sessions end."""
        with writing(self._engine) as connection:
            for account in made:
                known = _find(connection, account.id)
                connection.execute(delete(accounts).where(accounts.c.id == account.id))
                row = account._replace(generation=known.generation + 1 if known else account.generation)
                connection.execute(insert(accounts).values(**_row(row)))

    def revoke(self, account_id: str, at: datetime) -> bool:
        """Take an account away; its sessions end. Return whether there was one to take."""
        with writing(self._engine) as connection:
            done = connection.execute(
                update(accounts)
                .where(accounts.c.id == account_id, accounts.c.revoked_at.is_(None))
                .values(revoked_at=_text(at), generation=accounts.c.generation + 1)
            )
            return bool(done.rowcount)

    def get(self, account_id: str) -> Account | None:
        """Return an account by its id."""
        with reading(self._engine) as connection:
            return _find(connection, account_id)

    def all(self, role: str | None = None) -> tuple[Account, ...]:
        """Return the accounts, of one role where asked, by id."""
        query = select(accounts).order_by(accounts.c.id)
        if role is not None:
            query = query.where(accounts.c.role == role)
        with reading(self._engine) as connection:
            return tuple(_account(row) for row in connection.execute(query).mappings())


class Sessions:
    """Who is signed in. The token is in the visitor's browser alone; here is its SHA-256."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, account: Account, now: datetime) -> str:
        """Begin a session and return its token (256 random bits)."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with writing(self._engine) as connection:
            connection.execute(
                insert(sessions).values(
                    token_hash=hashed(token),
                    account=account.id,
                    generation=account.generation,
                    opened_at=_text(now),
                    seen_at=_text(now),
                )
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless its account has changed since; its age is the caller's to judge."""
        query = (
            select(sessions.c.token_hash, sessions.c.opened_at, sessions.c.seen_at, accounts)
            .join(accounts, accounts.c.id == sessions.c.account)
            .where(sessions.c.token_hash == hashed(token), sessions.c.generation == accounts.c.generation)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Session(row["token_hash"], _account(row), _moment(row["opened_at"]), _moment(row["seen_at"]))

    def seen(self, session: Session, now: datetime) -> None:
        """Note that the session was used."""
        with writing(self._engine) as connection:
            connection.execute(
                update(sessions).where(sessions.c.token_hash == session.token_hash).values(seen_at=_text(now))
            )

    def close(self, token: str) -> None:
        """End a session; its token opens nothing any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == hashed(token)))

    def forget(self, before: datetime) -> None:
        """Delete sessions opened before this moment."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.opened_at < _text(before)))


def hashed(token: str) -> str:
    """Return what is stored of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find(connection: Connection, account_id: str) -> Account | None:
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()
    return _account(row) if row else None


def _row(account: Account) -> dict[str, object]:
    row = account._asdict()
    return row | {name: _text(at) if (at := row[name]) else None for name in ("issued_at", "expires_at", "revoked_at")}


def _account(row: RowMapping) -> Account:
    return Account(
        row["id"],
        row["role"],
        row["unit"],
        row["name"],
        row["secret_hash"],
        row["generation"],
        _moment(row["issued_at"]),
        _moment(row["expires_at"]) if row["expires_at"] else None,
        _moment(row["revoked_at"]) if row["revoked_at"] else None,
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
