"""A small campaign at the office's desk: three communes and a ward, one of them with software of its own."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from lotrinh.catalog.units import write_roster
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.settings.models import CampaignSettings, Settings, UnitsSettings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, send_form
from tests.services.builders import hear, says

HOME = "/campaigns/thu"
LUONG_SON, LIEN_SON, CAO_DUONG, VIET_TRI = "04924", "04960", "05047", "07900"
CHECKLIST = """\
id: thu
title: {vi: Đợt thử}
anchor: {id: election_day, title: {vi: Ngày bầu cử}, date: 2026-03-15}
sources: {law: {title: {vi: Luật}, number: 85/2015/QH13}}
milestones:
  - id: chuan-bi
    title: {vi: Chuẩn bị}
    due: 2026-01-31
    basis: [{source: law, at: Điều 1, confidence: A}]
    steps:
      - {id: dau, title: {vi: Việc đầu}, owner: UBND xã, level: commune}
      - {id: giua, title: {vi: Việc giữa}, owner: UBND xã, level: commune, requires: [dau]}
  - id: duyet
    title: {vi: Duyệt}
    due: 2026-02-04
    basis: [{source: law, at: Điều 2, confidence: A}]
    steps:
      - {id: cuoi, title: {vi: Việc cuối}, owner: UBND xã, level: commune, requires: [giua, cua-tinh], acceptance: true}
  - id: tinh
    title: {vi: Việc tỉnh}
    due: 2026-01-30
    basis: [{source: law, at: Điều 3, confidence: C}]
    steps:
      - {id: cua-tinh, title: {vi: Việc của tỉnh}, owner: UBND tỉnh, level: province}
  - id: quoc-gia
    title: {vi: Việc trung ương}
    due: 2026-01-30
    basis: [{source: law, at: Điều 4, confidence: A}]
    steps:
      - {id: cua-nuoc, title: {vi: Việc của nước}, owner: Quốc hội, level: national}
"""
UNITS = (
    Unit(LUONG_SON, UnitKind.COMMUNE, "Lương Sơn", "Hòa Bình"),
    Unit(LIEN_SON, UnitKind.COMMUNE, "Liên Sơn", "Hòa Bình", status_url="https://lienson.example.vn/s"),
    Unit(CAO_DUONG, UnitKind.COMMUNE, "Cao Dương", "Hòa Bình & <b>cũ</b>", contact_phone="0218 123"),
    Unit(VIET_TRI, UnitKind.WARD, "Việt Trì", "Phú Thọ"),
)
BODY = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}


def small_settings(folder: Path) -> Settings:
    """Settings of a portal with this campaign alone."""
    (folder / "thu.yaml").write_text(CHECKLIST, encoding="utf-8")
    write_roster(folder / "units.csv", UNITS)
    campaign = CampaignSettings(id="thu", checklist=str(folder / "thu.yaml"), warning_days=3)
    return Settings(
        data_dir=folder, campaigns=(campaign,), units=UnitsSettings(file=folder / "units.csv", allow_unknown=True)
    )


def open_desk(portal: Portal, enter: Enter, role: Role = Role.OFFICER) -> httpx.Client:
    make_officer(portal.store, "van-phong", role)
    return enter("van-phong", SECRET)


def record_entry(portal: Portal, kind: EntryKind, unit: str, step: str, days_ago: float = 1, **body: Any) -> Entry:
    """Let something have been said about a step; a confirmation has its day and document."""
    said = BODY | body if kind is EntryKind.CONFIRMED else body
    new = NewEntry(
        kind=kind,
        at=NOW - timedelta(days=days_ago),
        campaign="thu",
        unit=unit,
        step=step,
        actor=f"unit:{unit}",
        body=said,
    )
    return portal.store.journal.append(new)[0]


def publish_status(portal: Portal, settings: Settings, *steps: dict[str, Any], at: datetime = NOW) -> None:
    """Let Liên Sơn's own system have said this in a run."""
    of: Campaign = open_campaign_of_files(settings, "thu")
    begun = begin_run(portal.store, of, at, at, {})
    text = says(of.by_code[LIEN_SON], *steps, at=at.astimezone(UTC))
    portal.store.runs.record(begun.id, of.id, [hear(settings, of, of.by_code[LIEN_SON], text, at)])


def review_step(desk: httpx.Client, unit: str, step: str, act: str, **fields: str) -> httpx.Response:
    """Open the page of a judgement and send its form."""
    return send_form(desk, f"{HOME}/units/{unit}/steps/{step}/judge/{act}", **fields)


def entries_about(portal: Portal, unit: str, step: str) -> list[Entry]:
    return [e for e in portal.store.journal.entries("thu", unit) if e.new.step == step]


def row_heads(text: str, table: int = -1) -> list[str]:
    """Return what heads the rows of a page's table, the last one unless told."""
    body = text.split("<table")[table]
    return [strip_tags(head) for head in re.findall(r'<th scope="row">(.*?)</th>', body, re.DOTALL)]


def strip_tags(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
