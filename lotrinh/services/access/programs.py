"""Programs that use the API: their tokens, and who holds a bearer code. Nothing of it depends on a session."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.status.roles import PROGRAM_ROLES, Role, Visitor
from lotrinh.core.text import M
from lotrinh.errors import BadInput, NotAllowed, NotFound, Problem, TooManyAttempts
from lotrinh.services.access.accounts import CONSOLE, NAME_LENGTH, AccountActor
from lotrinh.services.access.sign_in import BLOCKED, CLOSED
from lotrinh.store import Store
from lotrinh.store.accounts import Account, hash_token
from lotrinh.store.throttle import Failures

TOKEN_BYTES = 32
"""256 random bits: a plain SHA-256 keeps such a token, there is nothing to guess from the hash."""
WRONG = M("Mã truy cập này không dùng được: không có, hoặc đã bị thu hồi.")


class IssuedToken(NamedTuple):
    """A program's token in clear, to be handed over now: it cannot be read again."""

    account: Account
    token: str


def issue_token(store: Store, name: str, role: Role, now: datetime, by: AccountActor = CONSOLE) -> IssuedToken:
    """Give a program of the office a new token; its older one is over."""
    plain = name.replace("-", "")
    problems = []
    if not (plain.isascii() and plain.isalnum() and plain == plain.lower()) or plain.isdigit():
        problems.append(Problem("name", 0, 0, M("Tên chương trình gồm chữ thường không dấu, số, gạch nối.")))
    if len(name) > NAME_LENGTH:
        problems.append(Problem("name", 0, 0, M("Nhiều nhất {most} ký tự.", most=NAME_LENGTH)))
    if role not in PROGRAM_ROLES:
        problems.append(Problem("role", 0, 0, M("Vai trò của chương trình là viewer hoặc officer.")))
    if problems:
        raise BadInput(problems)
    token = f"{name}.{secrets.token_urlsafe(TOKEN_BYTES)}"
    account = Account(
        id=f"program:{name}", role=role, unit="", name=name, secret_hash=hash_token(token), generation=1, issued_at=now
    )
    store.accounts.put(account, entries=[by.journal_entry("token", account.id, role, now)])
    return IssuedToken(account, token)


def revoke_token(store: Store, name: str, now: datetime, by: AccountActor = CONSOLE) -> None:
    """Take a program's token away."""
    account = store.accounts.get(f"program:{name}")
    if account is None or not account.is_active(now):
        raise NotFound(M("Không có chương trình “{name}” nào đang có mã.", name=name))
    store.accounts.revoke([account.id], now, [by.journal_entry("token_revoked", account.id, account.role, now)])


def find_holder(store: Store, code: str, now: datetime) -> Visitor | None:
    """Return who holds a bearer code: a unit's own system, or a program of the office; None for nobody.

    A program's token begins with its name and a dot, which no unit's code has.
    """
    name, dot, _ = code.partition(".")
    if not dot:
        unit = store.access.unit_of(code)
        return Visitor(f"unit:{unit}", Role.UNIT, unit, unit) if unit else None
    account = store.accounts.get(f"program:{name}")
    if account is None or not hmac.compare_digest(account.secret_hash, hash_token(code)) or not account.is_active(now):
        return None
    return Visitor(account.id, Role(account.role), account.name)


def require_holder(store: Store, code: str, address: str, now: datetime) -> Visitor:
    """Return who holds a bearer code, or raise; whoever sends many wrong ones is asked to wait.

    A right code always opens: nobody can lock a unit's system out, and there is nothing to guess in 160 bits.
    """
    known = find_holder(store, code, now)
    if known:
        return known
    keys = [f"bearer/{address}"[:100]]
    refuse_many(store.throttle.failures(keys), now)  # looked at first: refusing a flood writes nothing
    store.throttle.attempt(keys, now, now - CLOSED, lambda failed: refuse_many(failed, now))
    raise NotAllowed(WRONG)


def refuse_many(failed: Mapping[str, Failures], now: datetime) -> None:
    """Raise ``TooManyAttempts`` while too many wrong codes came from one address."""
    for failures in failed.values():
        opens = failures.last + CLOSED
        if failures.times >= BLOCKED and now < opens:
            seconds = int((opens - now).total_seconds()) + 1
            raise TooManyAttempts(M("Đã gửi mã sai nhiều lần: hãy đợi {seconds} giây.", seconds=seconds), seconds)
