"""What a commune's pages weigh on the wire, headers included: the first visit is one round trip of TCP."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from lotrinh.services.access.accounts import issue_slips
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from tests.browser.conftest import Visit
from tests.browser.hosting import CAMPAIGN, LIEN_SON, Hosted
from tests.browser.world import OPEN

pytestmark = pytest.mark.xdist_group("browser")

FIRST, LATER, REQUESTS = 14_000, 6_000, 3
"""Bytes, and how often may be asked."""
HOME = f"/campaigns/{CAMPAIGN}/units/{LIEN_SON}"
STEPS = 43


@dataclass
class Wire:
    """What came over the wire: address -> bytes of its answers; redirections count."""

    received: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def bytes(self) -> int:
        return sum(self.received.values())


@contextmanager
def measured(page: Page) -> Iterator[Wire]:
    """Let the browser say how many bytes it received, compressed as they came."""
    wire, addresses = Wire(), dict[str, str]()
    session = page.context.new_cdp_session(page)

    def asked(event: dict[str, dict[str, str]]) -> None:
        if led_on := event.get("redirectResponse"):
            wire.received[led_on["url"]] += int(led_on["encodedDataLength"])
        addresses[str(event["requestId"])] = event["request"]["url"]

    def loaded(event: dict[str, str]) -> None:
        address = addresses[event["requestId"]]
        if not address.startswith("data:") and event["encodedDataLength"]:
            wire.received[address] += int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", loaded)
    session.send("Network.enable")
    yield wire
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)  # the last events are on their way
    session.detach()


def ours(wire: Wire, portal: Hosted) -> bool:
    return all(address.startswith(f"{portal.url}/") for address in wire.received)


def test_the_first_visit_fits_one_round_trip(portal: Hosted, visit: Visit) -> None:
    page = visit(portal.cookie(f"unit:{LIEN_SON}"))
    with measured(page) as wire:
        page.goto(portal.url + HOME)
    assert page.locator(".tasks li").count() == STEPS
    assert any("/static/style.css" in address for address in wire.received)
    assert 4_000 < wire.bytes <= FIRST, dict(wire.received)
    assert len(wire.received) <= REQUESTS
    assert ours(wire, portal)


def test_signing_in_and_seeing_what_is_due_fits_it_too(portal: Hosted, visit: Visit) -> None:
    slip = issue_slips(
        portal.store, [open_campaign_of_files(portal.settings, CAMPAIGN).by_code[LIEN_SON]], portal.clock()
    )[0]
    page = visit()
    page.goto(portal.url)
    page.fill("[name=name]", LIEN_SON)
    page.fill("[name=secret]", slip.secret)
    with measured(page) as wire:
        page.click("main button")
    assert page.url == portal.url + HOME
    assert 2_000 < wire.bytes <= LATER, dict(wire.received)
    assert len(wire.received) <= REQUESTS
    assert ours(wire, portal)


@pytest.mark.parametrize(
    "path", ["", "/history", "/count", f"/steps/{OPEN}", f"/steps/{OPEN}/confirm", f"/steps/{OPEN}/obstacle"]
)
def test_a_later_page_is_light(portal: Hosted, visit: Visit, path: str) -> None:
    page = visit(portal.cookie(f"unit:{LIEN_SON}"))
    page.goto(f"{portal.url}/sign-in")
    with measured(page) as wire:
        page.goto(portal.url + HOME + path)
    assert 1_000 < wire.bytes <= LATER, dict(wire.received)
    assert list(wire.received) == [portal.url + HOME + path], "the stylesheet is kept"
