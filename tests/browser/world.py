"""What the browser tests look at: one portal with three campaigns, as empty, normal and long as they come."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from lotrinh.catalog.units import packaged_roster, province, write_roster
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.services.access.accounts import make_link
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude, run_check
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.statements.uploads import accept_upload, file_reference
from lotrinh.settings.models import CampaignSettings as CampaignSetting
from lotrinh.store.outbox import FAILED, WAITING, NewMessage
from tests.browser import hostile
from tests.browser.hosting import CAMPAIGN, LIEN_SON, LUONG_SON, NOW, Hosted, host, in_own_thread
from tests.services.builders import hear, says

EMPTY, NORMAL, LONGEST = "empty", "normal", "longest"
OPEN = "xac-dinh-khu-vuc-bo-phieu"
"""A step that takes a document and a file, due on 31 January."""
STATES = (EMPTY, NORMAL, LONGEST)
NOTHING_SAID = frozenset({"c", "u", "step", "open", "counted"})
"""What addresses are made of where nothing was ever said; all else is an entry, a run, an account."""
CODES = ("04960", "04924", "07900")
OWN_SYSTEM = "http://127.0.0.1:9/status"
"""Where a commune's own software should answer and nobody does."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
WHO = {"officer": Role.OFFICER, "administrator": Role.ADMINISTRATOR, "viewer": Role.VIEWER}


@dataclass
class World:
    """A portal, and for each state what its pages' addresses are made of and who visits them."""

    portal: Hosted
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)
    cookies: dict[tuple[str, str], Any] = field(default_factory=dict)

    def cookie(self, state: str, who: str) -> Any:
        """The session of the commune, an officer, the administrator or a viewer; none for nobody."""
        return self.cookies[state, who] if who else None

    def account(self, state: str, who: str) -> str:
        """Who that is: the account's name."""
        return self.accounts[state, who]

    def address(self, state: str, template: str) -> str:
        return self.portal.url + template.format(**self.values[state])


def units(*, whole: bool) -> list[Unit]:
    """Real units of Phú Thọ: one with software of its own that does not answer, one with the longest texts."""
    found = [u for u in packaged_roster(province("25")) if whole or u.code in CODES]
    found = [u for u in found if u.code != hostile.UNIT.code]
    own = [replace(u, status_url=OWN_SYSTEM) if u.code == LUONG_SON else u for u in found]
    return [*own, replace(hostile.UNIT, status_url=OWN_SYSTEM)]


@contextmanager
def make_world(folder: Path, *, whole: bool = False) -> Iterator[World]:
    """Start the portal and fill it; ``whole``: with all units of the province."""
    roster, here = folder / "units.csv", units(whole=whole)
    write_roster(roster, here)
    (folder / "dai.yaml").write_text(hostile.checklist(), encoding="utf-8")
    short = hostile.checklist("trong", "Đợt trống", "Chưa có gì.", "1/2026")
    (folder / "trong.yaml").write_text(short, encoding="utf-8")
    real = tuple(u.code for u in here if u.code != hostile.UNIT.code)
    campaigns = (
        CampaignSetting(id=CAMPAIGN, warning_days=3, units=real),
        CampaignSetting(id="trong", checklist=str(folder / "trong.yaml"), units=(LIEN_SON,)),
        CampaignSetting(id="dai", checklist=str(folder / "dai.yaml"), units=(hostile.UNIT.code, LIEN_SON)),
    )
    with host(folder, campaigns, roster, run=lambda _: None) as portal:
        world = World(portal)
        sign_everybody_in(world)
        of = {c.id: open_campaign_of_files(portal.settings, c.id) for c in campaigns}
        fill_empty(world)
        fill_normal(world, of[CAMPAIGN])
        fill_longest(world, of["dai"])
        yield world


def sign_everybody_in(world: World) -> None:
    """Give everybody a session; those of the longest state have names to match."""
    portal, long_unit = world.portal, hostile.UNIT
    for who, role in WHO.items():
        plain = portal.account(f"officer:{who}", role, "Cán bộ văn phòng")
        long_name = hostile.longest(100, hostile.SHORT_ATTACK)
        others = {LONGEST: portal.account(f"officer:{who}-{'x' * 25}", role, long_name)}
        world.accounts |= {(state, who): others.get(state, plain) for state in STATES}
    plain = portal.account(f"unit:{LIEN_SON}", Role.UNIT, "Xã Liên Sơn", LIEN_SON)
    others = {LONGEST: portal.account(f"unit:{long_unit.code}", Role.UNIT, long_unit.full_name, long_unit.code)}
    world.accounts |= {(state, "commune"): others.get(state, plain) for state in STATES}
    world.cookies = {place: portal.cookie(account) for place, account in world.accounts.items()}


def address_values(campaign: str, unit: str, **more: object) -> dict[str, str]:
    home = f"/campaigns/{campaign}"
    return {"c": home, "u": f"{home}/units/{unit}", **{name: str(value) for name, value in more.items()}}


def fill_empty(world: World) -> None:
    """Nothing was ever said or asked."""
    world.values[EMPTY] = address_values("trong", LIEN_SON, step="mo", open="mo", counted=hostile.COUNTED)


@dataclass
class Diary:
    """Writes down what happens in a campaign, an hour apart."""

    portal: Hosted
    campaign: Campaign
    unit: str
    hours: int = 48

    def write(self, kind: EntryKind, step: str, unit: str = "", **body: Any) -> Entry:
        self.hours -= 1
        actor = "officer:officer" if kind in OFFICES else f"unit:{unit or self.unit}"
        at = NOW - timedelta(hours=self.hours)
        new = NewEntry(
            kind=kind, at=at, campaign=self.campaign.id, unit=unit or self.unit, step=step, actor=actor, body=body
        )
        return self.portal.store.journal.append(new)[0]


OFFICES = frozenset(
    {
        EntryKind.RETURNED,
        EntryKind.EXCUSED,
        EntryKind.ANSWERED,
        EntryKind.HANDED_OVER,
        EntryKind.CHANGED,
        EntryKind.ACCEPTED,
    }
)


def fill_normal(world: World, of: Campaign) -> None:
    """Sample data of all units, and one of everything that can be said."""
    portal = world.portal
    portal.store.journal.append(*sample_entries(of, NOW))
    diary = Diary(portal, of, LIEN_SON)
    file = accept_upload(portal.store, portal.settings.data_dir, LIEN_SON, "quyet-dinh-12.pdf", PDF, NOW)
    done = diary.write(
        EntryKind.CONFIRMED,
        "xac-dinh-khu-vuc-bo-phieu",
        completed_on="2026-01-29",
        document={"number": "12/QĐ-UBND", "date": "2026-01-29"},
        signer="Người ký mẫu",
        note="DỮ LIỆU MẪU. Đã gửi báo cáo về tỉnh.",
        file=file_reference(file),
    )
    diary.write(EntryKind.RETURNED, "quyet-dinh-to-bau-cu", reason="Thiếu danh sách kèm theo của Tổ bầu cử số 3.")
    diary.write(EntryKind.WITHDRAWN, "niem-yet-danh-sach-cu-tri", reason="Nhập nhầm.")
    counted = [
        diary.write(EntryKind.PROGRESSED, step, progress={"done": 7, "of": 12}, completed_on="2026-02-01")
        for step in ("niem-yet-danh-sach-cu-tri", "hoi-nghi-cu-tri-noi-cu-tru")
    ]
    trouble = "giai-quyet-khieu-nai-ung-cu-xa"
    diary.write(EntryKind.OBSTACLE, trouble, note="Chưa có biểu mẫu mới.")
    diary.write(EntryKind.PROPOSAL, trouble, note="Đề nghị tỉnh gửi biểu mẫu.")
    diary.write(EntryKind.HANDED_OVER, trouble, office="Sở Nội vụ", note="")
    diary.write(EntryKind.ANSWERED, trouble, note="Biểu mẫu đã gửi ngày 01/02/2026.")
    diary.write(EntryKind.EXCUSED, "cap-nhat-danh-sach-cu-tri", reason="Xã dùng dữ liệu của tỉnh.")
    diary.write(
        EntryKind.CONFIRMED, "thanh-lap-ubbc-xa", LUONG_SON, completed_on="2025-11-28", document={"number": "3/QĐ"}
    )
    publish_obstacle(portal, of, of.by_code[LUONG_SON], "thanh-lap-ubbc-xa", "Đang ký.")
    number = record_change(diary, of)
    first, second = check_units(portal, of, 60), check_units(portal, of, 30)
    begin_run(portal.store, of, NOW - timedelta(minutes=1), NOW, {})
    make_link(portal.store, "Đồng chí Chủ tịch", timedelta(days=7), NOW)
    world.values[NORMAL] = address_values(
        CAMPAIGN,
        LIEN_SON,
        step="xac-dinh-khu-vuc-bo-phieu",
        open=trouble,
        counted="niem-yet-danh-sach-cu-tri",
        done="xac-dinh-khu-vuc-bo-phieu",
        returned="quyet-dinh-to-bau-cu",
        trouble=trouble,
        excused="cap-nhat-danh-sach-cu-tri",
        disputed=f"/campaigns/{CAMPAIGN}/units/{LUONG_SON}/steps/thanh-lap-ubbc-xa",
        receipt=f"{LIEN_SON}-{done.number}",
        receipts=f"{counted[0].number}-{counted[1].number}",
        change=number,
        run=second,
        run_before=first,
        account="officer",
    )


def publish_obstacle(portal: Hosted, of: Campaign, unit: Unit, step: str, note: str, hours: int = 3) -> str:
    """Let a unit's own system have said so many hours ago that something stands in a step's way; return the run."""
    at = NOW - timedelta(hours=hours)
    begun = begin_run(portal.store, of, at, at, {})
    said = {"id": step, "state": "obstacle", "note": note}
    body = says(unit, said, at=at, campaign=of.id)
    portal.store.runs.record(begun.id, of.id, [hear(portal.settings, of, unit, body, at)])
    conclude(portal.store, portal.settings, of, begun, at)
    return begun.id


def record_change(diary: Diary, of: Campaign) -> int:
    """Write down a change of the campaign that was taken back since."""
    entry = diary.write(
        EntryKind.CHANGED,
        "",
        of.province.code,
        anchor={"old": "2026-03-22", "new": "2026-03-15"},
        checklist={"old": of.checklist.content_hash, "new": of.checklist.content_hash},
        applied={},
        units=[u.code for u in of.units],
        digest="0" * 64,
    )
    return entry.number


def check_units(portal: Hosted, of: Campaign, minutes: int) -> str:
    """Ask all units over HTTP, in a run that began so long ago."""
    at = NOW - timedelta(minutes=minutes)
    run = begin_run(portal.store, of, at, at, {})
    in_own_thread(lambda: asyncio.run(run_check(portal.store, portal.settings, of, run, portal.clock)))
    return run.id


def fill_outbox(portal: Hosted) -> None:
    """A message in each of the states that people can do something about, with the longest reason there is."""
    content = {"to": f"{'x' * 64}@{'y' * 60}.example.vn"}
    for state in (WAITING, FAILED):
        tried = NOW + timedelta(days=1)
        new = NewMessage(
            key=state,
            campaign="",
            kind="remind",
            receiver=LIEN_SON,
            channel="mail",
            content=content,
            next_at=tried,
            state=state,
            problem=hostile.longest(300),
        )
        portal.store.outbox.put([new], NOW)


def fill_longest(world: World, of: Campaign) -> None:
    """The longest of everything that can be said."""
    fill_outbox(world.portal)
    portal, unit, text = world.portal, of.by_code[hostile.UNIT.code], hostile.longest
    name = f"{text(110)}.pdf"
    file = file_reference(accept_upload(portal.store, portal.settings.data_dir, unit.code, name, PDF, NOW))
    diary = Diary(portal, of, unit.code)
    whole: dict[str, Any] = {
        "completed_on": "2026-01-29",
        "document": {"number": text(200), "date": "2026-01-29"},
        "signer": text(200),
        "note": text(2000),
        "file": file,
    }
    done = diary.write(EntryKind.CONFIRMED, "xong", **whole)
    diary.write(EntryKind.CONFIRMED, "tra", **whole)
    diary.write(EntryKind.RETURNED, "tra", reason=text(2000))
    diary.write(EntryKind.OBSTACLE, "vuong", note=text(2000))
    diary.write(EntryKind.PROPOSAL, "vuong", note=text(2000))
    diary.write(EntryKind.HANDED_OVER, "vuong", office=text(2000), note=text(2000))
    diary.write(EntryKind.ANSWERED, "vuong", note=text(2000))
    diary.write(EntryKind.EXCUSED, "mien", reason=text(2000))
    counts: dict[str, Any] = {"progress": {"done": 99_999, "of": 100_000}, "document": {"number": text(200)}}
    counted = diary.write(EntryKind.PROGRESSED, "dem", **counts, completed_on="2026-02-01")
    diary.write(EntryKind.CONFIRMED, "lech", **whole)
    number = record_change(diary, of)
    first = publish_obstacle(portal, of, unit, "lech", text(2000), 4)
    second = publish_obstacle(portal, of, unit, "xong", text(2000))
    make_link(portal.store, text(100), timedelta(days=31), NOW)
    world.values[LONGEST] = address_values(
        "dai",
        unit.code,
        step="xong",
        open="mo",
        counted="dem",
        done="xong",
        returned="tra",
        trouble="vuong",
        excused="mien",
        disputed=f"/campaigns/dai/units/{unit.code}/steps/xong",
        receipt=f"{unit.code}-{done.number}",
        receipts=f"{counted.number}-{counted.number}",
        change=number,
        run=second,
        run_before=first,
        account=f"officer-{'x' * 25}",
    )
