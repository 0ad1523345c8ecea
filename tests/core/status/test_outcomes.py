"""Code that tells how asking ended by more than one outcome tells of each: their numbers add up to all units."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from lotrinh.core.status.observation import Outcome
from tests.conftest import TOP

NAMES = frozenset(Outcome.__members__)
PYTHON = [path for part in ("lotrinh", "flows", "tasks") for path in (TOP / part).rglob("*.py")]


def outcomes_in_code(text: str) -> Iterator[frozenset[str]]:
    """Find which outcomes each function, and each table of a module, names."""
    tree = ast.parse(text)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    tables = (node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    for node in chain(functions, tables):
        named = (each for each in ast.walk(node) if isinstance(each, ast.Attribute))
        yield frozenset(each.attr for each in named if ast.unparse(each.value) == "Outcome")


def outcomes_in_template(text: str) -> frozenset[str]:
    return NAMES & set(re.findall(r"\w+", text))


def places(paths: list[Path]) -> Iterator[tuple[str, frozenset[str]]]:
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found = outcomes_in_code(text) if path.suffix == ".py" else [outcomes_in_template(text)]
        yield from ((path.relative_to(TOP).as_posix(), named) for named in found if len(named) > 1)


def test_code_and_templates_that_name_several_outcomes_name_each() -> None:
    found = list(places([*PYTHON, *(TOP / "lotrinh").rglob("*.html")]))
    assert "lotrinh/core/status/wording.py" in dict(found)
    assert [(path, named) for path, named in found if named != NAMES] == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("def made(): return Outcome.REACHED, Outcome.INVALID", {"REACHED", "INVALID"}),
        ("TABLE = {'x': Outcome.REACHED}", {"REACHED"}),
        ("TABLE = Reason.INVALID", set()),
    ],
)
def test_an_outcome_is_found_where_it_is_named(line: str, named: set[str]) -> None:
    assert [set(found) for found in outcomes_in_code(line)] == [named]
