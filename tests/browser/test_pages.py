"""Every page, in every state: nobody is shut out by how it looks or how it is used.

The rules are WCAG 2.0 to 2.2, A and AA, as far as axe can judge, light and dark, on a phone and at a desk; and what
axe cannot judge: 320 pixels and twice the size of text without sideways scrolling, targets of 24 pixels, visible focus.
"""

import re
from typing import Any

import pytest

from lotrinh.portal.app import STATIC
from tests.browser.checks import unreachable, violations_everywhere
from tests.browser.conftest import Visit
from tests.browser.pages import ADDRESSES, NO_PAGES, VIEWS, View, page_routes
from tests.browser.world import NORMAL, World

pytestmark = pytest.mark.xdist_group("browser-pages")

STYLE = STATIC / "style.css"
SCHEMES: tuple[Any, ...] = ("light", "dark")


def test_every_page_of_the_application_is_looked_at() -> None:
    assert page_routes() == ADDRESSES.keys() | NO_PAGES


def test_no_colour_depends_on_the_width_of_the_screen() -> None:
    """So it is enough to judge colours at one width in the light, and at another in the dark."""
    for block in re.findall(r"@media\(max-width[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", STYLE.read_text(encoding="utf-8")):
        assert "{" in block
        assert not re.search("color|background|opacity|fill|stroke", block), block


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_page_shuts_nobody_out(world: World, look: Visit, visit: Visit, view: View) -> None:
    browser = visit if view.session else look
    page = browser(world.cookie(view.state, view.who), bypass_csp=True)
    view.show(page, world)
    assert [*violations_everywhere(page), *unreachable(page)] == []


def test_on_the_board_what_nobody_knows_is_hatched_and_nothing_else_is(world: World, look: Visit) -> None:
    page = look(world.cookie(NORMAL, "officer"))
    page.goto(world.address(NORMAL, "{c}/board"))
    cells = "all => all.map(b => [b.className, getComputedStyle(b).backgroundImage.includes('repeating-linear')])"
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = page.locator(".heat td b").evaluate_all(cells)
        assert {status for status, _ in found} > {"unknown"}
        assert all(hatched is (status == "unknown") for status, hatched in found), scheme


SPOILED = {
    "label": "document.querySelector('label').remove()",
    "color-contrast": "document.querySelector('.hint').style.color = '#ccc'",
    "wider than 320": "document.querySelector('h1').style.width = '330px'",
    "wider at 200 %": "document.querySelector('h1').style.width = '20rem'",
    "smaller than 24": "document.querySelector('main button').style = 'padding:0;height:20px;min-height:0'",
    "focus not seen": "document.querySelector('main button').style.outline = 'none'",
}


def test_a_page_that_is_spoiled_is_found_out(world: World, visit: Visit) -> None:
    page = visit(bypass_csp=True)
    for found, spoil in SPOILED.items():
        page.goto(f"{world.portal.url}/sign-in")
        page.evaluate(spoil)
        check = violations_everywhere if found in {"label", "color-contrast"} else unreachable
        assert any(found in each for each in check(page)), found
