"""A real database and settings of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from tests.quick import migrated, quick_databases

__all__ = ["migrated", "quick_databases"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.database_url) as opened:
        yield opened
