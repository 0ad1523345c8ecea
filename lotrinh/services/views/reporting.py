"""Reports for people to take away: which run, of whom, and what is written around it."""

from dataclasses import replace
from datetime import datetime

from lotrinh.core.report.bundle import Layout, Letterhead, ReportBundle
from lotrinh.core.report.report import Report, milestone_rows
from lotrinh.core.text import M
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.known_runs import no_run_until, no_run_yet, unknown_run
from lotrinh.services.runs.snapshots import load_run_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, Run


def choose_report(store: Store, campaign: Campaign, run: str = "", as_of: datetime | None = None) -> Report:
    """Return the report of a run; else of the newest up to a moment; else of the newest there is.

    ``NotFound`` where there is none, and says which is the first; ``BadInput`` where both are given.
    """
    if run and as_of:
        raise BadInput([Problem("--run, --as-of", 0, 0, M("Chỉ chọn một trong hai: --run hoặc --as-of."))])
    if run:
        return _made_again(store, _named(store, campaign, run))
    moment = as_of.astimezone(campaign.zone) if as_of else None
    found = (
        store.runs.latest_at(campaign.id, moment, province=campaign.province.code)
        if moment
        else store.runs.latest(campaign.id, province=campaign.province.code)
    )
    if found is None:
        raise NotFound(_none_yet(store, campaign, moment))
    return _made_again(store, found)


def _named(store: Store, campaign: Campaign, run: str) -> Run:
    found = store.runs.get(run)
    if found is None or not campaign.has_run(found):
        raise NotFound(unknown_run(store, campaign, run))
    return found


def _none_yet(store: Store, campaign: Campaign, moment: datetime | None) -> M:
    first = store.runs.first(campaign.id, province=campaign.province.code)
    return no_run_yet(campaign) if moment is None or first is None else no_run_until(campaign, moment, first)


def _made_again(store: Store, found: Run) -> Report:
    report = load_run_report(store, found.id)
    if report is None:
        raise NotFound(_nothing_left(found))
    return report


def _nothing_left(found: Run) -> M:
    if found.state != FINISHED:
        return M("Lượt kiểm tra “{run}” không để lại báo cáo: lượt đó không chạy xong.", run=found.id)
    return M("Lượt kiểm tra “{run}” do phiên bản cũ của lotrinh ghi: chỉ tải được JSON, trên cổng.", run=found.id)


def narrow_report(report: Report, code: str) -> Report:
    """Narrow a report to one unit, or to the province's own steps."""
    everybody = {unit.unit.code: unit for unit in report.everybody}
    found = everybody.get(code)
    if found is None:
        raise NotFound(M("Đợt này không có đơn vị mang mã “{code}”.", code=code))
    units, province = ((), found) if found.unit.is_province else ((found,), None)
    return replace(
        report,
        units=units,
        province=province,
        milestones=milestone_rows(report.checklist, units, province, report.as_of),
        obstacles=tuple(obstacle for obstacle in report.obstacles if obstacle.unit.code == code),
        only=code,
    )


def report_bundle(
    store: Store,
    settings: Settings,
    campaign: Campaign,
    report: Report,
    *,
    layout: str = "",
    number: str = "",
    blank: bool = False,
) -> ReportBundle:
    """Put around a report what its documents need; the same report gives the same bundle, today or in five years.

    ``blank`` leaves the letterhead to be filled: the settings know the office's, and a unit signs for itself.
    """
    head = letterhead(settings, campaign, layout, number)
    entries, earlier = store.journal.entries_before(
        report.head, campaign.id, report.only, settings.report.journal_entries
    )
    return ReportBundle(
        report,
        Letterhead(layout=head.layout, number=number) if blank else head,
        entries,
        earlier,
        settings.report.ahead_days,
        settings.report.charts,
    )


def letterhead(settings: Settings, campaign: Campaign, layout: str = "", number: str = "") -> Letterhead:
    """Return what the settings say of the letterhead, in the layout asked for, the campaign's, or the office's."""
    of_campaign = next((c.layout for c in settings.campaigns if c.id == campaign.id), "")
    chosen_layout = Layout(layout or of_campaign or settings.report.layout)
    written = settings.report.party if chosen_layout is Layout.PARTY else settings.report.state
    fields = written.model_dump()
    return Letterhead(layout=chosen_layout, **(fields | ({"number": number} if number else {})))
