"""Progress by area as a picture: one bar for each, all of its steps as 100 %, with the figures."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lotrinh.core.status.status import Status
from lotrinh.core.text import M, Message
from lotrinh.i18n import grouped, say
from lotrinh.reports.pictures.groups import Share
from lotrinh.reports.pictures.patterns import dot_pattern, hatch_pattern, legend, pattern_fill, stripe_pattern
from lotrinh.reports.pictures.svg import cut, element, picture_element, text_element, tooltip

NAME = "areas"
ROW, BAR, TOP, LEFT, RIGHT = 26, 18, 6, 156, 470
DIGIT = 7.0
"""Width of a digit in a bar."""


class BarPart(NamedTuple):
    """One part of a bar: which statuses are in it, and whether a pattern fills it."""

    name: str
    words: M
    statuses: tuple[Status, ...]
    pattern: bool = False


PARTS = (
    BarPart("done", M("hoàn thành đúng hạn"), (Status.DONE,)),
    BarPart("done_late", M("hoàn thành trễ hạn"), (Status.DONE_LATE,), pattern=True),
    BarPart("overdue", M("quá hạn"), (Status.OVERDUE,)),
    BarPart("open", M("sắp đến hạn hoặc đang làm"), (Status.DUE_SOON, Status.OPEN), pattern=True),
    BarPart("unknown", M("chưa rõ"), (Status.UNKNOWN,), pattern=True),
    BarPart("upcoming", M("chưa đến thời gian hoặc chờ mốc thực tế"), (Status.UPCOMING, Status.UNSCHEDULED)),
)


def part_counts(share: Share) -> tuple[int, ...]:
    """How many steps each part has."""
    return tuple(sum(share.counts[s] for s in part.statuses) for part in PARTS)


def draw(shares: Sequence[Share], title: str, language: str) -> str:
    """Draw the bars; an empty text where there is no step at all."""
    shown = [share for share in shares if share.total]
    if not shown:
        return ""
    rows = (_row(share, TOP + ROW * index, language) for index, share in enumerate(shown))
    keys, end = legend(_keys(language), 0, TOP + ROW * len(shown) + 8)
    defined = element("defs", stripe_pattern(NAME), dot_pattern(NAME), hatch_pattern(NAME))
    return picture_element(NAME, end, title, describe(shown[0], language), defined, *rows, keys)


def describe(whole: Share, language: str) -> str:
    """Say the totals in one sentence."""
    done, late, overdue, busy, unknown, later = part_counts(whole)
    return say(
        M(
            "{total} đầu việc: {done} hoàn thành đúng hạn, {late} hoàn thành trễ hạn, {overdue} quá hạn, "
            "{busy} sắp đến hạn hoặc đang làm, {unknown} chưa rõ, {later} chưa đến thời gian hoặc chờ mốc "
            "thực tế; không kể {excused} đầu việc không áp dụng.",
            total=whole.total,
            done=done,
            late=late,
            overdue=overdue,
            busy=busy,
            unknown=unknown,
            later=later,
            excused=whole.counts[Status.NOT_APPLICABLE],
        ),
        language,
        figures=True,
    )


def _row(share: Share, top: float, language: str) -> str:
    name = f"{share.name} ({share.units})" if share.units else share.name
    figures = say(_rate_sentence(share, language), language, figures=True)
    middle = top + BAR / 2 + 4
    return element(
        "g",
        tooltip(f"{name}: {figures}"),
        text_element(cut(name, LEFT - 8), LEFT - 8, middle, text_anchor="end"),
        *_bar(share, top, language),
        text_element(figures, RIGHT + 6, middle),
    )


def _rate_sentence(share: Share, language: str) -> Message:
    """Say how many are done and, for a part of a bar can be too narrow to be seen, of how many nobody knows."""
    done = M("xong {rate}", rate=share.rate(language))
    unknown = share.counts[Status.UNKNOWN]
    return M("{done}; {count} chưa rõ", done=done, count=unknown) if unknown else done


def _bar(share: Share, top: float, language: str) -> Iterator[str]:
    x, scale = float(LEFT), (RIGHT - LEFT) / share.total
    for part, count in zip(PARTS, part_counts(share), strict=True):
        if not count:
            continue
        wide = count * scale
        look = pattern_fill(NAME, part.name) if part.pattern else {"class_": f"c {part.name}"}
        figure = grouped(count, language)
        whole = tooltip(f"{share.name}: {figure} {say(part.words, language)}")
        yield element("rect", whole, x=x, y=top, width=wide, height=BAR, **look)
        if wide >= len(figure) * DIGIT + 4:
            bright = "sign bright" if part.name == "overdue" else "sign"
            yield text_element(figure, x + wide / 2, top + BAR / 2 + 4, text_anchor="middle", class_=f"{bright} figure")
        x += wide
    yield element("rect", class_="frame", x=LEFT, y=top, width=RIGHT - LEFT, height=BAR)


def _keys(language: str) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        look = pattern_fill(NAME, part.name) if part.pattern else {"class_": f"c {part.name}"}
        swatch = element("rect", width=14, height=12, **look) + element("rect", class_="frame", width=14, height=12)
        yield swatch, say(part.words, language)
