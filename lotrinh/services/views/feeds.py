"""Calendar feeds: the report each is made of, and what its readers were told before."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.deadline_history import NOTHING_TOLD, OFFICE, Dues, News, Tellings, dues
from lotrinh.core.report.report import Report
from lotrinh.services.runs.report_archive import dues_of
from lotrinh.services.views.live_campaign import Live
from lotrinh.store import Store
from lotrinh.store.runs.runs import Round


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
    newest = _newest(store, report, live.campaign.province.code)
    then = _dues_then(store, newest.id) if newest else {}
    return Feed(report, store.deadlines.tell(report.campaign, dues(report, units), then, now))


def of_run(store: Store, report: Report) -> Tellings:
    """Return what had been told when a run ended: the same today and in five years."""
    run, units = store.rounds.get(report.run), [unit.unit.code for unit in report.everybody]
    shown = units if len(units) == 1 else [OFFICE, *units[:1]]  # the province is first, the others are not shown
    return store.deadlines.told(report.campaign, shown, run.finished_at) if run and run.finished_at else NOTHING_TOLD


def news_of(store: Store, report: Report, province: str) -> News | None:
    """Return what a round that ends tells of deadlines; None for one that shows a day in the past."""
    newest, own = _newest(store, report, province), store.rounds.get(report.run)
    if newest and report.as_of < newest.as_of and not (own and own.of_now):
        return None
    now, then = dict(dues(report)), _dues_then(store, newest.id) if newest else {}
    if not then.keys() <= now.keys():
        del now[OFFICE]  # asked of some of its units only, a milestone may seem to have moved
    return News(report.campaign, now, then, newest.finished_at if newest else None)


def _newest(store: Store, report: Report, province: str) -> Round | None:
    return next(iter(store.rounds.finished(report.campaign, 1, province=province)), None)


@lru_cache(maxsize=8)
def _dues_then(store: Store, round_id: str) -> Dues:
    """Read what a round told; kept, for a finished round never changes and feeds are asked for all day."""
    kept = store.rounds.frozen(round_id)
    return dues_of(kept[0]) if kept else {}
