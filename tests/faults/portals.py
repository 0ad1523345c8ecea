"""A portal that is thrown at: served on a real socket, visited with a browser's headers, judged afterwards."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from lotrinh.core.status.journal import EntryKind, fold
from lotrinh.core.status.roles import Role
from lotrinh.portal.deps import make_csrf
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.settings.models import CampaignSettings as CampaignSetting
from lotrinh.settings.models import DatabaseSettings, Settings, UnitsSettings
from lotrinh.store import Store, open_store
from lotrinh.store.accounts import Account
from tests.serving import TRUST, serving

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)
CAMPAIGN = "bau-cu-2026"
OWN, OTHER, ELSEWHERE = "04960", "04924", "00004"
"""Liên Sơn, Lương Sơn, and a ward of another province."""
STEP, COUNTED, UNPROVEN = "xac-dinh-khu-vuc-bo-phieu", "quyet-dinh-to-bau-cu", "giai-quyet-khieu-nai-ung-cu-xa"
"""Steps of a commune: proven by a document, counted, and one that takes no file."""
HOME = f"/campaigns/{CAMPAIGN}/units/{OWN}"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
EMPTY: Mapping[str, str] = {}
ANSWERS = {"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND"}


class FormFields(HTMLParser):
    """Collects what a page's form would send: its fields with their values, of the main part only."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.actions: list[str] = []
        self._area = ""
        self._main = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._main = self._main or tag == "main"
        if not self._main:
            return
        if tag == "form":
            self.actions.append(given.get("action", ""))
        if tag == "input" and given.get("type") not in {"file", "radio", "checkbox"} and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given.get("name", "")
            self.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


@dataclass
class Person:
    """Somebody with a browser: keeps the session's cookie and sends what browsers send."""

    client: httpx.Client
    account: str

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def form(self, path: str) -> dict[str, str]:
        """Open a page and return what its form holds."""
        page = self.client.get(path)
        assert page.status_code == 200, (path, page.status_code, page.text[-600:])
        return FormFields(page.text).fields

    def send(self, path: str, fields: Mapping[str, str], **more: Any) -> httpx.Response:
        return self.client.post(path, data=dict(fields), **more)

    def csrf(self) -> str:
        """Make the hidden field that the session's pages carry."""
        return make_csrf(self.client.cookies["lotrinh"])

    def check(self, step: str = STEP, **said: str) -> dict[str, str]:
        """Fill in the form and return the page of answers to check: what is sent then is the confirmation."""
        path = f"{HOME}/steps/{step}/confirm"
        page = self.send(path, self.form(path) | (said or ANSWERS))
        assert page.status_code == 200, page.text[-900:]
        return FormFields(page.text).fields

    def confirm(self, fields: Mapping[str, str], step: str = STEP) -> httpx.Response:
        return self.send(f"{HOME}/steps/{step}/confirm/send", fields)


@dataclass
class Portal:
    """One portal over one database."""

    url: str
    app: FastAPI
    store: Store
    settings: Settings
    campaign: Campaign
    opened: list[httpx.Client] = field(default_factory=list)
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def person(self, account: str = f"unit:{OWN}", role: Role = Role.UNIT, **headers: str) -> Person:
        """Sign somebody in; their account is made where there is none."""
        if self.store.accounts.get(account) is None:
            unit = account.removeprefix("unit:") if role is Role.UNIT else ""
            self.store.accounts.put(
                Account(id=account, role=role, unit=unit, name=account, secret_hash="x", generation=1, issued_at=NOW)
            )
        known = self.store.accounts.get(account)
        assert known
        token = self.store.sessions.open(known, self.clock[0])
        return Person(self.client({"lotrinh": token}, {"Origin": self.url} | headers), account)

    def client(
        self, cookies: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Client:
        client = httpx.Client(
            base_url=self.url,
            cookies=dict(cookies or {}),
            headers=dict(headers or {}),
            trust_env=False,
            verify=TRUST,
            timeout=30,
            limits=httpx.Limits(max_connections=30),
        )
        self.opened.append(client)
        return client


def settings_of(folder: Path, url: str = "", units: Path | None = None) -> Settings:
    chosen = CampaignSetting(id=CAMPAIGN, warning_days=3)
    database = DatabaseSettings.model_validate({"url": url})
    return Settings(data_dir=folder, campaigns=(chosen,), database=database, units=UnitsSettings(file=units))


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Serve an application on a port of its own, and give its address."""
    with serving(app, log_level="critical", access_log=False) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def open_portal(folder: Path, url: str = "", units: Path | None = None) -> Iterator[Portal]:
    """Open a portal, and judge its record when everything has been thrown at it."""
    from lotrinh.portal.app import create_app

    settings, clock = settings_of(folder, url, units), [NOW]
    with open_store(settings.database_url) as store:
        app = create_app(settings, store, clock=lambda: clock[0], start_run=lambda _: None)
        with serve(app) as address:
            portal = Portal(address, app, store, settings, open_campaign_of_files(settings, CAMPAIGN), clock=clock)
            yield portal
            for client in portal.opened:
                client.close()
        require_sound(portal)


def require_sound(portal: Portal) -> None:
    """Require what must hold after every fault: a good chain, a state that is its fold, and nothing done by nobody."""
    entries = portal.store.journal.entries()
    assert portal.store.journal.verify() is None
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    later = portal.clock[0] + timedelta(days=1)
    records = fold(portal.store.journal.entries(CAMPAIGN))
    assert portal.app.state.lotrinh.live(portal.campaign).records(later) == records
    for record in records.values():
        confirmed = [e for e in entries if e.new.kind is EntryKind.CONFIRMED and e.new.at == record.confirmed_at]
        assert not record.done or any(entry.new.actor for entry in confirmed)
    require_files(portal, [e.new.body["file"]["id"] for e in entries if e.new.body.get("file")])


def require_files(portal: Portal, ids: Iterable[str]) -> None:
    """Require that every file an entry refers to is registered as kept."""
    for name in ids:
        known = portal.store.files.get(name)
        assert known
        assert known.kept


def receipt_of(answer: httpx.Response) -> int:
    """Return the number of the entry whose receipt an answer leads to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[-900:])
    return int(answer.headers["location"].rpartition("-")[2])
