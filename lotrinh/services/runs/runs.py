"""Runs for people: what became of each, how far one is that runs now, and whether a new one may begin."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lotrinh.clock import now as this_moment
from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, NotFound
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.lease import describe_lease, find_live_lease, is_left_behind
from lotrinh.services.runs.snapshots import load_snapshot
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, NOT_CARRIED_OUT, RUNNING, Run

LONGEST = timedelta(minutes=10)
"""A run that has been running for longer has lost its process."""
PER_PAGE = 25

STATE_WORDS: Mapping[str, Message] = {
    RUNNING: M("đang chạy"),
    FINISHED: M("đã xong"),
    INTERRUPTED: M("bị dừng giữa chừng"),
    NOT_CARRIED_OUT: M("không thực hiện được do mạng của nơi kiểm tra"),
}


class RunProgress(NamedTuple):
    """A run; ``state`` as it is at this moment, ``outcomes`` how asking ended so far."""

    run: Run
    state: str
    outcomes: Counter[str]

    @property
    def asked_units(self) -> int:
        """How many units have been asked so far."""
        return self.outcomes.total()


def run_state_at(run: Run, now: datetime) -> str:
    """Tell the state of a run; one that nobody closed for too long was cut off."""
    lost = run.state == RUNNING and now - run.started_at > LONGEST
    return INTERRUPTED if lost else run.state


def page_of_runs(
    store: Store, campaign: Campaign, now: datetime, before: str = ""
) -> tuple[tuple[RunProgress, ...], str]:
    """Return one page of the campaign's runs, newest first, and where the next begins (empty: nowhere)."""
    found = store.runs.newest(campaign.id, PER_PAGE + 1, before, province=campaign.province.code)
    shown = found[:PER_PAGE]
    counted = store.runs.outcomes([r.id for r in shown])
    page = tuple(RunProgress(r, run_state_at(r, now), counted[r.id]) for r in shown)
    return page, shown[-1].id if found[PER_PAGE:] else ""


def read_run_progress(store: Store, campaign: Campaign, run_id: str, now: datetime) -> RunProgress:
    """Return one run of this campaign; ``NotFound`` names what is not there."""
    found = store.runs.get(run_id)
    if found is None or not campaign.has_run(found):
        raise NotFound(M("Đợt này không có lượt kiểm tra “{run}”.", run=run_id))
    return RunProgress(found, run_state_at(found, now), store.runs.outcomes([run_id])[run_id])


def newest_run(store: Store, campaign: Campaign, now: datetime) -> RunProgress | None:
    """Return the campaign's newest run, None before the first."""
    page, _ = page_of_runs(store, campaign, now)
    return page[0] if page else None


def start_run(store: Store, campaign: Campaign, launch: Callable[[str], None], now: datetime) -> str:
    """Start a run in the background and return the id of the one before it; ``Conflict`` while one is running.

    ``now`` is the portal's day, which may be another one in a demonstration; leases are of this very moment.
    """
    if lease := find_live_lease(store, campaign, this_moment):
        raise Conflict(describe_lease(lease, campaign))
    last = newest_run(store, campaign, now)
    if last and last.state == RUNNING and not is_left_behind(store, campaign, last.run.id):
        when = last.run.started_at.astimezone(campaign.zone)
        raise Conflict(M("Một lượt kiểm tra đang chạy từ {when}. Hãy đợi nó xong rồi chạy lượt mới.", when=when))
    launch(campaign.id)
    return last.run.id if last else ""


def snapshot_as_of(store: Store, campaign: Campaign, day: date) -> ReportSnapshot | None:
    """Return the newest report that shows this local day or one before it; None before the first."""
    found = store.runs.latest(campaign.id, day, province=campaign.province.code)
    return _reported(store, campaign, found.id) if found else None


def _reported(store: Store, campaign: Campaign, name: str) -> ReportSnapshot:
    found = store.runs.get(name)
    then = load_snapshot(store, name) if found and campaign.has_run(found) else None
    if then is None:
        raise NotFound(M("Lượt kiểm tra “{run}” không có báo cáo để so sánh.", run=name))
    return then
