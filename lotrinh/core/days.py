"""Days as Vietnamese people write them."""

import re
from datetime import date, timedelta

ONE_SECOND = timedelta(seconds=1)
"""The precision of what is written: a day that ends at 24 o'clock is written as its last second."""
DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
RUN = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)


def read_day(text: str) -> date | None:
    """Read a day as Vietnamese people write it (29/1/2026, 29-01-2026, 29.1.2026, 29012026), or as ISO."""
    text = text.strip()
    if match := DAY_FIRST.fullmatch(text) or RUN.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
