"""A real portal on loopback, over a real database, with Phú Thọ's real units."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from lotrinh.portal.app import create_app
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)


@dataclass
class Portal:
    client: httpx.Client
    store: Store
    codes: dict[str, str]

    def status(self, unit: str, **headers: str) -> httpx.Response:
        return self.client.get(f"/api/v1/campaigns/bau-cu-2026/units/{unit}/status", headers=headers)

    def confirm(self, unit: str, body: object, key: str = "k1", code: str | None = None) -> httpx.Response:
        return self.client.post(
            f"/api/v1/campaigns/bau-cu-2026/units/{unit}/confirmations",
            json=body,
            headers={"Authorization": f"Bearer {code or self.codes.get(unit, 'x')}", "Idempotency-Key": key},
        )


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.database_url) as store:
        app = create_app(settings, store, clock=lambda: NOW)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield Portal(client, store, store.access.issue(["04924", "04960"], NOW))
        server.should_exit = True
        thread.join()
