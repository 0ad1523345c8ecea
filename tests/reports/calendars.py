"""A calendar as two programs that know nothing of each other read it."""

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import vobject
from icalendar import Calendar


class ReadEvent(NamedTuple):
    """One event as a reader sees it; what is missing is None."""

    title: str
    note: str
    start: date | datetime
    end: date | datetime | None
    number: int
    status: str
    transparent: bool
    stamp: datetime
    changed: datetime | None
    url: str | None
    alarm: timedelta | None


Events = dict[str, ReadEvent]


def by_icalendar(feed: bytes) -> tuple[str, Events]:
    """Read with icalendar; return the calendar's name, and its events by their UIDs, none of which comes twice."""
    calendar: Any = Calendar.from_ical(feed)
    found: Events = {}
    for event in calendar.walk("VEVENT"):
        assert str(event["UID"]) not in found
        alarms = event.walk("VALARM")
        found[str(event["UID"])] = ReadEvent(
            str(event["SUMMARY"]),
            str(event["DESCRIPTION"]),
            event["DTSTART"].dt,
            event["DTEND"].dt if "DTEND" in event else None,
            int(event["SEQUENCE"]),
            str(event["STATUS"]),
            str(event["TRANSP"]) == "TRANSPARENT",
            event["DTSTAMP"].dt,
            event["LAST-MODIFIED"].dt if "LAST-MODIFIED" in event else None,
            str(event["URL"]) if "URL" in event else None,
            alarms[0]["TRIGGER"].dt if alarms else None,
        )
    # Of an X- property icalendar does not know that it is a text, in which a backslash stands before some signs.
    return re.sub(r"\\(.)", r"\1", str(calendar["X-WR-CALNAME"])), found


def by_vobject(feed: bytes) -> tuple[str, Events]:
    """Read with vobject, which shares no code with icalendar."""
    calendar: Any = vobject.readOne(feed.decode())
    found: Events = {}
    for event in getattr(calendar, "vevent_list", []):
        assert event.uid.value not in found
        alarms = getattr(event, "valarm_list", [])
        found[event.uid.value] = ReadEvent(
            event.summary.value,
            event.description.value,
            event.dtstart.value,
            event.dtend.value if hasattr(event, "dtend") else None,
            int(event.sequence.value),
            event.status.value,
            event.transp.value == "TRANSPARENT",
            event.dtstamp.value,
            event.last_modified.value if hasattr(event, "last_modified") else None,
            event.url.value if hasattr(event, "url") else None,
            alarms[0].trigger.value if alarms else None,
        )
    return calendar.x_wr_calname.value, found


def read(feed: bytes) -> Events:
    """Return the events on which both agree."""
    name, events = by_icalendar(feed)
    assert (name, events) == by_vobject(feed)
    return events


def name_of(feed: bytes) -> str:
    """Return the calendar's name on which both agree."""
    read(feed)
    return by_icalendar(feed)[0]
