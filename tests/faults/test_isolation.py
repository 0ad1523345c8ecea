"""Every role asks for every page of its own, of another commune, of another province (fault F21)."""

import logging

import pytest

from lotrinh.core.status.roles import Role
from tests.faults.audiences import (
    CODES,
    NOBODY,
    VISITORS,
    Audience,
    Route,
    Visitor,
    audience_of_routes,
    routes,
)
from tests.faults.portals import ELSEWHERE, OWN, Portal
from tests.faults.worlds import World, make_world

READERS = {Role.VIEWER, None}
FORBIDDEN = {401, 403, 404}


@pytest.fixture
def world(portal: Portal) -> World:
    return make_world(portal)


def test_every_route_stands_in_the_table_of_audiences_and_every_line_of_it_is_a_route(portal: Portal) -> None:
    known, there = set(audience_of_routes()), set(routes(portal.app))
    assert not there - known, f"for whom are these? Say it in audiences.py: {sorted(map(str, there - known))}"
    assert not known - there, f"gone; strike them off audiences.py: {sorted(map(str, known - there))}"


def judged(world: World, caplog: pytest.LogCaptureFixture, route: Route, visitor: Visitor, code: str) -> str:
    """Ask once; return what is wrong with the answer, or nothing."""
    caplog.clear()
    audience = audience_of_routes()[route]
    answer = world.ask(route, visitor, code)
    refused = [record.getMessage() for record in caplog.records if record.getMessage().startswith("refused ")]
    said = f"{visitor.account or 'nobody'} {route} of {code}: {answer.status_code}, logged {refused}"
    if answer.status_code >= 500:
        return said
    if visitor.may(audience, code):
        shut = answer.status_code in {401, 403} and route.path != "/sign-in"
        return said if refused or shut else ""
    if visitor is NOBODY:
        return "" if answer.status_code == 401 else said
    if not (answer.status_code in FORBIDDEN if route.is_api else answer.status_code == 404):
        return said
    exists = not route.names_unit or code != ELSEWHERE
    named = any(f"account={visitor.account}" in line or "account=program:" in line for line in refused)
    return said if exists and not named else ""


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda v: v.account or "nobody")
def test_nobody_gets_what_is_not_theirs_and_who_tries_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, visitor: Visitor
) -> None:
    caplog.set_level(logging.WARNING, "lotrinh.portal")
    before = world.dump()["journal"]
    wrong = [
        fault
        for route in audience_of_routes()
        for code in (CODES if route.names_unit else (OWN,))
        if (fault := judged(world, caplog, route, visitor, code))
    ]
    assert not wrong, "\n".join(wrong)
    if visitor.role in READERS or visitor.unit == ELSEWHERE:
        assert world.dump()["journal"] == before


def test_the_table_lets_no_unit_near_another_and_no_reader_write() -> None:
    """The table itself is judged, for a wrong line in it would let everything pass."""
    for route, audience in audience_of_routes().items():
        for visitor in VISITORS:
            for code in CODES:
                may = visitor.may(audience, code)
                if route.names_unit and visitor.role is Role.UNIT and code != visitor.unit:
                    assert not may or audience is Audience.ANYBODY
                if route.method == "POST" and visitor.role in READERS:
                    assert not may or route.path in {"/sign-in", "/sign-out"}
