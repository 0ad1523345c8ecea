"""lotrinh outbox: many messages sent again or dropped at once, shown before it is done."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.store import open_store
from lotrinh.store.outbox import UNCLEAR, WAITING, DeliveryResult, NewMessage
from tests.conftest import Lotrinh

YESTERDAY = "2026-02-09"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'data' / 'lotrinh.db').as_posix()}"


def make_unclear(url: str, *days: str) -> list[str]:
    """Lay messages down of which nobody knows whether they went out, reminders of these days; return their numbers."""
    with open_store(url) as store:
        for number, day in enumerate(days):
            moment: datetime = now()
            content = {"to": "vp@phutho.example.vn", "day": day}
            store.outbox.put(
                [
                    NewMessage(
                        key=f"x/{number}",
                        campaign="",
                        kind="remind",
                        receiver="25",
                        channel="mail",
                        content=content,
                        next_at=moment,
                    )
                ],
                moment,
            )
            claimed = store.outbox.claim(store.outbox.newest(most=1)[0], moment, moment + timedelta(minutes=1))
            assert claimed
            assert store.outbox.end(claimed, DeliveryResult(UNCLEAR, moment, "im lặng"))
        return [str(m.id) for m in reversed(store.outbox.newest())]


def state_counts(url: str) -> dict[str, int]:
    with open_store(url) as store:
        return store.outbox.counts()


def test_several_messages_are_sent_again_and_those_that_cannot_be_are_named(lotrinh: Lotrinh, url: str) -> None:
    first, old, last = make_unclear(url, "", YESTERDAY, "")
    made = lotrinh("outbox", "retry", first, old, "999", last, "--yes")
    assert made.returncode == 2
    assert f"{old}: Lời nhắc này của ngày 09/02/2026" in made.stderr
    assert "999: Không có tin mang số 999." in made.stderr
    assert state_counts(url) == {WAITING: 2, UNCLEAR: 1}


def test_what_is_unclear_is_not_sent_again_by_its_number_alone(lotrinh: Lotrinh, url: str) -> None:
    (number,) = make_unclear(url, "")  # perhaps since somebody saw it wait
    asked = lotrinh("outbox", "retry", number)
    assert asked.stdout.split("\t")[0] == number
    assert "Chưa làm gì với 1 tin." in asked.stderr
    assert state_counts(url) == {UNCLEAR: 1}
    assert lotrinh("outbox", "drop", number).returncode == 0
    assert state_counts(url) == {"dropped": 1}


def test_all_that_is_unclear_is_shown_first_and_sent_again_only_where_somebody_agrees(
    lotrinh: Lotrinh, url: str
) -> None:
    first, old, last = make_unclear(url, "", YESTERDAY, "")
    asked = lotrinh("outbox", "retry", "--all-unclear")
    assert [line.split("\t")[0] for line in asked.stdout.splitlines()] == [first, old, last]
    assert "Chưa làm gì với 2 tin." in asked.stderr
    assert f"{old}: Lời nhắc này của ngày 09/02/2026" in asked.stderr
    assert state_counts(url) == {UNCLEAR: 3}
    done = lotrinh("outbox", "retry", "--all-unclear", "--yes")
    assert done.returncode == 0, done.stderr
    assert state_counts(url) == {WAITING: 2, UNCLEAR: 1}
    dropped = lotrinh("outbox", "drop", "--all-unclear", "--yes")
    assert dropped.returncode == 0, dropped.stderr
    assert state_counts(url) == {WAITING: 2, "dropped": 1}
    assert "Không có tin nào để làm." in lotrinh("outbox", "drop", "--all-unclear").stderr


@pytest.mark.parametrize("more", [(), ("1", "--all-unclear")])
def test_which_messages_are_meant_has_to_be_said_in_one_way(lotrinh: Lotrinh, more: tuple[str, ...]) -> None:
    made = lotrinh("outbox", "retry", *more)
    assert made.returncode == 2
    assert "--all-unclear" in made.stderr
