"""The circuit breaker of delivery servers: a server of which nobody knows what became of a message is left alone.

Otherwise a server that takes everything and says nothing would leave every message of a day to be asked about.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from lotrinh.services.notify.receivers import CHANNELS
from lotrinh.store import Store
from lotrinh.store.outbox import OutboxMessage

FIRST_WAIT, GROWTH, GROWS = timedelta(minutes=2), 4, 5
LONGEST_PAUSE = timedelta(hours=1)
"""A server that was mended is found out within so long."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def growing_wait(number: int) -> timedelta:
    """Return how long to wait after the n-th failure, from 1: 2 minutes, 8, 32 …; the caller knows the longest."""
    return FIRST_WAIT * int(GROWTH ** min(number - 1, GROWS))


def delivery_server(message: OutboxMessage) -> str:
    """Name the server that takes a message: ours of mail and of Zalo, or the address itself."""
    facts = CHANNELS.get(message.channel)
    return message.channel if facts and facts.has_one_server else f"{message.channel}/{message.content.get('to', '')}"


class CircuitBreaker:
    """One circuit for each delivery server. They are kept in the database, for several workers send side by side."""

    def __init__(self, store: Store) -> None:
        self._outbox = store.outbox

    def open_until(self, server: str) -> datetime:
        """Return until when the circuit of a server is or was open; long ago where it never opened."""
        known = self._remembered(server)
        return datetime.fromisoformat(known["until"]) if known else LONG_AGO

    def is_open(self, server: str, now: datetime) -> bool:
        """Whether nothing is sent through a server for now."""
        return now < self.open_until(server)

    def open(self, server: str, now: datetime) -> None:
        """Send nothing through a server for a while, each time longer until the circuit is closed."""
        known = self._remembered(server)
        number = known["number"] + 1 if known else 1
        until = now + min(growing_wait(number), LONGEST_PAUSE)
        self._outbox.remember(_key(server), {"number": number, "until": until.isoformat()}, now, known)

    def close(self, server: str, now: datetime) -> None:
        """Send through a server again, and forget that its circuit was ever open."""
        known = self._remembered(server)
        if known and known["number"]:
            self._outbox.remember(_key(server), {"number": 0, "until": now.isoformat()}, now, known)

    def _remembered(self, server: str) -> dict[str, Any] | None:
        return self._outbox.recall(_key(server))


def _key(server: str) -> str:
    return f"rest/{server}"  # the databases in use already know the circuits by this name
