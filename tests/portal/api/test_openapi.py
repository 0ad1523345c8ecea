"""The OpenAPI document is true and complete, and docs/api.md names every route."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import TOP
from tests.portal.api.test_access import DOCUMENT, ROUTES
from tests.portal.caller import UNIT, unit_caller
from tests.portal.conftest import Portal

PROBLEM = "application/problem+json"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return ((m, p, DOCUMENT["paths"][p][m]) for m, p in ROUTES)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_it_is_served_whole_and_the_pages_that_would_show_it_are_not(portal: Portal) -> None:
    answer = portal.client.get("/api/openapi.json")
    assert answer.json() == json.loads(json.dumps(DOCUMENT))
    assert portal.client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    for path in ("/docs", "/redoc", "/openapi.json", "/api/docs"):
        assert portal.client.get(path).status_code == 404, path


def test_every_reference_leads_somewhere() -> None:
    wanted = set(references(DOCUMENT))
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert wanted <= known
    assert "#/components/schemas/StatusDocument" in wanted
    assert known - wanted == set(), "nothing is declared that nobody uses"


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z_]+", name) for name in names)
    assert [p for _, p, operation in operations() if not operation.get("description")] == []


def test_every_problem_is_declared_as_one() -> None:
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == [PROBLEM], (method, path, status)
    bad = [
        p for m, p, o in operations() if m == "post" and not {"400", "409", "412", "413", "415"} <= set(o["responses"])
    ]
    assert bad == []


def test_every_get_of_content_declares_its_etag() -> None:
    for method, path, operation in operations():
        if method == "get" and path != "/healthz":
            assert operation["responses"]["200"]["headers"]["ETag"]["required"], path
            assert "304" in operation["responses"], path


def test_security_schemes_are_declared() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {name: (s["type"], s["scheme"]) for name, s in schemes.items()} == {
        "unitCode": ("http", "bearer"),
        "programToken": ("http", "bearer"),
    }


def documented() -> set[tuple[str, str]]:
    text = (TOP / "docs" / "api.md").read_text(encoding="utf-8")
    return {(m.lower(), p) for m, p in re.findall(r"^\| `(GET|POST) (/\S+)` \|", text, re.MULTILINE)}


def test_docs_name_every_route_and_no_other() -> None:
    short = {(m, p.replace("/api/v1/campaigns/{campaign_id}", "/…").replace("/api/v1", "")) for m, p in ROUTES}
    assert documented() == short | {("get", "/api/openapi.json")}


def test_the_example_of_the_docs_is_recorded(portal: Portal) -> None:
    text = (TOP / "docs" / "api.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert unit_caller(portal).submit(f"{UNIT}/confirmations", json.loads(example))["kind"] == "confirmed"


@pytest.mark.parametrize("name", ["Problem", "Receipt", "ConfirmationIn"])
def test_docs_name_the_parts_that_programs_meet_first(name: str) -> None:
    text = (TOP / "docs" / "api.md").read_text(encoding="utf-8")
    fields = DOCUMENT["components"]["schemas"][name]["properties"]
    assert [field for field in fields if f"`{field}`" not in text and f'"{field}"' not in text] == []
