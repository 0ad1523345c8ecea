"""A table by the members of an enumeration has a row for each: a new member is noticed where it was forgotten."""

from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from lotrinh.core.status.status import Status

PACKAGES = ("lotrinh", "flows", "tasks")
NOT_IMPORTED = ("lotrinh.__main__", "lotrinh.store.migrations.env")
"""Modules that do something when they are imported."""
PARTS = {
    "lotrinh.reports.pictures.heatmap.WORDS": "one status is called otherwise in a picture",
    "tasks.nation.TRY_STATES": "any other state of Prefect's is an end",
}
"""Tables that may lack members, each with the reason."""


class EnumTable(NamedTuple):
    """A table of a module whose keys are members of one enumeration."""

    name: str
    missing: set[Enum]


def enum_tables(module: ModuleType) -> Iterator[EnumTable]:
    """Find the tables that a module holds, those that it imported among them."""
    for name, value in vars(module).items():
        kinds = {type(key) for key in value} if isinstance(value, Mapping) else set()
        if len(kinds) == 1 and issubclass(kind := kinds.pop(), Enum):
            yield EnumTable(f"{module.__name__}.{name}", set(kind) - set(value))


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in walk_packages(import_module(package).__path__, f"{package}."):
            if found.name not in NOT_IMPORTED:
                yield import_module(found.name)


@pytest.fixture(scope="module")
def tables() -> tuple[EnumTable, ...]:
    return tuple(table for module in modules() for table in enum_tables(module))


def test_every_table_by_an_enumeration_has_all_its_members(tables: tuple[EnumTable, ...]) -> None:
    assert [table for table in tables if table.missing and table.name not in PARTS] == []


def test_what_is_excused_lacks_members_and_tables_are_found_in_every_package(tables: tuple[EnumTable, ...]) -> None:
    assert PARTS.keys() <= {table.name for table in tables if table.missing}
    assert {"lotrinh.core.status.wording.STATUS", "tasks.publish.STATUS"} <= {table.name for table in tables}


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        (dict.fromkeys(Status), [set()]),
        (dict.fromkeys(set(Status) - {Status.DONE}), [{Status.DONE}]),
        ({status.value: status for status in Status}, []),
        ({}, []),
    ],
)
def test_a_table_is_known_by_its_keys(value: dict[Any, Any], missing: list[set[Enum]]) -> None:
    module = ModuleType("made")
    vars(module)["TABLE"] = value
    assert [table.missing for table in enum_tables(module)] == missing
