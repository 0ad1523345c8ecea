"""New databases copied from one that was migrated once: most tests are not about migrations."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lotrinh.store import open_store, store
from lotrinh.store.schema import HEAD

upgrade = store.upgrade


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
