"""Whoever adds a member to an Enum is told of every table that has no row for it, before it is missed on a page."""

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import ModuleType
from typing import NamedTuple

from lotrinh.core.status.observation import outcome_figures
from lotrinh.core.status.status import Status
from lotrinh.reports.pictures.areas import PARTS
from lotrinh.reports.pictures.svg import STYLE
from tests.conftest import TOP
from tests.tools.translations import sentences

PACKAGES = ("lotrinh", "flows", "tasks")
NOT_IMPORTED = re.compile(r"lotrinh\.__main__|lotrinh\.store\.migrations\..*")
"""A program, and steps that Alembic runs: importing them does what they are for. They hold no tables."""
EXCEPTIONS: Mapping[str, str] = {
    "lotrinh.reports.pictures.heatmap.WORDS": (
        "It replaces the words of single statuses in one legend. Every other status keeps its word of STATUS, which "
        "is whole, so a new one has a word there without a row."
    ),
    "tasks.nation.TRY_STATES": (
        "The states are Prefect's, and new ones come with a new Prefect. A state without a row counts as ended, "
        "which a run of a province is that is neither waiting nor at work."
    ),
}
"""Tables that do not hold every member, and why nothing is missed by that."""
FEWEST = 20
"""So many tables at least: a walk that finds none would pass."""


class EnumTable(NamedTuple):
    """A dict of members of one Enum, in its keys or in its values, under every name by which modules know it."""

    names: frozenset[str]
    members: type[Enum]
    held: frozenset[Enum]

    @property
    def missing(self) -> set[str]:
        return {member.name for member in {*self.members} - self.held}


def modules() -> Iterator[ModuleType]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not NOT_IMPORTED.fullmatch(found.name):
                yield importlib.import_module(found.name)


def mappings(module: ModuleType) -> Iterator[tuple[str, Mapping[object, object]]]:
    """List the dicts of a module and of its classes, by their full names."""
    for name, value in vars(module).items():
        if isinstance(value, Mapping) and not name.startswith("__"):
            yield f"{module.__name__}.{name}", value
        if inspect.isclass(value) and value.__module__ == module.__name__ and not issubclass(value, Enum):
            for attribute, held in vars(value).items():
                if isinstance(held, Mapping) and not attribute.startswith("__"):
                    yield f"{module.__name__}.{name}.{attribute}", held


def enum_of(members: Iterable[object]) -> type[Enum] | None:
    """Return the Enum of which all of these are members, None where there is none."""
    kinds = {type(member) for member in members}
    only = kinds.pop() if len(kinds) == 1 else None
    return only if only and issubclass(only, Enum) else None


@cache
def tables() -> tuple[EnumTable, ...]:
    names: dict[int, set[str]] = {}
    found: dict[int, Mapping[object, object]] = {}
    for module in modules():
        for name, mapping in mappings(module):
            names.setdefault(id(mapping), set()).add(name)
            found[id(mapping)] = mapping
    return tuple(
        EnumTable(frozenset(names[key]), members, frozenset(part))
        for key, mapping in found.items()
        for part in (mapping.keys(), mapping.values())
        if (members := enum_of(part))
    )


def test_every_table_of_an_enum_holds_every_member_or_argues_why_not() -> None:
    half = {min(t.names): t.missing for t in tables() if t.missing and not t.names & EXCEPTIONS.keys()}
    assert half == {}
    assert len(tables()) >= FEWEST


def test_every_exception_is_a_table_that_is_not_whole() -> None:
    needed = {name for table in tables() if table.missing for name in table.names}
    assert EXCEPTIONS.keys() - needed == set()


class Fruit(Enum):
    APPLE, PEAR, PLUM = range(3)


def test_a_table_that_lacks_a_member_is_found_in_a_module_and_in_a_class() -> None:
    module = ModuleType("m")
    vars(module).update(HALF={Fruit.APPLE: 1}, Held=type("Held", (), {"__module__": "m", "OF": {1: Fruit.PEAR}}))
    assert dict(mappings(module)) == {"m.HALF": {Fruit.APPLE: 1}, "m.Held.OF": {1: Fruit.PEAR}}
    assert EnumTable(frozenset(), Fruit, frozenset({Fruit.APPLE})).missing == {"PEAR", "PLUM"}
    assert enum_of([Fruit.APPLE, Fruit.PLUM]) is Fruit
    assert [enum_of(x) for x in ([Fruit.APPLE, Status.OPEN], ["open"], [])] == [None] * 3


def test_the_parts_of_a_bar_hold_every_status_of_work_once() -> None:
    assert Counter(status for part in PARTS for status in part.statuses) == Counter({*Status} - {Status.NOT_APPLICABLE})


def test_every_status_has_a_look_on_pages_and_in_pictures() -> None:
    pages = (TOP / "lotrinh" / "portal" / "static" / "style.css").read_text(encoding="utf-8")
    assert [status for status in Status if not re.search(rf"(^|[,}}])\.{status.value}[,{{]", pages, re.MULTILINE)] == []
    assert [status for status in Status if f".c.{status.value}{{" not in STYLE] == []


def test_every_sentence_that_counts_outcomes_counts_each_of_them() -> None:
    names = {f"{{{name}}}" for name in outcome_figures({})}
    counting = [sentence for sentence in sentences() if sum(name in sentence for name in names) > 1]
    assert len(counting) > 1
    assert [sentence for sentence in counting if not all(name in sentence for name in names)] == []
