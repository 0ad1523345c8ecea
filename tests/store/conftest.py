"""A real SQLite database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lotrinh.store import Store, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'lotrinh.db').as_posix()}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
