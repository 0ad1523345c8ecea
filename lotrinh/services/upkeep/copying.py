"""A database moved into another database: from SQLite to PostgreSQL when it outgrows one machine, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lotrinh.core.text import M
from lotrinh.errors import Conflict, StoreUnavailable
from lotrinh.services.upkeep.lock import UP, hold_alone, lock_path
from lotrinh.store.engine import connect, database_identity, require_current, require_file, sqlite_file
from lotrinh.store.moving import relocated
from lotrinh.store.moving.copying import Extent, copy_database, open_target


def copy_to_database(source: str, target: str, now: datetime) -> Extent:
    """Copy a database from one address to another, empty one; return what stands there now.

    All of it or nothing: every table, the chain whole and with the same last hash. Then the source is closed: nobody
    goes on with it by mistake, until ``reopen_moved_database``. Files handed in are not in the database and stay where
    they are.
    """
    if source == target:
        raise Conflict(M("Chưa chép: nơi gửi và nơi nhận là một."))
    require_file(source)
    engine = connect(source)
    try:
        with _hold_folder(source):
            require_current(engine)
            relocated.require_here(engine)
            with open_target(target) as new:
                copied = copy_database(engine, new, sound=True)
            try:
                relocated.mark_relocated(engine, copied, _place_without_secret(target), now)
            except StoreUnavailable as error:
                sentence = M(
                    "Đã chép đủ, nhưng không ghi được vào bản cũ rằng dữ liệu đã chuyển. Hãy tự cất bản cũ đi chỗ khác."
                )
                raise StoreUnavailable(sentence) from error
            return copied
    finally:
        engine.dispose()


def reopen_moved_database(url: str, now: datetime) -> str:
    """Let a database be used again that was moved; return where it went, "" where it was not moved."""
    require_file(url)
    engine = connect(url)
    try:
        return relocated.reopen_database(engine, now)
    finally:
        engine.dispose()


@contextmanager
def _hold_folder(source: str) -> Iterator[None]:
    """Have the data folder of an SQLite file alone, where something ever ran with it; ``Conflict`` names what runs."""
    file = sqlite_file(source)
    if file and lock_path(file.parent, UP).exists():
        with hold_alone(file.parent):
            yield
    else:
        yield


def _place_without_secret(url: str) -> str:
    """Return where a database is, without a secret."""
    file = sqlite_file(url)
    return str(file.resolve()) if file else database_identity(url, Path())
