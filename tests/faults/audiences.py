"""For whom each route is: the table that every route of the portal must stand in, and what follows from it.

A route that is not here fails the tests, and so does a line whose route is gone.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from lotrinh.core.status.roles import Action, Role
from tests.faults.portals import ELSEWHERE, OTHER, OWN

PROVINCE = "25"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Audience(Enum):
    """For whom a route is; of a route about a unit, whoever may see, speak for or judge that unit."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    SEE = "sees the unit"
    SPEAK = "speaks for the unit"
    REVIEW = "judges the unit"
    SEE_ALL = Action.SEE_ALL
    RUN = Action.RUN
    CHANGE = Action.CHANGE
    ADMINISTER = Action.ADMINISTER
    REVIEW_ALL = Action.REVIEW


TABLE = {
    Audience.ANYBODY: """
        GET /  GET /sign-in  POST /sign-in  GET /read/{token}  GET /healthz  GET /api/openapi.json  GET /static
        GET /readyz  GET /metrics
        GET /api/v1/campaigns/{campaign_id}/units/{code}/status
        GET /campaigns/{campaign_id}/calendar.ics  GET /campaigns/{campaign_id}/units/{code}/calendar.ics
    """,
    Audience.SIGNED_IN: """
        POST /sign-out
        GET /api/v1/campaigns  GET /api/v1/campaigns/{campaign_id}  GET /api/v1/campaigns/{campaign_id}/steps
    """,
    Audience.SEE: """
        GET /campaigns/{campaign_id}/units/{code}
        GET /campaigns/{campaign_id}/units/{code}/history
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/explain
        GET /campaigns/{campaign_id}/units/{code}/count/{first}-{last}
        GET /receipts/{code}-{number}
        GET /files/{file_id}
        GET /api/v1/campaigns/{campaign_id}/units/{code}
        GET /api/v1/campaigns/{campaign_id}/units/{code}/records
        GET /api/v1/campaigns/{campaign_id}/units/{code}/records/{step_id}
        GET /api/v1/campaigns/{campaign_id}/units/{code}/steps/{step_id}/explanation
        GET /api/v1/campaigns/{campaign_id}/units/{code}/history
        GET /api/v1/campaigns/{campaign_id}/units/{code}/receipts/{number}
        GET /campaigns/{campaign_id}/units/{code}/report.{form}
        GET /campaigns/{campaign_id}/units/{code}/sheet.{form}
        GET /api/v1/campaigns/{campaign_id}/units/{code}/report.{form}
    """,
    Audience.SPEAK: """
        GET /campaigns/{campaign_id}/units/{code}/count
        POST /campaigns/{campaign_id}/units/{code}/count
        POST /campaigns/{campaign_id}/units/{code}/count/send
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/confirm
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/confirm
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/confirm/send
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/withdraw
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/withdraw
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/obstacle
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/obstacle
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/clear
        POST /api/v1/campaigns/{campaign_id}/units/{code}/confirmations
        POST /api/v1/campaigns/{campaign_id}/units/{code}/withdrawals
        POST /api/v1/campaigns/{campaign_id}/units/{code}/obstacles
        POST /api/v1/campaigns/{campaign_id}/units/{code}/proposals
        POST /api/v1/campaigns/{campaign_id}/units/{code}/clearances
    """,
    Audience.REVIEW: """
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/resolve
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/resolve
        GET /campaigns/{campaign_id}/units/{code}/steps/{step_id}/judge/{act_name}
        POST /campaigns/{campaign_id}/units/{code}/steps/{step_id}/judge/{act_name}
        POST /api/v1/campaigns/{campaign_id}/units/{code}/acceptances
        POST /api/v1/campaigns/{campaign_id}/units/{code}/returns
        POST /api/v1/campaigns/{campaign_id}/units/{code}/excuses
        POST /api/v1/campaigns/{campaign_id}/units/{code}/reinstatements
        POST /api/v1/campaigns/{campaign_id}/units/{code}/answers
        POST /api/v1/campaigns/{campaign_id}/units/{code}/hand-overs
    """,
    Audience.REVIEW_ALL: """
        POST /campaigns/{campaign_id}/queue
        GET /campaigns/{campaign_id}/sheets
        POST /campaigns/{campaign_id}/sheets
        POST /campaigns/{campaign_id}/sheets/send
        GET /api/v1/journal
    """,
    Audience.SEE_ALL: """
        GET /campaigns/{campaign_id}/board
        GET /campaigns/{campaign_id}/overview
        GET /campaigns/{campaign_id}/steps/{step_id}
        GET /campaigns/{campaign_id}/outstanding
        GET /campaigns/{campaign_id}/obstacles
        GET /campaigns/{campaign_id}/queue
        GET /campaigns/{campaign_id}/conflicts
        GET /campaigns/{campaign_id}/runs
        GET /campaigns/{campaign_id}/runs/now
        GET /campaigns/{campaign_id}/runs/{run_id}
        GET /campaigns/{campaign_id}/runs/{run_id}/report.{form}
        GET /campaigns/{campaign_id}/schedule
        GET /campaigns/{campaign_id}/changes
        GET /campaigns/{campaign_id}/changes/report.{form}
        GET /campaigns/{campaign_id}/rollup
        GET /campaigns/{campaign_id}/rollup/table.{form}
        GET /campaigns/{campaign_id}/as-of
        GET /api/v1/campaigns/{campaign_id}/board
        GET /api/v1/campaigns/{campaign_id}/units
        GET /api/v1/campaigns/{campaign_id}/obstacles
        GET /api/v1/campaigns/{campaign_id}/rollup
        GET /api/v1/campaigns/{campaign_id}/changes
        GET /api/v1/campaigns/{campaign_id}/runs
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}/observations
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}/report
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}/report.csv
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}/report.{form}
        GET /api/v1/campaigns/{campaign_id}/runs/{run_id}/formats
    """,
    Audience.RUN: "POST /campaigns/{campaign_id}/runs",
    Audience.CHANGE: """
        POST /campaigns/{campaign_id}/schedule
        GET /campaigns/{campaign_id}/what-if
        POST /campaigns/{campaign_id}/what-if
        POST /campaigns/{campaign_id}/what-if/apply
        GET /campaigns/{campaign_id}/what-if/{number}
    """,
    Audience.ADMINISTER: """
        GET /access  POST /access
        GET /accounts  POST /accounts  GET /accounts/{name}
        POST /accounts/{name}/role  POST /accounts/{name}/secret  POST /accounts/{name}/revoke
        POST /links  POST /links/{number}/revoke  POST /programs/{name}/revoke
        GET /journal  GET /journal/verify
        GET /outbox  POST /outbox/{number}/retry  POST /outbox/{number}/drop
    """,
}
"""Audience -> methods and paths."""


class Route(NamedTuple):
    """One thing that can be asked of the portal."""

    method: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def names_unit(self) -> bool:
        return "{code}" in self.path or "{file_id}" in self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def audience_of_routes() -> dict[Route, Audience]:
    """Return the table by route."""
    found: dict[Route, Audience] = {}
    for audience, text in TABLE.items():
        words = text.split()
        found |= {Route(*pair): audience for pair in zip(words[::2], words[1::2], strict=True)}
    return found


def routes(app: FastAPI) -> Iterator[Route]:
    """Return all that can be asked of an application, whatever it was put together from."""
    for route in iter_route_contexts(app.routes):
        methods = getattr(route, "methods", None) or {"GET"}
        for method in sorted(methods - {"HEAD"}):
            # A converter ("{path:path}") says how a part is read and is no other name.
            yield Route(method, re.sub(r":\w+\}", "}", str(route.path)))


class Visitor(NamedTuple):
    """Somebody who asks: nobody has no role."""

    account: str
    role: Role | None
    unit: str = ""

    def may(self, audience: Audience, code: str) -> bool:
        """Whether a route of this audience, about this unit, is for them."""
        if audience is Audience.ANYBODY:
            return True
        if self.role is None:
            return False
        officer = self.role in {Role.OFFICER, Role.ADMINISTRATOR}
        if audience is Audience.SIGNED_IN:
            return True
        if audience in {Audience.SEE, Audience.SPEAK, Audience.REVIEW} and code == ELSEWHERE:
            return False
        if audience is Audience.SEE:
            return officer or self.role is Role.VIEWER or self.unit == code
        if audience is Audience.SPEAK:
            return officer if code == PROVINCE else self.unit == code
        if audience is Audience.SEE_ALL:
            return officer or self.role is Role.VIEWER
        return self.role is Role.ADMINISTRATOR if audience is Audience.ADMINISTER else officer


NOBODY = Visitor("", None)
UNIT = Visitor(f"unit:{OWN}", Role.UNIT, OWN)
FOREIGN = Visitor(f"unit:{ELSEWHERE}", Role.UNIT, ELSEWHERE)
VIEWER = Visitor("link:xem", Role.VIEWER)
OFFICER = Visitor("officer:lan", Role.OFFICER)
ADMINISTRATOR = Visitor("officer:quan-tri", Role.ADMINISTRATOR)
VISITORS = (NOBODY, UNIT, FOREIGN, VIEWER, OFFICER, ADMINISTRATOR)
CODES = (OWN, OTHER, ELSEWHERE, PROVINCE)
"""Liên Sơn, which the unit speaks for; Lương Sơn; a ward of another province; the province itself."""
