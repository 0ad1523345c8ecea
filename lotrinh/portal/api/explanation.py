"""Why a step stands as it does in a unit, as the page and ``lotrinh explain`` tell it."""

import datetime as dt
from typing import ClassVar, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from lotrinh.core.checklist.checklist import Confidence
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, StepState
from lotrinh.core.status.status import Status
from lotrinh.portal.api.access import OwnContext
from lotrinh.portal.api.answers import ApiOutput, ApiResponder, get_responses
from lotrinh.portal.api.board import FlagsOut
from lotrinh.portal.api.records import ProgressOut
from lotrinh.portal.api.units import UNIT
from lotrinh.reports.explanation_data import explanation_data
from lotrinh.services.statements.journal_writer import own_step
from lotrinh.services.views.explain import build_explanation

router = APIRouter(tags=["units"])


class RuleOut(ApiOutput):
    """A rule: when the step opens, or when it is due."""

    of: Literal["opens", "due"]
    rule: str = Field(description="As the checklist has it.")
    words: str


class MissingOut(ApiOutput):
    """A step that is missing before this one."""

    unit: str
    step: str
    title: str
    status: Status
    reason: str
    due_at: dt.datetime | None
    deadline_hangs_on_it: bool = Field(description="The deadline counts from its completion.")


class StepEntryOut(ApiOutput):
    """One entry of the journal about the step."""

    number: int
    at: dt.datetime
    kind: EntryKind
    kind_text: str
    who: str
    completed_on: dt.date | None
    document: str
    progress: ProgressOut | None
    text: str = Field(description="The note, the reason, or the office it went to.")
    sample: bool


class AskedOut(ApiOutput):
    """How asking the unit ended in one run."""

    run: str
    at: dt.datetime
    outcome: Outcome
    sentence: str


class PublishedOut(ApiOutput):
    """What the unit's own system says of the step."""

    state: StepState
    completed_on: dt.date | None
    document: str
    progress: ProgressOut | None
    note: str


class GroundOut(ApiOutput):
    """A legal basis."""

    at: str
    source: str
    number: str
    amended_by: str
    confidence: Confidence
    doubtful: bool = Field(description="Nobody verified it: show “(?)” beside it.")
    seen_in: str


class ExplanationOut(ApiOutput):
    """Why a step stands as it does in a unit at this moment."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"as_of"})

    campaign: str
    unit: str
    unit_name: str
    step: str
    title: str
    as_of: dt.datetime
    status: Status
    reason: str
    remarks: list[str]
    flags: FlagsOut
    completed_on: dt.date | None
    heard_at: dt.datetime | None = Field(description="When the unit last said something about it; null for never.")
    due_at: dt.datetime | None
    because: list[str] = Field(description="Whose word and which deadline decided, a sentence each.")
    rules: list[RuleOut]
    arithmetic: list[str]
    missing: list[MissingOut]
    entries: list[StepEntryOut]
    asked: list[AskedOut] = Field(description="The last runs that asked the unit, newest first.")
    own_system: bool
    published: PublishedOut | None
    published_at: dt.datetime | None = Field(description="When the unit's own system last answered.")
    basis: list[GroundOut]
    checklist_hash: str
    journal_head: str
    sample: bool
    notice: str = Field(description="The label that sample data must carry wherever it is shown.")


@router.get(UNIT + "/steps/{step_id}/explanation", response_model=ExplanationOut, responses=get_responses())
def explain_step(responder: ApiResponder, at: OwnContext, step_id: str) -> Response:
    """Say why a step stands as it does: the rule, the arithmetic, what was said of it, what is missing before it."""
    step = own_step(at.campaign, at.unit, step_id)
    made = build_explanation(at.state.store, at.state.settings, at.campaign, at.unit, step, at.now)
    return responder.give(ExplanationOut.model_validate(explanation_data(made, responder.language)))
