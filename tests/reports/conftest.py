"""Reports speak Vietnamese unless a test says otherwise."""

import pytest


@pytest.fixture(autouse=True)
def in_vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOTRINH_LANG", raising=False)
