"""What a checklist is once it has been read and found free of problems."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.rules import DeadlineRule
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.text import NO_TEXT, Text


class Level(StrEnum):
    """Whose work a step is. National steps orient only; province steps are the province's own."""

    NATIONAL = "national"
    PROVINCE = "province"
    COMMUNE = "commune"
    CONSTITUENCY = "constituency"
    POLLING_AREA = "polling_area"


ASKED_OF_UNITS = frozenset({Level.COMMUNE, Level.CONSTITUENCY, Level.POLLING_AREA})


class Confidence(StrEnum):
    """How sure a fact of law is: A read in the official guide, B one press source, C weaker, or nobody verified it."""

    A = "A"
    B = "B"
    C = "C"
    UNVERIFIED = "unverified"

    @property
    def doubtful(self) -> bool:
        """Whether every screen that shows the fact must say that it is not verified."""
        return self in {Confidence.C, Confidence.UNVERIFIED}


class Need(StrEnum):
    """Whether a part of the evidence must be given."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Source:
    """A law, decision or guide that steps are based on."""

    id: str
    title: Text
    number: str = ""
    amended_by: str = ""
    date: dt.date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where in a source a step stands, and how sure we are; ``seen_in`` names where the fact was read."""

    source: str
    at: str
    confidence: Confidence
    seen_in: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which documents prove a step, by name and by form number."""

    documents: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    number: Need = Need.OPTIONAL
    file: Need = Need.OPTIONAL


@dataclass(frozen=True, slots=True)
class Probe:
    """What the machine looks for by itself: a GET, and what the answer must show."""

    get: str
    status: int = 200
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """``applies_to``: empty sets narrow nothing; ``but_not`` takes away again."""

    kinds: frozenset[UnitKind] = frozenset()
    areas: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    but_not: "Scope | None" = None

    def covers(self, unit: Unit) -> bool:
        """Whether the unit is inside: every set given must match, and ``but_not`` must not."""
        inside = (
            (not self.kinds or unit.kind in self.kinds)
            and (not self.areas or unit.area in self.areas)
            and (not self.tags or bool(self.tags & unit.tags))
            and (not self.codes or unit.code in self.codes)
        )
        return inside and not (self.but_not and self.but_not.covers(unit))


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that one body has to do. ``due`` and ``opens`` already carry what the milestone gives."""

    id: str
    milestone: str
    title: Text
    owner: Text
    level: Level
    due: DeadlineRule | None
    opens: DeadlineRule | None
    basis: tuple[Basis, ...]
    calendar: Calendar
    evidence: Evidence = Evidence()
    count: str = ""
    requires: tuple[str, ...] = ()
    probe: Probe | None = None
    required: bool = True
    acceptance: bool = False
    applies_to: Scope = EVERYWHERE
    note: Text = NO_TEXT

    @property
    def doubtful(self) -> bool:
        """Whether any basis of the step is unverified."""
        return any(b.confidence.doubtful for b in self.basis)

    def is_work_of(self, unit: Unit) -> bool:
        """Whether the step is this unit's own outstanding work while it is not done."""
        if self.level is Level.NATIONAL:
            return False
        if unit.is_province or self.level is Level.PROVINCE:
            return unit.is_province and self.level is Level.PROVINCE
        return self.applies_to.covers(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Steps with one deadline; reached in a unit when all its required steps are done."""

    id: str
    title: Text
    due: DeadlineRule | None
    opens: DeadlineRule | None
    basis: tuple[Basis, ...]
    calendar: Calendar
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The date that deadlines are counted from; ``day`` is None until a campaign gives it."""

    id: str
    title: Text
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named deadline that is the office's to set; without a rule what hangs on it is unscheduled."""

    id: str
    title: Text
    due: DeadlineRule | None


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A checklist file, read.

    ``content`` is the whole of it as one JSON text, layout and comments aside; ``content_hash`` its SHA-256 (hex).
    """

    id: str
    title: Text
    anchor: Anchor
    timezone: str
    calendar: Calendar
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    milestones: tuple[Milestone, ...]
    content_hash: str
    content: str = ""

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """All steps by id, in the file's order."""
        return {s.id: s for s in self.iter_steps()}

    def iter_steps(self) -> Iterator[Step]:
        """All steps in the file's order."""
        for milestone in self.milestones:
            yield from milestone.steps


class CitedSource(NamedTuple):
    """One source of a checklist; ``times`` it is cited, ``doubtful`` of these not verified with the original."""

    source: Source
    times: int
    doubtful: int


def cited_sources(checklist: Checklist) -> tuple[CitedSource, ...]:
    """List what a checklist is based on, in the file's order, with how often each is cited."""
    cited = [basis for milestone in checklist.milestones for basis in milestone.basis]
    # A step that has its milestone's basis does not cite once more.
    given = {id(basis) for basis in cited}
    own: list[Basis] = [b for step in checklist.iter_steps() for b in step.basis if id(b) not in given]
    times = Counter(basis.source for basis in (*cited, *own))
    doubtful = Counter(basis.source for basis in (*cited, *own) if basis.confidence.doubtful)
    return tuple(CitedSource(source, times[source.id], doubtful[source.id]) for source in checklist.sources.values())
