"""The dead man's switch: when no check has finished for too long the office hears of it, and when they run again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from cronsim import CronSim

from lotrinh.core.text import Text
from lotrinh.services.campaigns import Campaign
from lotrinh.services.reminders import Office, to_office
from lotrinh.store.outbox import Message

ALARM, RECOVERED, NAMED = "alarm", "recovered", "campaigns"
LOOKED_AHEAD = 1000
"""Times of a schedule that are looked at for one on a working day."""


class Silent(NamedTuple):
    """A campaign without a finished check for too long; ``last`` is when one finished, None: never."""

    title: Text
    last: datetime | None
    campaign: str = ""


def silent(office: Office, now: datetime) -> tuple[Silent, ...]:
    """Find the campaigns whose checks have stopped. What runs only by hand, or rarely, is not missed in between."""
    return tuple(found for campaign in office.campaigns if (found := _silence(office, campaign, now)))


def _silence(office: Office, campaign: Campaign, now: datetime) -> Silent | None:
    if not office.schedules[campaign.id].cron:
        return None
    latest = office.store.rounds.latest(campaign.id, province=campaign.province.code)
    last = latest.finished_at.astimezone(campaign.zone) if latest and latest.finished_at else None
    patience = timedelta(hours=office.settings.remind.silent_hours)
    if last and (now - last <= patience or now < next(_expected(office, campaign, last), now)):
        return None
    return Silent(campaign.title, last, campaign.id)


def _expected(office: Office, campaign: Campaign, after: datetime) -> Iterator[datetime]:
    """List when checks should have run."""
    schedule = office.schedules[campaign.id]
    for moment in islice(CronSim(schedule.cron, after), LOOKED_AHEAD):
        if not schedule.skip_days_off or campaign.checklist.calendar.is_working(moment.date()):
            yield moment


def watch(office: Office, now: datetime) -> int:
    """Lay down what the office has to hear, once a day, and return how many messages were new."""
    if office.quiet(now):
        return 0
    day, found = now.astimezone(office.zone).date(), silent(office, now)
    if found:
        letter = office.writer.silence([(each.title, each.last) for each in found], day)
        named = {NAMED: [each.campaign for each in found]}
        made = to_office(office, ALARM, f"{ALARM}/{day}", letter, now, {})
        return office.store.outbox.put([m._replace(content={**m.content, **named}) for m in made], now)
    alarm = office.store.outbox.newest(kind=ALARM, most=1)
    if not alarm or not all(_runs_again(office, name, alarm[0].created_at) for name in _named(office, alarm[0])):
        return 0
    return _recovered(office, alarm[0].key.split("/")[1], day, now)


def _named(office: Office, alarm: Message) -> list[str]:
    """List the campaigns an alarm was about; one that does not say so may have meant any that runs by itself."""
    scheduled = [c.id for c in office.campaigns if office.schedules[c.id].cron]
    return list(alarm.content.get(NAMED, scheduled))


def _runs_again(office: Office, name: str, alarm: datetime) -> bool:
    """Whether a check has finished since; of a campaign that is paused or gone there is nothing to say."""
    campaign = next((each for each in office.campaigns if each.id == name), None)
    if campaign is None:
        return False
    latest = office.store.rounds.latest(name, province=campaign.province.code)
    return bool(latest and latest.finished_at and latest.finished_at > alarm)


def _recovered(office: Office, alarm: str, day: date, now: datetime) -> int:
    """Say once of each alarm that it is over."""
    letter = office.writer.recovery(day)
    return office.store.outbox.put(to_office(office, RECOVERED, f"{RECOVERED}/{alarm}", letter, now, {}), now)
