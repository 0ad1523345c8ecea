"""What the application holds: settings, store, clock, and the campaigns kept current in memory."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from fastapi import Request

from lotrinh.catalog.checklists import packaged_names
from lotrinh.clock import Clock
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.render_limiter import RenderLimiter
from lotrinh.services.campaigns.campaigns import Campaign, campaign_files, is_current, open_campaign
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)
"""What a campaign may be called: nothing that could be a path."""


@dataclass
class PortalState:
    """One portal. ``home`` is the folder that checklists of the office lie in."""

    settings: Settings
    store: Store
    clock: Clock
    home: Path | None = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("lotrinh.portal"))
    start_run: Callable[[str], None] | None = None
    """Starts a check of a campaign in the background; None where this portal cannot."""
    render_limiter: RenderLimiter = field(default_factory=RenderLimiter)
    """Who may make a document now."""
    started_at: datetime = field(init=False)
    """Since when this portal runs: a campaign that never ran may have been declared just before."""
    _open: dict[str, tuple[tuple[float, ...], Campaign, LiveCampaign]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Look at the clock."""
        self.started_at = self.clock()

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over HTTPS only."""
        return self.settings.portal.origin.startswith("https://")

    def campaign(self, name: str) -> Campaign:
        """Return a campaign, opened once for each state of its files and of what was applied to it."""
        return self._open_current(name)[1]

    def live(self, campaign: Campaign) -> LiveCampaign:
        """Return the campaign kept current."""
        return self._open_current(campaign.id)[2]

    def campaigns(self) -> list[Campaign]:
        """Return all campaigns: the settings', or else the packaged checklists under their own names."""
        names = [c.id for c in self.settings.campaigns] or list(packaged_names())
        return [self.campaign(name) for name in names]

    def _open_current(self, name: str) -> tuple[tuple[float, ...], Campaign, LiveCampaign]:
        if not NAME.fullmatch(name):
            raise NotFound(M("Không có đợt “{name}”.", name=name))
        stamp = tuple(_changed(path) for path in campaign_files(self.settings, name, self.home))
        known = self._open.get(name)
        if known and known[0] == stamp and is_current(self.store, known[1]):
            return known
        with self._lock:
            known = self._open.get(name)  # another thread may have opened it meanwhile
            if known is None or known[0] != stamp or not is_current(self.store, known[1]):
                campaign = open_campaign(self.store, self.settings, name, home=self.home)
                known = self._open[name] = (stamp, campaign, LiveCampaign(self.store, self.settings, campaign))
            return known


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def portal_state(request: Request) -> PortalState:
    """Return the application's state."""
    state: PortalState = request.app.state.lotrinh
    return state
