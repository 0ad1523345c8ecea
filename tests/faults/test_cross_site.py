"""Another site sends a form to every state-changing route in a visitor's name (fault F20)."""

from typing import Any

import pytest

from tests.faults.audiences import SAFE, Audience, Route, audience_of_routes, routes
from tests.faults.portals import OWN, Portal
from tests.faults.worlds import World, find_visitor, make_world

HOSTILE: dict[str, dict[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "http://evil.localhost"},
    "an older browser": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    "a sandbox": {"Sec-Fetch-Site": "", "Origin": "null"},
    "a name that begins like ours": {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1.evil.example"},
    "no origin at all": {"Sec-Fetch-Site": ""},
    "an origin that is none": {"Sec-Fetch-Site": "", "Origin": "http://[::1"},
}
"""What browsers send from pages that are not ours; an empty value: the header is missing."""


@pytest.fixture
def world(portal: Portal) -> World:
    return make_world(portal)


def changing(world: World) -> list[Route]:
    found = [route for route in routes(world.portal.app) if route.method not in SAFE]
    assert len(found) > 20
    return found


def test_no_other_site_changes_anything_by_any_route(world: World) -> None:
    before = world.dump()
    wrong = []
    for route in changing(world):
        visitor = find_visitor(audience_of_routes()[route], OWN)
        for name, headers in HOSTILE.items():
            if route.is_api and name == "no origin at all":
                continue  # that is a program, and it needs a code
            status = world.ask(route, visitor, OWN, headers).status_code
            wrong += [] if status == 403 else [f"{route} from {name}: {status}"]
        assert world.dump() == before, route
    assert wrong == []


def test_the_same_requests_from_our_own_pages_are_let_in(world: World) -> None:
    """Otherwise the refusals above would show nothing."""
    for route in changing(world):
        visitor = find_visitor(audience_of_routes()[route], OWN)
        if audience_of_routes()[route] is not Audience.ANYBODY:
            assert world.ask(route, visitor, OWN).status_code not in {401, 403}, route


@pytest.mark.parametrize("field", ["missing", "empty", "another session's", "nobody's"])
def test_no_form_without_the_sessions_own_hidden_field_changes_anything(world: World, field: str) -> None:
    from lotrinh.portal.deps import make_csrf

    before = world.dump()
    for route in changing(world):
        audience = audience_of_routes()[route]
        if route.is_api or audience is Audience.ANYBODY:
            continue
        visitor = find_visitor(audience, OWN)
        values: dict[str, Any] = {
            "missing": {},
            "empty": {"csrf": ""},
            "another session's": {"csrf": make_csrf(world.session(visitor))},
            "nobody's": {"csrf": make_csrf("")},
        }
        headers = {"Cookie": f"lotrinh={world.session(visitor)}", "Sec-Fetch-Site": "same-origin"}
        answer = world.client.post(world.address(route, OWN), data=values[field] | {"reason": "x"}, headers=headers)
        assert answer.status_code == 403, (route, answer.status_code)
        assert "hưa ghi nhận" in answer.text
    assert world.dump() == before


def test_signing_in_cannot_be_forced_by_another_site(world: World) -> None:
    for headers in HOSTILE.values():
        given = {name: value for name, value in headers.items() if value}
        answer = world.client.post("/sign-in", data={"name": OWN, "secret": "x"}, headers=given)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert world.portal.store.throttle.failures([f"account/unit:{OWN}"]) == {}
