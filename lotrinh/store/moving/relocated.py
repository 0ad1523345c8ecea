"""A record that was moved into another database: the old one says so itself, and is not used any more by mistake."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, inspect, select

from lotrinh.core.status.journal import GENESIS
from lotrinh.core.text import M
from lotrinh.errors import Conflict, DatabaseRelocated
from lotrinh.store.engine import reading, writing
from lotrinh.store.moving.copying import Extent, count_rows
from lotrinh.store.outbox import recall_within, remember_within
from lotrinh.store.schema import journal, outbox

MOVED = "moved"
"""Under this name it is remembered where a record went; nothing in it: it was taken up again."""


def mark_relocated(engine: Engine, extent: Extent, to: str, at: datetime) -> None:
    """Write into a record that it is now at ``to``, which holds no secret.

    ``Conflict`` where it has grown since it was copied: then the copy lacks something, and nothing is written.
    """
    with writing(engine, chain=True) as connection:
        last = connection.execute(select(journal.c.hash).order_by(journal.c.number.desc()).limit(1)).scalar()
        if (last or GENESIS, count_rows(connection)) != (extent.head, extent.counts):
            raise Conflict(
                M(
                    "Dữ liệu gốc vẫn được ghi trong khi chép, bản chép thiếu phần mới: đừng dùng bản chép. Hãy dừng"
                    " `lotrinh up`, cổng, worker rồi chép lại vào một cơ sở dữ liệu trống."
                )
            )
        remember_within(connection, MOVED, {"to": to, "at": at.isoformat()}, at)


def require_here(engine: Engine) -> None:
    """Refuse a record that was moved, with where it went and how it is taken up again; it may be of any version."""
    if said := _read_mark(engine):
        raise DatabaseRelocated(
            M(
                "Dữ liệu này đã chuyển sang {to} lúc {at} UTC; bản ở đây không dùng nữa. Hãy kiểm tra database.url và"
                " thư mục bí mật (LOTRINH_SECRETS_DIR). Chỉ khi bỏ bản đã chuyển thì chạy: lotrinh db reopen",
                to=said["to"],
                at=datetime.fromisoformat(said["at"]).astimezone(UTC),
            )
        )


def reopen_database(engine: Engine, at: datetime) -> str:
    """Take a record up again that was moved; return where it went, "" where it was not moved."""
    if not (said := _read_mark(engine)):
        return ""
    with writing(engine, chain=True) as connection:
        remember_within(connection, MOVED, {}, at)
    return str(said["to"])


def _read_mark(engine: Engine) -> dict[str, Any] | None:
    with reading(engine) as connection:
        return recall_within(connection, MOVED) if inspect(connection).has_table(outbox.name) else None
