"""What people do at a browser without JavaScript: send a page's form with what it holds, read what a page says."""

import re
from html import unescape
from typing import Any

import httpx

from lotrinh.core.status.roles import Role
from lotrinh.services.access.accounts import add_officer
from lotrinh.store import Store
from lotrinh.store.accounts import Account
from tests.portal.conftest import NOW

SECRET = "mật khẩu đủ dài"


def hidden_fields(text: str) -> dict[str, Any]:
    """Return the hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def send_form(browser: httpx.Client, page: str, action: str = "", files: Any = None, **fields: Any) -> httpx.Response:
    """Open a page and send its form to ``action`` (else to the page itself)."""
    held = {k: v for k, v in hidden_fields(browser.get(page).text).items() if k in {"csrf", "key", "seen"}}
    return browser.post(action or page, data=held | fields, files=files)


def page_text(answer: httpx.Response) -> str:
    """Return what a person reads, on one line."""
    text = re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1].split("</main>", 1)[0])
    return " ".join(unescape(text).split())


def make_officer(store: Store, name: str = "quan-tri", role: Role = Role.ADMINISTRATOR) -> Account:
    return add_officer(store, name, role, name.title(), SECRET, NOW)
