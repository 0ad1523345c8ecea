"""Calendars as programs read them (RFC 5545): the one place that knows how they are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vText

from lotrinh.core.checklist.rules import Moment
from lotrinh.reports.text.tables import clean

PRODUCER = "-//lotrinh//VN"
ASK_AGAIN = timedelta(hours=6)
"""How often programs should fetch a feed."""
STAMP = b"DTSTAMP"
IN_ADDRESSES = ":/?#[]@!$&'()*+;=%"
"""Signs that an address may hold besides letters and digits; a line end, a comma or a backslash is none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One deadline in a calendar; ``note`` are the lines of its description.

    ``uid`` and ``number`` (SEQUENCE) are how programs know it again and notice that it moved. ``stamp`` and
    ``changed_at`` are aware. ``remind_on`` is the local day, at eight in the morning, on which programs speak up.
    """

    uid: str
    title: str
    note: tuple[str, ...]
    due: Moment
    stamp: datetime
    number: int = 0
    changed_at: datetime | None = None
    is_cancelled: bool = False
    remind_on: date | None = None
    url: str = ""


EIGHT = time(8)


def write_calendar(name: str, entries: Iterable[CalendarEntry], zone: ZoneInfo) -> bytes:
    """Write a calendar: CRLF, lines of 75 octets at most that never end inside a letter."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", vText(clean(name)))
    calendar.add("x-wr-timezone", vText(zone.key))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for entry in entries:
        calendar.add_component(_event(entry, zone))
    made: bytes = calendar.to_ical()
    return made


def without_stamps(calendar: bytes) -> bytes:
    """Leave out when a calendar was made: what is left changes only where there is something new."""
    return b"\r\n".join(line for line in calendar.split(b"\r\n") if not line.startswith(STAMP))


def _event(entry: CalendarEntry, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", clean(entry.uid))
    event.add("sequence", entry.number)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    if entry.changed_at:
        event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("summary", clean(entry.title))
    event.add("description", "\n".join(map(clean, entry.note)))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a deadline takes nobody's time: whoever has one is not busy all day
    if entry.url:
        event.add("url", quote(entry.url, safe=IN_ADDRESSES))
    _add_dates(event, entry.due, zone)
    if entry.remind_on:
        event.add_component(_alarm(entry, entry.remind_on))
    return event


def _add_dates(event: Event, due: Moment, zone: ZoneInfo) -> None:
    if due.hour is None:
        event.add("dtstart", due.day)
        event.add("dtend", due.day + timedelta(days=1))  # the first day that is not in it
    else:
        # In UTC: a feed with a time zone's name would have to carry the zone's definition too.
        event.add("dtstart", due.end_in(zone).astimezone(UTC))


def _alarm(entry: CalendarEntry, day: date) -> Alarm:
    starts = datetime.combine(entry.due.day, entry.due.hour or time())
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean(entry.title))
    alarm.add("trigger", datetime.combine(day, EIGHT) - starts)
    return alarm
