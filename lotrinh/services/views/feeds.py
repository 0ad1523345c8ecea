"""Calendar feeds: the report each is made of, and what its readers were told before."""

from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.deadline_history import NOTHING_PUBLISHED, OFFICE, PublishedDeadlines, dues_of_report
from lotrinh.core.report.report import Report
from lotrinh.services.runs.deadline_news import find_newest_finished, read_deadlines_of_run
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.store import Store


class Feed(NamedTuple):
    """What one calendar is made of."""

    report: Report
    history: PublishedDeadlines


def build_unit_feed(store: Store, live: LiveCampaign, unit: Unit, now: datetime) -> Feed:
    """Return one unit's feed as of now; what it tells anew has been recorded."""
    return _current_feed(store, live, live.report_of_unit(unit.code, now), {unit.code}, now)


def build_office_feed(store: Store, live: LiveCampaign, now: datetime) -> Feed:
    """Return the office's feed as of now: the milestones, and the province's own steps."""
    return _current_feed(store, live, live.report(now), {OFFICE, live.campaign.province.code}, now)


def _current_feed(store: Store, live: LiveCampaign, report: Report, units: set[str], now: datetime) -> Feed:
    newest = find_newest_finished(store, report, live.campaign.province.code)
    then = read_deadlines_of_run(store, newest.id) if newest else {}
    return Feed(report, store.deadlines.publish(report.campaign, dues_of_report(report, units), then, now))


def history_of_run(store: Store, report: Report) -> PublishedDeadlines:
    """Return what had been told when a run ended: the same today and in five years."""
    run, units = store.runs.get(report.run), [unit.unit.code for unit in report.everybody]
    shown = units if len(units) == 1 else [OFFICE, *units[:1]]  # the province is first, the others are not shown
    return (
        store.deadlines.published(report.campaign, shown, run.finished_at)
        if run and run.finished_at
        else NOTHING_PUBLISHED
    )
