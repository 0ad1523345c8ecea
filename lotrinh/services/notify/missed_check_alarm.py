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
from lotrinh.services.notify.reminders import Office, put, to_office
from lotrinh.store.outbox import FAILED, UNCLEAR, Message, New
from lotrinh.store.runs.runs import Run

ALARM, RECOVERED, BROKEN, NAMED = "alarm", "recovered", "broken", "campaigns"


class Known(NamedTuple):
    """What the switch knows of a campaign, and remembers: clocks are set back, and settings files say no dates.

    ``holds`` stands for when it is checked, ``since`` is when that was seen first. ``run`` is the finished run that
    was recorded last ("": none), ``last`` when it finished; where its clock was ahead, when it was seen first.
    """

    holds: str
    since: datetime
    run: str = ""
    last: datetime | None = None

    @property
    def quiet_since(self) -> datetime:
        """Since when nothing was heard."""
        return self.last or self.since

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Known":
        """Read what was remembered."""
        last = datetime.fromisoformat(content["last"]) if content["last"] else None
        return cls(content["holds"], datetime.fromisoformat(content["since"]), content["run"], last)

    @property
    def content(self) -> dict[str, Any]:
        """Itself as it is remembered."""
        last = self.last.isoformat() if self.last else ""
        return {"holds": self.holds, "since": self.since.isoformat(), "run": self.run, "last": last}


def look(office: Office, now: datetime) -> dict[str, Known]:
    """Look how it stands with every campaign, paused ones too, and remember it."""
    anchors = {campaign.id: campaign.anchor for campaign in office.campaigns}
    return {name: _look(office, name, _holds(each, anchors.get(name)), now) for name, each in office.schedules.items()}


def _holds(schedule: CampaignSchedule, anchor: date | None) -> str:
    """Stand for all that the moments of checks depend on."""
    words = (schedule.cron, schedule.last_week, schedule.skip_days_off, schedule.paused, anchor)
    return "|".join(map(str, words))


def _look(office: Office, name: str, holds: str, now: datetime) -> Known:
    box, province = office.store.outbox, office.province.code
    cursor = f"watch/{province}/{name}"
    before = box.remembered(cursor)
    latest = office.store.runs.latest(name, province=province)
    known = _seen(Known.read(before) if before else None, holds, latest, now)
    if known.content != before:
        box.remember(cursor, known.content, now, before)
    return known


def _seen(before: Known | None, holds: str, latest: Run | None, now: datetime) -> Known:
    """Say what is known by now. Nothing that was seen can lie ahead."""
    run = latest.id if latest else ""
    last = before.last if before and before.run == run else latest and latest.finished_at
    last = min(last, now) if last else None
    if before is None:
        return Known(holds, last or now, run, last)
    return Known(holds, min(before.since, now) if before.holds == holds else now, run, last)


class Silent(NamedTuple):
    """A campaign without a finished check for too long; ``last`` is when one finished, None: never."""

    title: Text
    last: datetime | None
    campaign: str = ""


def silent(office: Office, now: datetime) -> tuple[Silent, ...]:
    """Find the campaigns whose checks have stopped. What runs only by hand, or rarely, is not missed in between."""
    return _silent(office, look(office, now), now)


def _silent(office: Office, known: Mapping[str, Known], now: datetime) -> tuple[Silent, ...]:
    patience, found = timedelta(hours=office.settings.remind.silent_hours), list[Silent]()
    for campaign in office.campaigns:
        seen = known[campaign.id]
        since = max(seen.quiet_since, seen.since)
        if now - seen.quiet_since > patience and is_missed(office.schedules[campaign.id], campaign, since, now):
            found.append(Silent(campaign.title, seen.last and seen.last.astimezone(campaign.zone), campaign.id))
    return tuple(found)


class Laid(NamedTuple):
    """How many messages were new, and which of them nobody sends: without an address, or perhaps sent before."""

    new: int = 0
    untold: tuple[Message, ...] = ()


def watch(office: Office, now: datetime) -> Laid:
    """Lay down what the office has to hear, once a day."""
    known = look(office, now)
    if office.quiet(now):
        return Laid()
    day, found = now.astimezone(office.zone).date(), _silent(office, known, now)
    if found:
        letter = office.writer.silence([(each.title, each.last) for each in found], day)
        named = {NAMED: {each.campaign: known[each.campaign].run for each in found}}
        made = to_office(office, ALARM, f"{ALARM}/{day}", letter, now, {})
        return _laid(office, [m._replace(content={**m.content, **named}) for m in made], now)
    alarm = office.store.outbox.newest(kind=ALARM, most=1)
    if not alarm or not _all_run_again(office, known, alarm[0]):
        return Laid()
    return _recovered(office, alarm[0].key.split("/")[1], day, now)


def _all_run_again(office: Office, known: Mapping[str, Known], alarm: Message) -> bool:
    """Whether each campaign of an alarm has a newer run; one that no longer runs by itself is not waited for."""
    named = alarm.content.get(NAMED)
    if not isinstance(named, dict):  # an older lotrinh did not write which run had been the last
        return False
    schedules = {each.id: office.schedules[each.id] for each in office.campaigns}
    waited = [name for name in named if name in schedules and (schedules[name].cron or schedules[name].last_week)]
    return bool(waited) and all(known[name].run != named[name] for name in waited)


def _recovered(office: Office, alarm: str, day: date, now: datetime) -> Laid:
    """Say once of each alarm that it is over."""
    letter = office.writer.recovery(day)
    return _laid(office, to_office(office, RECOVERED, f"{RECOVERED}/{alarm}", letter, now, {}), now)


def tell_broken(office: Office, faults: Sequence[str], now: datetime) -> Laid:
    """Lay down, once a day, that nobody can be reminded, and for which faults; nothing where there are none."""
    if not faults or office.quiet(now):
        return Laid()
    day = now.astimezone(office.zone).date()
    letter = office.writer.broken(faults, socket.gethostname(), day)
    return _laid(office, to_office(office, BROKEN, f"{BROKEN}/{office.province.code}/{day}", letter, now, {}), now)


def _laid(office: Office, made: list[New], now: datetime) -> Laid:
    """Lay messages to the office down, and find those that nobody will send by itself."""
    new, keys = put(office, made, now), {message.key for message in made}
    untold = office.store.outbox.newest((FAILED, UNCLEAR), len(keys), kind=made[0].kind) if new else ()
    return Laid(new, tuple(message for message in untold if message.key in keys))
