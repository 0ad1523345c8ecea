"""An answer is parsed once; what comes out is what came out when it was written and parsed as JSON once more."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import to_json

from lotrinh.i18n import say
from lotrinh.probing import contract
from lotrinh.probing.contract import InvalidAnswer, StatusDocument, read_answer
from lotrinh.probing.field_messages import rejection_of
from tests.probing.faults import NOW, document, question, with_step

ASKED = question("http://xa.vn/")
Outcome = tuple[str, object]

NUMBERS = st.integers(-(10**20), 10**20) | st.sampled_from([0, 1, 12, 100_001]) | st.floats(allow_nan=False)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=210)
MOMENTS = st.sampled_from(
    ["2026-01-29", "2026-02-30", "2026-01-29T00:00:00", "2026-01-29T00:00:00+07:00", "2026-01-29T25:00Z", "1769644800"]
)
STATES = st.sampled_from(["not_started", "open", "in_progress", "done", "obstacle", "DONE", "finished", " done"])
PLAIN = st.none() | st.booleans() | NUMBERS | TEXTS | MOMENTS | STATES
PARTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("number", "date", "done", "of", "state", "id", "la"), PLAIN))
VALUES = PLAIN | PARTS | st.lists(PLAIN | PARTS, max_size=3)
STEP_FIELDS = ("id", "state", "completed_on", "reported_at", "document", "progress", "note", "la")
FIELDS = ("schema", "unit", "campaign", "generated_at", "steps", "sample", "la")


def outcome(content: bytes) -> Outcome:
    try:
        return "read", read_answer(content, ASKED, NOW)
    except InvalidAnswer as no:
        return "rejected", (no.reason, say(no.sentence, "vi"))


def written_and_parsed_again(value: object, *_: object) -> StatusDocument:
    """Validate as ``lotrinh.probing.contract`` did when it parsed twice."""
    try:
        return StatusDocument.model_validate_json(to_json(value))
    except ValidationError as error:
        raise rejection_of(error) from error


def the_same_both_ways(said: dict[str, Any]) -> None:
    content = json.dumps(said).encode()
    once = outcome(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract.StatusDocument, "model_validate", written_and_parsed_again)
        twice = outcome(content)
    assert once == twice


@given(st.dictionaries(st.sampled_from(STEP_FIELDS), VALUES, min_size=1, max_size=5))
@example({"state": "finished"})
@example({"state": None, "completed_on": 20260129})
@example({"progress": {"done": 1.0, "of": True}})
def test_a_step_of_whatever_values_is_read_or_refused_as_before(changes: dict[str, Any]) -> None:
    the_same_both_ways(with_step(**changes))


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=1, max_size=3))
@example({"steps": ["x"]})
@example({"sample": 1})
def test_a_document_of_whatever_values_is_read_or_refused_as_before(changes: dict[str, Any]) -> None:
    the_same_both_ways(document(**changes))


@given(st.lists(st.sampled_from(STEP_FIELDS), unique=True))
def test_a_step_that_lacks_fields_is_refused_as_before(missing: list[str]) -> None:
    the_same_both_ways(with_step(**dict.fromkeys(missing, ...)))
