"""Accounts, sessions and counters of failures in a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.errors import Conflict
from lotrinh.store import Store, open_store
from lotrinh.store.accounts import Account

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAN = Account(id="officer:lan", role="officer", unit="", name="Lan", secret_hash="#a", generation=1, issued_at=NOW)


def note(key: str = "") -> NewEntry:
    return NewEntry(
        kind=EntryKind.ACCOUNT,
        at=NOW,
        campaign="",
        unit="25",
        step="",
        actor="console",
        body={"what": "created"},
        checklist_hash="",
        key=key,
    )


def test_an_account_comes_back_as_it_was_put(store: Store, url: str) -> None:
    whole = LAN._replace(expires_at=NOW + HOUR, revoked_at=NOW)
    store.accounts.put(whole)
    with open_store(url) as other:
        assert other.accounts.get(LAN.id) == whole
    assert store.accounts.get("officer:khong-co") is None
    assert store.accounts.all("officer") == (whole,)
    assert store.accounts.all("viewer") == ()


def test_each_change_makes_the_next_generation_and_ends_the_sessions_of_the_last(store: Store) -> None:
    store.accounts.put(LAN)
    generation = 1
    for change in (
        lambda: store.accounts.put(LAN._replace(secret_hash="#b")),
        lambda: store.accounts.alter(LAN.id, lambda known, _: (known or LAN)._replace(role="viewer"), []),
        lambda: store.accounts.revoke([LAN.id], NOW, []),
    ):
        account = store.accounts.get(LAN.id)
        assert account
        token = store.sessions.open(account, NOW)
        assert store.sessions.find(token)
        change()
        assert store.sessions.find(token) is None
        changed = store.accounts.get(LAN.id)
        assert changed
        assert changed.generation == generation + 1
        generation += 1


def test_revoking_twice_keeps_the_first_moment(store: Store) -> None:
    store.accounts.put(LAN)
    for moment in (NOW, NOW + HOUR):
        store.accounts.revoke([LAN.id, "officer:khong-co"], moment, [])
    account = store.accounts.get(LAN.id)
    assert account
    assert account.revoked_at == NOW


def test_an_account_and_the_entry_about_it_are_written_together_or_not_at_all(store: Store) -> None:
    store.accounts.put(LAN, entries=[note("k")])
    with pytest.raises(Conflict):
        store.accounts.put(LAN._replace(id="officer:hoa"), entries=[note("khac"), note("k")])
    with pytest.raises(ZeroDivisionError):
        store.accounts.alter("officer:hoa", lambda *_: LAN._replace(generation=1 // 0), [note()])
    with pytest.raises(Conflict):
        store.access.issue(["04924"], NOW, [note("k")])
    assert store.accounts.get("officer:hoa") is None
    assert store.access.issue_times() == {}
    assert len(store.journal.entries()) == 1
    assert store.journal.verify() is None


def test_a_change_sees_the_account_and_the_whole_office_at_that_moment(store: Store) -> None:
    store.accounts.put(LAN, LAN._replace(id="officer:hoa"), LAN._replace(id="unit:04924"))
    seen: list[object] = []

    def change(known: Account | None, office: object) -> Account:
        seen.extend((known, office))
        return LAN

    store.accounts.alter(LAN.id, change, [])
    assert seen == [LAN, (LAN._replace(id="officer:hoa"), LAN)]


def test_tokens_are_long_never_the_same_and_not_in_the_database(store: Store, tmp_path: Path) -> None:
    store.accounts.put(LAN)
    tokens = [store.sessions.open(LAN, NOW) for _ in range(50)]
    assert len(set(tokens)) == 50
    assert min(map(len, tokens)) >= 43  # 256 bits
    store.close()
    assert all(token.encode() not in part.read_bytes() for token in tokens for part in tmp_path.iterdir())


def test_a_closed_session_opens_nothing_but_still_tells_the_last_use(store: Store) -> None:
    store.accounts.put(LAN)
    token = store.sessions.open(LAN, NOW)
    session = store.sessions.find(token)
    assert session
    store.sessions.touch(session, NOW + HOUR)
    store.sessions.close(token)
    assert store.sessions.find(token) is None
    assert store.accounts.last_used() == {LAN.id: NOW + HOUR}


def test_old_sessions_are_forgotten_but_for_the_newest_of_each_account(store: Store) -> None:
    store.accounts.put(LAN, LAN._replace(id="officer:hoa"))
    old = [store.sessions.open(LAN, NOW + n * HOUR) for n in range(3)]
    other = store.sessions.open(LAN._replace(id="officer:hoa"), NOW)
    store.sessions.forget(NOW + timedelta(days=1))
    assert [store.sessions.find(token) is not None for token in (*old, other)] == [False, False, True, True]
    assert store.accounts.last_used() == {LAN.id: NOW + 2 * HOUR, "officer:hoa": NOW}


def test_counters_grow_shrink_and_begin_anew_when_their_last_failure_is_old(store: Store) -> None:
    def times() -> dict[str, int]:
        return {key: f.times for key, f in store.throttle.failures(["a", "b"]).items()}

    for moment in (NOW, NOW + HOUR):
        store.throttle.attempt(["a", "b"], moment, NOW - HOUR, lambda _: None)
    assert times() == {"a": 2, "b": 2}
    store.throttle.take_back("a")
    assert times() == {"a": 1, "b": 2}
    store.throttle.take_back("a")
    store.throttle.clear("b")
    assert times() == {}
    store.throttle.attempt(["a"], NOW, NOW - HOUR, lambda _: None)
    store.throttle.attempt(["b"], NOW + 3 * HOUR, NOW + HOUR, lambda _: None)
    assert times() == {"b": 1}


def test_what_was_refused_is_not_counted(store: Store) -> None:
    def refuse(_: object) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        store.throttle.attempt(["a"], NOW, NOW - HOUR, refuse)
    assert store.throttle.failures(["a"]) == {}
