"""An officer of a commune at a browser without JavaScript: opens pages, fills in the form that is there, sends it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from lotrinh.core.status.journal import Entry
from lotrinh.services.access.accounts import issue_slips
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.settings.models import Settings
from lotrinh.store import engine
from tests.portal.conftest import NOW, Enter, Portal

CAMPAIGN = "/campaigns/bau-cu-2026"
PLAIN, COUNTED = "thanh-lap-ubbc-xa", "quyet-dinh-to-bau-cu"
"""A step that is confirmed with a document, and one of which so many are done."""
PDF = ("quyet-dinh.pdf", b"%PDF-1.4 content", "application/pdf")


@dataclass
class Form(HTMLParser):
    """The first form of a page's main part, and everything that a person can read or follow there."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    _inside: bool = False
    _area: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids.add(found.get("id", ""))
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "form":
            self._inside = not self.action
            self.action = self.action or found["action"]
        if not self._inside or "name" not in found or found.get("type") == "file":
            return
        if tag == "textarea":
            self._area, self.fields[found["name"]] = found["name"], ""
        elif tag == "input" and (found.get("type") != "radio" or "checked" in found):
            self.fields[found["name"]] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "form":
            self._inside = False


def read_form(answer: httpx.Response) -> Form:
    form = Form()
    form.feed(answer.text.split("<main", 1)[1])
    return form


@dataclass
class Commune:
    """One unit's browser on a portal."""

    portal: Portal
    browser: httpx.Client
    code: str
    secret: str

    @property
    def home(self) -> str:
        return f"{CAMPAIGN}/units/{self.code}"

    def step(self, name: str, page: str = "") -> str:
        return f"{self.home}/steps/{name}{page and '/' + page}"

    def get(self, path: str) -> httpx.Response:
        return self.browser.get(path)

    def send(self, seen: httpx.Response, files: Any = None, action: str = "", **typed: str) -> httpx.Response:
        """Send the form of a page as it is seen, with what is typed; dots in names are written as two underscores."""
        form = read_form(seen)
        data = form.fields | {name.replace("__", "."): value for name, value in typed.items()}
        return self.browser.post(action or form.action, data=data, files=files)

    def confirm(self, step: str, files: Any = None, **typed: str) -> httpx.Response:
        """Fill in the form of a step, check the answers and send them; what comes back is the receipt."""
        checked = self.send(self.get(self.step(step, "confirm")), files, **typed)
        return self.send(checked)

    def entries(self) -> list[Entry]:
        """Return what the journal holds of this unit."""
        return [e for e in self.portal.store.journal.entries("bau-cu-2026", self.code) if e.new.step]


def sign_in_commune(portal: Portal, enter: Enter, code: str = "04924") -> Commune:
    unit = next(u for u in open_roster(Settings()).units if u.code == code)
    secret = issue_slips(portal.store, [unit], NOW)[0].secret
    return Commune(portal, enter(code, secret), code, secret)


@contextmanager
def lock_database(folder: Path, patience: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold the database's write lock, as a backup or a stuck program would."""
    patience.setattr(engine, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(folder / "lotrinh.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()
