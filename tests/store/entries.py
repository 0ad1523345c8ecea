"""Entries for tests of the journal."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lotrinh.core.status.journal import EntryKind, NewEntry

AT = datetime(2026, 2, 2, 1, 12, tzinfo=UTC)


def entry(step: str = "a", at: datetime = AT, **more: Any) -> NewEntry:
    """Make a confirmation by Xã Lương Sơn, or whatever else is asked for."""
    fields: dict[str, Any] = {
        "kind": EntryKind.CONFIRMED,
        "campaign": "thu",
        "unit": "04924",
        "actor": "unit:04924",
        "body": {"completed_on": "2026-01-29", "note": "Tổ bầu cử “Số 1”"},
        "checklist_hash": "c" * 64,
    }
    return NewEntry(at=at, step=step, **(fields | more))


def entries(count: int, **more: Any) -> list[NewEntry]:
    """Make entries a minute apart, each of a step of its own."""
    return [entry(f"s{n}", AT + timedelta(minutes=n), **more) for n in range(1, count + 1)]
