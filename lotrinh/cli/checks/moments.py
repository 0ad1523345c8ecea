"""Moments that people give on the command line."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lotrinh.clock import now
from lotrinh.core.days import ONE_SECOND, read_day
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem

DAY = timedelta(days=1)
HOUR = re.compile(r"[0-9]{1,2}:[0-9]{2}")


def parse_moment(text: str | None, zone: str) -> datetime | None:
    """Read --as-of: a date-time, local unless it says its offset; a day alone means the end of that day.

    As people write it (2/2/2026, 2/2/2026 08:00) or as programs do (2026-02-02T08:00).
    """
    if text is None:
        return None
    if day := read_day(text):
        return datetime.combine(day, time(), ZoneInfo(zone)) + DAY - ONE_SECOND
    moment = _with_hour(text.strip())
    if moment is None:
        sentence = M("“{text}” không phải thời điểm. Hãy viết dạng 2/2/2026 08:00 hoặc 2/2/2026.", text=text)
        raise BadInput([Problem("--as-of", 0, 0, sentence)])
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _with_hour(text: str) -> datetime | None:
    # The day may be written as people do; what follows the last gap is the hour.
    written, _, hour = text.rpartition(" ")
    day = read_day(written)
    if day and HOUR.fullmatch(hour):
        text = f"{day.isoformat()}T{hour.zfill(len('08:00'))}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def require_past(moment: datetime | None) -> datetime | None:
    """Return a moment that a report can show; one that is still to come is refused, today's end is not."""
    # A day alone means its end, and for today that is up to a day ahead.
    if moment and moment > now() + DAY:
        sentence = M("Thời điểm {when} chưa đến; báo cáo chỉ cho thấy đến nay.", when=moment)
        raise BadInput([Problem("--as-of", 0, 0, sentence)])
    return moment
