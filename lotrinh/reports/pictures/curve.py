"""Planned against done as a picture: steps, for nothing happens between two days."""

from collections.abc import Callable, Sequence
from datetime import date

from lotrinh.core.report.curve import Curve, Point
from lotrinh.core.text import M
from lotrinh.i18n import grouped, say
from lotrinh.reports.pictures.patterns import hatch_pattern, pattern_fill
from lotrinh.reports.pictures.svg import LETTER, WIDTH, DayAxis, element, month_lines, picture_element, text_element

NAME = "curve"
HEIGHT, LEFT, TOP, BOTTOM = 340, 52, 28, 290
LINES = (
    ("planned", "", M("Kế hoạch")),
    ("done", "", M("Hoàn thành (văn bản)")),
    ("reported", "2 3", M("Hoàn thành (ngày báo)")),
)
"""Class, pattern and name of each line."""
SAMPLE = 22
"""How long a line is drawn in the legend."""
Value = Callable[[Point], int | None]


def draw(curve: Curve, today: date, title: str, language: str) -> str:
    """Draw the curve; an empty text where no step has a deadline."""
    if not curve.dated:
        return ""
    points = curve.points
    days = DayAxis(points[0].day, points[-1].day, LEFT, WIDTH - 8)
    past = [p for p in points if p.day <= today]
    ahead = [p for p in points if p.day >= today]

    def line(name: str, value: Value, of: Sequence[Point], dash: str = "") -> str:
        way = _way(days, curve.dated, [(p.day, value(p) or 0) for p in of])
        return element("polyline", class_=name, points=way, fill="none", **({"stroke_dasharray": dash} if dash else {}))

    x = days.ends(today)
    inside = (
        element("defs", hatch_pattern(NAME)),
        _scale(curve.dated, language),
        month_lines(days, TOP, BOTTOM),
        _unknown_band(days, curve.dated, past),
        element("line", class_="today", x1=x, x2=x, y1=TOP, y2=BOTTOM, stroke_width=2),
        line("planned", lambda p: p.planned, past),
        line("planned", lambda p: p.planned, ahead, "6 4"),
        line("reported", lambda p: p.reported, past, "2 3"),
        line("done", lambda p: p.done, past),
        _legend(_today_point(curve, today).unknown or 0, language),
    )
    return picture_element(NAME, HEIGHT, title, describe(curve, today, language), *inside)


def describe(curve: Curve, today: date, language: str) -> str:
    """Say in one sentence what the picture shows."""
    now = _today_point(curve, today)
    return say(
        M(
            "Đến hết {today}: {planned} đầu việc đến hạn, {done} đầu việc đã hoàn thành, "
            "{unknown} đầu việc đến hạn mà chưa rõ. Cả đợt có {dated} đầu việc có hạn.",
            today=today,
            planned=now.planned,
            done=now.done or 0,
            unknown=now.unknown or 0,
            dated=curve.dated,
        ),
        language,
        figures=True,
    )


def _today_point(curve: Curve, today: date) -> Point:
    return next((p for p in reversed(curve.points) if p.day <= today), curve.points[0])


def _way(days: DayAxis, most: int, values: Sequence[tuple[date, int]]) -> str:
    """Go level to each day's end and then up, or down."""
    level, way = None, []
    for day, value in values:
        x = days.ends(day)
        if level is not None:
            way.append(f"{x:.1f},{_height(level, most):.1f}")
        way.append(f"{x:.1f},{_height(value, most):.1f}")
        level = value
    return " ".join(way)


def _height(value: int, most: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / most


def _unknown_band(days: DayAxis, most: int, past: Sequence[Point]) -> str:
    """The band below the planned line of which nobody knows, hatched as what is unknown is everywhere."""
    upper = _way(days, most, [(p.day, p.planned) for p in past])
    lower = _way(days, most, [(p.day, p.planned - (p.unknown or 0)) for p in past])
    points = f"{upper} {' '.join(reversed(lower.split()))}"
    ground = element("polygon", points=points, **pattern_fill(NAME, "unknown"))
    return ground + element("polygon", class_="gap", points=points)


def _scale(most: int, language: str) -> str:
    lines = []
    for quarter in range(5):
        value = round(most * quarter / 4)
        y = _height(value, most)
        lines.append(element("line", class_="grid", x1=LEFT, x2=WIDTH - 8, y1=y, y2=y))
        lines.append(text_element(grouped(value, language), LEFT - 6, y + 4, text_anchor="end"))
    return "".join(lines)


def _legend(unknown: int, language: str) -> str:
    x, y, parts = float(LEFT), HEIGHT - 16, []
    for name, dash, words in LINES:
        more = {"stroke_dasharray": dash} if dash else {}
        parts.append(element("line", class_=name, x1=x, x2=x + SAMPLE, y1=y - 4, y2=y - 4, **more))
        parts.append(text_element(name_words := say(words, language), x + SAMPLE + 5, y))
        x += SAMPLE + 20 + len(name_words) * LETTER
    place = {"x": x, "y": y - 10, "width": SAMPLE, "height": 12}
    parts.append(element("rect", **place, **pattern_fill(NAME, "unknown")) + element("rect", class_="gap", **place))
    unknown_words = say(M("Đến hạn, chưa rõ: {count}", count=unknown), language, figures=True)
    return "".join([*parts, text_element(unknown_words, x + SAMPLE + 5, y)])
