"""Which runs there are, said to somebody who asked for one that is not there."""

from datetime import datetime

from lotrinh.core.text import M, Message
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.store import Store
from lotrinh.store.runs.runs import Run

NAMED = 5
"""How many of the last runs are named."""


def name_last_runs(store: Store, campaign: Campaign) -> str:
    """Name the last finished runs, the newest first; empty where there is none."""
    return ", ".join(run.id for run in store.runs.finished(campaign.id, NAMED, province=campaign.province.code))


def unknown_run(store: Store, campaign: Campaign, run: str) -> Message:
    """Say that there is no such run, and which there are."""
    last = name_last_runs(store, campaign)
    if not last:
        return M("Đợt này không có lượt kiểm tra “{run}”.", run=run)
    return M("Đợt này không có lượt kiểm tra “{run}”. Các lượt gần nhất: {runs}.", run=run, runs=last)


def no_run_yet(campaign: Campaign) -> Message:
    """Say how to make the first run."""
    return M("Đợt này chưa có lượt kiểm tra nào chạy xong. Hãy chạy: lotrinh check {campaign}", campaign=campaign.id)


def no_run_until(campaign: Campaign, until: datetime | Message, first: Run) -> Message:
    """Say that there is no run up to a moment, or the end of a day, and which is the first."""
    return M(
        "Chưa có lượt kiểm tra nào tính đến {when}. Lượt đầu tiên của đợt này là {run}, lúc {first}.",
        when=until,
        run=first.id,
        first=first.as_of.astimezone(campaign.zone),
    )
