"""The record moved into another database: from SQLite to PostgreSQL when it outgrows one machine, and back."""

from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.store.copying import Extent, copy, target_at
from lotrinh.store.engine import connect, require_current, require_there


def copy_record(source: str, target: str) -> Extent:
    """Copy a record from one address to another, empty one; return what stands there now.

    All of it or nothing: every table, the chain whole and with the same last hash. Files handed in are not in the
    database and stay where they are.
    """
    if source == target:
        raise Conflict(M("Chưa chép: nơi gửi và nơi nhận là một."))
    require_there(source)
    engine = connect(source)
    try:
        require_current(engine)
        with target_at(target) as new:
            return copy(engine, new, sound=True)
    finally:
        engine.dispose()
