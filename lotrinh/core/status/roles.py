"""Who may do what in the portal: one table, read by every page, route and test."""

from dataclasses import dataclass
from enum import StrEnum


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


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: frozenset(set(Action) - {Action.SPEAK, Action.SEE_OWN}),
    Role.OFFICER: frozenset({Action.SEE_ALL, Action.REVIEW, Action.RUN, Action.CHANGE}),
    Role.VIEWER: frozenset({Action.SEE_ALL}),
    Role.UNIT: frozenset({Action.SEE_OWN, Action.SPEAK}),
}
"""SPEAK: confirm, withdraw, report obstacles for one's own unit. REVIEW: accept, return, excuse, answer, and confirm
the province's own steps. CHANGE: apply a new anchor or checklist. ADMINISTER: accounts, access codes, the journal."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in. ``unit`` is the code of the unit they speak for, empty for the office's people."""

    account: str
    role: Role
    name: str
    unit: str = ""

    def can(self, action: Action) -> bool:
        """Whether the role allows it at all; whose unit it concerns is asked with ``can_see`` and ``can_speak``."""
        return action in ALLOWED[self.role]

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
