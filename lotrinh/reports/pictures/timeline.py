"""The milestones of a campaign as a picture: windows, due dates, today, and the days on which nobody works."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS
from lotrinh.core.text import M, Text
from lotrinh.i18n import say, spell
from lotrinh.reports.pictures.patterns import hatch_pattern, legend, pattern_fill
from lotrinh.reports.pictures.svg import (
    LETTER,
    ONE_DAY,
    WIDTH,
    DayAxis,
    cut,
    element,
    month_lines,
    picture_element,
    text_element,
    tooltip,
)

NAME = "timeline"
ROW, TOP, LEFT, SIDE = 22, 48, 30, 7
LONG_BREAK = 4
"""So many days off in a row are more than a weekend: they get their name."""
LONGEST_LINE = 3660
"""Days that a picture can show; a date beyond is a mistake in the checklist, and is left to the table."""


STATES: Mapping[str, tuple[Text, M]] = {
    "overdue": (SIGNS[Status.OVERDUE], M("có đơn vị quá hạn")),
    "unknown": (SIGNS[Status.UNKNOWN], M("có đơn vị chưa rõ")),
    "open": (Text(""), M("chưa quá hạn")),
    "done": (SIGNS[Status.DONE], M("mọi đơn vị đã xong")),
    "national": (Text(""), M("việc của trung ương")),
}
"""How a milestone can stand, each with the sign in its mark, for colour alone says nothing, and with its words."""


class Bar(NamedTuple):
    """One milestone; without a due day it has no place in the picture.

    ``state`` is one of ``STATES``, ``note`` what it says in words behind the date. ``unknown`` tells that of somebody
    nobody knows: that has a mark of its own, whatever the state of the others.
    """

    number: int
    title: str
    opens: date | None
    due: date | None
    state: str
    note: str = ""
    has_unknown: bool = False


class Break(NamedTuple):
    """Days off in a row, the first and the last."""

    first: date
    last: date

    @property
    def is_long(self) -> bool:
        """Whether it is more than a weekend."""
        return (self.last - self.first).days + 1 >= LONG_BREAK


def breaks(calendar: Calendar, first: date, last: date) -> Iterator[Break]:
    """Find the days off between two days."""
    day, began = first, None
    while day <= last:
        if calendar.is_working(day):
            if began:
                yield Break(began, day - ONE_DAY)
            began = None
        else:
            began = began or day
        day += ONE_DAY
    if began:
        yield Break(began, last)


def draw(bars: Iterable[Bar], calendar: Calendar, today: date, title: str, language: str) -> str:
    """Draw all milestones that have a due day; an empty text where none has."""
    shown = bars_in_view(bars, today)
    if not shown:
        return ""
    days = _line(shown, today)
    bottom = TOP + ROW * len(shown)
    ground = (
        *_days_off(days, calendar, bottom, language),
        month_lines(days, TOP - 16, bottom),
        _today(days, today, bottom),
    )
    rows = (_row(bar, days, TOP + ROW * index, language) for index, bar in enumerate(shown))
    keys, end = legend(_keys(shown, language), 0, bottom + 8)
    description = describe(shown, today, language)
    return picture_element(NAME, end, title, description, element("defs", hatch_pattern(NAME)), *ground, *rows, keys)


def _keys(bars: Sequence[Bar], language: str) -> Iterator[tuple[str, str]]:
    states = {bar.state for bar in bars} | {"unknown" for bar in bars if bar.has_unknown}
    for state, (_, words) in STATES.items():
        if state in states:
            yield "".join(_mark(state, SIDE, SIDE - 1, language)), say(words, language)


def _line(bars: Sequence[Bar], today: date) -> DayAxis:
    dates = [day for bar in bars for day in (bar.opens, bar.due) if day and abs((day - today).days) <= LONGEST_LINE]
    return DayAxis(min(*dates, today) - 3 * ONE_DAY, max(*dates, today) + 3 * ONE_DAY, LEFT, WIDTH - 2 * SIDE)


def bars_in_view(bars: Iterable[Bar], today: date) -> list[Bar]:
    """Keep those that have a place in the picture."""
    return [bar for bar in bars if bar.due and abs((bar.due - today).days) <= LONGEST_LINE]


def describe(bars: Sequence[Bar], today: date, language: str) -> str:
    """Say in one sentence what the picture shows; ``bars`` are some, all of them with a due day."""
    last = max(bar.due for bar in bars if bar.due)
    return say(
        M(
            "{count} mốc, hạn từ {first} đến {last}; hôm nay là {today}.",
            count=len(bars),
            first=min(bar.due for bar in bars if bar.due),
            last=last,
            today=today,
        ),
        language,
    )


def _days_off(days: DayAxis, calendar: Calendar, bottom: float, language: str) -> Iterator[str]:
    for each in breaks(calendar, days.first, days.last):
        left, right = days.begins(each.first), days.ends(each.last)
        kind = "off long" if each.is_long else "off"
        yield element("rect", class_=kind, x=left, y=TOP - 16, width=right - left, height=bottom - TOP + 16)
        if each.is_long:
            yield text_element(
                say(M("nghỉ lễ, Tết"), language), (left + right) / 2, 11, text_anchor="middle", class_="soft"
            )


def _today(days: DayAxis, today: date, bottom: float) -> str:
    x = (days.begins(today) + days.ends(today)) / 2
    return element("line", class_="today", x1=x, x2=x, y1=TOP - 16, y2=bottom, stroke_width=2)


def _row(bar: Bar, days: DayAxis, top: float, language: str) -> str:
    due = bar.due or days.last
    x, y = days.ends(due), top + ROW / 2
    begins = days.begins(bar.opens) if bar.opens else x
    parts = [text_element(str(bar.number), LEFT - 6, y + 4, text_anchor="end")]
    if bar.opens:
        parts.append(_window(bar.state, begins, x, y))
    parts.extend(_mark(bar.state, x, y, language))
    ends = x
    if bar.has_unknown and bar.state != "unknown":
        ends += 2 * SIDE
        parts.extend(_mark("unknown", ends, y, language))
    detail = ", ".join(part for part in (str(spell(due, language)), bar.note) if part)
    parts.append(_label(bar.title, f", {detail}", begins, ends, y + 4))
    whole = tooltip(f"{bar.number}. {bar.title}: {detail}")
    return element("g", whole, *parts)


def _window(state: str, begins: float, ends: float, y: float) -> str:
    if state != "unknown":
        return element("line", class_=f"bar {state}", x1=begins, x2=ends, y1=y, y2=y, stroke_width=6)
    place = {"x": begins, "y": y - 3, "width": ends - begins, "height": 6}
    return element("rect", **place, **pattern_fill(NAME, state)) + element("rect", class_="frame", **place)


def _mark(state: str, x: float, y: float, language: str) -> Iterator[str]:
    """Draw the diamond of a due day with the sign of how the milestone stands."""
    way = f"M{x:.1f} {y - SIDE:.1f}l{SIDE} {SIDE}l-{SIDE} {SIDE}l-{SIDE} -{SIDE}z"
    if state == "unknown":
        yield element("path", d=way, **pattern_fill(NAME, state))
    yield element("path", class_=f"due {state}", d=way)
    if sign := STATES[state][0].in_(language):
        look = "sign ringed" if state == "unknown" else "sign mark"
        yield text_element(sign, x, y + 3, text_anchor="middle", class_=look)


def _label(title: str, detail: str, begins: float, ends: float, y: float) -> str:
    """Put the words on the side that has more room; the title gives way where there is too little."""
    right, left = WIDTH - ends - 10, begins - LEFT - 10
    room = max(right, left) - len(detail) * LETTER
    words = cut(title, room) + detail
    if right >= left:
        return text_element(words, ends + SIDE + 4, y)
    return text_element(words, begins - SIDE - 4, y, text_anchor="end")
