"""What most tests are not about, made quick: new databases are copies of a migrated one, hashes are light."""

import os
import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from lotrinh.services.access import secrets
from lotrinh.store import open_store, store
from lotrinh.store.schema import HEAD

FULL = os.environ.get("CI") == "true"
"""Whether tests that can go on for any length do so at full length; elsewhere at a length that can be waited for."""
upgrade = store.upgrade
LIGHT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOBODY = LIGHT.hash(secrets.new_secret())


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest version, made by the real migrations."""
    path = tmp_path_factory.mktemp("migrated") / "lotrinh.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(autouse=True)
def quick_databases(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a new SQLite database of this process be a copy of that one."""

    def copied(engine: Engine) -> tuple[str | None, str]:
        if engine.dialect.name != "sqlite":
            return upgrade(engine)
        line, source = engine.raw_connection(), sqlite3.connect(migrated)
        try:
            source.backup(line.driver_connection)  # type: ignore[arg-type]  # sqlite3's own, as the dialect says
        finally:
            source.close()
            line.close()
        return None, HEAD

    monkeypatch.setattr(store, "upgrade", copied)


@pytest.fixture(autouse=True)
def quick_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let secrets of this process be hashed in a moment; what a hash needs stands in the hash."""
    monkeypatch.setattr(secrets, "HASHER", LIGHT)
    monkeypatch.setattr(secrets, "NOBODY", NOBODY)
