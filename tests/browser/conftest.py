"""A real Chromium, and portals for it to visit."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from tests.browser.hosting import CAMPAIGN, LIEN_SON, NOW, Hosted, host
from tests.browser.world import OPEN, World, make_world

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "These tests need Chromium: install the package chromium-headless-shell (or chromium) so that it is on PATH."
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP *.example.vn 127.0.0.1",
)
PATIENCE = 60_000
"""Milliseconds."""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def chromium_path() -> str:
    """Where Chromium is. Without one the tests are skipped, but never in continuous integration: there they fail."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if found is None:
        pytest.skip(MISSING)
    return found


def arguments() -> list[str]:
    """What Chromium is started with; its sandbox does not work for root."""
    return [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests. Not one for all: its driver keeps an event loop in the tests' own thread."""
    path = chromium_path()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal that tests only look at: a campaign with sample data, an empty one, one of longest texts."""
    chromium_path()
    with make_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Hosted]:
    """A portal of a test's own, to change: Liên Sơn's sample data, with one step not done whose deadline is over."""
    with host(tmp_path) as running:
        of = open_campaign_of_files(running.settings, CAMPAIGN)
        running.store.journal.append(*(e for e in sample_entries(of, NOW) if e.unit == LIEN_SON and e.step != OPEN))
        running.account(f"unit:{LIEN_SON}", Role.UNIT, "Xã Liên Sơn", LIEN_SON)
        yield running


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def look(chromium: Browser) -> Iterator[Visit]:
    """Give the page in which somebody looks at the portal, the same one for all tests of a module: see ``visit``."""
    pages: dict[str, Page] = {}

    def page(cookie: Any = None, **options: Any) -> Page:
        name = f"{cookie} {options}"
        if name not in pages:
            pages[name] = open_page(chromium, cookie, options)
        return pages[name]

    yield page
    for each in pages.values():
        each.context.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open a page of a browser of its own, signed in with a cookie where one is given."""
    with ExitStack() as contexts:

        def page(cookie: Any = None, **options: Any) -> Page:
            made = open_page(chromium, cookie, options)
            contexts.callback(made.context.close)
            return made

        yield page


def open_page(chromium: Browser, cookie: Any, options: dict[str, Any]) -> Page:
    context = chromium.new_context(**{"locale": "vi-VN", "viewport": PHONE, **options})
    context.set_default_timeout(PATIENCE)
    if cookie:
        context.add_cookies([cookie])
    return context.new_page()
