"""Reminders of a day: worked out from how everything stands this minute, laid down once in the outbox."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.core.reminders import Digest, Rhythm, Told, digests
from lotrinh.core.schedules import Schedule
from lotrinh.core.text import M
from lotrinh.core.units import Unit
from lotrinh.i18n import current, say
from lotrinh.reports.letters import NO_NOTES, Letter, Notes, Writer
from lotrinh.services.campaigns import Campaign, open_campaign
from lotrinh.services.live import Live
from lotrinh.services.outbox import NOWHERE, REMINDER
from lotrinh.services.quiet import EVERY_DAY, Quiet
from lotrinh.services.receivers import MAIL, Address, Addresses, addresses, fingerprint
from lotrinh.services.rosters import roster
from lotrinh.services.schedules import effective
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, UNCLEAR, WAITING, New

QUARTER = timedelta(minutes=15)
TITLE = M("Lộ trình")
NONE = "none"
"""The channel of what the office should hear and has no address for."""


@dataclass(frozen=True)
class Office:
    """All that reminding needs, opened and checked together."""

    store: Store
    settings: Settings
    campaigns: tuple[Campaign, ...]
    province: Unit
    addresses: Addresses
    schedules: Mapping[str, Schedule]

    @property
    def quiet(self) -> Quiet:
        """When nothing is sent."""
        return Quiet(self.settings, [campaign.checklist.calendar for campaign in self.campaigns])

    @property
    def zone(self) -> ZoneInfo:
        """In whose days people are told things."""
        return ZoneInfo(self.settings.timezone)

    @property
    def writer(self) -> Writer:
        """What writes the letters."""
        return Writer(current(), self.settings.portal.public_url)


class Prepared(NamedTuple):
    """One digest in words, and where it goes; nowhere, if its receiver has no address."""

    digest: Digest
    letter: Letter
    addresses: tuple[Address, ...]


def open_office(store: Store, settings: Settings, home: Path | None = None) -> Office:
    """Open the campaigns that run by themselves; ``BadInput`` with all that is wrong in the settings."""
    known = roster(settings)
    told = addresses(settings, known)
    schedules = {c.id: effective(store, settings, c.id).schedule for c in settings.campaigns}
    running = [open_campaign(settings, name, home=home) for name, each in schedules.items() if not each.paused]
    return Office(store, settings, tuple(running), known.province, told, schedules)


def prepare(office: Office, now: datetime) -> tuple[Prepared, ...]:
    """Work out and write the digests of the local day of ``now``; nothing is laid down."""
    local = now.astimezone(office.zone)
    if _quiet_till_midnight(office.quiet, local):
        return ()
    made = digests(_told(office, now), _rhythm(office.settings), local.date())
    return tuple(_written(office, made, local.date()))


def _quiet_till_midnight(quiet: Quiet, local: datetime) -> bool:
    """Whether the day has no time left in which something is sent: what is said on it could never be heard."""
    end = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    while local < end:
        if not quiet(local):
            return False
        local += QUARTER
    return True


def _told(office: Office, now: datetime) -> list[Told]:
    days_off = office.settings.remind.quiet_days_off
    lives = [(c, Live(office.store, office.settings, c)) for c in office.campaigns]
    return [Told(live.report(now), c.checklist.calendar if days_off else EVERY_DAY) for c, live in lives]


def _rhythm(settings: Settings) -> Rhythm:
    remind = settings.remind
    return Rhythm(remind.before_days, remind.overdue_every, remind.escalate_after)


def _written(office: Office, made: Sequence[Digest], day: date) -> Iterator[Prepared]:
    """Write the digests; the office's says besides who could not be told, so it may be all that there is."""
    code, counts = office.province.code, office.store.outbox.counts()
    nowhere = tuple(d.unit for d in made if d.unit.code != code and not office.addresses.get(d.unit.code))
    notes = Notes(nowhere, counts.get(FAILED, 0) + counts.get(UNCLEAR, 0))
    if notes != NO_NOTES and not any(d.unit.code == code for d in made):
        made = (Digest(office.province, day, ()), *made)
    for digest in made:
        letter = office.writer.digest(digest, notes if digest.unit.code == code else NO_NOTES)
        yield Prepared(digest, letter, tuple(office.addresses.get(digest.unit.code, ())))


def lay_down(office: Office, prepared: Sequence[Prepared], now: datetime) -> int:
    """Lay digests down to be sent and return how many messages were new: nobody has two of one day."""
    new: list[New] = []
    for digest, letter, places in prepared:
        key = f"{REMINDER}/all/{digest.unit.code}/{digest.day}"
        more = {"day": digest.day.isoformat()}
        if digest.unit.code == office.province.code:
            new += to_office(office, REMINDER, key, letter, now, more)
        else:
            new += _messages(REMINDER, key, digest.unit.code, letter, places, now, more)
    return office.store.outbox.put(new, now)


def to_office(
    office: Office,
    kind: str,
    key: str,
    letter: Letter,
    now: datetime,
    more: Mapping[str, Any],
    only: str = "",
) -> list[New]:
    """Make the messages of a letter to the office; where it has no address, one that shows so.

    ``only`` names the one channel that can carry the letter.
    """
    code = office.province.code
    places = [a for a in office.addresses.get(code, ()) if not only or a.channel == only]
    if not places:
        nowhere = New(f"{key}/{NONE}", "", kind, code, NONE, _content(letter, "", key, more), now, FAILED, say(NOWHERE))
        return [nowhere]
    return _messages(kind, key, code, letter, places, now, more)


def _messages(
    kind: str,
    key: str,
    unit: str,
    letter: Letter,
    places: Sequence[Address],
    now: datetime,
    more: Mapping[str, Any],
) -> list[New]:
    return [
        New(own, "", kind, unit, place.channel, _of_channel(letter, place, own, more), now, WAITING)
        for place in places
        if (own := f"{key}/{place.key}")
    ]


def _of_channel(letter: Letter, place: Address, key: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Give each channel what it may carry: only a mail box is private."""
    if place.channel == MAIL:
        return _content(letter, place.to, key, more)
    return {"to": place.to, "title": say(TITLE), "short": letter.short} | {
        name: more[name] for name in ("day",) if name in more
    }


def _content(letter: Letter, to: str, key: str, more: Mapping[str, Any]) -> dict[str, Any]:
    written = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    return {"to": to, "id": fingerprint(key), **written, **more}
