"""Who may do what in the portal: one table, read by every page, route and test."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.text import M, Message


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    VIEWER = "viewer"
    UNIT = "unit"


class Action(StrEnum):
    """What somebody wants to do."""

    SEE_OWN = "see_own"
    SEE_ALL = "see_all"
    SPEAK = "speak"
    REVIEW = "review"
    RUN = "run"
    CHANGE = "change"
    ADMINISTER = "administer"


class RoleFacts(NamedTuple):
    """All that a role is: its word, what it may do, and who is given it.

    ``choice`` is what an administrator reads where people of the office are given a role, None for one that is not
    given there. ``for_programs`` tells that a program may have it: accounts and campaigns are for people alone.
    """

    word: Message
    allowed: frozenset[Action]
    choice: Message | None
    for_programs: bool = False


ROLES: Mapping[Role, RoleFacts] = {
    Role.OFFICER: RoleFacts(
        M("cán bộ văn phòng"),
        frozenset({Action.SEE_ALL, Action.REVIEW, Action.RUN, Action.CHANGE}),
        M("Cán bộ văn phòng: xem mọi đơn vị, chấp nhận, trả lại, trả lời, đổi đợt"),
        for_programs=True,
    ),
    Role.VIEWER: RoleFacts(M("chỉ xem"), frozenset({Action.SEE_ALL}), M("Chỉ xem"), for_programs=True),
    Role.ADMINISTRATOR: RoleFacts(
        M("quản trị viên"),
        frozenset(set(Action) - {Action.SPEAK, Action.SEE_OWN}),
        M("Quản trị viên: thêm tài khoản, phiếu, nhật ký"),
    ),
    Role.UNIT: RoleFacts(M("đơn vị"), frozenset({Action.SEE_OWN, Action.SPEAK}), None),
}
"""Role -> what it is, in the order in which people choose.

SPEAK: confirm, withdraw, report obstacles for one's own unit. REVIEW: accept, return, excuse, answer, and confirm
the province's own steps. CHANGE: apply a new anchor or checklist. ADMINISTER: accounts, access codes, the journal."""
OFFICE_ROLES = tuple(role for role, facts in ROLES.items() if facts.choice)
"""What somebody of the office may be."""
PROGRAM_ROLES = tuple(
    sorted((role for role, facts in ROLES.items() if facts.for_programs), key=lambda role: len(ROLES[role].allowed))
)
"""What a program may be. The one that may do least comes first: it is given where nobody says which."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in. ``unit`` is the code of the unit they speak for, empty for the office's people."""

    account: str
    role: Role
    name: str
    unit: str = ""

    def can(self, action: Action) -> bool:
        """Whether the role allows it at all; whose unit it concerns is asked with ``can_see`` and ``can_speak``."""
        return action in ROLES[self.role].allowed

    def can_see(self, unit: str) -> bool:
        """Whether this unit's steps and history may be shown to them."""
        return self.can(Action.SEE_ALL) or (self.can(Action.SEE_OWN) and self.unit == unit)

    def can_speak(self, unit: str, *, province: bool) -> bool:
        """Whether they may state something for this unit; for the province itself the office speaks."""
        return self.can(Action.REVIEW) if province else self.can(Action.SPEAK) and self.unit == unit

    @property
    def actor(self) -> str:
        """How the journal names them."""
        return self.account
