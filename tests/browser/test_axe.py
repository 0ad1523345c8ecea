"""No page breaks a rule of WCAG 2.0 to 2.2, A and AA, that a machine can check: axe-core in a real browser."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.pages import ADDRESSES, NO_PAGES, VIEWS, View, page_routes
from tests.browser.world import World

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 1280)
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
"""What may differ in the dark."""


def test_every_page_of_the_application_is_looked_at() -> None:
    assert page_routes() == ADDRESSES.keys() | NO_PAGES


def violations(page: Page, options: Any) -> Iterator[str]:
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    assert found["passes"], "axe looked at nothing"
    for each in found["violations"]:
        yield f"{each['id']}: {[node['html'][:300] for node in each['nodes'][:3]]}"


def broken(page: Page) -> list[str]:
    """All that is wrong with a page at both widths, light and dark."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{width} {scheme} {each}" for each in violations(page, options)]
    return found


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_axe_finds_nothing(world: World, visit: Visit, view: View) -> None:
    page = visit(world.cookie(view.state, view.who), bypass_csp=True)
    view.show(page, world)
    page.evaluate(AXE_SCRIPT)
    assert broken(page) == []


def test_axe_would_find_something(world: World, visit: Visit) -> None:
    page = visit(bypass_csp=True)
    page.goto(f"{world.portal.url}/sign-in")
    page.evaluate(AXE_SCRIPT)
    page.evaluate("document.querySelector('label').remove(); document.querySelector('.hint').style.color = '#ccc'")
    assert {line.split()[2] for line in broken(page)} == {"label:", "color-contrast:"}
