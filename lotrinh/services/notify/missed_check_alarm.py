"""The dead man's switch: when no check has finished for too long the office hears of it, and when they run again.

And where files are wrong so that none can begin, or nobody can be reminded, it hears of that.
"""

import socket
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.core.text import Text
from lotrinh.services.campaigns.schedules import is_missed
from lotrinh.services.notify.reminders import ReminderOffice, enqueue, office_messages
from lotrinh.store.outbox import FAILED, UNCLEAR, NewMessage, OutboxMessage
from lotrinh.store.runs.runs import Run

ALARM, RECOVERED, BROKEN, NAMED = "alarm", "recovered", "broken", "campaigns"


class CampaignWatch(NamedTuple):
    """What the alarm knows of a campaign, and remembers: clocks are set back, and settings files say no dates.

    ``schedule_mark`` stands for when it is checked, ``since`` is when that was seen first. ``run`` is the finished run
    that was recorded last ("": none), ``last`` when it finished; where its clock was ahead, when it was seen first.
    """

    schedule_mark: str
    since: datetime
    run: str = ""
    last: datetime | None = None

    @property
    def last_sign(self) -> datetime:
        """When a check finished last; else since when one is waited for."""
        return self.last or self.since

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "CampaignWatch":
        """Read what was remembered."""
        last = datetime.fromisoformat(content["last"]) if content["last"] else None
        return cls(content["holds"], datetime.fromisoformat(content["since"]), content["run"], last)

    @property
    def content(self) -> dict[str, Any]:
        """Itself as it is remembered."""
        last = self.last.isoformat() if self.last else ""
        # The databases in use already remember these names.
        return {"holds": self.schedule_mark, "since": self.since.isoformat(), "run": self.run, "last": last}


def update_watches(office: ReminderOffice, now: datetime) -> dict[str, CampaignWatch]:
    """Look how every campaign stands, paused ones too, and remember it."""
    anchors = {campaign.id: campaign.anchor for campaign in office.campaigns}
    return {
        name: _update_watch(office, name, _schedule_mark(each, anchors.get(name)), now)
        for name, each in office.schedules.items()
    }


def _schedule_mark(schedule: CampaignSchedule, anchor: date | None) -> str:
    """Stand for all that the moments of checks depend on."""
    words = (schedule.cron, schedule.last_week, schedule.skip_days_off, schedule.paused, anchor)
    return "|".join(map(str, words))


def _update_watch(office: ReminderOffice, name: str, schedule_mark: str, now: datetime) -> CampaignWatch:
    box, province = office.store.outbox, office.province.code
    cursor = f"watch/{province}/{name}"
    before = box.recall(cursor)
    latest = office.store.runs.latest(name, province=province)
    watch = _next_watch(CampaignWatch.read(before) if before else None, schedule_mark, latest, now)
    if watch.content != before:
        box.remember(cursor, watch.content, now, before)
    return watch


def _next_watch(before: CampaignWatch | None, schedule_mark: str, latest: Run | None, now: datetime) -> CampaignWatch:
    """Say what is known by now. Nothing that was seen can lie ahead."""
    run = latest.id if latest else ""
    last = before.last if before and before.run == run else latest and latest.finished_at
    last = min(last, now) if last else None
    if before is None:
        return CampaignWatch(schedule_mark, last or now, run, last)
    return CampaignWatch(
        schedule_mark, min(before.since, now) if before.schedule_mark == schedule_mark else now, run, last
    )


class StalledCampaign(NamedTuple):
    """A campaign without a finished check for too long; ``last`` is when one finished, None: never."""

    title: Text
    last: datetime | None
    campaign: str = ""


def stalled_campaigns(office: ReminderOffice, now: datetime) -> tuple[StalledCampaign, ...]:
    """Find the campaigns whose checks have stopped. What runs only by hand, or rarely, is not missed in between."""
    return _stalled(office, update_watches(office, now), now)


def _stalled(
    office: ReminderOffice, watches: Mapping[str, CampaignWatch], now: datetime
) -> tuple[StalledCampaign, ...]:
    patience, found = timedelta(hours=office.settings.remind.silent_hours), list[StalledCampaign]()
    for campaign in office.campaigns:
        watch = watches[campaign.id]
        since = max(watch.last_sign, watch.since)
        if now - watch.last_sign > patience and is_missed(office.schedules[campaign.id], campaign, since, now):
            found.append(
                StalledCampaign(campaign.title, watch.last and watch.last.astimezone(campaign.zone), campaign.id)
            )
    return tuple(found)


class AlarmMessages(NamedTuple):
    """How many messages were new, and which of them nobody sends: without an address, or perhaps sent before."""

    new: int = 0
    unsent: tuple[OutboxMessage, ...] = ()


def enqueue_alarms(office: ReminderOffice, now: datetime) -> AlarmMessages:
    """Queue the alarms that the office has to hear, once a day."""
    watches = update_watches(office, now)
    if office.quiet(now):
        return AlarmMessages()
    day, found = now.astimezone(office.zone).date(), _stalled(office, watches, now)
    if found:
        letter = office.writer.silence([(each.title, each.last) for each in found], day)
        named = {NAMED: {each.campaign: watches[each.campaign].run for each in found}}
        made = office_messages(office, ALARM, f"{ALARM}/{day}", letter, now, {})
        return _enqueue(office, [m._replace(content={**m.content, **named}) for m in made], now)
    alarm = office.store.outbox.newest(kind=ALARM, most=1)
    if not alarm or not _all_run_again(office, watches, alarm[0]):
        return AlarmMessages()
    return _enqueue_recovery(office, alarm[0].key.split("/")[1], day, now)


def _all_run_again(office: ReminderOffice, watches: Mapping[str, CampaignWatch], alarm: OutboxMessage) -> bool:
    """Whether each campaign of an alarm has a newer run; one that no longer runs by itself is not waited for."""
    named = alarm.content.get(NAMED)
    if not isinstance(named, dict):  # an older lotrinh did not write which run had been the last
        return False
    schedules = {each.id: office.schedules[each.id] for each in office.campaigns}
    waited = [name for name in named if name in schedules and (schedules[name].cron or schedules[name].last_week)]
    return bool(waited) and all(watches[name].run != named[name] for name in waited)


def _enqueue_recovery(office: ReminderOffice, alarm: str, day: date, now: datetime) -> AlarmMessages:
    """Say once of each alarm that it is over."""
    letter = office.writer.recovery(day)
    return _enqueue(office, office_messages(office, RECOVERED, f"{RECOVERED}/{alarm}", letter, now, {}), now)


def enqueue_misconfiguration_alert(office: ReminderOffice, faults: Sequence[str], now: datetime) -> AlarmMessages:
    """Queue the alert, once a day, that nobody can be reminded, and for which faults; nothing where there are none."""
    if not faults or office.quiet(now):
        return AlarmMessages()
    day = now.astimezone(office.zone).date()
    letter = office.writer.misconfiguration(faults, socket.gethostname(), day)
    return _enqueue(
        office, office_messages(office, BROKEN, f"{BROKEN}/{office.province.code}/{day}", letter, now, {}), now
    )


def _enqueue(office: ReminderOffice, messages: list[NewMessage], now: datetime) -> AlarmMessages:
    """Queue messages to the office, and find those that nobody will send by itself."""
    new, keys = enqueue(office, messages, now), {message.key for message in messages}
    unsent = office.store.outbox.newest((FAILED, UNCLEAR), len(keys), kind=messages[0].kind) if new else ()
    return AlarmMessages(new, tuple(message for message in unsent if message.key in keys))
