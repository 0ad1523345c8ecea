"""Schedules that the office has changed; they go before the settings file."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, RowMapping, delete, insert, select

from lotrinh.core.status.journal import NewEntry
from lotrinh.store.engine import reading, writing
from lotrinh.store.journal import Journal
from lotrinh.store.schema import schedules


class ScheduleOverride(NamedTuple):
    """A campaign's schedule as the office set it, who did and when."""

    campaign: str
    content: Mapping[str, Any]
    changed_at: datetime
    actor: str


ScheduleCheck = Callable[[ScheduleOverride | None], None]
"""Looks at the schedule as it stands at that very moment; raises to refuse the change."""


class Schedules:
    """Changed schedules. Each change and the journal's entry about it are one transaction."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine, self._journal = engine, journal

    def get(self, campaign: str) -> ScheduleOverride | None:
        """Return a campaign's changed schedule; None where the settings file's holds."""
        with reading(self._engine) as connection:
            query = select(schedules).where(schedules.c.campaign == campaign)
            row = connection.execute(query).mappings().first()
            return _changed(row) if row else None

    def put(self, campaign: str, content: Mapping[str, Any] | None, entry: NewEntry, check: ScheduleCheck) -> None:
        """Set a schedule, or let the settings file's hold again (None); ``noted`` says who and when."""
        with writing(self._engine, chain=True) as connection:
            of = schedules.c.campaign == campaign
            row = connection.execute(select(schedules).where(of)).mappings().first()
            check(_changed(row) if row else None)
            self._journal.append_within(connection, [entry])
            connection.execute(delete(schedules).where(of))
            if content is not None:
                at = entry.at.astimezone(UTC).isoformat()
                written = json.dumps(content, ensure_ascii=False, sort_keys=True)
                row_ = {"campaign": campaign, "content": written, "changed_at": at, "actor": entry.actor}
                connection.execute(insert(schedules).values(**row_))


def _changed(row: RowMapping) -> ScheduleOverride:
    at = datetime.fromisoformat(row["changed_at"])
    return ScheduleOverride(row["campaign"], json.loads(row["content"]), at, row["actor"])
