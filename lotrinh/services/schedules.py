"""The schedule of a campaign: the settings file's, unless the office has changed it; its next moments; changing it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim
from pydantic import ValidationError

from lotrinh.core.calendar import Calendar
from lotrinh.core.journal import Kind, NewEntry
from lotrinh.core.schedules import Schedule, Tick, wanted
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, Problem
from lotrinh.services.campaigns import Campaign, declared
from lotrinh.services.naming import named
from lotrinh.settings.models import Schedule as ScheduleSettings
from lotrinh.settings.models import Settings
from lotrinh.settings.problems import problem_of
from lotrinh.store import Store
from lotrinh.store.schedules import Changed

LOOKED_AHEAD = timedelta(days=400)
"""How far ahead the next runs are looked for: a schedule may wait for a week before an anchor that is far away."""
MOST_TICKS = 2000
"""How many ticks are looked at for it: some schedules come every minute and are passed over on every day."""


class Effective(NamedTuple):
    """The schedule that holds, and the office's change of it where there is one."""

    schedule: Schedule
    changed: Changed | None

    @property
    def version(self) -> str:
        """Stand for this state of the schedule: a form that was made for another is not applied."""
        return self.changed.changed_at.isoformat() if self.changed else ""


def written(settings: Settings, campaign_id: str) -> Schedule:
    """Return the schedule as the settings file says."""
    return Schedule(**declared(settings, campaign_id).schedule.model_dump())


def effective(store: Store, settings: Settings, campaign_id: str) -> Effective:
    """Return the schedule that holds; a change that cannot be read any more lets the settings file's hold."""
    changed = store.schedules.get(campaign_id)
    if changed:
        try:
            return Effective(checked(dict(changed.content)), changed)
        except BadInput:
            return Effective(written(settings, campaign_id), changed)
    return Effective(written(settings, campaign_id), None)


def checked(content: dict[str, object]) -> Schedule:
    """Read a schedule as somebody wrote it; ``BadInput`` with every field that is wrong."""
    try:
        return Schedule(**ScheduleSettings.model_validate(content).model_dump())
    except ValidationError as error:
        found = [(item["loc"], item) for item in error.errors(include_url=False)]
        problems = [Problem(".".join(map(str, place)), 0, 0, problem_of(dict(item), place)) for place, item in found]
        raise BadInput(problems) from error


def change(
    store: Store, settings: Settings, campaign: Campaign, new: Schedule | None, seen: str, actor: str, now: datetime
) -> bool:
    """Let a new schedule hold, None: the settings file's; the journal says who changed what. False: nothing to change.

    ``seen`` is the version that the person had seen; ``Conflict`` names who was quicker.
    """
    old = effective(store, settings, campaign.id)
    if (new is None and old.changed is None) or (old.changed and new == old.schedule):
        return False
    if new is not None and old.changed is None and new == old.schedule:
        return False
    body = {"schedule": {"old": asdict(old.schedule), "new": asdict(new or written(settings, campaign.id))}}
    code, hash_ = campaign.province.code, campaign.checklist.content_hash
    entry = NewEntry(Kind.CHANGED, now, campaign.id, code, "", actor, body, hash_)

    def check(last: Changed | None) -> None:
        if (last.changed_at.isoformat() if last else "") != seen:
            raise Conflict(_meanwhile(last, campaign))

    store.schedules.put(campaign.id, asdict(new) if new else None, entry, check)
    return True


def _meanwhile(last: Changed | None, campaign: Campaign) -> M:
    if last is None:
        return M("Chưa đổi: lịch vừa được trả về tệp cấu hình. Hãy xem lại rồi gửi lại.")
    return M(
        "Chưa đổi: lúc {when}, {who} đã đổi lịch này. Hãy xem lại rồi gửi lại.",
        when=last.changed_at.astimezone(campaign.zone),
        who=named(last.actor, campaign),
    )


class Next(NamedTuple):
    """A moment at which something will run, in local time, and by which schedule."""

    at: datetime
    tick: Tick


def next_checks(schedule: Schedule, campaign: Campaign, now: datetime, most: int) -> tuple[Next, ...]:
    """Return the next moments at which the campaign is checked; none while it is paused."""
    usual = ticks(schedule.cron, campaign.zone, now, Tick.USUAL)
    dense = ticks(schedule.last_week, campaign.zone, now, Tick.DENSE)
    return tuple(islice(_wanted(schedule, merge(usual, dense), campaign), most))


def next_report(schedule: Schedule, campaign: Campaign, now: datetime) -> datetime | None:
    """Return when the report is sent next; None where it is not."""
    found = _wanted(schedule, ticks(schedule.report, campaign.zone, now, Tick.REPORT), campaign)
    return next((tick.at for tick in found), None)


def _wanted(schedule: Schedule, coming: Iterator[Next], campaign: Campaign) -> Iterator[Next]:
    anchor, calendar = campaign.anchor, campaign.checklist.calendar
    days: dict[tuple[date, Tick], bool] = {}
    for tick in coming:
        key = tick.at.date(), tick.tick
        if key not in days:
            days[key] = is_wanted(schedule, tick, anchor, calendar)
        if days[key]:
            yield tick


def is_wanted(schedule: Schedule, tick: Next, anchor: date | None, calendar: Calendar) -> bool:
    """Whether something runs at a tick."""
    return wanted(schedule, tick.tick, tick.at, anchor, calendar) is None


def ticks(cron: str, zone: ZoneInfo, now: datetime, tick: Tick) -> Iterator[Next]:
    """Return the moments of an expression after ``now``, in local time; a bounded number of them."""
    if not cron:
        return
    start = now.astimezone(zone)
    for at in islice(CronSim(cron, start), MOST_TICKS):
        if at - start > LOOKED_AHEAD:
            return
        yield Next(at, tick)
