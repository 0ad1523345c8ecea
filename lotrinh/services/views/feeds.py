"""Calendar feeds: the report each is made of, and what its readers were told before."""

from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.deadline_history import NOTHING_TOLD, OFFICE, Tellings, dues
from lotrinh.core.report.report import Report
from lotrinh.services.runs.deadline_news import newest_finished, told_by
from lotrinh.services.views.live_campaign import Live
from lotrinh.store import Store


class Feed(NamedTuple):
    """What one calendar is made of."""

    report: Report
    told: Tellings


def of_unit(store: Store, live: Live, unit: Unit, now: datetime) -> Feed:
    """Return one unit's feed as of now; what it tells anew has been recorded."""
    return _told_now(store, live, live.alone(unit.code, now), {unit.code}, now)


def of_office(store: Store, live: Live, now: datetime) -> Feed:
    """Return the office's feed as of now: the milestones, and the province's own steps."""
    return _told_now(store, live, live.report(now), {OFFICE, live.campaign.province.code}, now)


def _told_now(store: Store, live: Live, report: Report, units: set[str], now: datetime) -> Feed:
    newest = newest_finished(store, report, live.campaign.province.code)
    then = told_by(store, newest.id) if newest else {}
    return Feed(report, store.deadlines.tell(report.campaign, dues(report, units), then, now))


def of_run(store: Store, report: Report) -> Tellings:
    """Return what had been told when a run ended: the same today and in five years."""
    run, units = store.runs.get(report.run), [unit.unit.code for unit in report.everybody]
    shown = units if len(units) == 1 else [OFFICE, *units[:1]]  # the province is first, the others are not shown
    return store.deadlines.told(report.campaign, shown, run.finished_at) if run and run.finished_at else NOTHING_TOLD
