"""Issuing and revoking accounts: units' slips, the office's people, reading links."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lotrinh.core.roles import Role, Visitor
from lotrinh.core.text import M
from lotrinh.core.units import Unit
from lotrinh.errors import BadInput, Conflict, NotFound, Problem
from lotrinh.services.secrets import SHORTEST, hashed, new_secret
from lotrinh.store import Store
from lotrinh.store.accounts import Account
from lotrinh.store.accounts import hashed as token_hash

LONGEST_LINK = timedelta(days=31)
NAME_LENGTH = 40


class Slip(NamedTuple):
    """A unit's secret in clear, to be printed now: it cannot be read again."""

    unit: Unit
    secret: str


def issue_slips(store: Store, units: Sequence[Unit], now: datetime) -> tuple[Slip, ...]:
    """Give each unit a new secret; its old one, its sessions and its failed attempts are over."""
    slips = tuple(Slip(unit, new_secret()) for unit in units)
    made = [
        Account(f"unit:{s.unit.code}", Role.UNIT, s.unit.code, s.unit.full_name, hashed(s.secret), 1, now)
        for s in slips
    ]
    store.accounts.put(*made)
    store.throttle.clear(*(f"account/{account.id}" for account in made))
    return slips


def add_officer(store: Store, name: str, role: Role, display: str, secret: str, now: datetime) -> Account:
    """Make or renew an account of the office with a secret of at least ten characters."""
    problems = []
    account_name = name.strip().lower()
    plain = account_name.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum()) or plain.isdigit() or len(account_name) > NAME_LENGTH:
        problems.append(
            Problem("name", 0, 0, M("Tên đăng nhập gồm chữ không dấu, số, dấu chấm, gạch nối và không chỉ toàn số."))
        )
    if len(secret) < SHORTEST:
        problems.append(Problem("secret", 0, 0, M("Mật khẩu cần ít nhất {count} ký tự.", count=SHORTEST)))
    if role is Role.UNIT:
        problems.append(Problem("role", 0, 0, M("Tài khoản của đơn vị được cấp bằng phiếu, không tạo ở đây.")))
    if problems:
        raise BadInput(problems)
    account = Account(f"officer:{account_name}", role, "", display.strip() or account_name, hashed(secret), 1, now)
    store.accounts.put(account)
    store.throttle.clear(f"account/{account.id}")
    return account


def revoke(store: Store, account_id: str, by: Visitor | None, now: datetime) -> None:
    """Take an account away; nobody takes away their own, and the last administrator stays."""
    account = store.accounts.get(account_id)
    if account is None:
        raise NotFound(M("Không có tài khoản “{name}”.", name=account_id))
    if by and by.account == account_id:
        raise Conflict(M("Không tự thu hồi tài khoản của chính mình được."))
    if account.role == Role.ADMINISTRATOR and len(_administrators(store, now)) == 1:
        raise Conflict(M("Đây là quản trị viên cuối cùng; hãy thêm người khác trước."))
    store.accounts.revoke(account_id, now)


def _administrators(store: Store, now: datetime) -> list[Account]:
    return [a for a in store.accounts.all(Role.ADMINISTRATOR) if a.active(now)]


def make_link(store: Store, title: str, lasts: timedelta, now: datetime) -> str:
    """Make an address for reading only, which expires; return its token, shown once."""
    if not timedelta() < lasts <= LONGEST_LINK:
        raise BadInput(
            [Problem("days", 0, 0, M("Liên kết chỉ xem có hạn từ 1 đến {days} ngày.", days=LONGEST_LINK.days))]
        )
    token = secrets.token_urlsafe(32)
    account_id = f"link:{token_hash(token)[:32]}"
    name = title.strip() or "Liên kết chỉ xem"
    store.accounts.put(Account(account_id, Role.VIEWER, "", name, token_hash(token), 1, now, now + lasts))
    return token


def follow_link(store: Store, token: str, now: datetime) -> str | None:
    """Open a session for the holder of a reading link; None when it has expired or is unknown."""
    account = store.accounts.get(f"link:{token_hash(token)[:32]}")
    if account is None or account.secret_hash != token_hash(token) or not account.active(now):
        return None
    return store.sessions.open(account, now)
