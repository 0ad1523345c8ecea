"""docs/develop.md is true: its drawing is that of the import contracts and folders, and what it names exists."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOP

PAGE = (TOP / "docs" / "develop.md").read_text(encoding="utf-8")
DRAWING = PAGE.split("\n## Layers and rooms\n")[1].split("```")[1]
CONTRACTS = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
PACKAGES = ("lotrinh", "flows", "tasks")
CHANGES = PAGE.split("\n## To change something\n")[1].split("\n## ")[0]
MOST_LINES = 250

Lines = list[tuple[str, ...]]
Place = tuple[str, ...]
"""Where a module stands, from the top: ``("lotrinh", "core", "status")``."""


def read_drawing() -> dict[Place, Lines]:
    """Read the drawing: the place whose parts are drawn -> its lines from the top down, each with its names.

    A line's parts stand below it, further in; those of one of several names say whose they are, as ``portal/api``.
    After two spaces stand the words, as many as there are names.
    """
    found: dict[Place, Lines] = {}
    above: list[tuple[int, Place]] = []
    for line in filter(str.strip, DRAWING.splitlines()):
        names, words = re.split(r" {2,}", line.strip(), maxsplit=1)
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        *owner, first = names.split("/")
        outer = tuple(owner) or (above[-1][1] if above else ())
        parts = tuple(first.split(" | "))
        assert len(words.split(" | ")) == len(parts), line
        found.setdefault(outer, []).append(parts)
        above.append((depth, (*outer, parts[0])))
    return found


DRAWN = read_drawing()
NAMES = {(*outer, name) for outer, lines in DRAWN.items() for parts in lines for name in parts}


def from_top(place: Place) -> Place:
    """Complete a place of the drawing, in which only flows and tasks stand beside ``lotrinh``."""
    return place if place[0] in PACKAGES else ("lotrinh", *place)


def layers(name: str) -> Lines:
    """Read one contract's layers, without the package that holds them."""
    (contract,) = [each for each in CONTRACTS if each["name"].startswith(name)]
    return [tuple(part.removeprefix("lotrinh.") for part in line.split(" | ")) for line in contract["layers"]]


def test_the_layers_are_drawn_as_the_contract_has_them() -> None:
    assert DRAWN[()] == layers("Imports go inward only")


@pytest.mark.parametrize("room", ["services", "core"])
def test_rooms_that_have_an_order_are_drawn_in_it(room: str) -> None:
    contracts = [each for each in CONTRACTS if each.get("containers") == [f"lotrinh.{room}"]]
    assert [DRAWN[room,]] == [layers(each["name"]) for each in contracts]


def test_pages_of_audiences_are_drawn_beside_one_another() -> None:
    (contract,) = [each for each in CONTRACTS if each["type"] == "independence"]
    ((audiences),) = DRAWN["portal", "web"]
    assert {f"lotrinh.portal.web.{name}" for name in audiences} == {*contract["modules"]}


def folders() -> Iterator[Place]:
    """List the folders of Python files, but that of the migrations' versions, which Alembic alone reads."""
    for package in PACKAGES:
        for path in (TOP / package).rglob("*.py"):
            place = path.parent.relative_to(TOP).parts
            if place not in {("lotrinh",), ("lotrinh", "store", "migrations", "versions")}:
                yield place


def test_every_folder_is_drawn() -> None:
    assert set(folders()) - {*map(from_top, NAMES)} == set()


def test_what_is_drawn_is_a_folder_or_a_module() -> None:
    places = [TOP.joinpath(*from_top(name)) for name in NAMES]
    assert [path for path in places if not (path.is_dir() or path.with_suffix(".py").is_file())] == []


@cache
def defined(path: Path) -> frozenset[str]:
    """List what a module defines: functions, classes, constants, and the methods and values of its classes."""
    return frozenset(_defined(ast.parse(path.read_text(encoding="utf-8")), ""))


def _defined(of: ast.Module | ast.ClassDef, before: str) -> Iterator[str]:
    for node in of.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield before + node.name
        if isinstance(node, ast.ClassDef):
            yield from _defined(node, f"{before}{node.name}.")
        targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (before + target.id for target in targets if isinstance(target, ast.Name))


NAMED = re.findall(r"`([\w./]+\.py)(?:: ([\w., ]+))?`", PAGE)


def find_file(name: str) -> Path:
    """Find a file by its path from the top or, of tests, by its name alone."""
    found = [TOP / name] if "/" in name else [*(TOP / "tests").rglob(name)]
    assert [path.is_file() for path in found] == [True], name
    return found[0]


def test_every_file_that_is_named_is_there() -> None:
    assert len(NAMED) > 60
    assert all(find_file(name) for name, _ in NAMED)


def test_every_function_that_is_named_is_in_its_file() -> None:
    """The page names functions as ``path: function``, with a class before its method."""
    missing = [
        (path, name) for path, names in NAMED for name in names.split(", ") if name not in defined(find_file(path))
    ]
    assert [each for each in missing if each[1]] == []


def test_every_folder_command_and_module_that_is_named_is_there() -> None:
    assert [name for name in re.findall(r"`([\w./]+/)`", PAGE) if not (TOP / name).is_dir()] == []
    targets = set(re.findall(r"^(\w+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(?:CI=true )?make (\w+)", PAGE)) <= targets
    assert all(find_spec(module) for module in re.findall(r"python -m ([\w.]+)", PAGE))


def test_every_change_of_the_table_says_where_to_begin_and_which_tests_fail() -> None:
    rows = [line for line in CHANGES.splitlines() if re.match(r"\| [^|-]", line)][1:]
    assert len(rows) >= 15
    for row in rows:
        change, begin, fails = (cell.strip() for cell in row.strip("|").split(" | "))
        assert change
        assert "`" in begin, change
        assert re.search(r"test_\w+\.py: test_\w+", fails), change


def test_the_page_can_be_read_in_ten_minutes() -> None:
    assert len(PAGE.splitlines()) <= MOST_LINES
