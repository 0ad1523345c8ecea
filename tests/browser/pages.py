"""Every page of the portal: who opens it where, and what is typed to reach what only a form leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from fastapi.routing import APIRoute
from playwright.sync_api import Page

from lotrinh.portal.app import PAGES
from tests.browser import hostile, sheets
from tests.browser.world import LONGEST, NORMAL, NOTHING_SAID, PDF, STATES, World

NO_PAGES = frozenset(
    {
        "/campaigns/{campaign_id}/calendar.ics",  # for calendar programs
        "/campaigns/{campaign_id}/units/{code}/calendar.ics",  # as above
        "/files/{file_id}",  # always a download
        "/metrics",  # for programs
        "/readyz",  # as above
        "/read/{token}",  # leads on, or is the page of an unknown address
        "/campaigns/{campaign_id}/runs/{run_id}/report.{form}",  # a download
        "/campaigns/{campaign_id}/units/{code}/report.{form}",  # a download
        "/campaigns/{campaign_id}/units/{code}/sheet.{form}",  # a download
        "/campaigns/{campaign_id}/rollup/table.{form}",  # a download
        "/campaigns/{campaign_id}/changes/report.{form}",  # a download
    }
)
CAMPAIGN = "/campaigns/{campaign_id}"
UNIT = CAMPAIGN + "/units/{code}"
STEP = UNIT + "/steps/{step_id}"
C, U, S = "{c}", "{u}", "{u}/steps/"

ADDRESSES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "/": (("commune", "/"), ("officer", "/")),
    "/sign-in": (("", "/sign-in?unit=04960&code=K7QM-2XRT-9HWP"),),
    UNIT: (("commune", U), ("officer", U), ("viewer", C + "/units/25")),
    UNIT + "/history": (("commune", U + "/history"),),
    UNIT + "/count": (("commune", U + "/count"),),
    UNIT + "/count/{first}-{last}": (("commune", U + "/count/{receipts}"),),
    STEP: (
        ("commune", S + "{step}"),
        ("commune", S + "{returned}"),
        ("commune", S + "{trouble}"),
        ("officer", S + "{done}"),
        ("officer", S + "{trouble}"),
        ("officer", "{disputed}"),
    ),
    STEP + "/explain": (("commune", S + "{open}/explain"),),
    STEP + "/confirm": (
        ("commune", S + "{open}/confirm"),
        ("commune", S + "{counted}/confirm"),
        ("commune", S + "{returned}/confirm"),
    ),
    STEP + "/withdraw": (("commune", S + "{done}/withdraw"),),
    STEP + "/obstacle": (("commune", S + "{open}/obstacle"),),
    STEP + "/judge/{act_name}": (
        ("officer", S + "{done}/judge/return"),
        ("officer", S + "{trouble}/judge/hand-over"),
        ("officer", S + "{excused}/judge/unexcuse"),
    ),
    STEP + "/resolve": (("officer", "{disputed}/resolve"),),
    "/receipts/{code}-{number}": (("commune", "/receipts/{receipt}"),),
    CAMPAIGN + "/board": (("officer", C + "/board"),),
    CAMPAIGN + "/rollup": (("officer", C + "/rollup"), ("officer", C + "/rollup?by=unit&sort=days")),
    CAMPAIGN + "/steps/{step_id}": (("officer", C + "/steps/{step}"),),
    CAMPAIGN + "/outstanding": (("officer", C + "/outstanding"),),
    CAMPAIGN + "/obstacles": (("officer", C + "/obstacles"),),
    CAMPAIGN + "/queue": (("officer", C + "/queue?q=xa"), ("viewer", C + "/queue?q=phuong")),
    CAMPAIGN + "/conflicts": (("officer", C + "/conflicts"),),
    CAMPAIGN + "/sheets": (("officer", C + "/sheets"),),
    CAMPAIGN + "/overview": (("officer", C + "/overview"),),
    CAMPAIGN + "/runs": (("officer", C + "/runs"),),
    CAMPAIGN + "/runs/now": (("officer", C + "/runs/now?still=1"),),
    CAMPAIGN + "/runs/{run_id}": (("officer", C + "/runs/{run}"),),
    CAMPAIGN + "/schedule": (("officer", C + "/schedule"), ("viewer", C + "/schedule")),
    CAMPAIGN + "/changes": (("officer", C + "/changes"),),
    CAMPAIGN + "/as-of": (("officer", C + "/as-of"),),
    CAMPAIGN + "/what-if": (("officer", C + "/what-if"),),
    CAMPAIGN + "/what-if/{number}": (("officer", C + "/what-if/{change}"),),
    "/access": (("administrator", "/access"),),
    "/accounts": (("administrator", "/accounts"),),
    "/accounts/{name}": (("administrator", "/accounts/{account}"),),
    "/journal": (("administrator", "/journal?unit=04960"),),
    "/journal/verify": (("administrator", "/journal/verify"),),
    "/outbox": (("administrator", "/outbox"),),
}


def page_routes() -> set[str]:
    """The addresses of the application's pages, as its routes say."""
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    return {route.path for route in routes if route.methods and "GET" in route.methods}


@dataclass(frozen=True)
class View:
    """One page in one state.

    ``typed`` goes into the fields of these names, then ``press`` is pressed; ``session`` is what became of the session
    meanwhile: "over", or "another". ``shows`` must be there in the end.
    """

    name: str
    state: str
    who: str
    address: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    press: str = ""
    shows: str = "main h1"
    session: str = ""

    def show(self, page: Page, world: World) -> None:
        address = world.address(self.state, self.address)
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok or self.shows != "main h1", (address, answer.status)
        for name, value in self.typed.items():
            fill(page, name.format(**world.values[self.state]), value)
        if self.session:
            page.context.clear_cookies()
        if self.session == "another":
            page.context.add_cookies([world.portal.cookie(world.account(self.state, self.who))])
        if self.press:
            page.locator(self.press).last.click()
        page.locator(self.shows).first.wait_for(state="attached")


def fill(page: Page, name: str, value: Any) -> None:
    """Fill in a field; True ticks the box or the choice ``name=value``; bytes are a file."""
    wanted, _, choice = name.partition("=")
    found = page.locator(f'main [name="{wanted}"]' + (f'[value="{choice}"]' if choice else "")).first
    if value is True:
        found.check()
    elif isinstance(value, bytes):
        found.set_input_files({"name": "quyet-dinh.pdf", "mimeType": "application/pdf", "buffer": value})
    else:
        found.fill(value)


def fields(template: str) -> set[str]:
    """The names of what an address is made of."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def shown_in(state: str, template: str) -> bool:
    """Whether a state has something to show there; what belongs to no campaign is the same in all of them."""
    return state == NORMAL or (bool(fields(template)) and (state == LONGEST or fields(template) <= NOTHING_SAID))


MAIN = "main form[method=post] button:not(.second)"
OPENED = tuple(
    View(f"{state} {who or 'nobody'} {address}", state, who, address)
    for state in STATES
    for pages in ADDRESSES.values()
    for who, address in pages
    if shown_in(state, address)
)
LONG = {"completed_on": "29/1/2026", "document.number": hostile.longest(200), "signer": hostile.longest(200)}
LED_TO = tuple(
    View(f"led to {name}", state, who, address, typed, press, shows)
    for name, state, who, address, typed, press, shows in (
        (
            "answers to check",
            NORMAL,
            "commune",
            S + "{done}/confirm",
            {"file": PDF},
            MAIN,
            'form[action$="confirm/send"]',
        ),
        (
            "the longest answers to check",
            LONGEST,
            "commune",
            S + "mo/confirm",
            LONG | {"note": hostile.longest(1990)},
            MAIN,
            'form[action$="confirm/send"]',
        ),
        (
            "counts to check",
            NORMAL,
            "commune",
            U + "/count",
            {"done.{counted}": "9", "of.{counted}": "12"},
            MAIN,
            'form[action$="count/send"]',
        ),
        (
            "the longest counts to check",
            LONGEST,
            "commune",
            U + "/count",
            {"done.dem": "100000", "of.dem": "100000", "document.number": hostile.longest(200)},
            MAIN,
            'form[action$="count/send"]',
        ),
        ("what would change", NORMAL, "officer", C + "/what-if", {"anchor": "22/3/2026"}, f"{MAIN} >> nth=0", "table"),
        ("a sheet", LONGEST, "officer", C + "/sheets", {"file": sheets.returned()}, MAIN, "table"),
        (
            "what would change at the longest",
            LONGEST,
            "officer",
            C + "/what-if",
            {"anchor": "22/1/2026"},
            f"{MAIN} >> nth=0",
            "table",
        ),
        (
            "slips",
            NORMAL,
            "administrator",
            "/access",
            {"act=slips": True, "which=marked": True, "unit=04924": True, "unit=07900": True},
            MAIN,
            ".slips",
        ),
        (
            "codes",
            NORMAL,
            "administrator",
            "/access",
            {"act=codes": True, "which=marked": True, "unit=07900": True},
            MAIN,
            "main code",
        ),
        (
            "a reading link",
            NORMAL,
            "administrator",
            "/accounts",
            {"title": hostile.longest(100), "days": "7"},
            'form[action="/links"] button',
            "[role=status] code",
        ),
    )
)
REFUSED = tuple(
    View(f"error {name}", state, who, address, typed, press, shows)
    for name, state, who, address, typed, press, shows in (
        ("sign-in", NORMAL, "", "/sign-in", {"name": "khong-co", "secret": "sai-hoan-toan"}, MAIN, ".errors"),
        ("confirm", NORMAL, "commune", S + "{open}/confirm", {"completed_on": "31/2/2026"}, MAIN, ".errors"),
        ("confirm a count", NORMAL, "commune", S + "{counted}/confirm", {"done": "13", "of": "12"}, MAIN, ".errors"),
        (
            "confirm at the longest",
            LONGEST,
            "commune",
            S + "mo/confirm",
            LONG | {"completed_on": hostile.longest(300), "note": hostile.longest(3000), "file": b"<svg>"},
            MAIN,
            ".errors",
        ),
        ("count", NORMAL, "commune", U + "/count", {"done.{counted}": "13", "of.{counted}": "x"}, MAIN, ".errors"),
        ("withdraw", NORMAL, "commune", S + "{done}/withdraw", {}, MAIN, ".errors"),
        ("obstacle", NORMAL, "commune", S + "{open}/obstacle", {}, MAIN, ".errors"),
        ("return", NORMAL, "officer", S + "{done}/judge/return", {}, MAIN, ".errors"),
        ("hand over", LONGEST, "officer", S + "{trouble}/judge/hand-over", {"office": ""}, MAIN, ".errors"),
        ("resolve", NORMAL, "officer", "{disputed}/resolve", {}, MAIN, ".errors"),
        ("queue", NORMAL, "officer", C + "/queue", {}, MAIN, ".errors"),
        ("access", NORMAL, "administrator", "/access", {}, MAIN, ".errors"),
        ("accounts", NORMAL, "administrator", "/accounts", {"name": "Ă"}, 'form[action="/accounts"] button', ".errors"),
        ("links", NORMAL, "administrator", "/accounts", {"days": "99"}, 'form[action="/links"] button', ".errors"),
        (
            "account",
            NORMAL,
            "administrator",
            "/accounts/{account}",
            {"secret": "ngan"},
            'form[action$="/secret"] button',
            ".errors",
        ),
        ("what-if", NORMAL, "officer", C + "/what-if", {"anchor": "hôm qua"}, f"{MAIN} >> nth=0", ".errors"),
        ("what-if file", NORMAL, "officer", C + "/what-if", {"file": b"id: x\nid: y\n"}, f"{MAIN} >> nth=0", ".errors"),
        ("schedule", NORMAL, "officer", C + "/schedule", {"cron_hours": "26h"}, f"{MAIN} >> nth=0", ".errors"),
        ("a sheet that is none", NORMAL, "officer", C + "/sheets", {"file": PDF}, MAIN, ".errors"),
        ("as of no day", NORMAL, "officer", C + "/as-of?day=" + "x" * 40, {}, "", ".error"),
        ("no such page", NORMAL, "officer", C + "/units/99999", {}, "", "main a[href='/']"),
    )
)
LOST = (
    View(
        "error session over",
        NORMAL,
        "commune",
        S + "{open}/confirm",
        {"note": "Đã gõ."},
        MAIN,
        "[name='kept.note']",
        "over",
    ),
    View(
        "error another session",
        NORMAL,
        "commune",
        S + "{open}/confirm",
        {"note": "Đã gõ."},
        MAIN,
        "main [name=note]",
        "another",
    ),
)
VIEWS = OPENED + LED_TO + REFUSED + LOST
