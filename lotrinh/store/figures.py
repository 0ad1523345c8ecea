"""Figures for those who watch the machine: counted by the database, never by reading reports."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, func, select, text

from lotrinh.errors import StoreUnavailable
from lotrinh.store.engine import reading, writing
from lotrinh.store.outbox import WAITING
from lotrinh.store.runs.order import IN_ORDER
from lotrinh.store.runs.rows import FINISHED, read_moment
from lotrinh.store.schema import journal, outbox, run_order, runs, throttle
from lotrinh.store.throttle import Failures


class FinishedRun(NamedTuple):
    """The newest finished run of a campaign in a province."""

    id: str
    campaign: str
    province: str
    finished_at: datetime


class DatabaseFigures:
    """Sizes and counts of one record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count_kinds(self, after: int) -> tuple[int, Counter[str]]:
        """Return the number of the journal's last entry, and how many of each kind come after ``after``."""
        with reading(self._engine) as connection:
            last = connection.execute(select(func.max(journal.c.number))).scalar_one() or 0
            query = select(journal.c.kind, func.count()).where(journal.c.number > after, journal.c.number <= last)
            return int(last), Counter({kind: int(n) for kind, n in connection.execute(query.group_by(journal.c.kind))})

    def newest_runs(self, campaigns: Sequence[str]) -> tuple[FinishedRun, ...]:
        """Return the newest finished run of each of these campaigns, in each province that has one."""
        done = (runs.c.campaign.in_(campaigns), runs.c.state == FINISHED, runs.c.finished_at.is_not(None))
        columns = select(runs.c.id, runs.c.campaign, runs.c.province, runs.c.finished_at)
        query = columns.select_from(IN_ORDER).where(*done).order_by(run_order.c.number)
        with reading(self._engine) as connection:
            found = {(row.campaign, row.province): row for row in connection.execute(query)}
        return tuple(FinishedRun(r.id, r.campaign, r.province, read_moment(r.finished_at)) for r in found.values())

    def count_runs(self, campaigns: Sequence[str]) -> dict[tuple[str, str], int]:
        """Count the runs of these campaigns by campaign and state."""
        query = select(runs.c.campaign, runs.c.state, func.count()).where(runs.c.campaign.in_(campaigns))
        with reading(self._engine) as connection:
            counted = connection.execute(query.group_by(runs.c.campaign, runs.c.state))
            return {(campaign, state): int(n) for campaign, state, n in counted}

    def report_beginning(self, run_id: str, most: int) -> str | bytes:
        """Return the beginning of what ``Runs.stored_report`` returns, characters or bytes; empty where it is None."""
        beginnings = (func.substr(column, 1, most, type_=column.type) for column in (runs.c.snapshot, runs.c.frozen))
        with reading(self._engine) as connection:
            row = connection.execute(select(*beginnings).where(runs.c.id == run_id)).first()
            return next((beginning for beginning in row if beginning is not None), "") if row else ""

    def failures(self, least: int) -> dict[str, Failures]:
        """Return what failed at least so often in a row."""
        query = select(throttle).where(throttle.c.failures >= least)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings()
            return {r["key"]: Failures(r["failures"], read_moment(r["failed_at"])) for r in rows}

    def count_held_back(self) -> int:
        """Count the messages that wait and could not be sent at their last try."""
        query = select(func.count()).where(outbox.c.state == WAITING, outbox.c.problem != "")
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def size(self) -> int:
        """Return the bytes that the database takes, with what is not yet merged into it; 0 where it does not say."""
        if self._engine.dialect.name == "postgresql":
            with reading(self._engine) as connection:
                return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        place = self._engine.url.database
        files = [Path(f"{place}{end}") for end in ("", "-wal")] if place else []
        return sum(file.stat().st_size for file in files if file.is_file())

    def is_writable(self) -> bool:
        """Whether something could be written now: nothing is, but the database has to allow it."""
        try:
            with writing(self._engine, patience=1) as connection:
                connection.execute(throttle.delete().where(throttle.c.key == ""))
        except StoreUnavailable as error:
            return "database is locked" in str(error.__cause__)  # SQLite: somebody writes just now, so one can
        return True
