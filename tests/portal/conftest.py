"""A real portal on loopback, over a real database, with Phú Thọ's real units."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from lotrinh.portal.app import create_app
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from tests.quick import migrated, quick_databases
from tests.serving import TRUST, serving

__all__ = ["migrated", "quick_databases"]

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)


@dataclass
class Portal:
    client: httpx.Client
    store: Store
    codes: dict[str, str]
    moments: list[datetime] = field(default_factory=lambda: [NOW])
    """What the portal's clock says: its last moment."""

    def status(self, unit: str, **headers: str) -> httpx.Response:
        return self.client.get(f"/api/v1/campaigns/bau-cu-2026/units/{unit}/status", headers=headers)

    def confirm(self, unit: str, body: object, key: str = "k1", code: str | None = None) -> httpx.Response:
        return self.client.post(
            f"/api/v1/campaigns/bau-cu-2026/units/{unit}/confirmations",
            json=body,
            headers={"Authorization": f"Bearer {code or self.codes.get(unit, 'x')}", "Idempotency-Key": key},
        )


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    """What the portal runs with; a test module that needs other settings has a fixture of this name."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
def portal(portal_settings: Settings) -> Iterator[Portal]:
    with open_store(portal_settings.database_url) as store:
        moments = [NOW]
        app = create_app(portal_settings, store, clock=lambda: moments[-1])
        with (
            serving(app) as port,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=TRUST, timeout=60) as client,
        ):
            yield Portal(client, store, store.access.issue(["04924", "04960"], NOW), moments)


Enter = Callable[[str, str], httpx.Client]


@pytest.fixture
def enter(portal: Portal) -> Iterator[Enter]:
    """Sign somebody in at a browser of their own, as name and secret say; it may have been refused."""
    with ExitStack() as browsers:

        def signed_in(name: str, secret: str) -> httpx.Client:
            origin = str(portal.client.base_url).rstrip("/")
            browser = httpx.Client(
                base_url=origin,
                trust_env=False,
                verify=TRUST,
                headers={"Origin": origin},
                follow_redirects=True,
                timeout=60,
            )
            browsers.enter_context(browser)
            browser.post("/sign-in", data={"name": name, "secret": secret}, follow_redirects=False)
            return browser

        yield signed_in
