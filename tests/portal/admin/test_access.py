"""The page of units' slips and codes: shown once, printed, scanned, revoked."""

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.portal.slips import sign_in_address
from lotrinh.services.access.accounts import Slip
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.settings.models import Settings
from tests.portal.conftest import Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text, send_form

SLIP = re.compile(r"<code>(\d{5})</code>.*?<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>", re.DOTALL)


def issued(answer: httpx.Response) -> dict[str, str]:
    return dict(SLIP.findall(answer.text))


@pytest.fixture
def admin(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store)
    return enter("quan-tri", SECRET)


def test_new_slips_are_shown_once_with_a_picture_each_and_never_kept_by_a_browser(admin: httpx.Client) -> None:
    answer = send_form(admin, "/access", act="slips", which="marked", unit=["04924", "04960"])
    assert set(issued(answer)) == {"04924", "04960"}
    assert answer.text.count("data:image/svg+xml") == 2
    assert answer.headers["cache-control"] == "no-store"
    assert not set(issued(answer).values()) & set(re.findall(r"[0-9A-Z-]{14}", admin.get("/access").text))


def test_a_slip_opens_its_own_unit_and_the_new_one_ends_the_old_one_and_its_sessions(
    admin: httpx.Client, enter: Enter
) -> None:
    first = issued(send_form(admin, "/access", act="slips", which="marked", unit=["04960"]))["04960"]
    home = "/campaigns/bau-cu-2026/units/04960"
    unit = enter("04960", first.lower().replace("-", " "))
    assert unit.get(home).status_code == 200
    second = issued(send_form(admin, "/access", act="slips", which="marked", unit=["04960"]))["04960"]
    assert unit.get(home).status_code == 401
    assert enter("04960", first).get(home).status_code == 401
    assert enter("04960", second).get(home).status_code == 200


def test_the_same_form_sent_twice_gives_no_second_set_of_slips(portal: Portal, admin: httpx.Client) -> None:
    form = {"key": "k1", "act": "slips", "which": "marked", "unit": "04960"}
    made = send_form(admin, "/access", **form)
    again = send_form(admin, "/access", **form)
    assert again.status_code == 409
    assert issued(again) == {}
    assert len([e for e in portal.store.journal.entries(unit="04960") if e.new.kind is EntryKind.ACCOUNT]) == 1
    assert portal.client.get(f"/sign-in?unit=04960&code={issued(made)['04960']}").status_code == 200


def test_the_slips_address_fills_in_the_sign_in_form_and_nothing_leaves_the_portal(portal: Portal) -> None:
    unit = Unit("04960", UnitKind.COMMUNE, "Liên Sơn")
    address = urlsplit(sign_in_address("https://lotrinh.example.vn", Slip(unit, "K7QM-2XRT-9HWP")))
    assert parse_qs(address.query) == {"unit": ["04960"], "code": ["K7QM-2XRT-9HWP"]}
    page = portal.client.get(f"{address.path}?{address.query}")
    assert 'value="04960"' in page.text
    assert 'value="K7QM-2XRT-9HWP"' in page.text
    assert page.headers["referrer-policy"] == "strict-origin"
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text) == []
    assert all("K7QM" not in link for link in re.findall(r'href="([^"]*)"', page.text))


def test_the_picture_is_drawn_without_style_or_script(admin: httpx.Client) -> None:
    answer = send_form(admin, "/access", act="slips", which="marked", unit=["04960"])
    (picture,) = re.findall(r'src="data:image/svg\+xml;([^"]+)"', answer.text)
    head, _, body = picture.partition(",")
    drawn = base64.b64decode(body).decode() if "base64" in head else unquote(body)
    assert "<svg" in drawn
    assert "style" not in drawn
    assert "<style" not in answer.text
    assert ' style="' not in answer.text


def test_a_revoked_slip_and_code_open_nothing_and_the_page_says_so(
    portal: Portal, admin: httpx.Client, enter: Enter
) -> None:
    secret = issued(send_form(admin, "/access", act="slips", which="marked", unit=["04960"]))["04960"]
    unit = enter("04960", secret)
    assert "Đã thu hồi 1" in page_text(send_form(admin, "/access", act="revoke_slips", which="marked", unit=["04960"]))
    assert unit.get("/campaigns/bau-cu-2026/units/04960").status_code == 401
    assert "Đã thu hồi 1" in page_text(send_form(admin, "/access", act="revoke_codes", which="marked", unit=["04960"]))
    assert portal.store.access.unit_of(portal.codes["04960"]) is None
    assert portal.store.access.unit_of(portal.codes["04924"]) == "04924"


def test_a_code_for_a_units_own_software_is_shown_once(portal: Portal, admin: httpx.Client) -> None:
    answer = send_form(admin, "/access", act="codes", which="marked", unit=["04960"])
    (code,) = [c for c in re.findall(r"<code>([^<]+)</code>", answer.text) if portal.store.access.unit_of(c)]
    assert portal.store.access.unit_of(code) == "04960"
    assert portal.store.access.unit_of(portal.codes["04960"]) is None
    assert code not in admin.get("/access").text


def test_when_a_slip_was_last_used_is_shown_also_after_signing_out(admin: httpx.Client, enter: Enter) -> None:
    secret = issued(send_form(admin, "/access", act="slips", which="marked", unit=["04960"]))["04960"]
    assert "chưa dùng" in page_text(admin.get("/access"))
    unit = enter("04960", secret)
    unit.get("/campaigns/bau-cu-2026/units/04960")
    send_form(unit, "/campaigns/bau-cu-2026/units/04960/history", "/sign-out")
    assert unit.get("/campaigns/bau-cu-2026/units/04960").status_code == 401
    assert "chưa dùng" not in page_text(admin.get("/access"))


def test_what_was_not_chosen_is_asked_for_and_what_was_chosen_stays(admin: httpx.Client) -> None:
    answer = send_form(admin, "/access", which="marked", unit=["04960"])
    assert answer.status_code == 422
    assert 'href="#act"' in answer.text
    assert re.search(r'value="04960" checked', answer.text)
    nobody = send_form(admin, "/access", act="slips", which="marked")
    assert 'href="#which"' in nobody.text
    assert issued(nobody) == {}


def test_every_act_is_in_the_journal_with_who_did_it_and_without_a_secret(portal: Portal, admin: httpx.Client) -> None:
    secret = issued(send_form(admin, "/access", act="slips", which="marked", unit=["04960"]))["04960"]
    for act in ("codes", "revoke_codes", "revoke_slips"):
        send_form(admin, "/access", act=act, which="marked", unit=["04960"])
    entries = [e.new for e in portal.store.journal.entries(unit="04960")]
    assert [e.body["what"] for e in entries] == ["slip", "code", "code_revoked", "slip_revoked"]
    assert {e.actor for e in entries} == {"officer:quan-tri"}
    assert secret not in str(entries)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.VIEWER])
@pytest.mark.parametrize("page", ["/access", "/accounts", "/accounts/quan-tri", "/journal", "/journal/verify"])
def test_nobody_but_administrators_finds_these_pages(portal: Portal, enter: Enter, role: Role, page: str) -> None:
    make_officer(portal.store, "lan", role)
    assert enter("lan", SECRET).get(page).status_code == 404


def test_slips_for_many_units_do_not_keep_others_waiting(portal: Portal, admin: httpx.Client, enter: Enter) -> None:
    """Hashing takes seconds; meanwhile pages come at once, and somebody else can still sign in."""
    make_officer(portal.store, "lan", Role.OFFICER)
    many = [unit.code for unit in open_campaign_of_files(Settings(), "bau-cu-2026").units[:40]]
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(send_form, admin, "/access", act="slips", which="marked", unit=many)
        waits, entered = [], []
        while not work.done():
            began = time.perf_counter()
            assert portal.client.get("/sign-in").status_code == 200
            waits.append(time.perf_counter() - began)
            entered.append(enter("lan", SECRET).get("/campaigns/bau-cu-2026/units/25").status_code)
    assert len(issued(work.result())) == 40
    assert len(entered) > 1
    assert set(entered) == {200}
    assert sorted(waits)[len(waits) // 2] < 1


def test_codes_for_all_units_or_for_those_that_have_none(portal: Portal, admin: httpx.Client) -> None:
    send_form(admin, "/access", act="codes", which="missing")
    assert len(portal.store.access.issue_times()) == 148
    assert portal.store.access.unit_of(portal.codes["04960"]) == "04960"
    send_form(admin, "/access", act="codes", which="all")
    assert portal.store.access.unit_of(portal.codes["04960"]) is None
    assert "Đã thu hồi 148" in page_text(send_form(admin, "/access", act="revoke_codes", which="all"))
