"""Whatever was typed into whatever field, a browser that runs scripts runs none of it, and the policy has no cause."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, Visit
from tests.browser.pages import VIEWS, View
from tests.browser.world import LONGEST, World

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
HOSTILE = (*(view for view in VIEWS if view.state == LONGEST or "{" not in view.address), *SEARCHES)


@contextmanager
def heard(page: Page) -> Iterator[list[str]]:
    """Collect what the page's console says and what opens by itself."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.add_init_script(LISTEN)
    yield said


def status_only(said: list[str]) -> list[str]:
    """Leave out what the browser says of an answer like 422, which is meant."""
    return [line for line in said if "the server responded with a status of 4" not in line]


@pytest.mark.parametrize("view", HOSTILE, ids=lambda view: view.name)
def test_nothing_that_was_typed_is_run(world: World, visit: Visit, view: View) -> None:
    page = visit(world.cookie(view.state, view.who), viewport=DESK)
    with heard(page) as said:
        view.show(page, world)
        for opened in page.locator("details").all():
            opened.locator("summary").click()
        page.evaluate(SETTLED)
    assert "hacked=1" in page.content() or view.state != LONGEST, "nothing hostile is shown here"
    assert page.evaluate("window.hacked") is None
    assert page.locator("main [onerror], main [onload], main [style], script, main iframe").count() == 0
    assert status_only(said) == []


def test_a_script_in_a_page_would_be_noticed_and_not_run(world: World, visit: Visit) -> None:
    page = visit()
    with heard(page) as said:
        page.goto(f"{world.portal.url}/sign-in")
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>')")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 1'}))")
        page.evaluate(SETTLED)
    assert page.evaluate("window.hacked") is None
    assert any(line.startswith("violation: script-src") for line in said)
