"""Lanes of the outbox: what one server takes. A lane on which nobody knows what became of a message rests.

Else a server that takes everything and says nothing would leave every message of a day to be asked about.
"""

from datetime import UTC, datetime, timedelta

from lotrinh.services.notify.receivers import MAIL, ZALO
from lotrinh.store import Store
from lotrinh.store.outbox import Message

FIRST_WAIT, GROWTH, GROWS = timedelta(minutes=2), 4, 5
LONGEST_REST = timedelta(hours=1)
"""A server that was mended is found out within so long."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def growing(number: int) -> timedelta:
    """How long to wait after the n-th failure, from 1: 2 minutes, 8, 32 …; the caller knows how long at most."""
    return FIRST_WAIT * int(GROWTH ** min(number - 1, GROWS))


def lane_of(message: Message) -> str:
    """Name the server that takes a message: ours of mail and of Zalo, or the address itself."""
    return message.channel if message.channel in {MAIL, ZALO} else f"{message.channel}/{message.content.get('to', '')}"


def rested(store: Store, lane: str) -> datetime:
    """Return when the last rest of a lane is over; long ago where it never had one."""
    known = store.outbox.remembered(_name(lane))
    return datetime.fromisoformat(known["until"]) if known else LONG_AGO


def rests(store: Store, lane: str, now: datetime) -> bool:
    """Whether nothing is sent on a lane for now."""
    return now < rested(store, lane)


def rest(store: Store, lane: str, now: datetime) -> None:
    """Let a lane rest, each time longer until it is woken."""
    known = store.outbox.remembered(_name(lane))
    number = known["number"] + 1 if known else 1
    until = now + min(growing(number), LONGEST_REST)
    store.outbox.remember(_name(lane), {"number": number, "until": until.isoformat()}, now, known)


def wake(store: Store, lane: str, now: datetime) -> None:
    """End the rest of a lane, and forget that it ever had one."""
    known = store.outbox.remembered(_name(lane))
    if known and known["number"]:
        store.outbox.remember(_name(lane), {"number": 0, "until": now.isoformat()}, now, known)


def _name(lane: str) -> str:
    return f"rest/{lane}"
