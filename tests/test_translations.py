"""English is complete, places for values agree, and the compiled catalogues are current."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.tools.translations import LOCALE, catalogue, compile_catalogue, format_catalogue, merge, sentences

PLACES = re.compile(r"\{(\w+)[^}]*\}")


def test_every_sentence_has_english() -> None:
    _, english = catalogue("en", "lotrinh")
    missing = [text for text in sentences() if not (known := english.get(text)) or not known.string]
    assert missing == []


def test_english_keeps_the_places_for_values() -> None:
    _, english = catalogue("en", "lotrinh")
    wrong = [m.id for m in english if m.id and set(PLACES.findall(m.id)) != set(PLACES.findall(m.string))]
    assert wrong == []


def test_the_english_catalogue_holds_what_the_source_says_and_nothing_else() -> None:
    path, merged = merge()
    assert path.read_bytes() == format_catalogue(merged), "run: make i18n"


@pytest.mark.parametrize("po", sorted(LOCALE.rglob("*.po")), ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_compiled_catalogues_are_current(po: Path) -> None:
    assert po.with_suffix(".mo").read_bytes() == compile_catalogue(read_po(io.BytesIO(po.read_bytes()))), (
        "run: make i18n"
    )
