"""Whose code opens what in the API."""

import re
from typing import Any

import pytest

from lotrinh.core.status.roles import Role
from lotrinh.portal.api.document import openapi
from lotrinh.portal.app import create_app
from lotrinh.services.access.programs import revoke_token
from lotrinh.settings.models import Settings
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, Caller, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal

HERE = {"campaign_id": "bau-cu-2026", "code": "04924", "step_id": STEP, "run_id": "r1", "number": "1", "form": "md"}
DOCUMENT: dict[str, Any] = openapi(create_app(Settings(), None))  # type: ignore[arg-type]  # nothing is asked of it
ROUTES = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
OPEN = {
    ("get", "/healthz"),
    ("get", f"{UNIT.replace('bau-cu-2026', '{campaign_id}').replace('04924', '{code}')}/status"),
}
OFFICE = [(m, p) for m, p in ROUTES if DOCUMENT["paths"][p][m].get("security") == [{"programToken": []}]]


def here(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: HERE[name[1]], path)


def test_the_routes_that_need_no_code_are_these() -> None:
    free = {(m, p) for m, p in ROUTES if {} in DOCUMENT["paths"][p][m].get("security", [{}])}
    assert free == OPEN
    assert len(ROUTES) >= 30
    assert len(OFFICE) >= 16


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route not in OPEN], ids=str)
def test_without_a_code_or_with_a_wrong_one_nothing_opens(portal: Portal, method: str, path: str) -> None:
    portal.client.cookies.set("lotrinh", portal.codes["04924"])
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {portal.codes['04924']}"}):
        body = {"json": {}} if method == "post" else {}
        answer = portal.client.request(method, here(path), headers=headers, **body)  # type: ignore[arg-type]
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["status"] == 401


@pytest.mark.parametrize(("method", "path"), OFFICE, ids=str)
def test_a_units_code_opens_nothing_of_the_office(portal: Portal, method: str, path: str) -> None:
    us = unit_caller(portal)
    answer = us.get(here(path)) if method == "get" else us.post(here(path), {"step": STEP})
    assert answer.status_code == 403, answer.text


def test_a_units_code_opens_no_other_unit(portal: Portal) -> None:
    other = unit_caller(portal, "04960")
    for path in ("", "/records", f"/records/{STEP}", "/history", "/receipts/1"):
        assert other.get(UNIT + path).status_code == 401
    assert other.read(f"{CAMPAIGN}/units/04960")["code"] == "04960"


def test_a_revoked_or_renewed_token_opens_nothing(portal: Portal) -> None:
    old = program_caller(portal)
    new = program_caller(portal)
    assert (old.get(CAMPAIGN).status_code, new.get(CAMPAIGN).status_code) == (401, 200)
    revoke_token(portal.store, "can-bo", NOW)
    assert new.get(CAMPAIGN).status_code == 401


def test_a_viewer_reads_all_but_the_journal(portal: Portal) -> None:
    viewer = program_caller(portal, Role.VIEWER, "xem")
    for path in ("/board", "/units", "/obstacles", "/runs", "/units/04924", "/units/04924/history"):
        assert viewer.get(CAMPAIGN + path).status_code == 200
    assert viewer.get("/api/v1/journal").status_code == 403


def test_many_wrong_codes_have_to_wait_while_a_right_one_still_opens(portal: Portal) -> None:
    wrong, right = Caller(portal, "x.y"), unit_caller(portal)
    assert [wrong.get(UNIT).status_code for _ in range(11)] == [401] * 10 + [429]
    refused = wrong.post(f"{UNIT}/confirmations", DONE)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 901
    assert right.submit(f"{UNIT}/confirmations", DONE)
    assert portal.client.get(UNIT).status_code == 401, "who sends no code is not guessing"


def test_a_refusal_is_logged_without_the_code(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    unit_caller(portal).get(f"{CAMPAIGN}/board")
    (line,) = [r.getMessage() for r in caplog.records if r.name == "lotrinh.portal"]
    assert line == f"refused account=unit:04924 method=GET path='{CAMPAIGN}/board'"
