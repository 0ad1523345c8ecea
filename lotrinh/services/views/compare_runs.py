"""Which two reports are compared: two runs, two days, one of each, or the last two there are."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.days import ONE_SECOND, read_day
from lotrinh.core.report.changes import ReportChanges, compare_snapshots
from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.core.text import M, Message, Text
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.known_runs import name_last_runs, no_run_until
from lotrinh.services.runs.snapshots import checklist_of_run, load_snapshot
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, Run

TOO_FEW = M("Cần hai lượt kiểm tra đã xong để so sánh.")


class RunComparison(NamedTuple):
    """Two reports and what changed from the older to the newer one.

    ``is_swapped`` tells that they were asked for the other way round; ``titles`` names the steps of both.
    """

    old: ReportSnapshot
    new: ReportSnapshot
    changes: ReportChanges
    is_swapped: bool
    titles: Mapping[str, Text]

    @property
    def sample(self) -> bool:
        """Whether sample data is in either."""
        return self.old.sample or self.new.sample


def compare_runs(store: Store, campaign: Campaign, old: str, new: str, now: datetime) -> RunComparison:
    """Compare two runs, each named by its id or by a day: then the newest run up to that day's end.

    Without ``new`` the newest run is meant, without ``old`` the one before ``new``. ``BadInput`` says of each of
    "from" and "to" what is wrong with it, ``NotFound`` that there are not two runs.
    """
    first, second = _ends(store, campaign, old.strip(), new.strip(), now)
    if first.id == second.id:
        raise BadInput([Problem("to", 0, 0, _same(campaign, first, old, new))])
    earlier, later = store.runs.in_order(campaign.id, (first.id, second.id), province=campaign.province.code)
    swapped = earlier.id == second.id
    before, after = _reported(store, earlier), _reported(store, later)
    # Named as the newer report's checklist does.
    lists = (checklist_of_run(store, campaign, then) for then in (before, after))
    titles = {step.id: step.title for checklist in lists for step in checklist.iter_steps()}
    return RunComparison(before, after, compare_snapshots(before, after), swapped, titles)


def _ends(store: Store, campaign: Campaign, old: str, new: str, now: datetime) -> tuple[Run, Run]:
    problems, found = list[Problem](), dict[str, Run]()
    for end, text in (("from", old), ("to", new)):
        try:
            if text:
                found[end] = _run(store, campaign, text, now)
        except NotFound as error:
            problems.append(Problem(end, 0, 0, error.sentence))
    if problems:
        raise BadInput(problems)
    last = store.runs.finished(campaign.id, 2, province=campaign.province.code)
    second = found.get("to") or (last[0] if last else None)
    first = found.get("from") or (_before(store, campaign, second) if second else None)
    if first is None or second is None:
        raise NotFound(TOO_FEW if len(last) <= 1 else _nothing_before(campaign, second))
    return first, second


def _before(store: Store, campaign: Campaign, run: Run) -> Run | None:
    last = store.runs.finished(campaign.id, 2, province=campaign.province.code)
    if last[:1] == (run,):
        return last[1] if last[1:] else None
    return store.runs.latest_at(
        campaign.id, run.as_of.astimezone(campaign.zone) - ONE_SECOND, province=campaign.province.code
    )


def _run(store: Store, campaign: Campaign, text: str, now: datetime) -> Run:
    day = read_day(text)
    if day:
        return _on(store, campaign, day, now)
    found = store.runs.get(text)
    if found is None or not campaign.has_run(found):
        raise NotFound(_unknown(store, campaign, text))
    if found.state != FINISHED:
        raise NotFound(M("Lượt kiểm tra “{run}” không có báo cáo để so sánh: lượt đó không chạy xong.", run=text))
    return found


def _on(store: Store, campaign: Campaign, day: date, now: datetime) -> Run:
    if day > now.astimezone(campaign.zone).date():
        raise NotFound(M("Ngày {day} ở sau hôm nay. Hãy chọn hôm nay hoặc một ngày trước.", day=day))
    found = store.runs.latest(campaign.id, day, province=campaign.province.code)
    if found is None:
        first = store.runs.first(campaign.id, province=campaign.province.code)
        raise NotFound(no_run_until(campaign, M("hết ngày {day}", day=day), first) if first else TOO_FEW)
    return found


def _unknown(store: Store, campaign: Campaign, text: str) -> Message:
    last = name_last_runs(store, campaign)
    if not last:
        return TOO_FEW
    return M(
        "“{text}” không phải lượt kiểm tra đã xong của đợt này, cũng không phải một ngày (ví dụ 29/1/2026)."
        " Các lượt gần nhất: {runs}.",
        text=text,
        runs=last,
    )


def _nothing_before(campaign: Campaign, run: Run | None) -> Message:
    if run is None:
        return TOO_FEW
    when = run.as_of.astimezone(campaign.zone)
    return M("Trước lượt kiểm tra {run} (lúc {when}) không còn lượt nào để so sánh.", run=run.id, when=when)


def _same(campaign: Campaign, run: Run, old: str, new: str) -> Message:
    when = run.as_of.astimezone(campaign.zone)
    if read_day(old) or read_day(new):
        return M(
            "Cả hai đầu đều là lượt kiểm tra {run}, lúc {when}: giữa chúng không có lượt nào khác. Hãy chọn hai ngày"
            " cách xa hơn.",
            run=run.id,
            when=when,
        )
    return M("Cả hai đầu đều là lượt kiểm tra {run}, lúc {when}. Hãy chọn hai lượt khác nhau.", run=run.id, when=when)


def _reported(store: Store, run: Run) -> ReportSnapshot:
    then = load_snapshot(store, run.id)
    if then is None:
        raise NotFound(M("Lượt kiểm tra “{run}” không có báo cáo để so sánh.", run=run.id))
    return then
