"""Messages to be sent: put into a table in a transaction, sent after it, each claimed by one sender alone.

A message that was claimed and never ended is not sent again by itself: nobody knows whether it went out.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, insert, select, update

from lotrinh.core.status.journal import Entry
from lotrinh.store.engine import reading, utc_text, writing
from lotrinh.store.journal import read_entry
from lotrinh.store.schema import journal, outbox

WAITING, SENDING, SENT, UNCLEAR, FAILED, DROPPED = "waiting", "sending", "sent", "unclear", "failed", "dropped"
CURSOR = "cursor"
"""Kind and state of the rows that remember something between two goes: how much of the journal a system was sent."""
OPEN = (WAITING, SENDING, UNCLEAR, FAILED)
"""What is not over yet, for somebody or for us."""
WENT_OUT = (SENDING, SENT, UNCLEAR)
"""What went out, or may have."""
RESTORED = "restored"
"""Under this name it is remembered when a backup was put back: what was sent just before that is not known."""
AT_ONCE = 500
"""Keys looked up in one query, and entries of the journal whose messages are one transaction."""


class NewMessage(NamedTuple):
    """A message before it is in the outbox. ``key`` makes it one however often it is made; ``content`` is JSON."""

    key: str
    campaign: str
    kind: str
    receiver: str
    channel: str
    content: Mapping[str, Any]
    next_at: datetime
    state: str = WAITING
    problem: str = ""


class OutboxMessage(NamedTuple):
    """A message. ``next_at`` is when it may be tried again or, while it is being sent, when its sender counts as lost.

    ``tries`` counts the claims; ``problem`` is why the last one did not succeed, in words.
    """

    id: int
    key: str
    campaign: str
    kind: str
    receiver: str
    channel: str
    content: Mapping[str, Any]
    state: str
    tries: int
    created_at: datetime
    next_at: datetime
    done_at: datetime | None
    problem: str


class DeliveryResult(NamedTuple):
    """How a try ended; ``next_at`` only where there will be another."""

    state: str
    at: datetime
    problem: str = ""
    next_at: datetime | None = None


MessageMaker = Callable[[Sequence[Entry]], Iterable[NewMessage]]
"""From new entries of the journal to the messages about them."""


class Outbox:
    """The messages of one record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, new: Iterable[NewMessage], at: datetime) -> int:
        """Put messages into the outbox and return how many were new: one whose key is known is there already."""
        with writing(self._engine, chain=True) as connection:
            return _put(connection, new, at)

    def due(
        self, at: datetime, after: int = 0, most: int = AT_ONCE, *, only: str = "", but: str = ""
    ) -> tuple[OutboxMessage, ...]:
        """Return messages with ids above ``after`` that may be tried now, the oldest first.

        Of one channel ``only``, or of all ``but`` one, where these are named.
        """
        ready = [outbox.c.state == WAITING, outbox.c.next_at <= utc_text(at), outbox.c.id > after]
        ready += [outbox.c.channel == only] if only else []
        ready += [outbox.c.channel != but] if but else []
        with reading(self._engine) as connection:
            query = select(outbox).where(*ready).order_by(outbox.c.id).limit(most)
            return _messages(connection.execute(query).mappings())

    def claim(self, message: OutboxMessage, at: datetime, until: datetime) -> OutboxMessage | None:
        """Take a waiting message for sending; None where somebody else has it, or had."""
        mine = (outbox.c.id == message.id, outbox.c.state == WAITING, outbox.c.tries == message.tries)
        taken = update(outbox).where(*mine, outbox.c.next_at <= utc_text(at))
        with writing(self._engine) as connection:
            values = {"state": SENDING, "tries": message.tries + 1, "next_at": utc_text(until)}
            if not connection.execute(taken.values(**values)).rowcount:
                return None
        return message._replace(state=SENDING, tries=message.tries + 1, next_at=until)

    def end(self, message: OutboxMessage, ending: DeliveryResult, content: Mapping[str, Any] | None = None) -> bool:
        """Record how the try of a claimed message ended; False where the claim was lost and it was tried again."""
        mine = (outbox.c.id == message.id, outbox.c.tries == message.tries, outbox.c.state.in_((SENDING, UNCLEAR)))
        values: dict[str, Any] = {"state": ending.state, "problem": ending.problem}
        values["next_at"] = utc_text(ending.next_at or ending.at)
        values["done_at"] = None if ending.state == WAITING else utc_text(ending.at)
        if content is not None:
            values["content"] = _json(content)
        with writing(self._engine) as connection:
            return bool(connection.execute(update(outbox).where(*mine).values(**values)).rowcount)

    def give_up_lost(self, at: datetime, problem: str) -> int:
        """Call messages unclear whose sender ended without a word; return how many."""
        lost = (outbox.c.state == SENDING, outbox.c.next_at <= utc_text(at))
        values = {"state": UNCLEAR, "done_at": utc_text(at), "problem": problem}
        with writing(self._engine) as connection:
            return int(connection.execute(update(outbox).where(*lost).values(**values)).rowcount)

    def give_up_waiting(self, message: OutboxMessage, at: datetime, problem: str) -> bool:
        """Give a waiting message up without trying."""
        return self._change(_open_as(message), {"state": FAILED, "done_at": utc_text(at), "problem": problem})

    def retry(self, expected: OutboxMessage, at: datetime) -> bool:
        """Let a message be tried now; False where it is not as it was seen, or is sent, being sent or dropped."""
        return self._change(_open_as(expected), {"state": WAITING, "done_at": None, "next_at": utc_text(at)})

    def drop(self, expected: OutboxMessage, at: datetime) -> bool:
        """Never send a message; False where it is not as it was seen, or is sent, being sent or dropped."""
        return self._change(_open_as(expected), {"state": DROPPED, "done_at": utc_text(at)})

    def _change(self, mine: Sequence[ColumnElement[bool]], values: Mapping[str, Any]) -> bool:
        with writing(self._engine) as connection:
            return bool(connection.execute(update(outbox).where(*mine).values(**values)).rowcount)

    def get(self, number: int) -> OutboxMessage | None:
        """Return one message."""
        with reading(self._engine) as connection:
            query = select(outbox).where(outbox.c.id == number, outbox.c.state != CURSOR)
            found = _messages(connection.execute(query).mappings())
        return found[0] if found else None

    def newest(
        self, states: Sequence[str] = (), most: int = 50, before: int | None = None, kind: str = ""
    ) -> tuple[OutboxMessage, ...]:
        """Return messages, newest first; in these states and of this kind where asked, with ids below ``before``."""
        query = select(outbox).where(outbox.c.state != CURSOR).order_by(outbox.c.id.desc()).limit(most)
        query = query.where(outbox.c.state.in_(states)) if states else query
        query = query.where(outbox.c.kind == kind) if kind else query
        query = query if before is None else query.where(outbox.c.id < before)
        with reading(self._engine) as connection:
            return _messages(connection.execute(query).mappings())

    def list_sent(
        self, kind: str, receivers: Collection[str], since: datetime
    ) -> Iterator[tuple[str, str, datetime | None]]:
        """Give receiver and key of the messages of a kind, made since then, that went out or may have.

        And of those that were dropped, with the moment at which they were.
        """
        codes, states = list(receivers), (*WENT_OUT, DROPPED)
        ours = (outbox.c.kind == kind, outbox.c.state.in_(states), outbox.c.created_at >= utc_text(since))
        query = select(outbox.c.receiver, outbox.c.key, outbox.c.state, outbox.c.done_at).where(*ours)
        with reading(self._engine) as connection:
            for start in range(0, len(codes), AT_ONCE):
                for row in connection.execute(query.where(outbox.c.receiver.in_(codes[start : start + AT_ONCE]))):
                    dropped = datetime.fromisoformat(row.done_at) if row.state == DROPPED else None
                    yield row.receiver, row.key, dropped

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        query = select(outbox.c.state, func.count()).where(outbox.c.state != CURSOR).group_by(outbox.c.state)
        with reading(self._engine) as connection:
            return {state: int(number) for state, number in connection.execute(query)}

    def follow(self, name: str, make: MessageMaker, at: datetime) -> int:
        """Put messages about what the journal holds since last time into the outbox; return how many entries it was.

        Messages and the number up to which ``name`` has had them are one transaction. Whoever is new is sent
        nothing that was before.
        """
        with writing(self._engine, chain=True) as connection:
            known = recall_within(connection, name)
            if known is None:
                last = connection.execute(select(func.max(journal.c.number))).scalar_one() or 0
                remember_within(connection, name, {"number": last}, at)
                return 0
            query = select(journal).where(journal.c.number > known["number"]).order_by(journal.c.number).limit(AT_ONCE)
            entries = [read_entry(row) for row in connection.execute(query).mappings()]
            if entries:
                _put(connection, make(entries), at)
                remember_within(connection, name, {"number": entries[-1].number}, at)
            return len(entries)

    def recall(self, name: str) -> dict[str, Any] | None:
        """Return what is remembered under a name; None where nothing ever was."""
        with reading(self._engine) as connection:
            return recall_within(connection, name)

    def remember(
        self,
        name: str,
        content: Mapping[str, Any],
        at: datetime,
        before: Mapping[str, Any] | None = None,
        new: Iterable[NewMessage] = (),
    ) -> bool:
        """Remember something and put messages into the outbox, in one transaction.

        False, and nothing of it, where by now something else than ``before`` is remembered.
        """
        with writing(self._engine, chain=True) as connection:
            known = recall_within(connection, name)
            if known != before:
                return False
            remember_within(connection, name, content, at)
            _put(connection, new, at)
            return True


def _open_as(expected: OutboxMessage) -> tuple[ColumnElement[bool], ...]:
    """Find a message that is as it was seen, and of which something can still be decided."""
    same = (outbox.c.id == expected.id, outbox.c.state == expected.state, outbox.c.tries == expected.tries)
    return (*same, outbox.c.state.in_((WAITING, FAILED, UNCLEAR)))


def remember_within(connection: Connection, name: str, content: Mapping[str, Any], at: datetime) -> None:
    """Remember something within a transaction that writes, whatever was remembered before."""
    key = f"{CURSOR}/{name}"
    changed = update(outbox).where(outbox.c.key == key).values(content=_json(content))
    if not connection.execute(changed).rowcount:
        nobody = {"campaign": "", "receiver": "", "channel": ""}
        cursor = NewMessage(key=key, kind=CURSOR, content=content, next_at=at, state=CURSOR, **nobody)
        connection.execute(insert(outbox).values(**_row(cursor, at)))


def recall_within(connection: Connection, name: str) -> dict[str, Any] | None:
    """Return what is remembered under a name, within a transaction; None where nothing ever was."""
    written = connection.execute(select(outbox.c.content).where(outbox.c.key == f"{CURSOR}/{name}")).scalar()
    return json.loads(written) if written else None


def _put(connection: Connection, new: Iterable[NewMessage], at: datetime) -> int:
    wanted = {message.key: message for message in new}
    keys, known = list(wanted), set[str]()
    for start in range(0, len(keys), AT_ONCE):
        query = select(outbox.c.key).where(outbox.c.key.in_(keys[start : start + AT_ONCE]))
        known |= set(connection.execute(query).scalars())
    fresh = [_row(message, at) for key, message in wanted.items() if key not in known]
    if fresh:
        connection.execute(insert(outbox), fresh)
    return len(fresh)


def _row(new: NewMessage, at: datetime) -> dict[str, object]:
    over = new.state in {UNCLEAR, FAILED, DROPPED}
    moments = {"created_at": utc_text(at), "next_at": utc_text(new.next_at), "done_at": utc_text(at) if over else None}
    return new._asdict() | moments | {"content": _json(new.content), "tries": 0}


def _messages(rows: Iterable[RowMapping]) -> tuple[OutboxMessage, ...]:
    return tuple(_message(row) for row in rows)


def _message(row: RowMapping) -> OutboxMessage:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "next_at")}
    done = datetime.fromisoformat(row["done_at"]) if row["done_at"] else None
    return OutboxMessage(**{**row, **moments, "done_at": done, "content": json.loads(row["content"])})


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
