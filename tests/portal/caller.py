"""A program that uses the API with one code."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from lotrinh.core.status.roles import Role
from lotrinh.services.access.programs import issue_token
from tests.portal.conftest import NOW, Portal

CAMPAIGN = "/api/v1/campaigns/bau-cu-2026"
UNIT = f"{CAMPAIGN}/units/04924"
STEP = "quyet-dinh-to-bau-cu"
DONE = {
    "step": STEP,
    "completed_on": "2026-01-29",
    "document": {"number": "12/QĐ-UBND", "date": "2026-01-29"},
    "progress": {"done": 12, "of": 12},
}
KEYS = count()


@dataclass
class Caller:
    portal: Portal
    token: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.portal.client.get(path, headers={"Authorization": f"Bearer {self.token}", **headers})

    def read(self, path: str, **headers: str) -> Any:
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        own = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": f"k{next(KEYS)}",
            "Content-Type": "application/json",
        }
        return self.portal.client.post(path, content=json.dumps(body), headers=own | headers)

    def submit(self, path: str, body: object, **headers: str) -> Any:
        answer = self.post(path, body, **headers)
        assert answer.status_code == 201, answer.text
        return answer.json()


def unit_caller(portal: Portal, code: str = "04924") -> Caller:
    return Caller(portal, portal.codes[code])


def program_caller(portal: Portal, role: Role = Role.OFFICER, name: str = "can-bo") -> Caller:
    return Caller(portal, issue_token(portal.store, name, role, NOW).token)
