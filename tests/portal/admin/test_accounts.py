"""The page of the office's accounts and reading links, over a real socket."""

import re
from datetime import timedelta

import httpx
import pytest

from lotrinh.core.status.roles import Role
from lotrinh.services.access.programs import issue_token
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text, send_form

BOARD = "/campaigns/bau-cu-2026/units/25"
"""A page that everybody of the office sees."""


@pytest.fixture
def admin(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store)
    return enter("quan-tri", SECRET)


def codes(answer: httpx.Response) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", answer.text)


def test_somebody_added_without_a_password_gets_one_that_is_shown_once(admin: httpx.Client, enter: Enter) -> None:
    (secret,) = codes(send_form(admin, "/accounts", name="lan", display="Cán bộ văn phòng", role="officer"))
    assert enter("lan", secret).get(BOARD).status_code == 200
    listed = admin.get("/accounts")
    assert "Cán bộ văn phòng" in page_text(listed)
    assert codes(listed) == []


def test_a_password_that_was_typed_is_never_sent_back(admin: httpx.Client, enter: Enter) -> None:
    answer = send_form(admin, "/accounts", name="lan", display="Lan", role="viewer", secret="một câu đủ dài")
    assert "một câu đủ dài" not in answer.text
    assert enter("lan", "một câu đủ dài").get(BOARD).status_code == 200


def test_what_is_wrong_is_named_beside_its_field_and_the_rest_stays(portal: Portal, admin: httpx.Client) -> None:
    answer = send_form(admin, "/accounts", name="lan nguyễn", display="Lan", role="officer", secret="ngắn")
    assert answer.status_code == 422
    assert re.findall(r'<a href="#(\w+)">', answer.text) == ["name", "secret"]
    assert 'value="lan nguyễn"' in answer.text
    assert "ngắn" not in answer.text
    assert [a.id for a in portal.store.accounts.all()] == ["officer:quan-tri"]
    for missing in ("role", "name"):
        fields = {"name": "lan", "role": "officer"} | {missing: "", "secret": SECRET}
        assert f'href="#{missing}"' in send_form(admin, "/accounts", **fields).text


def test_an_account_that_is_there_is_not_overwritten_by_adding_it_again(portal: Portal, admin: httpx.Client) -> None:
    make_officer(portal.store, "lan", Role.OFFICER)
    answer = send_form(admin, "/accounts", name="lan", role="administrator", secret="một câu khác hẳn")
    assert 'href="#name"' in answer.text
    account = portal.store.accounts.get("officer:lan")
    assert account
    assert account.role == Role.OFFICER


@pytest.mark.parametrize(("act", "fields"), [
    ("role", {"role": "viewer"}), ("secret", {"secret": "một câu khác hẳn"}), ("revoke", {})
])  # fmt: skip
def test_a_change_ends_the_persons_sessions_at_once(
    portal: Portal, admin: httpx.Client, enter: Enter, act: str, fields: dict[str, str]
) -> None:
    make_officer(portal.store, "lan", Role.OFFICER)
    lan = enter("lan", SECRET)
    assert lan.get(BOARD).status_code == 200
    send_form(admin, "/accounts/lan", f"/accounts/lan/{act}", **fields)
    assert lan.get(BOARD).status_code == 401


def test_an_old_session_and_an_old_form_open_nothing_after_signing_out(portal: Portal, enter: Enter) -> None:
    make_officer(portal.store)
    admin = enter("quan-tri", SECRET)
    page = admin.get("/accounts")
    token, form = dict(admin.cookies), re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert form
    send_form(admin, "/accounts", "/sign-out")
    admin.cookies.update(token)
    assert admin.get("/accounts").status_code == 401
    replay = admin.post("/accounts", data={"csrf": form[1], "name": "lan", "role": "officer"})
    assert replay.status_code == 401
    fresh = enter("quan-tri", SECRET)
    stale = fresh.post("/accounts", data={"csrf": form[1], "name": "lan", "role": "officer"})
    assert stale.status_code == 403
    assert portal.store.accounts.get("officer:lan") is None


def test_nobody_takes_their_own_account_away_or_changes_their_own_role(admin: httpx.Client) -> None:
    page = admin.get("/accounts/quan-tri").text
    assert "/accounts/quan-tri/revoke" not in page
    assert "/accounts/quan-tri/role" not in page
    for act, fields in (("revoke", {}), ("role", {"role": "viewer"})):
        answer = send_form(admin, "/accounts/quan-tri", f"/accounts/quan-tri/{act}", **fields)
        assert answer.status_code == 409
        assert "chính mình" in page_text(answer)
    assert admin.get("/accounts").status_code == 200


def test_a_reading_link_reads_everything_changes_nothing_and_ends_when_revoked(
    portal: Portal, admin: httpx.Client
) -> None:
    (address,) = codes(send_form(admin, "/accounts", "/links", title="Chủ tịch UBND tỉnh", days="7"))
    assert codes(admin.get("/accounts")) == []
    path = "/read/" + address.rsplit("/", 1)[1]
    origin = str(admin.base_url).rstrip("/")
    with httpx.Client(base_url=origin, trust_env=False, headers={"Origin": origin}, timeout=60) as leader:
        assert leader.get(path).status_code == 303
        assert leader.get(BOARD).status_code == 200
        for closed in ("/access", "/accounts", "/journal", "/campaigns/bau-cu-2026/what-if"):
            assert leader.get(closed).status_code == 404
        (link,) = [a for a in portal.store.accounts.all() if a.id.startswith("link:")]
        assert link.expires_at == NOW + timedelta(days=7)
        send_form(admin, "/accounts", f"/links/{link.id[5:]}/revoke")
        assert leader.get(BOARD).status_code == 401
        assert leader.get(path).status_code == 404


@pytest.mark.parametrize("days", ["", "0", "32", "-1", "bảy", "100001"])
def test_a_link_lasts_from_one_to_thirty_one_days(portal: Portal, admin: httpx.Client, days: str) -> None:
    answer = send_form(admin, "/accounts", "/links", title="Lãnh đạo", days=days)
    assert answer.status_code == 422
    assert 'href="#days"' in answer.text
    assert 'value="Lãnh đạo"' in answer.text
    assert [a for a in portal.store.accounts.all() if a.id.startswith("link:")] == []


def test_programs_are_listed_and_can_be_stopped(portal: Portal, admin: httpx.Client) -> None:
    issue_token(portal.store, "bang-tin", Role.VIEWER, NOW)
    assert "bang-tin" in page_text(admin.get("/accounts"))
    send_form(admin, "/accounts", "/programs/bang-tin/revoke")
    account = portal.store.accounts.get("program:bang-tin")
    assert account
    assert not account.is_active(NOW)


@pytest.mark.parametrize("path", ["/accounts/khong-co", "/accounts/khong-co/revoke", "/links/khong-co/revoke"])
def test_what_is_not_there_is_not_found(admin: httpx.Client, path: str) -> None:
    answer = send_form(admin, "/accounts", path) if path.endswith("revoke") else admin.get(path)
    assert answer.status_code == 404
