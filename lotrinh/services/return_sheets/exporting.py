"""Return sheets for units without a connection: of which units, as they stand now or as a stored report has them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.return_sheet.return_sheet import HASH_LENGTH, ReturnSheet, SheetMark, sheet_rows
from lotrinh.core.status.journal import Entry, StepRecord, fold
from lotrinh.core.status.silence import has_sent_nothing
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.assess import has_own_system
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store

ALL = 1_000_000
"""More entries than one unit has in one campaign."""


class SheetSelection(NamedTuple):
    """Which sheets: of these units (all where none is named), only of those that are silent."""

    units: tuple[str, ...] = ()
    silent_only: bool = False


class _UnitJournal(NamedTuple):
    """What the journal says of one unit up to a moment: the newest entry's number, and each step's record."""

    number: int
    records: Sequence[StepRecord]


def make_current_sheet(store: Store, live: LiveCampaign, code: str, now: datetime) -> ReturnSheet:
    """Make one unit's sheet as it stands this minute; ``KeyError`` for a code that takes no part."""
    # The head before the steps: what is said between the two counts as said after the sheet was made.
    head = store.journal.head()
    report = live.unit(code, now)
    return _make_sheet(live.campaign, report, _read_journal(store, live.campaign, code, head), now)


def make_sheets(
    store: Store, settings: Settings, campaign: Campaign, report: Report, selection: SheetSelection
) -> Iterator[ReturnSheet]:
    """Make the sheets of a report's units that have something left to do; ``BadInput`` names units that it has not."""
    for unit in list(_choose_units(report, selection.units)):
        journal = _read_journal(store, campaign, unit.unit.code, report.head)
        if selection.silent_only and not _has_sent_nothing(settings, unit, journal):
            continue
        made = _make_sheet(campaign, unit, journal, report.as_of, report)
        if made.rows:
            yield made


def _choose_units(report: Report, codes: Iterable[str]) -> Iterator[UnitReport]:
    everybody = {unit.unit.code: unit for unit in report.everybody}
    wanted_codes = dict.fromkeys(codes)
    sentence = M("Đợt này không có đơn vị mang mã này.")
    if unknown := [Problem(code, 0, 0, sentence) for code in wanted_codes if code not in everybody]:
        raise BadInput(unknown)
    yield from (everybody[code] for code in wanted_codes) if wanted_codes else report.units


def _read_journal(store: Store, campaign: Campaign, code: str, head: str) -> _UnitJournal:
    entries, _ = store.journal.entries_before(head, campaign.id, code, ALL)
    return _UnitJournal(_last(entries), tuple(fold(entries).values()))


def _last(entries: Sequence[Entry]) -> int:
    return entries[-1].number if entries else 0


def _has_sent_nothing(settings: Settings, unit: UnitReport, journal: _UnitJournal) -> bool:
    own_system = has_own_system(settings, unit.unit)
    return has_sent_nothing(unit.outcome, unit.step_statuses, journal.records, own_system=own_system)


def _make_sheet(
    campaign: Campaign, unit: UnitReport, journal: _UnitJournal, now: datetime, report: Report | None = None
) -> ReturnSheet:
    checklist = report.checklist if report else campaign.checklist
    local = now.astimezone(campaign.zone).replace(microsecond=0)
    mark = SheetMark(
        campaign.id, unit.unit.code, checklist.content_hash[:HASH_LENGTH] or "-", local.isoformat(), journal.number
    )
    return ReturnSheet(
        mark=mark,
        title=campaign.title,
        province_name=campaign.province.full_name,
        unit=unit.unit,
        made_at=local,
        earliest_day=campaign.starts,
        sample=any(record.sample for record in journal.records) or bool(report and report.sample),
        rows=sheet_rows(unit, campaign.id, checklist, now),
    )
