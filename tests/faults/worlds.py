"""A portal in which everything that an address can name is there: entries, files, a run, accounts, a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter
from typing import Any

import httpx
from sqlalchemy import select

from lotrinh.core.status.roles import Role
from lotrinh.portal.deps import make_csrf
from lotrinh.services.access.accounts import make_link
from lotrinh.services.access.programs import issue_token
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.statements.confirm import Confirmation, record_confirmation
from lotrinh.services.statements.uploads import accept_upload, file_reference
from lotrinh.store.accounts import Account, hash_token
from lotrinh.store.engine import reading
from lotrinh.store.schema import metadata
from tests.faults.audiences import CODES, PROVINCE, VISITORS, Audience, Route, Visitor
from tests.faults.portals import CAMPAIGN, NOW, PDF, STEP, Portal

TARGET = "officer:dich"
"""Whom the administrator's forms are about."""
Dump = Mapping[str, list[tuple[Any, ...]]]


@dataclass
class World:
    """A portal, and a value for every part of an address, by the unit that it is about."""

    portal: Portal
    parts: dict[str, dict[str, str]]
    bearers: dict[str, str]
    client: httpx.Client

    def address(self, route: Route, code: str) -> str:
        """Fill in an address; a part whose name nobody knows is a ``KeyError``."""
        for _, name, _, _ in Formatter().parse(route.path):
            if name:
                assert name in self.parts[code], f"{route}: what is {{{name}}}? Say it in {__name__}"
        return route.path.format(**self.parts[code])

    def ask(
        self, route: Route, visitor: Visitor, code: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask as somebody's browser or program does, with a session made for this one request."""
        if route.is_api:
            own = {"Idempotency-Key": "k"}
            if visitor.role:
                own["Authorization"] = f"Bearer {self.bearers[visitor.account]}"
            sent: dict[str, Any] = {"json": {}} if route.method == "POST" else {}
        else:
            token = self.session(visitor)
            own = {"Cookie": f"lotrinh={token}"} if token else {}
            own["Sec-Fetch-Site"] = "same-origin"
            sent = {"data": {"csrf": make_csrf(token)}} if route.method == "POST" else {}
        given = {**own, **(headers or {})}
        given = {name: value for name, value in given.items() if value}
        return self.client.request(route.method, self.address(route, code), headers=given, **sent)

    def session(self, visitor: Visitor) -> str:
        account = self.portal.store.accounts.get(visitor.account)
        return self.portal.store.sessions.open(account, NOW) if account else ""

    def dump(self) -> Dump:
        """Return every row of every table but the sessions, which asking itself makes."""
        with reading(self.portal.store.engine) as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
                for table in metadata.sorted_tables
                if table.name != "sessions"
            }


def make_world(portal: Portal) -> World:
    """Say and make one of everything."""
    store, campaign = portal.store, portal.campaign
    run = begin_run(store, campaign, NOW, NOW, {})
    conclude(store, portal.settings, campaign, run, NOW)
    make_link(store, "Xem", timedelta(days=3), NOW)
    always = {
        "campaign_id": CAMPAIGN,
        "step_id": STEP,
        "run_id": run.id,
        "form": "json",
        "act_name": "accept",
        "name": TARGET.partition(":")[2],
        "token": "khong-co",
    }
    store.accounts.put(
        Account(id=TARGET, role=Role.OFFICER, unit="", name="Đích", secret_hash="x", generation=1, issued_at=NOW)
    )
    for visitor in VISITORS:
        if visitor.role:
            ends = NOW + timedelta(days=1) if visitor.role is Role.VIEWER else None
            store.accounts.put(
                Account(
                    id=visitor.account,
                    role=visitor.role,
                    unit=visitor.unit,
                    name="A",
                    secret_hash=hash_token("x"),
                    generation=1,
                    issued_at=NOW,
                    expires_at=ends,
                )
            )
    parts = {code: {**always, "code": code, **confirm_step(portal, code)} for code in CODES}
    return World(portal, parts, issue_bearers(portal), portal.client())


def confirm_step(portal: Portal, code: str) -> dict[str, str]:
    """Let a unit of the campaign confirm a step with a file; return the numbers of what there is."""
    unit = portal.campaign.by_code.get(code)
    if unit is None:
        return {"number": "1", "first": "1", "last": "1", "file_id": "0" * 32}
    file = accept_upload(portal.store, portal.settings.data_dir, code, "qd.pdf", PDF, NOW)
    steps = [
        s for s in portal.campaign.checklist.iter_steps() if s.is_work_of(unit) and s.evidence.file.value != "none"
    ]
    step = STEP if code != PROVINCE else next(s.id for s in steps if not s.count)
    told = Confirmation(step, date(2026, 1, 29), "12/QĐ", file=file_reference(file))
    entry = record_confirmation(portal.store, portal.campaign, unit, told, actor=f"unit:{code}", key="k", now=NOW)
    number = str(entry.number)
    return {"number": number, "first": number, "last": number, "file_id": file.id, "step_id": step}


def issue_bearers(portal: Portal) -> dict[str, str]:
    """Give every visitor with a role a code for the API; an administrator's programs are an officer's at most."""
    made = {}
    for visitor in VISITORS:
        if visitor.role is Role.UNIT:
            made[visitor.account] = portal.store.access.issue([visitor.unit], NOW)[visitor.unit]
        elif visitor.role:
            role = Role.VIEWER if visitor.role is Role.VIEWER else Role.OFFICER
            name = visitor.account.replace(":", "-")
            made[visitor.account] = issue_token(portal.store, name, role, NOW).token
    return made


def find_visitor(audience: Audience, code: str) -> Visitor:
    """Return somebody for whom a route is."""
    return next(visitor for visitor in reversed(VISITORS) if visitor.may(audience, code))
