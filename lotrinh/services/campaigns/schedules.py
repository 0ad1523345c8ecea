"""The schedule of a campaign: the settings file's, unless the office has changed it; its next moments; changing it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim
from pydantic import ValidationError

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.notify.schedules import CampaignSchedule, Tick, reason_to_skip
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, Problem
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name, campaign_settings
from lotrinh.settings.kinds import KeptCron
from lotrinh.settings.models import ScheduleSettings, Settings
from lotrinh.settings.problems import value_problem
from lotrinh.store import Store
from lotrinh.store.schedules import ScheduleOverride

LOOKED_AHEAD = timedelta(days=400)
"""How far ahead the next runs are looked for: a schedule may wait for a week before an anchor that is far away."""
LATE = timedelta(hours=1)
"""How long after its time a check may finish before it counts as missed."""
LAST_MINUTE = time(23, 59)
UNREAD = M(
    "Không đọc được lịch mà văn phòng đã đổi nên đang dùng lịch trong tệp cấu hình. Hãy xem lại rồi lưu lịch cần dùng."
)


class StoredSchedule(ScheduleSettings):
    """A schedule as the database keeps it: one that comes more often than may be written now still holds."""

    cron: KeptCron = ""
    last_week: KeptCron = ""
    report: KeptCron = ""


class EffectiveSchedule(NamedTuple):
    """The schedule that holds, and the office's change of it, if any; ``is_unreadable``: that change is not it."""

    schedule: CampaignSchedule
    change: ScheduleOverride | None
    is_unreadable: bool = False

    @property
    def version(self) -> str:
        """Stand for this state of the schedule: a form that was made for another is not applied."""
        return self.change.changed_at.isoformat() if self.change else ""


def schedule_of_file(settings: Settings, campaign_id: str) -> CampaignSchedule:
    """Return the schedule as the settings file says."""
    return CampaignSchedule(**campaign_settings(settings, campaign_id).schedule.model_dump())


def effective_schedule(store: Store, settings: Settings, campaign_id: str) -> EffectiveSchedule:
    """Return the schedule that holds; of a change that cannot be read any more only the pause does."""
    changed = store.schedules.get(campaign_id)
    if changed is None:
        return EffectiveSchedule(schedule_of_file(settings, campaign_id), None)
    try:
        return EffectiveSchedule(_read(changed.content, StoredSchedule), changed)
    except BadInput:
        of_file = schedule_of_file(settings, campaign_id)
        paused = of_file.paused or changed.content.get("paused") is True
        return EffectiveSchedule(replace(of_file, paused=paused), changed, is_unreadable=True)


def parse_schedule(content: Mapping[str, object]) -> CampaignSchedule:
    """Read a schedule as somebody wrote it; ``BadInput`` with every field that is wrong."""
    return _read(content, ScheduleSettings)


def _read(content: Mapping[str, object], kind: type[ScheduleSettings]) -> CampaignSchedule:
    try:
        return CampaignSchedule(**kind.model_validate(content).model_dump())
    except ValidationError as error:
        found = [(item["loc"], item) for item in error.errors(include_url=False)]
        problems = [Problem(".".join(map(str, place)), 0, 0, value_problem(dict(item), place)) for place, item in found]
        raise BadInput(problems) from error


def change_schedule(
    store: Store,
    settings: Settings,
    campaign: Campaign,
    new: CampaignSchedule | None,
    expected_version: str,
    actor: str,
    now: datetime,
) -> bool:
    """Let a new schedule hold, None: the settings file's; the journal says who changed what. False: nothing to change.

    ``expected_version`` is the version that the person had seen; ``Conflict`` names who was quicker.
    """
    old = effective_schedule(store, settings, campaign.id)
    if (old.change is None) if new is None else (new == old.schedule and not old.is_unreadable):
        return False
    body = {"schedule": {"old": asdict(old.schedule), "new": asdict(new or schedule_of_file(settings, campaign.id))}}
    code, hash_ = campaign.province.code, campaign.checklist.content_hash
    entry = NewEntry(
        kind=EntryKind.CHANGED,
        at=now,
        campaign=campaign.id,
        unit=code,
        step="",
        actor=actor,
        body=body,
        checklist_hash=hash_,
    )

    def check(last: ScheduleOverride | None) -> None:
        if (last.changed_at.isoformat() if last else "") != expected_version:
            raise Conflict(_meanwhile(last, campaign))

    store.schedules.put(campaign.id, asdict(new) if new else None, entry, check)
    return True


def _meanwhile(last: ScheduleOverride | None, campaign: Campaign) -> M:
    if last is None:
        return M("Chưa đổi: lịch vừa được trả về tệp cấu hình. Hãy xem lại rồi gửi lại.")
    return M(
        "Chưa đổi: lúc {when}, {who} đã đổi lịch này. Hãy xem lại rồi gửi lại.",
        when=last.changed_at.astimezone(campaign.zone),
        who=campaign_actor_name(last.actor, campaign),
    )


class ScheduledMoment(NamedTuple):
    """A moment at which something will run, in local time, and by which schedule."""

    at: datetime
    tick: Tick


def next_checks(
    schedule: CampaignSchedule, campaign: Campaign, now: datetime, most: int, until: datetime | None = None
) -> tuple[ScheduledMoment, ...]:
    """Return the next moments at which the campaign is checked, up to ``until``; none while it is paused."""
    if schedule.paused:
        return ()
    usual = _moments(schedule, schedule.cron, Tick.USUAL, campaign, now, until)
    dense = _moments(schedule, schedule.last_week, Tick.DENSE, campaign, now, until)
    return tuple(islice(merge(usual, dense), most))


def is_missed(schedule: CampaignSchedule, campaign: Campaign, since: datetime, now: datetime) -> bool:
    """Whether a check was due after ``since``, and long enough ago to have finished."""
    return _first_missed(schedule, campaign, since, now) is not None


def _first_missed(schedule: CampaignSchedule, campaign: Campaign, since: datetime, now: datetime) -> datetime | None:
    return next((due.at for due in next_checks(schedule, campaign, since, 1, now) if due.at + LATE < now), None)


def first_missed_check(
    effective: EffectiveSchedule, campaign: Campaign, finished: datetime, now: datetime
) -> datetime | None:
    """Return when the first check was due, in local time, that did not come after the one that finished last.

    What was due before this schedule held does not count, nor what may still be under way. None: nothing was missed.
    """
    since = max(finished, effective.change.changed_at) if effective.change else finished
    return _first_missed(effective.schedule, campaign, since, now)


def first_overdue_check(
    store: Store, settings: Settings, campaign: Campaign, begun_at: datetime, now: datetime
) -> datetime | None:
    """Return the same for what the database holds; of a campaign that never ran, what was due after ``begun_at``."""
    last = store.runs.latest(campaign.id, province=campaign.province.code)
    finished = last.finished_at if last else None
    return first_missed_check(effective_schedule(store, settings, campaign.id), campaign, finished or begun_at, now)


def next_report(schedule: CampaignSchedule, campaign: Campaign, now: datetime) -> datetime | None:
    """Return when the report is sent next; None where it is not."""
    found = _moments(schedule, schedule.report, Tick.REPORT, campaign, now)
    return next((tick.at for tick in found), None)


def _moments(
    schedule: CampaignSchedule, cron: str, tick: Tick, campaign: Campaign, now: datetime, until: datetime | None = None
) -> Iterator[ScheduledMoment]:
    """Return when something runs; a day on which nothing does is stepped over at its first moment.

    A schedule may come every quarter of an hour and wait for a week that is far away.
    """
    after = now.astimezone(campaign.zone)
    end = until or after + LOOKED_AHEAD
    while coming := next(ticks(cron, campaign.zone, after, tick), None):
        if coming.at > end:
            return
        after = coming.at
        if is_wanted(schedule, coming, campaign.anchor, campaign.checklist.calendar):
            yield coming
        else:
            after = datetime.combine(after.date(), LAST_MINUTE, after.tzinfo)


def is_wanted(schedule: CampaignSchedule, tick: ScheduledMoment, anchor: date | None, calendar: Calendar) -> bool:
    """Whether something runs at a tick."""
    return reason_to_skip(schedule, tick.tick, tick.at, anchor, calendar) is None


def ticks(cron: str, zone: ZoneInfo, now: datetime, tick: Tick) -> Iterator[ScheduledMoment]:
    """Return the moments of an expression after ``now``, in local time, as far as is looked ahead."""
    if not cron:
        return
    start = now.astimezone(zone)
    for at in CronSim(cron, start):
        if at - start > LOOKED_AHEAD:
            return
        yield ScheduledMoment(at, tick)
