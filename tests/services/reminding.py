"""An office that reminds: two communes with mail boxes, a mail server, and a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from lotrinh.services.notify import dispatch
from lotrinh.services.notify.outbox import DispatchSummary
from lotrinh.services.notify.reminders import AddressedDigest, ReminderOffice, open_office, prepare_digests
from lotrinh.settings.models import (
    CampaignSettings,
    MailSettings,
    ReceiverSettings,
    RemindSettings,
    ScheduleSettings,
    Settings,
    WebhookSettings,
)
from lotrinh.store import Store
from tests.services.office import CHECKLIST

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KEY = "khoa-de-ky-tin-webhook"
DAY = datetime(2026, 2, 10, 7, 30, tzinfo=ZONE)
"""A Tuesday, three days before the deadline of the steps a and t; b is due on 5 March."""
RECEIVERS = tuple(
    ReceiverSettings(unit=unit, mail=f"{name}@phutho.example.vn")
    for unit, name in (("25", "vp"), ("04924", "luong-son"), ("04960", "lien-son"))
)


@dataclass
class World:
    """One office over one database. Each worker opens it anew, as another process would."""

    settings: Settings
    home: Path
    clock: list[datetime] = field(default_factory=lambda: [DAY])

    def now(self) -> datetime:
        return self.clock[0]

    def office(self, store: Store) -> ReminderOffice:
        return open_office(store, self.settings, self.home)

    def prepare(self, store: Store) -> tuple[AddressedDigest, ...]:
        return prepare_digests(self.office(store), self.now())

    def remind(self, store: Store) -> int:
        return dispatch.enqueue_reminders(self.office(store), self.now()).new

    def send(self, store: Store) -> DispatchSummary:
        return dispatch.dispatch_messages(self.office(store), self.now)


def world_in(folder: Path, mail: MailSettings | None = None, **more: Any) -> World:
    (folder / "thu.yaml").write_text(CHECKLIST, encoding="utf-8")
    campaign = CampaignSettings(id="thu", units=("04924", "04960"), schedule=more.pop("schedule", ScheduleSettings()))
    known = {
        "mail": mail or MailSettings(),
        "receivers": RECEIVERS,
        "remind": RemindSettings(),
        "campaigns": (campaign,),
    }
    return World(Settings(data_dir=folder / "data", **{**known, **more}), folder)


def hook(url: str) -> WebhookSettings:
    return WebhookSettings(url=SecretStr(url), secret=SecretStr(KEY))
