"""Moments that people give on the command line."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lotrinh.clock import now
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem

DAY = timedelta(days=1)


def moment_of(text: str | None, zone: str) -> datetime | None:
    """Read --as-of: a date-time, local unless it says its offset; a day alone means the end of that day."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = M("“{text}” không phải thời điểm. Hãy viết dạng 2026-02-02T08:00 hoặc 2026-02-02.", text=text)
        raise BadInput([Problem("--as-of", 0, 0, sentence)]) from error
    if len(text) == len("2026-02-02") and moment.time() == time():
        moment += DAY - timedelta(seconds=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def past(moment: datetime | None) -> datetime | None:
    """Return a moment that a report can show; one that is still to come is refused, today's end is not."""
    if moment and moment > now() + DAY:
        sentence = M("Thời điểm {when} chưa đến; báo cáo chỉ cho thấy đến nay.", when=moment)
        raise BadInput([Problem("--as-of", 0, 0, sentence)])
    return moment
