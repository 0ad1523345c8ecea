"""Signing in: the account and its secret, slowed down when guessing is likely, and the session that follows."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from lotrinh.core.status.roles import Role, Visitor
from lotrinh.core.text import M
from lotrinh.errors import NotAllowed, StoreUnavailable, TooManyAttempts
from lotrinh.services.access.secrets import matches_hash, normalize_secret
from lotrinh.store import Store
from lotrinh.store.accounts import Account, Session
from lotrinh.store.throttle import Failures

IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
"""A session ends after so long without use, and in any case."""
TOUCH = timedelta(minutes=1)
"""How exactly the last use is known: not every click is written down."""
SLOW, BLOCKED = 5, 10
"""Failures in a row after which one has to wait before each try, and after which it is closed for a while."""
FIRST_WAIT, CLOSED = timedelta(seconds=2), timedelta(minutes=15)
OF_ADDRESS = 5
"""A whole office may share one address: its failures count for a fifth."""

WRONG = M("Mã đơn vị hoặc mã bí mật không đúng. Hãy kiểm tra lại phiếu; nếu mất phiếu, hãy xin văn phòng tỉnh cấp lại.")


def sign_in(store: Store, name: str, secret: str, address: str, now: datetime) -> tuple[str, Account]:
    """Check a secret and open a session; return its token and the account.

    Raises ``TooManyAttempts`` while it is slowed down or closed, ``NotAllowed`` for a wrong name or secret: the
    two cannot be told apart.
    """
    account_id = account_id_of_name(name)
    keys = _keys(account_id, secret, address)
    store.throttle.attempt(keys, now, now - CLOSED, lambda failures: refuse_guessing(failures, now))
    account = store.accounts.get(account_id)
    secret_hash = account.secret_hash if account and account.is_active(now) else None
    if not matches_hash(secret, secret_hash) or account is None:
        raise NotAllowed(WRONG)
    # The account is known to be its owner's; others may still be guessing with this secret, or from this address.
    store.throttle.clear(keys[0])
    store.throttle.take_back(*keys[1:])
    store.sessions.forget(now - LONGEST)
    return store.sessions.open(account, now), account


def account_id_of_name(name: str) -> str:
    """Return the account's id of what was typed: digits are a unit's code, everything else an officer's name."""
    name = name.strip().lower()
    return f"unit:{name}" if name.isdigit() else f"officer:{name}"


def _keys(account_id: str, secret: str, address: str) -> tuple[str, str, str]:
    """What failures are counted by: the account, the secret that was tried, and where it came from.

    One secret tried on many accounts is guessing just as many secrets on one account are.
    """
    tried = hashlib.sha256(f"lotrinh/{normalize_secret(secret)}".encode()).hexdigest()[:32]
    return f"account/{account_id}"[:100], f"secret/{tried}", f"address/{address}"[:100]


def refuse_guessing(failures_by_key: Mapping[str, Failures], now: datetime) -> None:
    """Raise ``TooManyAttempts`` when too much has failed before."""
    opens = max((next_attempt_at(key, failures) for key, failures in failures_by_key.items()), default=now)
    if opens <= now:
        return
    seconds = int((opens - now).total_seconds()) + 1
    if seconds > FIRST_WAIT.total_seconds() * 2 ** (BLOCKED - SLOW):
        raise TooManyAttempts(
            M(
                "Đã thử sai quá nhiều lần nên tạm khóa; thử lại sau {minutes} phút, "
                "hoặc xin văn phòng tỉnh cấp phiếu mới để vào ngay.",
                minutes=seconds // 60 + 1,
            ),
            seconds,
        )
    raise TooManyAttempts(M("Đã thử sai nhiều lần: hãy đợi {seconds} giây rồi thử lại.", seconds=seconds), seconds)


def next_attempt_at(key: str, failures: Failures) -> datetime:
    """When the next try is allowed after these failures."""
    count = failures.times // OF_ADDRESS if key.startswith("address/") else failures.times
    if count >= BLOCKED:
        return failures.last + CLOSED
    return failures.last + FIRST_WAIT * 2 ** (count - SLOW) if count >= SLOW else failures.last


def visitor_of_token(store: Store, token: str, now: datetime) -> tuple[Visitor, Session] | None:
    """Return who holds a session token; None when it is over, unknown, or its account has changed since."""
    session = store.sessions.find(token)
    if session is None or not session.account.is_active(now):
        return None
    if now - session.seen_at > IDLE or now - session.opened_at > LONGEST:
        return None
    if now - session.seen_at > TOUCH:
        with suppress(StoreUnavailable):  # what can still be read is shown
            store.sessions.touch(session, now)
    account = session.account
    return Visitor(account.id, Role(account.role), account.name, account.unit), session
