"""Writing SVG: elements with their texts made harmless, and days placed along a line."""

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

from lotrinh.reports.text.tables import clean

ONE_DAY = timedelta(days=1)
WIDTH = 720
LETTER = 6.4
"""Width of an average letter at the pictures' text size, in the picture's units."""


def escape_text(words: str) -> str:
    """Write foreign words: markup becomes text, and what XML forbids a space."""
    return escape(clean(words))


def element(name: str, *inside: str, **attributes: object) -> str:
    """Write one element; ``inside`` is written already. ``class_`` is class, and ``_`` in a name a hyphen."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape_text(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def text_element(words: str, x: float, y: float, **attributes: object) -> str:
    """Write words at a place."""
    return element("text", escape_text(words), x=x, y=y, **attributes)


def tooltip(words: str) -> str:
    """Write what is shown when somebody points at the element around it."""
    return element("title", escape_text(words))


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def picture_element(name: str, height: float, title: str, description: str, *inside: str) -> str:
    """Write a whole picture that says what it is to those who do not see it."""
    words = (
        element("title", escape_text(title), id=f"{name}-title"),
        element("desc", escape_text(description), id=f"{name}-desc"),
    )
    return element(
        "svg",
        *words,
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        class_="pic",
        viewBox=f"0 0 {WIDTH} {_number(float(height))}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def cut(words: str, room: float) -> str:
    """Shorten words to what fits into the room; the whole stands in the table beside the picture."""
    most = max(int(room / LETTER), 1)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


class DayAxis(NamedTuple):
    """A line of days: ``first`` begins at ``left``, ``last`` ends at ``right``."""

    first: date
    last: date
    left: float
    right: float

    def begins(self, day: date) -> float:
        """Where a day begins."""
        day = min(max(day, self.first), self.last + ONE_DAY)
        share = (day - self.first).days / ((self.last - self.first).days + 1)
        return self.left + share * (self.right - self.left)

    def ends(self, day: date) -> float:
        """Where a day ends."""
        return self.begins(day + ONE_DAY)

    def months(self) -> Iterator[date]:
        """The first days of months, few enough to be written beside each other."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = -(-count // 12)
        for index in range(0, count, step):
            month = self.first.month - 1 + index
            day = date(self.first.year + month // 12, month % 12 + 1, 1)
            if day >= self.first:
                yield day


def month_lines(days: DayAxis, top: float, bottom: float) -> str:
    """Draw a line at the beginning of each month, with its name above the picture's ground where that has room."""
    drawn = []
    for day in days.months():
        x, name = days.begins(day), f"{day.month}/{day.year}"
        drawn.append(element("line", class_="grid", x1=x, x2=x, y1=top, y2=bottom))
        if x + len(name) * LETTER <= days.right:
            drawn.append(text_element(name, x + 2, top - 4))
    return "".join(drawn)
