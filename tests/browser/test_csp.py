"""Whatever was typed into whatever field, a browser that runs scripts runs none of it, and the policy has no cause."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, Visit
from tests.browser.pages import VIEWS, View
from tests.browser.world import LONGEST, World

pytestmark = pytest.mark.xdist_group("browser-csp")

LISTEN = """
addEventListener('securitypolicyviolation', (event) =>
  console.error('violation: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
"""
SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"
SEARCHES = tuple(
    View(
        f"search {address}",
        LONGEST,
        who,
        address + '?q="><script>window.hacked=1</script>&area="><svg onload=hacked=1>',
    )
    for who, address in (("officer", "{c}/board"), ("officer", "{c}/outstanding"), ("officer", "{c}/queue"))
)
Listen = Callable[..., tuple[Page, list[str]]]
HOSTILE = (*(view for view in VIEWS if view.state == LONGEST or "{" not in view.address), *SEARCHES)


@pytest.fixture(scope="module")
def listen(look: Visit) -> Listen:
    """Give somebody's page, and what its console says and what opens by itself from now on."""
    heard: dict[Page, list[str]] = {}

    def listening(cookie: Any = None) -> tuple[Page, list[str]]:
        page = look(cookie, viewport=DESK)
        if page not in heard:
            said = heard[page] = []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: said.append(dialog.message))
            page.add_init_script(LISTEN)
        heard[page].clear()
        return page, heard[page]

    return listening


def status_only(said: list[str]) -> list[str]:
    """Leave out what the browser says of an answer like 422, which is meant."""
    return [line for line in said if "the server responded with a status of 4" not in line]


@pytest.mark.parametrize("view", HOSTILE, ids=lambda view: view.name)
def test_nothing_that_was_typed_is_run(world: World, listen: Listen, view: View) -> None:
    page, said = listen(world.cookie(view.state, view.who))
    view.show(page, world)
    for opened in page.locator("details").all():
        opened.locator("summary").click()
    page.evaluate(SETTLED)
    assert "hacked=1" in page.content() or view.state != LONGEST, "nothing hostile is shown here"
    assert page.evaluate("window.hacked") is None
    assert page.locator("main [onerror], main [onload], main [style], script, main iframe").count() == 0
    assert status_only(said) == []


def test_a_script_in_a_page_would_be_noticed_and_not_run(world: World, listen: Listen) -> None:
    page, said = listen()
    page.goto(f"{world.portal.url}/sign-in")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>')")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 1'}))")
    page.evaluate(SETTLED)
    assert page.evaluate("window.hacked") is None
    assert any(line.startswith("violation: script-src") for line in said)
