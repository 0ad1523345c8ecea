"""Everything that explains how one step stands in one unit; the terminal, the page and the API show this one thing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Basis, Checklist, Source
from lotrinh.core.checklist.deadlines import with_parameters
from lotrinh.core.checklist.evaluation import DatedItem, dated_items
from lotrinh.core.checklist.rule_words import describe_rule
from lotrinh.core.checklist.rules import CompletionReference, DeadlineRule, NamedReference, references
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.status.observation import Outcome, StepAnswer
from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.core.text import Message, Text


class RuleText(NamedTuple):
    """A rule as its author wrote it, and in words. ``is_opening`` tells a beginning from a deadline."""

    is_opening: bool
    written: str
    words: Message


class UnitCheck(NamedTuple):
    """How asking the unit in one run ended; ``sentence`` as it was recorded."""

    run: str
    at: datetime
    outcome: Outcome
    sentence: str


class JournalLine(NamedTuple):
    """One entry of the journal about the step; ``text`` is its note, its reason, or the office it went to."""

    number: int
    at: datetime
    kind: EntryKind
    who: Message | str
    completed_on: date | None
    document: str
    progress: tuple[int, int] | None
    text: str
    sample: bool


class Prerequisite(NamedTuple):
    """A step that is missing: it has to be finished first, or the deadline hangs on the day when it was."""

    unit: Unit
    item: PlannedStep
    step_status: StepStatus
    deadline_hangs_on_it: bool


class LegalBasis(NamedTuple):
    """A legal basis with its source."""

    basis: Basis
    source: Source


@dataclass(frozen=True, slots=True)
class Explanation:
    """The status of one step in one unit at ``as_of`` (in the checklist's zone), and why.

    ``heard_at`` is when the unit last said something valid about the step. ``own_system`` tells that the unit answers
    from software of its own: ``system_answer`` is what that last said of the step (None for nothing) and
    ``system_answer_at`` when it last answered at all. ``from_run`` names the run from whose report the status was
    taken, where what the unit said at that time is not kept any more. ``head`` is the hash of the journal's last entry
    up to ``as_of``.
    """

    campaign: str
    title: Text
    unit: Unit
    as_of: datetime
    item: PlannedStep
    step_status: StepStatus
    heard_at: datetime | None
    reasons: tuple[Message, ...]
    rules: tuple[RuleText, ...]
    arithmetic: tuple[Message, ...]
    checks: tuple[UnitCheck, ...]
    own_system: bool
    system_answer: StepAnswer | None
    system_answer_at: datetime | None
    entries: tuple[JournalLine, ...]
    prerequisites: tuple[Prerequisite, ...]
    bases: tuple[LegalBasis, ...]
    checklist_hash: str
    head: str
    sample: bool
    from_run: str = ""


def rule_texts(checklist: Checklist, item: PlannedStep, parameters: Mapping[str, DeadlineRule]) -> tuple[RuleText, ...]:
    """Say a step's rules as they are written and in words: when it begins, when it is due."""
    known = with_parameters(checklist, parameters)
    pairs = ((True, item.step.opens), (False, item.step.due))
    return tuple(RuleText(opens, rule.text, describe_rule(rule, known)) for opens, rule in pairs if rule)


def journal_line(entry: Entry, who: Message | str) -> JournalLine:
    """Take from an entry what explains a status; ``who`` is its author in words."""
    body = entry.new.body
    document, progress, completed = body.get("document") or {}, body.get("progress"), body.get("completed_on")
    return JournalLine(
        number=entry.number,
        at=entry.new.at,
        kind=entry.new.kind,
        who=who,
        completed_on=date.fromisoformat(completed) if completed else None,
        document=str(document.get("number", "")),
        progress=(progress["done"], progress["of"]) if progress else None,
        text=str(body.get("note") or body.get("reason") or body.get("office") or ""),
        sample=bool(body.get("sample")),
    )


def completion_steps(
    checklist: Checklist, item: PlannedStep, parameters: Mapping[str, DeadlineRule]
) -> tuple[str, ...]:
    """Name the steps on whose real completion this step's dates hang, directly or not, each once."""
    known = dated_items(with_parameters(checklist, parameters), None)
    found: dict[str, None] = {}
    for rule in _behind([rule for rule in (item.step.opens, item.step.due) if rule], known):
        found.update((r.step, None) for r in references(rule) if isinstance(r, CompletionReference))
    return tuple(found)


def _behind(rules: list[DeadlineRule], known: Mapping[str, DatedItem]) -> Iterator[DeadlineRule]:
    seen: set[str] = set()
    while rules:
        rule = rules.pop(0)
        yield rule
        for name in [r.id for r in references(rule) if isinstance(r, NamedReference)]:
            item = known.get(name)
            if name not in seen and item and item.due:
                seen.add(name)
                rules.append(item.due)
