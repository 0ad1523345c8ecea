"""What a run tells of deadlines: what they are now, beside what the run before it told."""

from functools import lru_cache

from lotrinh.core.report.deadline_history import OFFICE, Dues, News, dues
from lotrinh.core.report.report import Report
from lotrinh.services.runs.report_archive import dues_of
from lotrinh.store import Store
from lotrinh.store.runs.runs import Run


def news_of(store: Store, report: Report, province: str) -> News | None:
    """Return what a run that ends tells of deadlines; None for one that shows a day in the past."""
    newest, own = newest_finished(store, report, province), store.runs.get(report.run)
    if newest and report.as_of < newest.as_of and not (own and own.of_now):
        return None
    now, then = dict(dues(report)), told_by(store, newest.id) if newest else {}
    if not then.keys() <= now.keys():
        del now[OFFICE]  # asked of some of its units only, a milestone may seem to have moved
    return News(report.campaign, now, then, newest.finished_at if newest else None)


def newest_finished(store: Store, report: Report, province: str) -> Run | None:
    """Return the newest finished run of the report's campaign in a province, if there is one."""
    return next(iter(store.runs.finished(report.campaign, 1, province=province)), None)


@lru_cache(maxsize=8)
def told_by(store: Store, run_id: str) -> Dues:
    """Read what a run told; kept, for a finished run never changes and feeds are asked for all day."""
    kept = store.runs.frozen(run_id)
    return dues_of(kept[0]) if kept else {}
