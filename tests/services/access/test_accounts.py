"""Accounts: made, changed and revoked by who may, each with an entry of the journal that holds no secret."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lotrinh.core.status.journal import Entry, EntryKind, fold
from lotrinh.core.status.roles import Role
from lotrinh.errors import BadInput, Conflict, NotFound
from lotrinh.services.access.accounts import (
    LONGEST_LINK,
    AccountActor,
    add_officer,
    change_role,
    change_secret,
    follow_link,
    issue_codes,
    issue_slips,
    make_link,
    revoke_codes,
    revoke_link,
    revoke_officer,
    revoke_slips,
)
from lotrinh.services.access.sign_in import visitor_of_token
from lotrinh.store import Store
from lotrinh.store.accounts import Account
from tests.services.builders import LIEN_SON, LUONG_SON

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
SECRET = "mật khẩu đủ dài"
BY = AccountActor("officer:sep", "25")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotrinh.services.access.accounts.hash_secret", lambda secret: f"#{secret}")


def add(store: Store, name: str, role: Role = Role.ADMINISTRATOR) -> Account:
    return add_officer(store, name, role, name.title(), SECRET, NOW, BY)


def acts(store: Store) -> list[tuple[str, str, str, str]]:
    found: tuple[Entry, ...] = store.journal.entries()
    assert all(e.new.kind is EntryKind.ACCOUNT and not e.new.campaign and not e.new.step for e in found)
    return [(e.new.body["what"], e.new.body["account"], e.new.body["role"], e.new.unit) for e in found]


def test_every_act_is_an_entry_with_who_did_what_to_whom(store: Store) -> None:
    add(store, "lan", Role.OFFICER)
    change_role(store, "officer:lan", Role.VIEWER, NOW, BY)
    change_secret(store, "officer:lan", "một câu khác hẳn", NOW, BY)
    revoke_officer(store, "officer:lan", NOW, BY)
    issue_slips(store, [LUONG_SON], NOW, BY)
    revoke_slips(store, [LUONG_SON, LIEN_SON], NOW, BY)
    issue_codes(store, [LIEN_SON], NOW, BY)
    revoke_codes(store, [LUONG_SON, LIEN_SON], NOW, BY)
    token = make_link(store, "Lãnh đạo", LONGEST_LINK, NOW, BY)
    (link,) = [a for a in store.accounts.all() if a.id.startswith("link:")]
    revoke_link(store, link.id, NOW, BY)
    assert acts(store) == [
        ("created", "officer:lan", "officer", "25"),
        ("role", "officer:lan", "viewer", "25"),
        ("secret", "officer:lan", "viewer", "25"),
        ("revoked", "officer:lan", "viewer", "25"),
        ("slip", "unit:04924", "unit", "04924"),
        ("slip_revoked", "unit:04924", "unit", "04924"),
        ("code", "unit:04960", "unit", "04960"),
        ("code_revoked", "unit:04960", "unit", "04960"),
        ("link", link.id, "viewer", "25"),
        ("link_revoked", link.id, "viewer", "25"),
    ]
    assert {e.new.actor for e in store.journal.entries()} == {"officer:sep"}
    assert follow_link(store, token, NOW) is None
    assert store.journal.verify() is None


def test_no_secret_is_ever_written_down(store: Store) -> None:
    add(store, "lan")
    change_secret(store, "officer:lan", "một câu khác hẳn", NOW, BY)
    secrets = [SECRET, "một câu khác hẳn", make_link(store, "x", LONGEST_LINK, NOW, BY)]
    secrets += [s.secret for s in (*issue_slips(store, [LUONG_SON], NOW), *issue_codes(store, [LIEN_SON], NOW))]
    written = str(store.journal.entries())
    assert all(secret not in written for secret in secrets)


def test_accounts_make_no_record_of_any_step(store: Store) -> None:
    add(store, "lan")
    issue_slips(store, [LUONG_SON], NOW)
    assert fold(store.journal.entries()) == {}


REFUSED: dict[str, Callable[[Store], object]] = {
    "there already": lambda store: add_officer(store, "lan", Role.OFFICER, "", SECRET, NOW, BY, renew=False),
    "nobody": lambda store: change_role(store, "officer:khong-co", Role.VIEWER, NOW, BY),
    "the last one": lambda store: revoke_officer(store, "officer:lan", NOW, BY),
    "too short": lambda store: change_secret(store, "officer:lan", "ngắn", NOW, BY),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_was_refused_leaves_no_entry(store: Store, what: str) -> None:
    add(store, "lan")
    with pytest.raises((BadInput, Conflict, NotFound)):
        REFUSED[what](store)
    assert len(store.journal.entries()) == 1


DEMOTIONS: dict[str, Callable[[Store], object]] = {
    "revoked": lambda store: revoke_officer(store, "officer:mot", NOW, BY),
    "another role": lambda store: change_role(store, "officer:mot", Role.OFFICER, NOW, BY),
    "made again": lambda store: add(store, "mot", Role.VIEWER),
}


@pytest.mark.parametrize("way", DEMOTIONS)
def test_the_last_administrator_stays(store: Store, way: str) -> None:
    add(store, "mot")
    add(store, "hai", Role.OFFICER)
    with pytest.raises(Conflict, match="cuối cùng"):
        DEMOTIONS[way](store)
    add(store, "ba")
    DEMOTIONS[way](store)
    assert [a.id for a in store.accounts.all(Role.ADMINISTRATOR) if a.is_active(NOW)] == ["officer:ba"]


def test_two_administrators_who_revoke_each_other_at_once_leave_one(store: Store) -> None:
    pairs = {"officer:mot": "officer:hai", "officer:hai": "officer:mot"}
    for name in ("mot", "hai"):
        add(store, name)

    def take_away(whom: str) -> str:
        try:
            revoke_officer(store, whom, NOW, AccountActor(pairs[whom], "25"))
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take_away, pairs)) == ["done", "refused"]
    assert sum(a.is_active(NOW) for a in store.accounts.all(Role.ADMINISTRATOR)) == 1


def test_nobody_revokes_themselves_or_changes_their_own_role(store: Store) -> None:
    for name in ("mot", "hai"):
        add(store, name)
    own = AccountActor("officer:mot", "25")
    with pytest.raises(Conflict, match="chính mình"):
        revoke_officer(store, "officer:mot", NOW, own)
    with pytest.raises(Conflict, match="chính mình"):
        change_role(store, "officer:mot", Role.VIEWER, NOW, own)
    assert change_secret(store, "officer:mot", "một câu khác hẳn", NOW, own).secret_hash == "#một câu khác hẳn"


def test_a_change_never_brings_a_revoked_account_back(store: Store) -> None:
    add(store, "mot")
    add(store, "lan", Role.OFFICER)
    revoke_officer(store, "officer:lan", NOW, BY)
    with pytest.raises(NotFound):
        change_role(store, "officer:lan", Role.ADMINISTRATOR, NOW, BY)
    with pytest.raises(NotFound):
        change_secret(store, "officer:lan", "một câu khác hẳn", NOW, BY)
    account = store.accounts.get("officer:lan")
    assert account
    assert not account.is_active(NOW)
    assert add(store, "lan", Role.OFFICER).generation > account.generation


@pytest.mark.parametrize("name", ["", "12345", "lan nguyen", "nguyễn", "../lan", "x" * 41, "-", "lan:x"])
def test_a_name_is_letters_digits_dots_and_hyphens(store: Store, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        add(store, name)
    assert [p.where for p in caught.value.problems] == ["name"]
    assert store.accounts.all() == ()


def test_no_account_exists_before_somebody_makes_one(store: Store) -> None:
    assert store.accounts.all() == ()


@pytest.mark.parametrize("role", [Role.UNIT])
def test_a_units_account_is_made_by_its_slip_alone(store: Store, role: Role) -> None:
    with pytest.raises(BadInput):
        add(store, "lan", role)
    add(store, "lan")
    with pytest.raises(BadInput):
        change_role(store, "officer:lan", role, NOW, BY)
    with pytest.raises(NotFound):
        revoke_officer(store, "unit:04924", NOW, BY)


def test_a_link_opens_a_reading_session_until_its_last_moment(store: Store) -> None:
    token = make_link(store, "Lãnh đạo", timedelta(days=1), NOW, BY)
    end = NOW + timedelta(days=1)
    session = follow_link(store, token, end - timedelta(seconds=1))
    assert session
    found = visitor_of_token(store, session, end - timedelta(seconds=1))
    assert found
    assert found[0].role is Role.VIEWER
    assert visitor_of_token(store, session, end) is None
    assert follow_link(store, token, end) is None
    assert follow_link(store, token[:-1] + ("A" if token[-1] != "A" else "B"), NOW) is None


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(days=-1), LONGEST_LINK + timedelta(seconds=1)])
def test_a_link_lasts_a_month_at_most(store: Store, lasts: timedelta) -> None:
    with pytest.raises(BadInput):
        make_link(store, "x", lasts, NOW, BY)
    assert store.accounts.all() == ()


def test_the_same_request_is_carried_out_once(store: Store) -> None:
    by = BY._replace(key="k")
    first = issue_slips(store, [LUONG_SON], NOW, by)
    with pytest.raises(Conflict):
        issue_slips(store, [LUONG_SON, LIEN_SON], NOW, by)
    account = store.accounts.get("unit:04924")
    assert account
    assert account.secret_hash == f"#{first[0].secret}"
    assert store.accounts.get("unit:04960") is None
