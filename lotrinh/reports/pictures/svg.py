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
FONTS = '"Segoe UI","Noto Sans","Liberation Sans","DejaVu Sans",Arial,sans-serif'
"""All of them have Vietnamese letters."""
STYLE = (
    f".pic text{{font-family:{FONTS};font-size:12px;fill:#1b1b1b;stroke:#fff;stroke-width:3px;paint-order:stroke}}"
    ".pic .soft{fill:#444}.pic .grid{stroke:#999;stroke-width:.5}.pic .today{stroke:#a3101a}"
    ".pic .off{fill:#f4f1ec}.pic .long{fill:#c9c2b6;opacity:.55}"
    ".pic .bar,.pic .due{stroke:#555;fill:#555}"
    ".pic .due.overdue,.pic .bar.overdue{stroke:#a3101a;fill:#a3101a}"
    ".pic .due.done,.pic .bar.done{stroke:#1a6b3c;fill:#1a6b3c}"
    ".pic .due.open,.pic .bar.open{stroke:#1a4f8b;fill:#1a4f8b}"
    ".pic .due.unknown{fill:none}.pic .due.national{fill:#fff}"
    ".pic .planned{stroke:#1b1b1b;stroke-width:2}"
    ".pic line.done,.pic polyline.done{stroke:#1a6b3c;stroke-width:3}"
    ".pic .reported{stroke:#1a4f8b;stroke-width:2}.pic .gap{fill:none;stroke:#444;stroke-width:1.2}"
    # Cells and parts of bars: light grounds with dark signs, the overdue ones dark with bright signs.
    ".pic .c.done{fill:#b9dcc4}.pic .c.done_late{fill:#8cc3a0}.pic .c.overdue{fill:#a3101a}"
    ".pic .c.due_soon{fill:#f5c65a}.pic .c.open{fill:#c4daf2}.pic .c.upcoming{fill:#fff}"
    ".pic .c.unscheduled{fill:#eae6df}.pic .c.not_applicable{fill:#fff}.pic .c.unknown{fill:#e6d7f2}"
    ".pic .ink{stroke:#444;stroke-width:.8;fill:none}.pic .dot{fill:#1a4f8b}"
    ".pic .frame{fill:none;stroke:#555;stroke-width:.7}.pic .seam{fill:none;stroke:#fff;stroke-width:.8}"
    ".pic .small{font-size:9px}.pic .strong,.pic .head{font-weight:700}.pic .head{font-size:15px}"
    ".pic .sign{font-size:8px;fill:#1b1b1b;stroke:none}.pic .sign.bright,.pic .sign.mark{fill:#fff}"
    ".pic .sign.ringed{stroke:#fff;stroke-width:4px}"
    ".pic .figure{font-size:11px;stroke:#fff}.pic .figure.bright{stroke:none}"
)
"""How pictures look where the portal's stylesheet is not: on white ground, for print. Colours are the portal's."""


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
