"""A record that was moved into another database: the old one says so itself, and is not used any more by mistake."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, inspect, select

from lotrinh.core.status.journal import GENESIS
from lotrinh.core.text import M
from lotrinh.errors import Conflict, Moved
from lotrinh.store.engine import reading, writing
from lotrinh.store.moving.copying import Extent, counts
from lotrinh.store.outbox import keep, remembered
from lotrinh.store.schema import journal, outbox

MOVED = "moved"
"""Under this name it is remembered where a record went; nothing in it: it was taken up again."""


def mark(engine: Engine, copied: Extent, to: str, at: datetime) -> None:
    """Write into a record that it is now at ``to``, which holds no secret.

    ``Conflict`` where it has grown since it was copied: then the copy lacks something, and nothing is written.
    """
    with writing(engine, chain=True) as connection:
        last = connection.execute(select(journal.c.hash).order_by(journal.c.number.desc()).limit(1)).scalar()
        if (last or GENESIS, counts(connection)) != (copied.head, copied.counts):
            raise Conflict(
                M(
                    "Dữ liệu gốc vẫn được ghi trong khi chép, bản chép thiếu phần mới: đừng dùng bản chép. Hãy dừng"
                    " `lotrinh up`, cổng, worker rồi chép lại vào một cơ sở dữ liệu trống."
                )
            )
        keep(connection, MOVED, {"to": to, "at": at.isoformat()}, at)


def require_here(engine: Engine) -> None:
    """Refuse a record that was moved, with where it went and how it is taken up again; it may be of any version."""
    if said := _said(engine):
        raise Moved(
            M(
                "Dữ liệu này đã chuyển sang {to} lúc {at} UTC; bản ở đây không dùng nữa. Hãy kiểm tra database.url và"
                " thư mục bí mật (LOTRINH_SECRETS_DIR). Chỉ khi bỏ bản đã chuyển thì chạy: lotrinh db reopen",
                to=said["to"],
                at=datetime.fromisoformat(said["at"]).astimezone(UTC),
            )
        )


def reopen(engine: Engine, at: datetime) -> str:
    """Take a record up again that was moved; return where it went, "" where it was not moved."""
    if not (said := _said(engine)):
        return ""
    with writing(engine, chain=True) as connection:
        keep(connection, MOVED, {}, at)
    return str(said["to"])


def _said(engine: Engine) -> dict[str, Any] | None:
    with reading(engine) as connection:
        return remembered(connection, MOVED) if inspect(connection).has_table(outbox.name) else None
