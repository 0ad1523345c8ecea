"""Accounts of the portal and their sessions. Secrets and session tokens are stored as hashes only."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update

from lotrinh.core.status.journal import NewEntry
from lotrinh.store.engine import reading, utc_text, writing
from lotrinh.store.journal import Journal
from lotrinh.store.schema import accounts, sessions

TOKEN_BYTES = 32
PATIENCE = 0.2
"""Seconds."""
ENDED = 0
"""The generation of a session that was closed: no account has it."""
older = sessions.alias()


class Account(NamedTuple):
    """Somebody who may sign in: a unit (``unit:04924``), an officer (``officer:lan``) or a reading link (``link:…``).

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

    def is_active(self, now: datetime) -> bool:
        """Whether it may be used at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Session(NamedTuple):
    """A signed-in browser, with its account as it is now."""

    token_hash: str
    account: Account
    opened_at: datetime
    seen_at: datetime


Change = Callable[[Account | None, Sequence[Account]], Account]
"""Takes an account as it is (None: there is none) and all of the office's, and returns it as it is to be, or raises."""


class Accounts:
    """Who may sign in. Each change and the journal's entries about it are one transaction."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine, self._journal = engine, journal

    def put(self, *made: Account, entries: Sequence[NewEntry] = ()) -> None:
        """Add accounts; one that is there already gets the new secret, role and name, and its sessions end."""
        with writing(self._engine, chain=True) as connection:
            self._journal.append_within(connection, entries)
            for account in made:
                _replace(connection, account, _find(connection, account.id))

    def alter(self, account_id: str, change: Change, entries: Sequence[NewEntry]) -> Account:
        """Change one account by what it is at that very moment; its sessions end. Return it as it is now."""
        with writing(self._engine, chain=True) as connection:
            known = _find(connection, account_id)
            account = change(known, _office(connection))
            self._journal.append_within(connection, entries)
            return _replace(connection, account, known)

    def revoke(self, ids: Iterable[str], at: datetime, entries: Sequence[NewEntry]) -> None:
        """Take accounts away; their sessions end."""
        with writing(self._engine, chain=True) as connection:
            self._journal.append_within(connection, entries)
            for account_id in ids:
                known = _find(connection, account_id)
                if known and known.revoked_at is None:
                    _replace(connection, known._replace(revoked_at=at), known)

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

    def last_used(self) -> dict[str, datetime]:
        """Return when each account was last used, as far as sessions of it are known."""
        query = select(sessions.c.account, func.max(sessions.c.seen_at)).group_by(sessions.c.account)
        with reading(self._engine) as connection:
            return {account: _moment(seen) for account, seen in connection.execute(query)}


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
                    token_hash=hash_token(token),
                    account=account.id,
                    generation=account.generation,
                    opened_at=utc_text(now),
                    seen_at=utc_text(now),
                )
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, unless its account has changed since; its age is the caller's to judge."""
        query = (
            select(sessions.c.token_hash, sessions.c.opened_at, sessions.c.seen_at, accounts)
            .join(accounts, accounts.c.id == sessions.c.account)
            .where(sessions.c.token_hash == hash_token(token), sessions.c.generation == accounts.c.generation)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Session(row["token_hash"], _account(row), _moment(row["opened_at"]), _moment(row["seen_at"]))

    def touch(self, session: Session, now: datetime) -> None:
        """Note that the session was used; a page does not wait long for that."""
        with writing(self._engine, patience=PATIENCE) as connection:
            connection.execute(
                update(sessions).where(sessions.c.token_hash == session.token_hash).values(seen_at=utc_text(now))
            )

    def close(self, token: str) -> None:
        """End a session; its token opens nothing any more."""
        ended = update(sessions).where(sessions.c.token_hash == hash_token(token)).values(generation=ENDED)
        with writing(self._engine) as connection:
            connection.execute(ended)

    def forget(self, before: datetime) -> None:
        """Delete sessions opened before this moment, but of each account its newest: it tells the last use."""
        newest = select(func.max(sessions.c.seen_at)).where(sessions.c.account == older.c.account).scalar_subquery()
        passed = select(older.c.token_hash).where(older.c.opened_at < utc_text(before), older.c.seen_at < newest)
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash.in_(passed)))


def hash_token(token: str) -> str:
    """Return what is stored of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find(connection: Connection, account_id: str) -> Account | None:
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()
    return _account(row) if row else None


def _office(connection: Connection) -> tuple[Account, ...]:
    query = select(accounts).where(accounts.c.id.like("officer:%")).order_by(accounts.c.id)
    return tuple(_account(row) for row in connection.execute(query).mappings())


def _replace(connection: Connection, account: Account, known: Account | None) -> Account:
    made = account._replace(generation=known.generation + 1 if known else account.generation)
    connection.execute(delete(accounts).where(accounts.c.id == account.id))
    connection.execute(insert(accounts).values(**_row(made)))
    return made


def _row(account: Account) -> dict[str, object]:
    row = account._asdict()
    return row | {
        name: utc_text(at) if (at := row[name]) else None for name in ("issued_at", "expires_at", "revoked_at")
    }


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        role=row["role"],
        unit=row["unit"],
        name=row["name"],
        secret_hash=row["secret_hash"],
        generation=row["generation"],
        issued_at=_moment(row["issued_at"]),
        expires_at=_moment(row["expires_at"]) if row["expires_at"] else None,
        revoked_at=_moment(row["revoked_at"]) if row["revoked_at"] else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
