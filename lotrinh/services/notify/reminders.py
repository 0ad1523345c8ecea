"""Reminders of a day: worked out from how everything stands this minute, put once into the outbox."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.units import Unit
from lotrinh.core.notify.reminders import CampaignView, Digest, ReminderDays, ReminderRhythm, build_digests
from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.core.text import M
from lotrinh.i18n import current, say
from lotrinh.reports.text.letters import NO_NOTES, Letter, LetterWriter, OfficeNotes
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.campaigns.schedules import effective_schedule
from lotrinh.services.notify.outbox import REMINDER
from lotrinh.services.notify.quiet_hours import EVERY_DAY, QuietHours
from lotrinh.services.notify.receivers import (
    MAIL,
    Address,
    Addresses,
    addresses,
    secret_fingerprint,
    units_needing_mail,
)
from lotrinh.services.notify.senders import NO_MAIL, NOWHERE
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, RESTORED, UNCLEAR, WAITING, NewMessage

QUARTER, ONE_DAY = timedelta(minutes=15), timedelta(days=1)
LOOKED_BACK = timedelta(days=800)
"""How far back it matters when somebody was reminded: the longest time between two reminders, and a longest break."""
TITLE = M("Lộ trình")
NONE = "none"
"""The channel of what the office should hear and has no address for."""
MAYBE_SENT_BEFORE_RESTORE = M("Hôm nay đã khôi phục bản sao lưu: tin này có thể đã gửi trước đó.")


@dataclass(frozen=True, kw_only=True)
class ReminderOffice:
    """All that reminding needs, opened and checked together."""

    store: Store
    settings: Settings
    campaigns: tuple[Campaign, ...]
    province: Unit
    addresses: Addresses
    schedules: Mapping[str, CampaignSchedule]
    calendars: tuple[Calendar, ...]
    """Nothing is sent on a day on which none of them works."""
    restored_at: datetime | None = None
    """When a backup was put back last."""

    @property
    def quiet(self) -> QuietHours:
        """When nothing is sent."""
        return QuietHours(self.settings, self.calendars)

    @property
    def zone(self) -> ZoneInfo:
        """In whose days people are told things."""
        return ZoneInfo(self.settings.timezone)

    def is_doubtful(self, now: datetime) -> bool:
        """Whether what is queued today may have been sent before a backup was put back, on this same day."""
        local = now.astimezone(self.zone)
        then = self.restored_at.astimezone(self.zone) if self.restored_at else None
        if then is None or then.date() != local.date():
            return False
        return not (self.quiet(then) and _is_quiet(self.quiet, _midnight(then), then))

    @property
    def writer(self) -> LetterWriter:
        """What writes the letters."""
        return LetterWriter(current(), self.settings.portal.public_url)


class AddressedDigest(NamedTuple):
    """One digest in words, and where it goes; nowhere, if its receiver has no address."""

    digest: Digest
    letter: Letter
    addresses: tuple[Address, ...]


def open_office(store: Store, settings: Settings, home: Path | None = None) -> ReminderOffice:
    """Open the campaigns that run by themselves; ``BadInput`` with all that is wrong in the settings."""
    roster = open_roster(settings)
    reachable = addresses(settings, roster)
    schedules = {c.id: effective_schedule(store, settings, c.id).schedule for c in settings.campaigns}
    running = [open_campaign(store, settings, name, home=home) for name, each in schedules.items() if not each.paused]
    calendars = tuple(campaign.checklist.calendar for campaign in running)
    return ReminderOffice(
        store=store,
        settings=settings,
        campaigns=tuple(running),
        province=roster.province,
        addresses=reachable,
        schedules=schedules,
        calendars=calendars,
        restored_at=last_restore(store),
    )


def last_restore(store: Store) -> datetime | None:
    """Return when a backup was put back last; None where none was."""
    restored = store.outbox.recall(RESTORED)
    return datetime.fromisoformat(restored["at"]) if restored else None


def prepare_digests(office: ReminderOffice, now: datetime) -> tuple[AddressedDigest, ...]:
    """Work out and write the digests of the local day of ``now``; the outbox stays as it is."""
    if is_day_over(office, now):
        return ()  # what is said today could never be heard
    day = now.astimezone(office.zone).date()
    made = build_digests(_campaign_views(office, now), _rhythm(office.settings), day, _days_reminded(office, now))
    return tuple(_write_digests(office, made, day))


def is_day_over(office: ReminderOffice, now: datetime) -> bool:
    """Whether nothing is sent any more on the local day of ``now``: it is off, or its quiet hours have begun."""
    local = now.astimezone(office.zone)
    return _is_quiet(office.quiet, local, _midnight(local + ONE_DAY))


def _is_quiet(quiet: QuietHours, begin: datetime, end: datetime) -> bool:
    """Whether there is no time in which something is sent."""
    while begin < end:
        if not quiet(begin):
            return False
        begin += QUARTER
    return True


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time(), local.tzinfo)


def _days_reminded(office: ReminderOffice, now: datetime) -> ReminderDays:
    """Find on which days everybody was reminded. Of a unit without an address the office was told instead.

    A reminder that somebody dropped on its own day is over; one dropped later, when it could not be sent any more, was
    none.
    """
    own = office.province.code
    codes = {code for campaign in office.campaigns for code in campaign.by_code}
    days: dict[str, list[date]] = {code: [] for code in codes}
    for code, key, dropped in office.store.outbox.list_sent(REMINDER, codes, now - LOOKED_BACK):
        day = date.fromisoformat(key.split("/")[3])
        if dropped is None or dropped.astimezone(office.zone).date() <= day:
            days[code].append(day)
    return {code: each if office.addresses.get(code) else days[own] for code, each in days.items()}


def _campaign_views(office: ReminderOffice, now: datetime) -> list[CampaignView]:
    days_off = office.settings.remind.quiet_days_off
    lives = [(c, LiveCampaign(office.store, office.settings, c)) for c in office.campaigns]
    return [CampaignView(live.report(now), c.checklist.calendar if days_off else EVERY_DAY) for c, live in lives]


def _rhythm(settings: Settings) -> ReminderRhythm:
    remind = settings.remind
    return ReminderRhythm(remind.before_days, remind.overdue_every, remind.escalate_after)


def _write_digests(office: ReminderOffice, digests: Sequence[Digest], day: date) -> Iterator[AddressedDigest]:
    """Write the digests; the office's says besides who could not be told, so it may be all that there is."""
    code, counts = office.province.code, office.store.outbox.counts()
    nowhere = tuple(d.unit for d in digests if d.unit.code != code and not office.addresses.get(d.unit.code))
    notes = OfficeNotes(nowhere, counts.get(FAILED, 0) + counts.get(UNCLEAR, 0))
    if notes != NO_NOTES and not any(d.unit.code == code for d in digests):
        digests = (Digest(office.province, day, ()), *digests)
    for digest in digests:
        letter = office.writer.digest(digest, notes if digest.unit.code == code else NO_NOTES)
        yield AddressedDigest(digest, letter, tuple(office.addresses.get(digest.unit.code, ())))


def enqueue_digests(office: ReminderOffice, digests: Sequence[AddressedDigest], now: datetime) -> int:
    """Queue digests to be sent and return how many messages were new: nobody has two of one day."""
    new: list[NewMessage] = []
    for digest, letter, places in digests:
        key = f"{REMINDER}/all/{digest.unit.code}/{digest.day}"
        more = {"day": digest.day.isoformat()}
        if digest.unit.code == office.province.code:
            new += office_messages(office, REMINDER, key, letter, now, more)
        else:
            new += _messages(REMINDER, key, digest.unit.code, letter, places, now, more)
    return enqueue(office, new, now)


def enqueue(office: ReminderOffice, new: Iterable[NewMessage], now: datetime) -> int:
    """Queue messages and return how many were new; where they may have been sent already, as unclear."""
    if office.is_doubtful(now):
        problem = say(MAYBE_SENT_BEFORE_RESTORE)
        new = [m._replace(state=UNCLEAR, problem=problem) if m.state == WAITING else m for m in new]
    return office.store.outbox.put(new, now)


def office_messages(
    office: ReminderOffice,
    kind: str,
    key: str,
    letter: Letter,
    now: datetime,
    more: Mapping[str, Any],
    only: str = "",
) -> list[NewMessage]:
    """Make the messages of a letter to the office; where it has no address, one that shows so.

    ``only`` names the one channel that can carry the letter.
    """
    code = office.province.code
    places = [a for a in office.addresses.get(code, ()) if not only or a.channel == only]
    if not places:
        content = _content(letter, "", key, more)
        why = say(NO_MAIL if units_needing_mail(office.settings, [office.province]) else NOWHERE)
        return [
            NewMessage(
                key=f"{key}/{NONE}",
                campaign="",
                kind=kind,
                receiver=code,
                channel=NONE,
                content=content,
                next_at=now,
                state=FAILED,
                problem=why,
            )
        ]
    return _messages(kind, key, code, letter, places, now, more)


def _messages(
    kind: str,
    key: str,
    unit: str,
    letter: Letter,
    places: Sequence[Address],
    now: datetime,
    more: Mapping[str, Any],
) -> list[NewMessage]:
    return [
        NewMessage(
            key=own,
            campaign="",
            kind=kind,
            receiver=unit,
            channel=place.channel,
            content=_channel_content(letter, place, own, more),
            next_at=now,
            state=WAITING,
        )
        for place in places
        if (own := f"{key}/{place.key}")
    ]


def _channel_content(letter: Letter, place: Address, key: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Give each channel what it may carry: only a mail box is private."""
    if place.channel == MAIL:
        return _content(letter, place.to, key, more)
    return {"to": place.to, "title": say(TITLE), "short": letter.short} | {
        name: more[name] for name in ("day",) if name in more
    }


def _content(letter: Letter, to: str, key: str, more: Mapping[str, Any]) -> dict[str, Any]:
    written = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    return {"to": to, "id": secret_fingerprint(key), **written, **more}
