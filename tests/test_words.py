"""docs/words.md is the vocabulary: names of the API are made of its words, and people read its Vietnamese."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import Any

import pytest

from lotrinh.core.status.wording import FLAGS, KIND, OUTCOME, ROLE, STATUS
from lotrinh.core.text import Message
from tests.conftest import TOP
from tests.portal.api.test_access import DOCUMENT

PAGE = (TOP / "docs" / "words.md").read_text(encoding="utf-8")
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
NOUNS = ("Words of the field", "Further nouns of the API")
TABLES: Mapping[str, Mapping[Any, Message]] = {
    "Statuses": STATUS,
    "Outcomes": OUTCOME,
    "Kinds of entries": KIND,
    "Roles": ROLE,
}


def rows(title: str) -> list[list[str]]:
    """Read the tables under a heading, up to the next one: the cells of their rows, without the heads."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rules = {n for n, line in enumerate(lines) if line.startswith("|---")}
    kept = (line for n, line in enumerate(lines) if not rules & {n, n + 1})
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in kept]


def plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())


def code(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


TITLES = {title: rows(title) for title in (*NOUNS, *TABLES, "Flags", "Words that we do not use")}
WORDS = {plain(row[0]) for title in NOUNS for row in TITLES[title] if len(row) == 4}
PARTS = {plain(name) for row in TITLES[NOUNS[1]] if len(row) == 2 for name in code(row[0])}
KEPT = {name for row in TITLES["Words that we do not use"] for name in code(row[0])}
FORBIDDEN = {
    plain(word) for row in TITLES["Words that we do not use"] if not code(row[0]) for word in row[0].split(", ")
}


def pieces(name: str) -> list[str]:
    """``HandOverIn`` -> hand, over, in."""
    return [piece.lower() for piece in re.findall(r"[A-Z][a-z]*|[^A-Za-z]+", name)]


def singular(word: str) -> str:
    return word if word in WORDS else word.removesuffix("s")


def composed(name: Sequence[str], nouns: int = 0) -> bool:
    """Whether a name is words of the page one after another, of which at least one is a noun."""
    if not name:
        return nouns > 0
    starts = ((singular("".join(name[:n])), name[n:]) for n in range(1, len(name) + 1))
    return any(composed(rest, nouns + (word in WORDS)) for word, rest in starts if word in WORDS | PARTS)


def unspoken(names: Iterable[str]) -> set[str]:
    """Keep the names that the page does not explain, or that use a word that it forbids."""
    return {name for name in names if not composed(pieces(name)) or FORBIDDEN & {*map(singular, pieces(name))}}


def test_every_schema_is_made_of_words_of_the_page_or_is_listed_there_as_kept() -> None:
    assert unspoken(SCHEMAS) == KEPT


@pytest.mark.parametrize("name", ["MascotOut", "RoundOut", "StepTrouble", "ListOut", "JudgedConfirmation"])
def test_an_unknown_noun_a_forbidden_one_or_none_at_all_is_noticed(name: str) -> None:
    assert unspoken([name]) == {name}


@pytest.mark.parametrize("name", ["StepOut", "UnitSteps", "HandOverIn", "RollupRow", "StatusDocument", "ChangesOut"])
def test_words_may_be_joined_and_stand_in_the_plural(name: str) -> None:
    assert unspoken([name]) == set()


def test_no_word_is_explained_twice_or_both_used_and_forbidden() -> None:
    explained = [plain(row[0]) for title in NOUNS for row in TITLES[title]]
    assert sorted(explained) == sorted(set(explained))
    assert not FORBIDDEN & (WORDS | PARTS)
    assert {"round", "judge", "trouble", "told", "heard"} <= FORBIDDEN


@pytest.mark.parametrize("title", TABLES)
def test_each_code_has_its_row_with_the_words_that_people_read(title: str) -> None:
    written = {code(row[0])[0]: row[1] for row in TITLES[title]}
    assert written == {member.value: words.msgid for member, words in TABLES[title].items()}


@pytest.mark.parametrize("said", TABLES.values(), ids=TABLES)
def test_each_member_of_these_enumerations_has_words(said: Mapping[StrEnum, Message]) -> None:
    (kind,) = {type(member) for member in said}
    assert set(said) == set(kind)


def test_every_flag_has_its_row() -> None:
    assert {code(row[0])[0] for row in TITLES["Flags"]} == set(FLAGS) == set(SCHEMAS["FlagsOut"]["properties"])


def names_in_code() -> Iterator[str]:
    """List what is defined: classes, functions, fields and constants, the schemas, and the values of enumerations."""
    for path in chain.from_iterable((TOP / part).rglob("*.py") for part in ("lotrinh", "flows", "tasks")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id
    yield from SCHEMAS
    yield from chain.from_iterable(schema.get("enum", ()) for schema in SCHEMAS.values())


def test_names_in_the_code_column_are_names_in_the_code() -> None:
    columns = [row[2] for title in NOUNS for row in TITLES[title] if len(row) == 4]
    assert [cell for cell in columns if cell != "—" and not code(cell)] == []
    assert {name for cell in columns for name in code(cell)} - set(names_in_code()) == set()
