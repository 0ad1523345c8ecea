"""Small checklists for tests of the core."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.checklist import (
    Anchor,
    Basis,
    Checklist,
    Confidence,
    Level,
    Milestone,
    Parameter,
    Source,
    Step,
)
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.checklist.rules import DeadlineRule
from lotrinh.core.text import Text

LAW = Basis("law", "Điều 25", Confidence.A)
PLAIN = Calendar()
ELECTION = date(2026, 3, 15)


def rule(text: str | None) -> DeadlineRule | None:
    return parse_rule(text) if text else None


def step(name: str, due: str | None = None, opens: str | None = None, **more: Any) -> Step:
    fields: dict[str, Any] = {
        "milestone": "m",
        "owner": Text("UBND xã"),
        "level": Level.COMMUNE,
        "basis": (LAW,),
        "calendar": PLAIN,
    }
    return Step(id=name, title=Text(f"Việc {name}"), due=rule(due), opens=rule(opens), **(fields | more))


def milestone(
    name: str, due: str | None = None, opens: str | None = None, steps: Sequence[Step] = (), **more: Any
) -> Milestone:
    fields: dict[str, Any] = {"basis": (LAW,), "calendar": PLAIN, "steps": tuple(steps)}
    return Milestone(id=name, title=Text(f"Mốc {name}"), due=rule(due), opens=rule(opens), **(fields | more))


def checklist(*parts: Milestone | Step, day: date | None = ELECTION, **more: Any) -> Checklist:
    """Milestones as they are, and steps each in the milestone "m"."""
    loose = [p for p in parts if isinstance(p, Step)]
    milestones = [p for p in parts if isinstance(p, Milestone)]
    fields: dict[str, Any] = {
        "timezone": "Asia/Ho_Chi_Minh",
        "calendar": PLAIN,
        "sources": {"law": Source("law", Text("Luật"))},
        "parameters": {},
        "milestones": tuple(milestones) + ((milestone("m", steps=loose),) if loose else ()),
        "content_hash": "",
    }
    anchor = Anchor("election_day", Text("Ngày bầu cử"), day)
    return Checklist(id="thu", title=Text("Thử"), anchor=anchor, **(fields | more))


def parameter(name: str, due: str | None = None) -> dict[str, Parameter]:
    return {name: Parameter(name, Text(f"Tham số {name}"), rule(due))}
