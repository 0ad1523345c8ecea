"""One province's office with a campaign of two communes, for tests of changing it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign
from lotrinh.services.views.apply_change import apply_change
from lotrinh.services.views.change_preview import ChangePreview, ChangeRequest, preview_change, store_upload
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import CampaignSettings, Settings
from lotrinh.store import Store

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
WHO = "officer:lan"
CHECKLIST = """\
id: thu
title: Thử
anchor: {id: ngay, title: Ngày, date: 2026-03-15}
sources: {luat: {title: Luật, number: 1/2026}}
milestones:
  - id: mot
    title: Một
    due: ngay - 30 days
    basis: [{source: luat, at: Điều 1, confidence: A}]
    steps:
      - {id: a, title: Việc A, owner: UBND xã, level: commune}
      - {id: b, title: Việc B, owner: UBND xã, level: commune, due: ngay - 10 days}
      - {id: t, title: Việc T, owner: UBND tỉnh, level: province}
      - {id: q, title: Việc Q, owner: Quốc hội, level: national}
"""
WITHOUT_B = "".join(line for line in CHECKLIST.splitlines(keepends=True) if "id: b" not in line)


@dataclass
class Office:
    """One province with a campaign of two communes."""

    store: Store
    settings: Settings
    home: Path

    def campaign(self) -> Campaign:
        return open_campaign(self.store, self.settings, "thu", home=self.home)

    def preview(self, wish: ChangeRequest) -> ChangePreview:
        live = LiveCampaign(self.store, self.settings, self.campaign())
        return preview_change(self.store, self.settings, live, wish, NOW, self.home)

    def upload(self, text: str, **more: object) -> ChangeRequest:
        return ChangeRequest(file=store_upload(self.settings, text.encode(), NOW), name="moi.yaml", **more)  # type: ignore[arg-type]

    def apply(self, wish: ChangeRequest, digest: str = "", who: str = WHO) -> int:
        made = self.preview(wish)
        return apply_change(self.store, made, digest or made.digest, who, NOW).number

    def files(self) -> set[str]:
        return {p.relative_to(self.settings.data_dir).as_posix() for p in self.settings.data_dir.rglob("*.*")}


def office_in(store: Store, tmp_path: Path) -> Office:
    (tmp_path / "thu.yaml").write_text(CHECKLIST, encoding="utf-8")
    declared = CampaignSettings(id="thu", units=("04924", "04960"))
    return Office(store, Settings(data_dir=tmp_path / "data", campaigns=(declared,)), tmp_path)


def confirmed(office: Office, unit: str, step: str) -> None:
    body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}
    office.store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED, at=NOW, campaign="thu", unit=unit, step=step, actor=f"unit:{unit}", body=body
        )
    )


def problems(office: Office, wish: ChangeRequest) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        office.preview(wish)
    return [(p.place, say(p.sentence)) for p in caught.value.problems]
