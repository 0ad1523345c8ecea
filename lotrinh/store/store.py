"""One door to the record."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from lotrinh.store.access import Access
from lotrinh.store.accounts import Accounts, Sessions
from lotrinh.store.changes import CampaignChanges
from lotrinh.store.engine import connect, require_current, require_file, upgrade, version
from lotrinh.store.figures import DatabaseFigures
from lotrinh.store.files import Files
from lotrinh.store.journal import Journal
from lotrinh.store.leases import Leases
from lotrinh.store.moving.relocated import require_here
from lotrinh.store.outbox import Outbox
from lotrinh.store.runs.deadlines import Deadlines
from lotrinh.store.runs.runs import Runs
from lotrinh.store.schedules import Schedules
from lotrinh.store.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The record of one province, open. Close it, or use it as a context manager."""

    engine: Engine
    journal: Journal
    runs: Runs
    access: Access
    accounts: Accounts
    sessions: Sessions
    throttle: Throttle
    files: Files
    deadlines: Deadlines
    outbox: Outbox
    leases: Leases
    schedules: Schedules
    changes: CampaignChanges

    @property
    def figures(self) -> DatabaseFigures:
        """Sizes and counts, for those who watch the machine."""
        return DatabaseFigures(self.engine)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, *, make: bool = True) -> Store:
    """Open the record. A new database is made; one of another version is ``OldSchema``, one that was moved ``Moved``.

    Without ``make`` a database that is not there is ``StoreUnavailable``, and nothing is made.
    """
    if not make:
        require_file(url)
    engine = connect(url)
    try:
        if version(engine) is None:
            upgrade(engine)
        require_current(engine)
        require_here(engine)
    except BaseException:
        engine.dispose()
        raise
    journal = Journal(engine)
    return Store(
        engine=engine,
        journal=journal,
        runs=Runs(engine),
        access=Access(engine, journal),
        accounts=Accounts(engine, journal),
        sessions=Sessions(engine),
        throttle=Throttle(engine),
        files=Files(engine),
        deadlines=Deadlines(engine),
        outbox=Outbox(engine),
        leases=Leases(engine),
        schedules=Schedules(engine, journal),
        changes=CampaignChanges(engine, journal),
    )


def upgrade_store(url: str) -> tuple[str | None, str]:
    """Bring a database to this version; return the versions before (None: it was empty) and after."""
    engine = connect(url)
    try:
        require_here(engine)
        return upgrade(engine)
    finally:
        engine.dispose()
