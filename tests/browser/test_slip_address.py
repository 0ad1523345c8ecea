"""The address on a printed slip holds a secret: the browser tells it to the portal alone, and once."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from lotrinh.services.access.accounts import issue_slips
from lotrinh.services.campaigns.rosters import open_roster
from tests.browser.conftest import Visit
from tests.browser.hosting import CAMPAIGN, LIEN_SON, NOW, Hosted

pytestmark = pytest.mark.xdist_group("browser")


def asked_by(page: Page, address: str) -> list[Request]:
    """Open an address, and return what the browser asked for."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - the driver wants a function
    page.goto(address, wait_until="networkidle")
    return asked


def test_what_the_sign_in_page_loads_is_not_told_the_slip_s_secret(portal: Hosted, visit: Visit) -> None:
    page, *loaded = asked_by(visit(), f"{portal.url}/sign-in?unit={LIEN_SON}&code=K7QM-2XRT-9HWP")
    assert "K7QM" in page.url
    assert loaded
    assert [r.url for r in loaded if "K7QM" in r.all_headers().get("referer", "")] == []


def test_a_slip_opens_the_portal_where_browsers_say_no_more_than_the_origin(portal: Hosted, visit: Visit) -> None:
    """Over HTTP, not on this machine: no Sec-Fetch-Site is sent there, and a form without a true Origin is refused."""
    (unit,) = [unit for unit in open_roster(portal.settings).units if unit.code == LIEN_SON]
    (slip,) = issue_slips(portal.store, [unit], NOW)
    page = visit()
    page.goto(f"http://cong.example.vn:{urlsplit(portal.url).port}/sign-in?unit={LIEN_SON}&code={slip.secret}")
    with page.expect_request(lambda r: r.method == "POST") as sent, page.expect_navigation():
        page.locator("main form button").click()
    assert "sec-fetch-site" not in sent.value.all_headers()
    assert urlsplit(page.url).path == f"/campaigns/{CAMPAIGN}/units/{LIEN_SON}"
