"""A portal on a real socket whose address is known before it starts, so that checks find it; and who visits it."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from lotrinh.core.status.roles import Role
from lotrinh.portal.app import create_app
from lotrinh.settings.models import CampaignSettings, HttpSettings, PortalSettings, Settings, UnitsSettings
from lotrinh.store import Store, open_store
from lotrinh.store.accounts import Account
from tests.serving import serving

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)
CAMPAIGN, LIEN_SON, LUONG_SON = "bau-cu-2026", "04960", "04924"
LOOPBACK = "127.0.0.1"


@dataclass
class Hosted:
    """A portal that runs, over its own store; ``moments`` is what its clock says: the last."""

    url: str
    app: FastAPI
    store: Store
    settings: Settings
    moments: list[datetime] = field(default_factory=lambda: [NOW])

    def clock(self) -> datetime:
        return self.moments[-1]

    def account(self, name: str, role: Role, display: str, unit: str = "") -> str:
        """Make an account that signs in with nothing: its sessions are opened by ``cookie``."""
        self.store.accounts.put(
            Account(id=name, role=role, unit=unit, name=display, secret_hash="-", generation=1, issued_at=self.clock())
        )
        return name

    def cookie(self, account: str) -> Any:
        """Open a session and return the cookie that a browser would have been given."""
        known = self.store.accounts.get(account)
        assert known is not None, account
        return {"name": "lotrinh", "value": self.store.sessions.open(known, self.clock()), "url": self.url}


def settings_at(url: str, folder: Path, campaigns: Sequence[CampaignSettings], roster: Path | None) -> Settings:
    return Settings(
        data_dir=folder,
        campaigns=tuple(campaigns),
        portal=PortalSettings(public_url=url),
        http=HttpSettings.model_validate({"allow_networks": ["127.0.0.0/8"]}),
        units=UnitsSettings(file=roster, allow_unknown=True),
    )


@contextmanager
def host(
    folder: Path,
    campaigns: Sequence[CampaignSettings] = (CampaignSettings(id=CAMPAIGN, warning_days=3),),
    roster: Path | None = None,
    run: Callable[[str], None] | None = None,
) -> Iterator[Hosted]:
    """Start a portal; it stops in the end."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        settings = settings_at(url, folder, campaigns, roster)
        with open_store(settings.database_url) as store:
            moments = [NOW]
            app = create_app(settings, store, clock=lambda: moments[-1], start_run=run)
            with serving(app, listening):
                yield Hosted(url, app, store, settings, moments)


def in_own_thread(work: Callable[[], Any]) -> Any:
    """Do something in a thread of its own: the browser's driver keeps an event loop in this one."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    assert results, "it failed; what happened stands above"
    return results[0]
