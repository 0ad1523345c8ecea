"""A whole record copied into another database, table by table, in one transaction; all of it is compared before it."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Engine, Integer, LargeBinary, Row, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from lotrinh.core.status.journal import GENESIS
from lotrinh.core.text import M
from lotrinh.errors import Conflict, StoreUnavailable
from lotrinh.store.engine import connect, migrate, revision, sqlite_file, translate_failures, writing
from lotrinh.store.journal import walk_chain
from lotrinh.store.schema import HEAD, journal, metadata

BATCH, LARGE_BATCH = 1000, 10
"""Rows held in memory at once; fewer of a table that keeps whole documents."""
TRIGGERS = {
    "sqlite": frozenset(
        {
            "journal_no_update",
            "journal_no_delete",
            "journal_no_replace",
            "deadline_moves_no_update",
            "deadline_moves_no_delete",
        }
    ),
    "postgresql": frozenset(
        {"journal_no_change", "journal_no_truncate", "deadline_moves_no_change", "deadline_moves_no_truncate"}
    ),
}
"""What keeps the tables append-only, by kind of database, at the newest version."""
LISTED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
DIGEST = 1 << 256


class Extent(NamedTuple):
    """How much a record holds: rows by table, the journal's last hash, and its first bad entry (None: none)."""

    counts: Mapping[str, int]
    head: str
    first_bad: int | None

    @property
    def entries(self) -> int:
        """Entries of the journal."""
        return self.counts.get("journal", 0)


@contextmanager
def open_snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that reads one and the same moment however long it takes; nobody waits for it."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with translate_failures(), engine.connect().execution_options(**options) as connection, connection.begin():
        inspect(connection).get_table_names()  # the first look decides the moment
        yield connection


@contextmanager
def open_target(url: str) -> Iterator[Engine]:
    """Open a database to be filled; an SQLite file that was made for it in vain is taken away again."""
    file = sqlite_file(url)
    made = file if file and not file.exists() else None
    engine = connect(url)
    try:
        yield engine
    except BaseException:
        engine.dispose()
        for part in sqlite_parts(made) if made else ():
            part.unlink(missing_ok=True)
        raise
    finally:
        engine.dispose()


def sqlite_parts(file: Path) -> tuple[Path, ...]:
    """Name the files that an SQLite database may consist of."""
    return tuple(file.with_name(file.name + end) for end in ("", "-wal", "-shm", "-journal"))


def list_tables(connection: Connection) -> tuple[Table, ...]:
    """Return the tables of a record that this database has, those first that others refer to."""
    there = set(inspect(connection).get_table_names())
    return tuple(table for table in metadata.sorted_tables if table.name in there)


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table of the record."""
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in list_tables(connection)
    }


def measure_extent(connection: Connection, head: str | None = None) -> Extent:
    """Count all rows and walk the chain, which must hold ``head`` where that is given."""
    counted = count_rows(connection)
    if "journal" not in counted:
        return Extent(counted, "", None)
    bad = walk_chain(connection, head or GENESIS)
    last = select(journal.c.hash).order_by(journal.c.number.desc()).limit(1)
    return Extent(counted, connection.execute(last).scalar() or GENESIS, bad)


def copy_database(source: Engine, target: Engine, *, replace: bool = False, sound: bool = False) -> Extent:
    """Copy a whole record; the target must hold none, or is emptied first with ``replace``.

    With ``sound`` a record whose chain is broken is refused; without, it is copied as it is.

    The source is read at one moment and may be written meanwhile. The target is filled in one transaction, at the
    source's version, and looked at before it is committed: rows, chain and triggers must be the source's own.
    ``Conflict`` where the target has data, ``StoreUnavailable`` where anything cannot be copied; nothing is left then.
    """
    with open_snapshot(source) as old, writing(target, chain=True) as new:
        if replace:
            drop_tables(new)
        _prepare(new, revision(old) or HEAD)
        for table in list_tables(old):
            _copy(old, new, table)
        _count_on(new)
        copied = measure_extent(new)
        if copied != measure_extent(old):
            raise StoreUnavailable(M("Chưa chép: bản chép không giống bản gốc. Hãy thử lại với cơ sở dữ liệu khác."))
        if sound and copied.first_bad is not None:
            raise Conflict(M("Chưa chép: nhật ký đã bị sửa, mục số {number} không khớp.", number=copied.first_bad))
        _require_triggers(new)
        return copied


def drop_tables(connection: Connection) -> None:
    """Take the record's tables away, whatever guards them; only for a record of which a copy is kept."""
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    if connection.dialect.name == "postgresql":
        for name in metadata.tables:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {name}_append_only() CASCADE"))


def _prepare(connection: Connection, wanted: str) -> None:
    """Make the tables in an empty database; accept those that are there at the same version without a row."""
    found = revision(connection)
    if found is None:
        migrate(connection, wanted)
    elif found != wanted:
        sentence = M("Chưa chép: nơi nhận không trống (phiên bản {found}). Hãy chọn cơ sở dữ liệu trống.", found=found)
        raise Conflict(sentence)
    elif held := {name: count for name, count in count_rows(connection).items() if count}:
        shown = ", ".join(f"{name} {count}" for name, count in held.items())
        raise Conflict(M("Chưa chép: nơi nhận đã có dữ liệu ({shown}). Hãy chọn cơ sở dữ liệu trống.", shown=shown))


def _copy(old: Connection, new: Connection, table: Table) -> None:
    columns = _columns(old, table)
    try:
        sent = 0
        for rows in _batches(old, columns):
            new.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - its public name
            sent += sum(map(_digest, rows))
        kept = sum(_digest(row) for rows in _batches(new, columns) for row in rows)
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        sentence = M("Chưa chép: bảng {table} không chép được ({reason}).", table=table.name, reason=reason)
        raise StoreUnavailable(sentence) from error
    if sent % DIGEST != kept % DIGEST:
        raise StoreUnavailable(M("Chưa chép: bảng {table} ở nơi nhận khác bản gốc.", table=table.name))


def _columns(connection: Connection, table: Table) -> list[Column[Any]]:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    return [column for column in table.columns if column.name in there]


def _batches(connection: Connection, columns: list[Column[Any]]) -> Iterator[list[Row[Any]]]:
    size = LARGE_BATCH if any(isinstance(column.type, LargeBinary) for column in columns) else BATCH
    rows = connection.execute(select(*columns), execution_options={"yield_per": size})
    for batch in rows.partitions():
        yield list(batch)


def _digest(row: Row[Any]) -> int:
    """A number for a row's content; the sum over a table does not depend on the order that a database reads in."""
    return int.from_bytes(hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest())


def _count_on(connection: Connection) -> None:
    """Let a server's own counters go on behind the numbers that were copied."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        (key, *others) = table.primary_key.columns
        if others or not isinstance(key.type, Integer) or key.autoincrement is not True:
            continue
        last = connection.execute(select(func.max(key))).scalar_one()
        if last is not None:
            sequence = func.pg_get_serial_sequence(table.name, key.name)
            connection.execute(select(func.setval(sequence, last)))


def _require_triggers(connection: Connection) -> None:
    if revision(connection) != HEAD or connection.dialect.name not in LISTED:
        return
    missing = TRIGGERS[connection.dialect.name] - list_triggers(connection)
    if missing:
        names = ", ".join(sorted(missing))
        raise StoreUnavailable(M("Chưa chép: nơi nhận thiếu phần khóa sổ nhật ký ({names}).", names=names))


def list_triggers(connection: Connection) -> frozenset[str]:
    """Return the names of the triggers of this database."""
    return frozenset(connection.execute(text(LISTED[connection.dialect.name])).scalars())
