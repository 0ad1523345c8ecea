"""What is written is reached: every router is in the application, every command hangs on ``lotrinh``."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import click
import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from lotrinh.cli.main import cli
from lotrinh.portal.app import list_routes


def modules(package: str) -> Iterator[ModuleType]:
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        yield import_module(found.name)


def paths(routes: Any) -> set[str]:
    return {str(route.path) for route in iter_route_contexts(routes)}


@pytest.mark.parametrize("package", ["lotrinh.portal.web", "lotrinh.portal.api"])
def test_every_page_and_every_part_of_the_api_is_in_the_application(package: str) -> None:
    there = paths(list_routes())
    routers = {name: value for m in modules(package) for name, value in [(m.__name__, getattr(m, "router", None))]}
    found = {name: paths(router.routes) for name, router in routers.items() if isinstance(router, APIRouter)}
    assert len(found) > 10
    assert {name: missing for name, own in found.items() if (missing := own - there)} == {}


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def test_every_command_hangs_on_lotrinh() -> None:
    written = {id(v): n for m in modules("lotrinh.cli") for n, v in vars(m).items() if isinstance(v, click.Command)}
    hanging = {id(command) for command in (cli, *commands(cli))}
    assert len(written) > 40
    assert [name for number, name in written.items() if number not in hanging] == []
