"""Appending to and reading the journal."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, insert, select, update

from lotrinh.core.status.journal import GENESIS, Entry, EntryKind, NewEntry, chain_hash, first_broken_number
from lotrinh.core.text import M
from lotrinh.errors import Conflict, KeyReused, StoreUnavailable
from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import files, journal

EntryCheck = Callable[[NewEntry, Sequence[Entry]], None]
"""Looks at a new entry and at all that stands about its step; raises to refuse it."""
TransactionStep = Callable[[Connection], None]


class JournalFilter(NamedTuple):
    """What to look for in the journal; an empty field says nothing. Moments: from ``since``, before ``until``."""

    units: tuple[str, ...] | None = None
    step: str = ""
    kind: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


ANYTHING = JournalFilter()
LAST_NUMBER = 2**31 - 1
"""The column's largest number; databases fail in their own ways when asked for a larger one."""
REUSED = M("Mã yêu cầu này đã dùng cho một nội dung khác. Hãy gửi lại với mã mới.")
MANY, AT_ONCE = 50, 500
"""Entries in one call that are worth writing all at once; keys looked up in one query."""
SECONDS = "%Y-%m-%dT%H:%M:%S"


class Journal:
    """The append-only record of what happened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(
        self, *new: NewEntry, check: EntryCheck | None = None, beside: TransactionStep | None = None
    ) -> tuple[Entry, ...]:
        """Append entries in one transaction and return them once they are on disk.

        An entry whose key is known already is not written again: with the same content its first entry is returned,
        with another ``Conflict`` is raised and nothing is written. ``check`` sees the step's entries inside the
        transaction, so that nothing comes between looking and writing; ``beside`` writes there what belongs to them.
        """
        with writing(self._engine, chain=True) as connection:
            if beside:
                beside(connection)
            if check is None and len(new) >= MANY:
                return self._append_many(connection, [_in_utc(entry) for entry in new])
            return tuple(self._append(connection, _in_utc(entry), check) for entry in new)

    def append_within(self, connection: Connection, entries: Sequence[NewEntry]) -> None:
        """Append entries within a transaction of another part of the record (opened with ``chain=True``).

        A key that is known already raises ``Conflict``: what the transaction does is done once only.
        """
        for entry in entries:
            if entry.key and self._by_key(connection, entry.key):
                raise Conflict(M("Yêu cầu này đã được thực hiện rồi và không làm lại lần nữa."))
            self._append(connection, _in_utc(entry), None)

    def _append(self, connection: Connection, new: NewEntry, check: EntryCheck | None) -> Entry:
        if new.key and (known := self._by_key(connection, new.key)):
            if not _same_request(known.new, new):
                raise KeyReused(REUSED)
            return known
        if check:
            check(new, self._of_step(connection, new))
        number, previous = self._tail(connection)
        entry = Entry(number + 1, new, previous, chain_hash(previous, number + 1, new))
        connection.execute(insert(journal).values(**_row(entry)))
        _keep_file(connection, new)
        return entry

    def _append_many(self, connection: Connection, new: Sequence[NewEntry]) -> tuple[Entry, ...]:
        """Append as ``_append`` does, looking things up once for all and writing all at once."""
        known = self._by_keys(connection, [entry.key for entry in new if entry.key])
        number, previous = self._tail(connection)
        appended: list[Entry] = []
        fresh: list[Entry] = []
        for wanted in new:
            entry = known.get(wanted.key)
            if entry is None:
                number += 1
                entry = Entry(number, wanted, previous, chain_hash(previous, number, wanted))
                previous = entry.hash
                fresh.append(entry)
                known |= {wanted.key: entry} if wanted.key else {}
            elif not _same_request(entry.new, wanted):
                raise KeyReused(REUSED)
            appended.append(entry)
        if fresh:
            connection.execute(insert(journal), [_row(entry) for entry in fresh])
        for entry in fresh:
            _keep_file(connection, entry.new)
        return tuple(appended)

    def _by_keys(self, connection: Connection, keys: Sequence[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for start in range(0, len(keys), AT_ONCE):
            query = select(journal).where(journal.c.key.in_(keys[start : start + AT_ONCE]))
            found |= {row["key"]: read_entry(row) for row in connection.execute(query).mappings()}
        return found

    def _of_step(self, connection: Connection, new: NewEntry) -> tuple[Entry, ...]:
        query = (
            select(journal)
            .where(journal.c.campaign == new.campaign, journal.c.unit == new.unit, journal.c.step == new.step)
            .order_by(journal.c.number)
        )
        return tuple(read_entry(row) for row in connection.execute(query).mappings())

    def _by_key(self, connection: Connection, key: str) -> Entry | None:
        row = connection.execute(select(journal).where(journal.c.key == key)).mappings().first()
        return read_entry(row) if row else None

    def _tail(self, connection: Connection) -> tuple[int, str]:
        row = connection.execute(
            select(journal.c.number, journal.c.hash).order_by(journal.c.number.desc()).limit(1)
        ).first()
        return (row[0], row[1]) if row else (0, GENESIS)

    def head(self) -> str:
        """Return the hash of the last entry: printed on reports and receipts, it shows a chain rebuilt later."""
        with reading(self._engine) as connection:
            return self._tail(connection)[1]

    def entries(
        self,
        campaign: str | None = None,
        unit: str | None = None,
        after: int = 0,
        most: int | None = None,
        *,
        units: Collection[str] | None = None,
    ) -> tuple[Entry, ...]:
        """Return entries in their order, of one campaign, unit or units where asked, with numbers above ``after``.

        ``most`` bounds how many; None bounds nothing.
        """
        query = select(journal).where(journal.c.number > min(after, LAST_NUMBER)).order_by(journal.c.number).limit(most)
        if campaign is not None:
            query = query.where(journal.c.campaign == campaign)
        if unit is not None:
            query = query.where(journal.c.unit == unit)
        if units is not None:
            query = query.where(journal.c.unit.in_(units))
        with reading(self._engine) as connection:
            return tuple(read_entry(row) for row in connection.execute(query).mappings())

    def latest(self, most: int, before: int | None = None, matching: JournalFilter = ANYTHING) -> tuple[Entry, ...]:
        """Return the newest entries, newest first; with ``before`` those whose numbers are below it."""
        query = select(journal).order_by(journal.c.number.desc()).limit(most).where(*_conditions(matching))
        if before is not None:
            query = query.where(journal.c.number < min(before, LAST_NUMBER))
        with reading(self._engine) as connection:
            return tuple(read_entry(row) for row in connection.execute(query).mappings())

    def entries_before(
        self, head: str, campaign: str, unit: str = "", most: int = 1000
    ) -> tuple[tuple[Entry, ...], int]:
        """Return a campaign's newest entries up to the one with the hash ``head``, oldest first, of one unit if asked.

        The number beside them counts those that are still older.
        """
        last = select(journal.c.number).where(journal.c.hash == head).scalar_subquery()
        wanted = [journal.c.campaign == campaign, journal.c.number <= last]
        wanted += [journal.c.unit == unit] if unit else []
        newest = select(journal).where(*wanted).order_by(journal.c.number.desc()).limit(most)
        with reading(self._engine) as connection:
            rows = [read_entry(row) for row in connection.execute(newest).mappings()]
            count = int(connection.execute(select(func.count()).select_from(journal).where(*wanted)).scalar_one())
        return tuple(reversed(rows)), count - len(rows)

    def get(self, number: int) -> Entry | None:
        """Return one entry by its number; None for a number that none can have."""
        if not 0 < number <= LAST_NUMBER:
            return None
        with reading(self._engine) as connection:
            row = connection.execute(select(journal).where(journal.c.number == number)).mappings().first()
            return read_entry(row) if row else None

    def verify(self, head: str = GENESIS) -> int | None:
        """Walk the whole chain; return the number of the first bad entry, None when all is well.

        ``head`` is a hash printed on a report or receipt, or its first digits: the chain must still hold it.
        """
        with reading(self._engine) as connection:
            return walk_chain(connection, head)


def walk_chain(connection: Connection, head: str = GENESIS) -> int | None:
    """Walk the chain within a transaction that is open; as ``Journal.verify``."""
    query = select(journal).order_by(journal.c.number)
    return first_broken_number(_each(connection.execute(query, execution_options={"yield_per": 1000}).mappings()), head)


def _keep_file(connection: Connection, new: NewEntry) -> None:
    """Keep the file that an entry refers to, in the same transaction: whatever stops us, neither stands alone."""
    if not (file := new.body.get("file")):
        return
    if not connection.execute(update(files).where(files.c.id == file["id"]).values(kept=1)).rowcount:
        raise Conflict(M("Tệp đã chọn không còn trên máy chủ. Hãy chọn lại tệp rồi gửi lại."))


def _conditions(matching: JournalFilter) -> Iterator[ColumnElement[bool]]:
    if matching.units is not None:
        yield journal.c.unit.in_(matching.units)
    for column in ("step", "kind", "actor"):
        if wanted := getattr(matching, column):
            yield journal.c[column] == wanted
    # Moments are texts in UTC. Without fraction and offset a bound is the beginning of every text it stands for.
    if matching.since:
        yield journal.c.at >= matching.since.astimezone(UTC).strftime(SECONDS)
    if matching.until:
        yield journal.c.at < matching.until.astimezone(UTC).strftime(SECONDS)


def _each(rows: Iterator[RowMapping]) -> Iterator[Entry | None]:
    """Read entries one by one; None for one that was made unreadable."""
    for row in rows:
        try:
            yield _read(row)
        except UNREADABLE:
            yield None


def _in_utc(new: NewEntry) -> NewEntry:
    return replace(new, at=new.at.astimezone(UTC))


def _same_request(known: NewEntry, new: NewEntry) -> bool:
    """Whether a repeated key repeats the request: the moment and the checklist's version may differ."""
    return (known.kind, known.campaign, known.unit, known.step, dict(known.body)) == (
        new.kind,
        new.campaign,
        new.unit,
        new.step,
        dict(new.body),
    )


def _row(entry: Entry) -> dict[str, object]:
    new = entry.new
    return {
        "number": entry.number,
        "at": new.at.isoformat(),
        "campaign": new.campaign,
        "unit": new.unit,
        "step": new.step,
        "kind": new.kind.value,
        "actor": new.actor,
        "body": json.dumps(new.body, ensure_ascii=False, sort_keys=True),
        "checklist_hash": new.checklist_hash,
        "key": new.key or None,
        "previous": entry.previous,
        "hash": entry.hash,
    }


UNREADABLE = (ValueError, TypeError, RecursionError)
"""What reading an entry fails with whose values somebody changed behind our back."""


def read_entry(row: RowMapping) -> Entry:
    """Read an entry of the journal; ``StoreUnavailable`` names one that somebody changed behind our back."""
    try:
        return _read(row)
    except UNREADABLE as error:
        sentence = M("Mục số {number} của nhật ký không đọc được. Hãy chạy: lotrinh verify", number=row["number"])
        raise StoreUnavailable(sentence) from error


def _read(row: RowMapping) -> Entry:
    new = NewEntry(
        kind=EntryKind(row["kind"]),
        at=datetime.fromisoformat(row["at"]),
        campaign=row["campaign"],
        unit=row["unit"],
        step=row["step"],
        actor=row["actor"],
        body=json.loads(row["body"]),
        checklist_hash=row["checklist_hash"],
        key=row["key"] or "",
    )
    return Entry(row["number"], new, row["previous"], row["hash"])
