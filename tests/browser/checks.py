"""What is asked of every page: axe's rules, no sideways scrolling, targets one can hit, a focus one can see."""

import json
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

NARROW, WIDE, PHONE = 320, 1280, 390
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
LOOKS: Any = ((WIDE, "dark"), (NARROW, "light"))
"""Each width and each scheme once: no colour depends on the width, as a test of the stylesheet shows."""
RUN = """axe.run(document, %s).then((found) => [found.passes.length, found.violations.map(
  (each) => each.id + ' ' + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | '))])"""

SCROLLS = """() => {
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth <= room) return found;
  for (const each of document.querySelectorAll('body *'))
    if (each.getBoundingClientRect().right > room + 1 && !each.closest('.scroll')) found.push(each.outerHTML);
  return found.length ? found : ['the page'];
}"""
SMALL = """() => {
  const small = [];
  for (const each of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    const box = each.getBoundingClientRect();
    const seen = box.width && box.height && box.right > 0 && getComputedStyle(each).visibility === 'visible';
    const label = each.closest('label')?.getBoundingClientRect();
    const large = (b) => b && b.width >= 24 && b.height >= 23.9;
    if (!seen || large(box) || large(label) || each.matches('.skip')) continue;
    const around = each.parentElement.textContent.trim().length > each.textContent.trim().length;
    if (!(each.matches('a') && getComputedStyle(each).display === 'inline' && around)) small.push(each.outerHTML);
  }
  return small;
}"""
UNSEEN_FOCUS = """() => {
  const unseen = [];
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  for (const each of document.querySelectorAll(all)) {
    if (!each.checkVisibility()) continue;
    each.focus();
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const auto = style.outlineStyle === 'auto' && parseFloat(style.outlineWidth) >= 1;
    if (document.activeElement !== each || !(outlined || auto) || box.right <= 0) unseen.push(each.outerHTML);
  }
  document.activeElement.blur();
  return unseen;
}"""


def violations(page: Page) -> Iterator[str]:
    """What axe finds."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE_SCRIPT)
    passed, found = page.evaluate(RUN % json.dumps(EVERYTHING))
    assert passed or found, "axe looked at nothing"
    yield from found


def violations_everywhere(page: Page) -> Iterator[str]:
    """What axe finds on a wide and a narrow screen, in the dark and in the light."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        yield from (f"{width} {scheme}: {each}" for each in violations(page))


def unreachable(page: Page) -> Iterator[str]:
    """What cannot be reached on a narrow screen, at twice the size of text, with a thumb, or by keyboard."""
    page.set_viewport_size({"width": NARROW, "height": 900})
    yield from (f"wider than {NARROW}: {each[:200]}" for each in page.evaluate(SCROLLS)[:3])
    yield from (f"smaller than 24: {each[:200]}" for each in page.evaluate(SMALL))
    page.keyboard.press("Tab")  # from here on the browser shows focus as to somebody who uses the keyboard
    yield from (f"focus not seen: {each[:200]}" for each in page.evaluate(UNSEEN_FOCUS))
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield from (f"wider at 200 %: {each[:200]}" for each in page.evaluate(SCROLLS)[:3])
