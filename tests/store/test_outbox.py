"""The outbox on a real database: laid down once, claimed by one, ended by whoever claimed it."""

from datetime import UTC, datetime, timedelta

import pytest

from lotrinh.store import Store
from lotrinh.store.outbox import (
    DROPPED,
    FAILED,
    SENDING,
    SENT,
    UNCLEAR,
    WAITING,
    DeliveryResult,
    NewMessage,
    OutboxMessage,
)

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
SOON = NOW + timedelta(minutes=30)


def new(key: str, at: datetime = NOW) -> NewMessage:
    return NewMessage(
        key=key, campaign="thu", kind="remind", receiver="04924", channel="mail", content={"to": "a@b.vn"}, next_at=at
    )


def only(store: Store) -> OutboxMessage:
    (found,) = store.outbox.newest()
    return found


def test_a_key_is_laid_down_once(store: Store) -> None:
    assert store.outbox.put([new("a"), new("b"), new("a")], NOW) == 2
    assert store.outbox.put([new("b"), new("c")], NOW) == 1
    assert [m.key for m in store.outbox.due(NOW)] == ["a", "b", "c"]


def test_what_is_for_later_is_not_due(store: Store) -> None:
    store.outbox.put([new("a", SOON)], NOW)
    assert store.outbox.due(NOW) == ()
    assert store.outbox.claim(only(store), NOW, SOON) is None
    assert len(store.outbox.due(SOON)) == 1


def test_only_one_claims_and_only_the_claimer_ends(store: Store) -> None:
    store.outbox.put([new("a")], NOW)
    waiting = only(store)
    mine = store.outbox.claim(waiting, NOW, SOON)
    assert mine
    assert store.outbox.claim(waiting, NOW, SOON) is None
    assert store.outbox.end(mine, DeliveryResult(SENT, NOW))
    assert not store.outbox.end(mine, DeliveryResult(FAILED, NOW))
    assert (only(store).state, only(store).tries) == (SENT, 1)


def test_a_claim_that_nobody_ends_becomes_unclear_and_a_late_word_still_counts(store: Store) -> None:
    store.outbox.put([new("a")], NOW)
    mine = store.outbox.claim(only(store), NOW, SOON)
    assert mine
    assert store.outbox.give_up_lost(NOW, "?") == 0
    assert store.outbox.give_up_lost(SOON, "?") == 1
    assert (only(store).state, only(store).problem) == (UNCLEAR, "?")
    assert store.outbox.due(SOON) == ()
    assert store.outbox.end(mine, DeliveryResult(SENT, SOON))
    assert only(store).state == SENT


def test_who_lost_a_claim_that_was_tried_again_says_nothing_any_more(store: Store) -> None:
    store.outbox.put([new("a")], NOW)
    first = store.outbox.claim(only(store), NOW, NOW)
    assert first
    store.outbox.give_up_lost(NOW, "?")
    assert store.outbox.retry(only(store), NOW)
    assert store.outbox.claim(only(store), NOW, SOON)
    assert not store.outbox.end(first, DeliveryResult(FAILED, NOW))
    assert only(store).state == SENDING


@pytest.mark.parametrize(
    ("state", "retried", "dropped"),
    [
        (WAITING, True, True),
        (SENDING, False, False),
        (SENT, False, False),
        (FAILED, True, True),
        (UNCLEAR, True, True),
    ],
)
def test_what_people_may_do_hangs_on_the_state(store: Store, state: str, *, retried: bool, dropped: bool) -> None:
    for key in ("a", "b"):
        store.outbox.put([new(key)], NOW)
        (message,) = store.outbox.due(NOW) if state == WAITING and key == "a" else store.outbox.newest(most=1)
        if state != WAITING:
            claimed = store.outbox.claim(message, NOW, SOON)
            assert claimed
            if state != SENDING:
                assert store.outbox.end(claimed, DeliveryResult(state, NOW))
    last, first = store.outbox.newest()
    assert store.outbox.retry(first, NOW) is retried
    assert store.outbox.drop(last, NOW) is dropped
    assert {m.id: m.state for m in store.outbox.newest()} == {
        first.id: WAITING if retried else state,
        last.id: DROPPED if dropped else state,
    }


@pytest.mark.parametrize("state", [UNCLEAR, FAILED, WAITING])
def test_a_message_that_was_tried_since_it_was_seen_is_left_alone(store: Store, state: str) -> None:
    store.outbox.put([new("a")], NOW)
    seen = only(store)
    claimed = store.outbox.claim(seen, NOW, SOON)
    assert claimed
    assert not store.outbox.retry(seen, NOW)
    assert not store.outbox.drop(seen, NOW)
    assert only(store).state == SENDING
    assert store.outbox.end(claimed, DeliveryResult(state, NOW, "?", SOON))
    before = only(store)
    assert not store.outbox.retry(seen, NOW)
    assert not store.outbox.drop(seen, NOW)
    assert only(store) == before


def test_the_cursor_of_another_system_is_no_message(store: Store) -> None:
    assert store.outbox.follow("x", lambda _: [], NOW) == 0
    assert store.outbox.newest() == ()
    assert store.outbox.counts() == {}
    assert store.outbox.get(1) is None


def test_what_is_due_is_found_by_channel(store: Store) -> None:
    store.outbox.put([new("a"), new("b")._replace(channel="webhook"), new("c")], NOW)
    assert [m.key for m in store.outbox.due(NOW, only="webhook")] == ["b"]
    assert [m.key for m in store.outbox.due(NOW, but="webhook")] == ["a", "c"]


def test_what_is_remembered_and_what_is_laid_down_with_it_are_one(store: Store) -> None:
    assert store.outbox.recall("x") is None
    assert store.outbox.remember("x", {"n": 1}, NOW, None, [new("a")])
    # Whoever looked before that is too late, and lays nothing down.
    assert not store.outbox.remember("x", {"n": 2}, NOW, None, [new("b")])
    assert not store.outbox.remember("x", {"n": 2}, NOW, {"n": 0}, [new("b")])
    assert store.outbox.recall("x") == {"n": 1}
    assert store.outbox.remember("x", {"n": 2}, NOW, {"n": 1})
    assert store.outbox.recall("x") == {"n": 2}
    assert [m.key for m in store.outbox.newest()] == ["a"]
