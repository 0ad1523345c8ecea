"""What would happen: a new anchor or another checklist tried on a campaign, and nothing changed by it."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from lotrinh.catalog.checklists import load_checklist, read_checklist
from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.deadline_diff import Move, MoveKind, moves
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import Entry, EntryKind, StepRecord
from lotrinh.core.status.status import Status
from lotrinh.core.text import M, nfc
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.files import store_file
from lotrinh.reports.moves import MoveRow
from lotrinh.services.campaigns.campaign_override import NO_OVERRIDE, CampaignOverride, find_override
from lotrinh.services.campaigns.campaigns import (
    Campaign,
    bind_campaign,
    campaign_settings,
    checklist_path,
    with_override,
)
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store

FORGOTTEN = timedelta(days=1)
"""An uploaded file that was not applied is deleted after so long."""
FARTHEST = timedelta(days=3660)
"""How far from today an anchor may lie: a mistyped year is no anchor."""
NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
LONGEST_NAME = 80


class ChangeRequest(NamedTuple):
    """What is to change. ``file`` is what ``keep`` returned, ``name`` what its owner called it; empty: stays.

    ``reset`` goes back to what the settings file says, and nothing else counts.
    """

    anchor: date | None = None
    file: str = ""
    name: str = ""
    reset: bool = False


class LostStatements(NamedTuple):
    """What units have said about a step that would be no more; it stays in the journal."""

    move: Move
    records: tuple[tuple[Unit, StepRecord], ...]


class AffectedUnit(NamedTuple):
    """A unit to be told, and how many of its steps change."""

    unit: Unit
    step_count: int


class ChangePreview(NamedTuple):
    """What a change would do. ``newly_overdue`` names by step the units that would be late and are not now.

    ``digest`` stands for exactly this change, from exactly what held when ``old`` was opened.
    """

    old: Campaign
    new: Campaign
    target: CampaignOverride
    moves: tuple[MoveRow, ...]
    newly_overdue: dict[str, tuple[Unit, ...]]
    lost_statements: tuple[LostStatements, ...]
    affected_units: tuple[AffectedUnit, ...]
    digest: str


def store_upload(settings: Settings, raw: bytes, now: datetime) -> str:
    """Keep an uploaded file until it is applied or forgotten; return its name."""
    folder, name = _folder(settings), hashlib.sha256(raw).hexdigest()
    store_file(folder / name, raw)
    for left in folder.iterdir():
        if left.stat().st_mtime < (now - FORGOTTEN).timestamp() and left.name != name:
            left.unlink(missing_ok=True)
    # Age is counted by the caller's clock, so the file is dated by it too; the same file sent again is young again.
    os.utime(folder / name, (now.timestamp(), now.timestamp()))
    return name


def read_upload(settings: Settings, name: str) -> bytes:
    """Return an uploaded file; ``NotFound`` when it has been forgotten."""
    path = _folder(settings) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound(M("Tệp đã tải lên không còn nữa. Hãy chọn lại tệp và xem trước lại."))
    return path.read_bytes()


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "what-if"


def preview_change(
    store: Store,
    settings: Settings,
    live: LiveCampaign,
    request: ChangeRequest,
    now: datetime,
    home: Path | None = None,
) -> ChangePreview:
    """Try a change on a campaign; ``BadInput`` with everything that is wrong with it. ``home`` as for campaigns."""
    old = live.campaign
    raw = read_upload(settings, request.file) if request.file and not request.reset else None
    override = find_override(store, old.change)
    target, new = _try_change(settings, old, override, request, raw, now, home)
    if target == override:
        raise BadInput([Problem("anchor", 0, 0, M("Chưa có gì thay đổi: hãy nhập ngày gốc mới hoặc chọn tệp khác."))])
    found = _moves(old, new, now)
    after = LiveCampaign(store, settings, new)
    return ChangePreview(
        old=old,
        new=new,
        target=target,
        moves=found,
        newly_overdue=_newly_overdue(live.report(now), after.report(now)),
        lost_statements=tuple(_lost_statements(live, found, now)),
        affected_units=_affected_units(found),
        digest=_digest(old, new, target, override),
    )


def applied_changes(store: Store, campaign: Campaign) -> tuple[Entry, ...]:
    """Return the changes of anchor or checklist that were applied to a campaign, oldest first."""
    entries = store.journal.entries(campaign.id, campaign.province.code)
    return tuple(e for e in entries if e.new.kind is EntryKind.CHANGED and "applied" in e.new.body)


def _try_change(
    settings: Settings,
    old: Campaign,
    override: CampaignOverride,
    request: ChangeRequest,
    raw: bytes | None,
    now: datetime,
    home: Path | None,
) -> tuple[CampaignOverride, Campaign]:
    target = NO_OVERRIDE if request.reset else override
    checklist = old.checklist
    if request.anchor and request.anchor != old.anchor and not request.reset:
        if abs(request.anchor - now.astimezone(old.zone).date()) > FARTHEST:
            raise BadInput([Problem("anchor", 0, 0, M("Ngày gốc phải trong vòng mười năm. Hãy kiểm tra lại năm."))])
        target = target.model_copy(update={"anchor": request.anchor})
    if raw is not None:
        checklist = _read_uploaded_checklist(raw, upload_name(request.name), old.checklist)
        if checklist.content_hash != old.checklist.content_hash:
            target = target.model_copy(update={"checklist": f"{checklist.id}-{checklist.content_hash[:12]}.yaml"})
    config = campaign_settings(settings, old.id)
    if request.reset:
        checklist = load_checklist(checklist_path(settings, config, home))
    return target, bind_campaign(with_override(config, target), checklist, open_roster(settings))


def _read_uploaded_checklist(raw: bytes, name: str, old: Checklist) -> Checklist:
    made = read_checklist(raw, name, None)
    if made.id != old.id:
        sentence = M("Tệp này là bộ đầu việc “{new}”; đợt này dùng bộ “{old}”.", new=made.id, old=old.id)
        raise BadInput([Problem(name, 0, 0, sentence)])
    return made


def upload_name(name: str) -> str:
    """Return the name of an uploaded file as it can be shown."""
    last = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "tep.yaml"


def _moves(old: Campaign, new: Campaign, now: datetime) -> tuple[MoveRow, ...]:
    today, steps = now.astimezone(old.zone).date(), {**old.checklist.steps, **new.checklist.steps}
    found = moves(
        old.checklist,
        new.checklist,
        old.anchor,
        new.anchor,
        today,
        parameters=(old.parameters, new.parameters),
    )
    everybody = new.by_code.values()
    return tuple(MoveRow(move, tuple(u for u in everybody if steps[move.step].is_work_of(u))) for move in found)


def _newly_overdue(before: Report, after: Report) -> dict[str, tuple[Unit, ...]]:
    late = {
        (unit.unit.code, s.step) for unit in before.everybody for s in unit.step_statuses if s.status is Status.OVERDUE
    }
    found: dict[str, tuple[Unit, ...]] = {}
    for unit in after.everybody:
        for step_status in unit.step_statuses:
            if step_status.status is Status.OVERDUE and (unit.unit.code, step_status.step) not in late:
                found[step_status.step] = (*found.get(step_status.step, ()), unit.unit)
    return found


def _lost_statements(live: LiveCampaign, found: Sequence[MoveRow], now: datetime) -> Iterator[LostStatements]:
    """Name the steps that would be no more and were confirmed or counted somewhere."""
    records = live.records(now)
    for move in (m.move for m in found if m.move.kind is MoveKind.REMOVED):
        each = [(u, records.get((u.code, move.step))) for u in live.campaign.by_code.values()]
        yield LostStatements(
            move, tuple((unit, record) for unit, record in each if record and (record.done or record.progress))
        )


def _affected_units(found: Sequence[MoveRow]) -> tuple[AffectedUnit, ...]:
    units = {unit.code: unit for moved in found for unit in moved.units}
    counts = {code: sum(unit in moved.units for moved in found) for code, unit in units.items()}
    return tuple(AffectedUnit(units[code], counts[code]) for code in sorted(units))


def _digest(old: Campaign, new: Campaign, target: CampaignOverride, now: CampaignOverride) -> str:
    """Stand for exactly this change: from this state of the campaign to that one."""
    parts = [old.id, old.change]
    for campaign, files in ((old, now), (new, target)):
        parts += [str(campaign.anchor), campaign.checklist.content_hash, files.model_dump_json()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
