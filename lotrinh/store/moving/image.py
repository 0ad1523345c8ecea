"""A record at one moment as one SQLite file: what a backup holds, whatever database the record is kept in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, select, text, update

from lotrinh.core.status.journal import GENESIS
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable
from lotrinh.store.engine import connect, reading, require_file, revision, sqlite_file, upgrade, version, writing
from lotrinh.store.files import Files, StoredFile
from lotrinh.store.moving.copying import Extent, copy_database, count_rows, measure_extent, open_snapshot, open_target
from lotrinh.store.moving.relocated import require_here
from lotrinh.store.outbox import RESTORED, SENDING, UNCLEAR, WAITING, Outbox
from lotrinh.store.schema import files, journal, leases, outbox, sessions


def sqlite_url(path: Path) -> str:
    """Return the address of an SQLite file."""
    return f"sqlite:///{path.as_posix()}"


def write_image(url: str, path: Path) -> None:
    """Write a record as it is at one moment into a new SQLite file; it may be written meanwhile, at any version."""
    require_file(url)
    engine = connect(url)
    try:
        if version(engine) is None:
            raise StoreUnavailable(M("Chưa sao lưu: cơ sở dữ liệu còn trống."))
        require_here(engine)
        if engine.dialect.name == "sqlite":
            _pages(engine, path)
        else:
            _rows(engine, path)
    finally:
        engine.dispose()


def _pages(engine: Engine, path: Path) -> None:
    """Copy the pages with SQLite's own way to back up, within a transaction that holds the moment."""
    with open_snapshot(engine) as connection, closing(sqlite3.connect(path)) as new:
        raw = connection.connection.driver_connection
        try:
            raw.backup(new)  # type: ignore[union-attr]  # sqlite3's own connection, as the dialect says
        except sqlite3.Error as error:
            raise StoreUnavailable(M("Chưa sao lưu: {reason}.", reason=str(error))) from error
    _settle(path)


def _rows(engine: Engine, path: Path) -> None:
    with _open(path) as new:
        copy_database(engine, new)


def _settle(path: Path) -> None:
    """Let everything stand in the one file, without a write-ahead log beside it."""
    try:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StoreUnavailable(M("Chưa sao lưu: {reason}.", reason=str(error))) from error


def examine_image(path: Path) -> tuple[str, Extent]:
    """Read a whole image: its version, its rows and its chain. ``StoreUnavailable`` where the file is damaged."""
    with _open(path) as engine, reading(engine) as connection:
        verdict = str(connection.execute(text("PRAGMA integrity_check(1)")).scalar_one())
        if verdict != "ok":
            raise StoreUnavailable(M("Cơ sở dữ liệu bị hỏng ({reason}).", reason=verdict.partition("\n")[0]))
        return revision(connection) or "", measure_extent(connection)


def has_entry(path: Path, head: str) -> bool:
    """Whether the journal of an image has an entry with this hash."""
    with _open(path) as engine, reading(engine) as connection:
        found = select(journal.c.number).where(journal.c.hash == head)
        return head == GENESIS or connection.execute(found).first() is not None


def list_files(path: Path) -> tuple[StoredFile, ...]:
    """Return the files that an image names; none at a version that had no files yet."""
    with _open(path) as engine:
        with reading(engine) as connection:
            known = files.name in count_rows(connection)
        return Files(engine).all() if known else ()


def upgrade_image(path: Path) -> None:
    """Bring an image to this version."""
    with _open(path) as engine:
        upgrade(engine)


def settle_image(path: Path, unclear: str, now: datetime) -> int:
    """Forget in an image what a later moment must not go on with; return how many messages are in doubt.

    Who was signed in and who was carrying something out is over. A message that was waiting may have been sent
    after the backup was made: it becomes unclear, with the words ``unclear``, and waits for a person. That it is put
    back ``now`` is remembered, for the messages that will be put into the outbox today.
    """
    open_ = outbox.c.state.in_((WAITING, SENDING))
    doubt = update(outbox).where(open_).values(state=UNCLEAR, done_at=outbox.c.next_at, problem=unclear)
    with _open(path) as engine:
        box = Outbox(engine)
        box.remember(RESTORED, {"at": now.isoformat()}, now, box.recall(RESTORED))
        with writing(engine) as connection:
            connection.execute(delete(sessions))
            connection.execute(delete(leases))
            return int(connection.execute(doubt).rowcount)


def restore_image(path: Path, url: str, *, replace: bool) -> Extent:
    """Copy an image of this version into a database, in one transaction; see ``copying.copy``."""
    with _open(path) as source, open_target(url) as target:
        return copy_database(source, target, replace=replace)


def count_existing_rows(url: str) -> dict[str, int] | None:
    """Count what stands in a database: nothing for one that is empty or not there.

    None for an SQLite file that cannot be read: it is damaged. A server that does not answer is ``StoreUnavailable``,
    a record that was moved from there ``Moved``.
    """
    if (file := sqlite_file(url)) and not file.exists():
        return {}
    engine = connect(url)
    try:
        require_here(engine)
        with reading(engine) as connection:
            return {name: count for name, count in count_rows(connection).items() if count}
    except StoreUnavailable:
        if file is None:
            raise
        return None
    finally:
        engine.dispose()


@contextmanager
def _open(path: Path) -> Iterator[Engine]:
    engine = connect(sqlite_url(path))
    try:
        yield engine
    finally:
        engine.dispose()
    _settle(path)
