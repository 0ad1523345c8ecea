"""The office's people, units' slips and codes, reading links: made, changed, revoked, each with its entry."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.core.text import M, nfc
from lotrinh.errors import BadInput, Conflict, NotFound, Problem
from lotrinh.services.access.secrets import hash_secret, new_secret, password_fault
from lotrinh.store import Store
from lotrinh.store.accounts import Account
from lotrinh.store.accounts import hash_token as token_hash

LONGEST_LINK = timedelta(days=31)
NAME_LENGTH, DISPLAY_LENGTH = 40, 100
ONE_AT_A_TIME = Lock()
"""Slips for a whole province are a hundred hashes: two such lists at once would leave no core for signing in."""
LAST = M("Đây là quản trị viên cuối cùng; hãy thêm người khác trước.")


class AccountActor(NamedTuple):
    """Who does it, as the journal names them, and the code of the province whose office they act for.

    ``key`` names the request: the same one is carried out once only.
    """

    actor: str = "console"
    province: str = ""
    key: str = ""

    def journal_entry(self, what: str, account: str, role: str, now: datetime, **more: Any) -> NewEntry:  # noqa: ANN401 - passed on as they are
        """Make the entry about an act; it never holds a secret. A unit's own access is an entry of that unit."""
        unit = account.partition(":")[2] if role == Role.UNIT else self.province
        key = f"account/{self.key}/{account}" if self.key else ""
        body = {"what": what, "account": account, "role": str(role), **more}
        return NewEntry(
            kind=EntryKind.ACCOUNT,
            at=now,
            campaign="",
            unit=unit,
            step="",
            actor=self.actor,
            body=body,
            checklist_hash="",
            key=key,
        )


CONSOLE = AccountActor()
"""Somebody at the server's own command line."""


class Slip(NamedTuple):
    """A unit's secret in clear, to be printed now: it cannot be read again."""

    unit: Unit
    secret: str


def issue_slips(store: Store, units: Sequence[Unit], now: datetime, by: AccountActor = CONSOLE) -> tuple[Slip, ...]:
    """Give each unit a new secret; its old one, its sessions and its failed attempts are over."""
    slips = tuple(Slip(unit, new_secret()) for unit in units)
    with ONE_AT_A_TIME:
        made = [
            Account(
                id=f"unit:{s.unit.code}",
                role=Role.UNIT,
                unit=s.unit.code,
                name=s.unit.full_name,
                secret_hash=hash_secret(s.secret),
                generation=1,
                issued_at=now,
            )
            for s in slips
        ]
    store.accounts.put(*made, entries=[by.journal_entry("slip", account.id, Role.UNIT, now) for account in made])
    store.throttle.clear(*(f"account/{account.id}" for account in made))
    return slips


def revoke_slips(store: Store, units: Sequence[Unit], now: datetime, by: AccountActor = CONSOLE) -> int:
    """Take units' slips away; return how many there were."""
    wanted = {f"unit:{unit.code}" for unit in units}
    ids = [a.id for a in store.accounts.all(Role.UNIT) if a.id in wanted and a.is_active(now)]
    store.accounts.revoke(ids, now, [by.journal_entry("slip_revoked", name, Role.UNIT, now) for name in ids])
    return len(ids)


def issue_codes(store: Store, units: Sequence[Unit], now: datetime, by: AccountActor = CONSOLE) -> tuple[Slip, ...]:
    """Give units' own systems new bearer codes; their older ones are over."""
    noted = [by.journal_entry("code", f"unit:{unit.code}", Role.UNIT, now) for unit in units]
    codes = store.access.issue([unit.code for unit in units], now, noted)
    return tuple(Slip(unit, codes[unit.code]) for unit in units)


def revoke_codes(store: Store, units: Iterable[Unit], now: datetime, by: AccountActor = CONSOLE) -> int:
    """Take the bearer codes of units' own systems away; return how many there were."""
    issued = store.access.issue_times()
    held = [unit for unit in units if unit.code in issued]
    return sum(
        store.access.revoke(unit.code, now, [by.journal_entry("code_revoked", f"unit:{unit.code}", Role.UNIT, now)])
        for unit in held
    )


def add_officer(  # noqa: PLR0913 - one for each thing that is asked for
    store: Store,
    name: str,
    role: Role,
    display: str,
    secret: str,
    now: datetime,
    by: AccountActor = CONSOLE,
    *,
    renew: bool = True,
) -> Account:
    """Make an account of the office; with ``renew`` one that is there already gets the new role and secret."""
    account_name = name.strip().lower()
    problems = [*_name_problems(account_name), *secret_problems(secret, account_name)]
    if role is Role.UNIT:
        problems.append(Problem("role", 0, 0, M("Tài khoản của đơn vị được cấp bằng phiếu, không tạo ở đây.")))
    if problems:
        raise BadInput(problems)
    shown = nfc(display).strip()[:DISPLAY_LENGTH] or account_name
    made = Account(
        id=f"officer:{account_name}",
        role=role,
        unit="",
        name=shown,
        secret_hash=hash_secret(secret),
        generation=1,
        issued_at=now,
    )

    def change(known: Account | None, office: Sequence[Account]) -> Account:
        if known and known.is_active(now) and not renew:
            raise BadInput([Problem("name", 0, 0, M("Đã có tài khoản “{name}”.", name=account_name))])
        if known and role is not Role.ADMINISTRATOR:
            _require_other_administrator(known, office, now)
        return made

    done = store.accounts.alter(made.id, change, [by.journal_entry("created", made.id, role, now)])
    store.throttle.clear(f"account/{made.id}")
    return done


def _name_problems(name: str) -> list[Problem]:
    plain = name.replace("-", "").replace(".", "")
    if plain.isascii() and plain.isalnum() and not plain.isdigit() and len(name) <= NAME_LENGTH:
        return []
    fault = M("Tên đăng nhập gồm chữ không dấu, số, dấu chấm, gạch nối và không chỉ toàn số.")
    return [Problem("name", 0, 0, fault)]


def secret_problems(secret: str, name: str) -> list[Problem]:
    """Say what is wrong with a secret that somebody chose for themselves."""
    fault = password_fault(secret, name)
    return [Problem("secret", 0, 0, fault)] if fault else []


def change_role(store: Store, account_id: str, role: Role, now: datetime, by: AccountActor) -> Account:
    """Give an account another role; nobody changes their own, and the last administrator stays."""
    if role is Role.UNIT:
        raise BadInput([Problem("role", 0, 0, M("Hãy chọn vai trò."))])
    if by.actor == account_id:
        raise Conflict(M("Không tự đổi vai trò của chính mình được."))

    def change(account: Account, office: Sequence[Account]) -> Account:
        if role is not Role.ADMINISTRATOR:
            _require_other_administrator(account, office, now)
        return account._replace(role=role)

    return _change_account(store, account_id, change, now, by.journal_entry("role", account_id, role, now))


def change_secret(store: Store, account_id: str, secret: str, now: datetime, by: AccountActor) -> Account:
    """Give somebody of the office another password; their sessions and failed attempts are over."""
    if problems := secret_problems(secret, account_id.partition(":")[2]):
        raise BadInput(problems)
    known = find_officer(store, account_id)
    secret_hash = hash_secret(secret)
    noted = by.journal_entry("secret", account_id, known.role, now)
    done = _change_account(store, account_id, lambda account, _: account._replace(secret_hash=secret_hash), now, noted)
    store.throttle.clear(f"account/{account_id}")
    return done


def revoke_officer(store: Store, account_id: str, now: datetime, by: AccountActor = CONSOLE) -> Account:
    """Take an account of the office away; nobody takes away their own, and the last administrator stays."""
    if by.actor == account_id:
        raise Conflict(M("Không tự thu hồi tài khoản của chính mình được."))
    known = find_officer(store, account_id)

    def change(account: Account, office: Sequence[Account]) -> Account:
        _require_other_administrator(account, office, now)
        return account._replace(revoked_at=now)

    return _change_account(store, account_id, change, now, by.journal_entry("revoked", account_id, known.role, now))


def find_officer(store: Store, account_id: str) -> Account:
    """Return an account of the office; ``NotFound`` where there is none."""
    account = store.accounts.get(account_id) if account_id.startswith("officer:") else None
    if account is None:
        raise NotFound(_no_account(account_id))
    return account


def _no_account(account_id: str) -> M:
    return M("Không có tài khoản “{name}”.", name=account_id.partition(":")[2])


def _change_account(
    store: Store,
    account_id: str,
    change: Callable[[Account, Sequence[Account]], Account],
    now: datetime,
    entry: NewEntry,
) -> Account:
    """Change an account that may be used; it is checked inside the transaction that writes it."""

    def check(known: Account | None, office: Sequence[Account]) -> Account:
        if known is None or not known.is_active(now):
            raise NotFound(_no_account(account_id))
        return change(known, office)

    return store.accounts.alter(account_id, check, [entry])


def _require_other_administrator(account: Account, office: Sequence[Account], now: datetime) -> None:
    others = [a for a in office if a.role == Role.ADMINISTRATOR and a.is_active(now) and a.id != account.id]
    if account.role == Role.ADMINISTRATOR and account.is_active(now) and not others:
        raise Conflict(LAST)


def make_link(store: Store, title: str, lasts: timedelta, now: datetime, by: AccountActor = CONSOLE) -> str:
    """Make an address for reading only, which expires; return its token, shown once."""
    if not timedelta() < lasts <= LONGEST_LINK:
        raise BadInput(
            [Problem("days", 0, 0, M("Liên kết chỉ xem có hạn từ 1 đến {days} ngày.", days=LONGEST_LINK.days))]
        )
    token = secrets.token_urlsafe(32)
    account_id = f"link:{token_hash(token)[:32]}"
    name = nfc(title).strip()[:DISPLAY_LENGTH] or "Liên kết chỉ xem"
    made = Account(
        id=account_id,
        role=Role.VIEWER,
        unit="",
        name=name,
        secret_hash=token_hash(token),
        generation=1,
        issued_at=now,
        expires_at=now + lasts,
    )
    store.accounts.put(
        made, entries=[by.journal_entry("link", account_id, Role.VIEWER, now, until=(now + lasts).isoformat())]
    )
    return token


def revoke_link(store: Store, account_id: str, now: datetime, by: AccountActor = CONSOLE) -> None:
    """Take a reading link away; whoever reads by it is out at once."""
    known = store.accounts.get(account_id) if account_id.startswith("link:") else None
    if known is None:
        raise NotFound(M("Không có liên kết này."))
    if known.is_active(now):
        store.accounts.revoke([account_id], now, [by.journal_entry("link_revoked", account_id, Role.VIEWER, now)])


def follow_link(store: Store, token: str, now: datetime) -> str | None:
    """Open a session for the holder of a reading link; None when it has expired or is unknown."""
    account = store.accounts.get(f"link:{token_hash(token)[:32]}")
    if account is None or account.secret_hash != token_hash(token) or not account.is_active(now):
        return None
    return store.sessions.open(account, now)
