"""A receipt is a sheet of paper, and nothing on it belongs to the screen."""

import re

import pytest
from playwright.sync_api import expect

from lotrinh.reports.return_sheet.paper import sheet_page
from tests.browser.conftest import PHONE, Visit
from tests.browser.world import LONGEST, NORMAL, World
from tests.reports.return_sheet.test_return_sheet import sheet_of

pytestmark = pytest.mark.xdist_group("browser")

MILLIMETRE = 96 / 25.4
PAPER = round((210 - 2 * 20) * MILLIMETRE)
"""Pixels between the margins of A4."""
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


def test_a_receipt_fits_one_sheet_of_a4(world: World, visit: Visit) -> None:
    page = visit(world.cookie(NORMAL, "commune"), java_script_enabled=False)
    page.goto(world.address(NORMAL, "/receipts/{receipt}"))
    printed = page.pdf(prefer_css_page_size=True)
    assert len(SHEET.findall(printed)) == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed


def test_the_longest_receipt_keeps_within_the_margins(world: World, visit: Visit) -> None:
    page = visit(world.cookie(LONGEST, "commune"), viewport={"width": PAPER, "height": 900})
    page.goto(world.address(LONGEST, "/receipts/{receipt}"))
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER


def test_what_belongs_to_the_screen_is_not_printed(world: World, visit: Visit) -> None:
    page = visit(world.cookie(NORMAL, "commune"))
    page.goto(world.address(NORMAL, "/receipts/{receipt}"))
    page.emulate_media(media="print", color_scheme="dark")
    for on_screen in ("header", "footer", ".crumbs", ".noprint"):
        expect(page.locator(on_screen).first).to_be_hidden()
    expect(page.locator("main h1")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_return_sheet_scrolls_in_itself_on_a_phone_and_is_whole_on_paper(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    page.set_content(sheet_page(sheet_of(), "vi"))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate("document.querySelector('thead').offsetHeight") < 150
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round(277 * MILLIMETRE), "height": 700})
    assert page.evaluate("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    assert page.evaluate("document.documentElement.scrollWidth") <= round(277 * MILLIMETRE)
