"""The published schema and the reader agree, whatever comes."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotrinh.core.status.observation import Answer
from lotrinh.core.text import nfc
from lotrinh.i18n import say
from lotrinh.probing.contract import (
    SCHEMA_FILE,
    InvalidAnswer,
    StatusDocument,
    contract_schema_text,
    json_schema,
    read_answer,
)
from tests.probing.faults import NOW, body, document, question, with_step

ASKED = question("http://xa.vn/")

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["id", "state", "completed_on", "reported_at", "document", "progress", "note", "x"])


def read(content: bytes | dict[str, Any]) -> Answer:
    return read_answer(content if isinstance(content, bytes) else json.dumps(content).encode(), ASKED, NOW)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_read_or_rejected_with_a_sentence(content: bytes) -> None:
    try:
        read(content)
    except InvalidAnswer as no:
        assert say(no.sentence, "vi")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, JSON | st.sampled_from(["done", "obstacle", "2026-01-29"]), max_size=5))
def test_what_we_accept_the_published_schema_accepts(changes: dict[str, object]) -> None:
    changed = with_step(**changes)
    try:
        read(changed)
    except InvalidAnswer:
        return
    jsonschema.validate(changed, json_schema())


@pytest.mark.parametrize(
    "changed",
    [with_step(completed_on=...), with_step(completed_on=None), with_step(state="obstacle"), document(x=1)],
)
def test_what_the_contract_needs_the_published_schema_needs_too(changed: dict[str, Any]) -> None:
    jsonschema.validate(document(), json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, json_schema())


def test_the_published_schema_file_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == contract_schema_text(), "run: python -m lotrinh.probing.contract"


def test_what_the_models_write_is_read_again() -> None:
    written = StatusDocument.model_validate_json(body()).model_dump_json(by_alias=True, exclude_none=True)
    assert read(written.encode()) == read(body())


@given(TEXTS.filter(str.strip))
def test_a_note_comes_out_composed_and_otherwise_as_it_was(note: str) -> None:
    assert read(with_step(note=note)).steps["thanh-lap-to"].note == nfc(note)
