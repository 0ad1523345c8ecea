"""A commune's officer without a mouse and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from lotrinh.core.status.journal import EntryKind
from tests.browser.conftest import Visit
from tests.browser.hosting import CAMPAIGN, LIEN_SON, Hosted
from tests.browser.world import OPEN

pytestmark = pytest.mark.xdist_group("browser")

HOME = f"/campaigns/{CAMPAIGN}/units/{LIEN_SON}"
MOST = 80


@pytest.fixture
def page(portal: Hosted, visit: Visit) -> Page:
    """Liên Sơn's pages, after signing in."""
    return visit(portal.cookie(f"unit:{LIEN_SON}"), java_script_enabled=False)


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something is reached."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.locator(f"{wanted}:focus").count():
            return
    pytest.fail(f"{wanted} is not reached by Tab")


def follow(page: Page, wanted: str) -> None:
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, field: str, text: str) -> None:
    tab_to(page, f"[name='{field}']")
    page.keyboard.type(text)


def test_a_step_is_confirmed_by_keyboard_alone(portal: Hosted, page: Page) -> None:
    page.goto(portal.url)
    follow(page, f"a[href$='/{OPEN}']")
    follow(page, "a[href$='/confirm']")
    write(page, "completed_on", "29/1/2026")
    write(page, "document.number", "12/QĐ-UBND")
    follow(page, "main button")
    follow(page, "main button")
    expect(page.locator("main h1")).to_have_text("Đã ghi nhận")
    last = portal.store.journal.entries(CAMPAIGN, LIEN_SON)[-1].new
    assert (last.kind, last.step, last.body["document"]["number"]) == (EntryKind.CONFIRMED, OPEN, "12/QĐ-UBND")


def test_the_first_tab_offers_the_way_past_the_head_of_the_page(portal: Hosted, page: Page) -> None:
    page.goto(portal.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


def test_what_is_wrong_has_the_focus_and_the_title_and_leads_to_its_field(portal: Hosted, page: Page) -> None:
    page.goto(f"{portal.url}{HOME}/steps/{OPEN}/confirm")
    fine = page.title()
    write(page, "completed_on", "31/2/2026")
    follow(page, "main button")
    expect(page.locator("[role=alert]")).to_be_focused()
    assert page.title() == f"Có mục cần sửa · {fine}"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=completed_on]")).to_be_focused()
    expect(page.locator("[name=completed_on]")).to_have_value("31/2/2026")
    expect(page.locator("[name=completed_on]")).to_have_accessible_description(
        "Ngày ghi trong văn bản, ví dụ 29/1/2026 Lỗi: “31/2/2026” không phải một ngày. "
        "Hãy viết ngày/tháng/năm, ví dụ 29/1/2026."
    )
