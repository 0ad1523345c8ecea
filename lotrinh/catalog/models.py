"""The form of a checklist file: ``python -m lotrinh.catalog.models`` writes its JSON Schema for editors from here."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from lotrinh.core.checklist.checklist import Confidence, Level, Need
from lotrinh.core.checklist.grammar import RuleError, parse_rule, rule_from_fields
from lotrinh.core.checklist.units import UnitKind

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
SCHEMA_FILE = Path(__file__).parents[2] / "checklists" / "checklist.schema.json"


def _day(value: object) -> object:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[dt.date, BeforeValidator(_day), Field(description="A day, YYYY-MM-DD.")]


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


OneOrMoreWords = Annotated[list[Words], BeforeValidator(_list, json_schema_input_type=Words | list[Words])]


class ChecklistPart(BaseModel):
    """A part of the file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BilingualText(ChecklistPart):
    """A text in both languages."""

    vi: Words = Field(description="Vietnamese.")
    en: str = Field("", description="English.")


def _both(value: object) -> object:
    return {"vi": value} if isinstance(value, str | int | float) else value


TextIn = Annotated[
    BilingualText,
    BeforeValidator(_both, json_schema_input_type=Words | BilingualText),
    Field(description="A text: Vietnamese, or {vi, en}."),
]


def _rule(value: object) -> object:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return parse_rule(value)
        if isinstance(value, Mapping):
            return rule_from_fields(value)
    except RuleError as error:
        context = {"sentence": error.sentence, "position": error.position, "field": error.field}
        raise PydanticCustomError("rule", "rule", context) from error
    raise PydanticCustomError("rule_type", "rule")


RULE_SCHEMA = {
    "description": "<reference> [± N unit]… [at HH:MM] [roll next|previous], or the same as a mapping.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["reference"],
            "properties": {
                "reference": {"type": "string", "description": "An id, done(id), earliest(…), latest(…), or a date."},
                "offset": {"description": '"- 43 days", a list of such, or a mapping {days: -43}.'},
                "at": {"type": "string", "description": "Hour of the day, HH:MM."},
                "roll": {"enum": ["next", "previous"], "description": "Where a non-working day moves."},
            },
        },
    ],
}

RuleIn = Annotated[Any, BeforeValidator(_rule), WithJsonSchema(RULE_SCHEMA)]


class CalendarIn(ChecklistPart):
    """Working days: a country's, then the office's own; later entries win."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(None, description="As VN.")
    subdivision: str | None = Field(None, description="Of the country.")
    file: Words | None = Field(None, description="CSV of the office: date,kind,note with kind off or worked.")
    add: list[Day] = Field([], description="Extra days off.")
    worked: list[Day] = Field([], description="Weekend days or holidays that are worked.")


class AnchorIn(ChecklistPart):
    """The date that deadlines are counted from."""

    id: Id
    title: TextIn
    date: Day | None = Field(None, description="Left out where each campaign gives its own.")


class SourceIn(ChecklistPart):
    """A law, decision or guide."""

    title: TextIn
    number: str = Field("", description="As 85/2015/QH13.")
    amended_by: str = Field("", description="Number of the amending law.")
    date: Day | None = None
    url: str = ""


class BasisIn(ChecklistPart):
    """Where in a source a step stands."""

    source: Id = Field(description="An id of sources.")
    at: Words = Field(description="Article, form or page.")
    confidence: Confidence = Field(description="A official guide, B one press source, C weaker, or unverified.")
    seen_in: str = Field("", description="Where the fact was read.")


class EvidenceIn(ChecklistPart):
    """What proves a step."""

    documents: list[Words] = []
    forms: list[Words] = Field([], description="Numbers of forms.")
    number: Need = Need.OPTIONAL
    file: Need = Need.OPTIONAL


class ExpectIn(ChecklistPart):
    """What the page must show."""

    status: int = Field(200, ge=100, le=599)
    contains: str = ""


class ProbeIn(ChecklistPart):
    """What the machine looks for by itself."""

    get: Annotated[str, StringConstraints(pattern=r"^(https?://|\{website\})")] = Field(
        description="Address with {website}, {code}, {name}."
    )
    expect: ExpectIn = ExpectIn()


class UnitFilter(ChecklistPart):
    """Units by kind, area, tag or code; every field given must match."""

    kind: Annotated[list[UnitKind], BeforeValidator(_list)] = []
    area: OneOrMoreWords = []
    tag: OneOrMoreWords = []
    code: OneOrMoreWords = []


class AppliesTo(UnitFilter):
    """Which units a step is asked of."""

    except_: UnitFilter | None = Field(None, alias="except", description="Units taken away again.")


class ParameterIn(ChecklistPart):
    """A named deadline that the office sets."""

    title: TextIn
    due: RuleIn = Field(None, description="Left empty until the office sets it.")


class StepIn(ChecklistPart):
    """One thing that one body has to do."""

    id: Id
    title: TextIn
    owner: TextIn
    level: Level
    from_: RuleIn = Field(None, alias="from", description="When the window opens; default: the milestone's.")
    due: RuleIn = Field(None, description="Default: the milestone's.")
    basis: list[BasisIn] = Field([], description="Default: the milestone's.")
    calendar: CalendarIn | None = None
    evidence: EvidenceIn = EvidenceIn()
    count: Id | None = Field(None, description="What is counted, as polling_areas: the unit reports 7 of 12.")
    requires: list[Id] = Field([], description="Steps that come before.")
    probe: ProbeIn | None = None
    required: StrictBool = Field(default=True, description="Whether the milestone waits for it.")
    acceptance: StrictBool = Field(default=False, description="Whether the province must accept the confirmation.")
    applies_to: AppliesTo = Field(default_factory=AppliesTo)
    note: TextIn | None = None


class MilestoneIn(ChecklistPart):
    """Steps with one deadline."""

    id: Id
    title: TextIn
    from_: RuleIn = Field(None, alias="from", description="When the window opens.")
    due: RuleIn = Field(None)
    basis: list[BasisIn] = []
    calendar: CalendarIn | None = None
    steps: list[StepIn] = []


class ChecklistIn(ChecklistPart):
    """A checklist of lotrinh."""

    id: Id
    title: TextIn
    anchor: AnchorIn
    timezone: str = "Asia/Ho_Chi_Minh"
    calendar: CalendarIn = CalendarIn(country="VN")
    sources: dict[Id, SourceIn] = {}
    parameters: dict[Id, ParameterIn] = {}
    milestones: Annotated[list[MilestoneIn], Field(min_length=1)]


def checklist_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    schema = ChecklistIn.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(checklist_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
