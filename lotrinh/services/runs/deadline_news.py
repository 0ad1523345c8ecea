"""The deadlines of a run that ends, beside those of the run before it: calendars publish what differs."""

from functools import lru_cache

from lotrinh.core.report.deadline_history import OFFICE, DeadlineComparison, Dues, dues_of_report
from lotrinh.core.report.report import Report
from lotrinh.services.runs.report_archive import load_deadlines
from lotrinh.store import Store
from lotrinh.store.runs.runs import Run


def compare_with_last_run(store: Store, report: Report, province: str) -> DeadlineComparison | None:
    """Compare the deadlines of a run that ends with the newest one's; None where it shows a day in the past."""
    newest, own = find_newest_finished(store, report, province), store.runs.get(report.run)
    if newest and report.as_of < newest.as_of and not (own and own.of_now):
        return None
    now, then = dict(dues_of_report(report)), read_deadlines_of_run(store, newest.id) if newest else {}
    if not then.keys() <= now.keys():
        del now[OFFICE]  # asked of some of its units only, a milestone may seem to have moved
    return DeadlineComparison(report.campaign, now, then, newest.finished_at if newest else None)


def find_newest_finished(store: Store, report: Report, province: str) -> Run | None:
    """Return the newest finished run of the report's campaign in a province, if there is one."""
    return next(iter(store.runs.finished(report.campaign, 1, province=province)), None)


@lru_cache(maxsize=8)
def read_deadlines_of_run(store: Store, run_id: str) -> Dues:
    """Read the deadlines of a run; kept in memory, for a finished run never changes and feeds are read all day."""
    kept = store.runs.report_dump(run_id)
    return load_deadlines(kept[0]) if kept else {}
