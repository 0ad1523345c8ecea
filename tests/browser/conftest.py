"""A real Chromium, and portals for it to visit."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.hosting import Hosted, hosted
from tests.browser.world import World, made_world

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "These tests need Chromium: install the package chromium (or google-chrome) so that it is on PATH."
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def chromium_path() -> str:
    """Where Chromium is. Without one the tests are skipped, except where they must not be: in continuous integration."""
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
    with made_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Hosted]:
    """A portal of a test's own, to change."""
    with hosted(tmp_path) as running:
        yield running


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open a page of a browser of its own, signed in with a cookie where one is given."""
    with ExitStack() as opened:

        def page(cookie: Any = None, **options: Any) -> Page:
            context: BrowserContext = chromium.new_context(locale="vi-VN", **{"viewport": PHONE, **options})
            opened.callback(context.close)
            context.set_default_timeout(15_000)
            if cookie:
                context.add_cookies([cookie])
            return context.new_page()

        yield page
