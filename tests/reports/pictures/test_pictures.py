"""The pictures: well-formed SVG without script or style, that says in words what it shows."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.report.curve import CurveStep, build_curve
from lotrinh.reports.pictures import curve as curve_picture
from lotrinh.reports.pictures import timeline
from lotrinh.reports.pictures.svg import WIDTH, DayAxis, cut
from lotrinh.reports.pictures.timeline import Bar, Break, breaks
from tests.core.builders import PLAIN

TODAY = date(2026, 2, 2)
DAY = timedelta(days=1)
TET = Calendar(off=lambda year: frozenset(date(year, 2, n) for n in range(16, 21)))
SVG = "{http://www.w3.org/2000/svg}"
BARS = (
    Bar(1, "Thành lập Tổ bầu cử", None, TODAY - 2 * DAY, "overdue", "3 quá hạn"),
    Bar(2, "Hiệp thương <lần> thứ ba & cuối", TODAY, TODAY + 20 * DAY, "open"),
    Bar(3, "Chờ", None, None, "open"),
)
STEPS = [CurveStep(TODAY - DAY, TODAY - 2 * DAY), CurveStep(TODAY - DAY, is_unknown=True), CurveStep(TODAY + 9 * DAY)]


def draw_sample(bars: Sequence[Bar] = BARS, calendar: Calendar = TET, language: str = "vi") -> ET.Element:
    return ET.fromstring(timeline.draw(bars, calendar, TODAY, "Đợt", language))  # noqa: S314 - our own


def classes(picture: ET.Element, tag: str) -> list[str]:
    return [e.get("class", "") for e in picture.iter(SVG + tag)]


def rows(picture: ET.Element) -> list[ET.Element]:
    """The milestones of the timeline: the groups that say what they are when somebody points at them."""
    return [e for e in picture.findall(SVG + "g") if e.find(SVG + "title") is not None]


def words(picture: ET.Element) -> list[str]:
    return [e.text or "" for e in picture.iter(SVG + "text")]


PICTURES = {
    "timeline": timeline.draw(BARS, TET, TODAY, "Đợt", "vi"),
    "curve": curve_picture.draw(build_curve(STEPS, TODAY), TODAY, "Đợt", "vi"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_a_title_and_a_description_and_nothing_that_the_policy_forbids(name: str) -> None:
    picture = ET.fromstring(PICTURES[name])  # noqa: S314 - our own
    assert picture.get("role") == "img"
    named = (picture.get("aria-labelledby") or "").split()
    told = [e for e in picture if e.get("id") in named]
    assert [e.tag for e in told] == [SVG + "title", SVG + "desc"]
    assert all(e.text for e in told)
    assert {e.tag for e in picture.iter()}.isdisjoint({SVG + "style", SVG + "script", SVG + "a", SVG + "image"})
    assert not re.search(r"\s(style|on\w+|href)=", PICTURES[name])


def test_each_milestone_with_a_due_day_has_its_mark_and_each_window_its_bar() -> None:
    picture = draw_sample()
    marks = [e.get("class") for row in rows(picture) for e in row.iter(SVG + "path")]
    assert marks == ["due overdue", "due open"]
    assert [c for c in classes(picture, "line") if c.startswith("bar")] == ["bar open"]
    assert "Thành lập Tổ bầu cử, 31/01/2026, 3 quá hạn" in words(picture)
    assert [e.text for e in picture.iter(SVG + "title")][1:] == [
        "1. Thành lập Tổ bầu cử: 31/01/2026, 3 quá hạn",
        "2. Hiệp thương <lần> thứ ba & cuối: 22/02/2026",
    ]


def test_days_off_are_shaded_and_only_a_long_break_has_a_name() -> None:
    picture = draw_sample()
    assert classes(picture, "rect").count("off long") == 1
    assert "off" in classes(picture, "rect")
    assert "nghỉ lễ, Tết" in words(picture)
    assert "nghỉ lễ, Tết" not in words(draw_sample(calendar=PLAIN))


def test_days_in_a_row_make_one_break() -> None:
    assert list(breaks(TET, date(2026, 2, 13), date(2026, 2, 24))) == [Break(date(2026, 2, 14), date(2026, 2, 22))]
    assert [b.is_long for b in breaks(PLAIN, date(2026, 2, 7), date(2026, 2, 15))] == [False, False]
    assert list(breaks(PLAIN, date(2026, 2, 9), date(2026, 2, 13))) == []


def test_without_any_due_day_there_is_no_picture() -> None:
    assert timeline.draw(BARS[2:], PLAIN, TODAY, "Đợt", "vi") == ""
    assert curve_picture.draw(build_curve([CurveStep(None)], TODAY), TODAY, "Đợt", "vi") == ""


def test_a_day_in_another_age_does_not_stretch_the_picture() -> None:
    far = Bar(9, "Nhầm năm", date(1026, 1, 1), date(2926, 1, 1), "open")
    assert len(rows(draw_sample((*BARS, far)))) == 2


@given(st.lists(st.tuples(st.integers(-300, 300), st.none() | st.integers(0, 200), st.text(max_size=90)), min_size=1))
def test_everything_is_drawn_inside_the_picture(milestones: list[tuple[int, int | None, str]]) -> None:
    bars = [
        Bar(
            n,
            "".join(c for c in title if c.isprintable()),
            TODAY + (due - window) * DAY if window is not None else None,
            TODAY + due * DAY,
            "open",
        )
        for n, (due, window, title) in enumerate(milestones, 1)
    ]
    for line in draw_sample(bars, PLAIN).iter(SVG + "line"):
        assert 0 <= float(line.attrib["x1"]) <= float(line.attrib["x2"]) <= WIDTH


def test_the_curve_says_its_figures_in_words() -> None:
    said = curve_picture.describe(build_curve(STEPS, TODAY), TODAY, "vi")
    assert "02/02/2026: 2 đầu việc đến hạn, 1 đầu việc đã hoàn thành, 1 đầu việc đến hạn mà chưa rõ" in said
    assert "3 đầu việc có hạn" in said


def test_the_unknown_band_hangs_below_the_planned_line_and_ends_today() -> None:
    picture = ET.fromstring(PICTURES["curve"])  # noqa: S314 - our own
    band = next(e for e in picture.iter(SVG + "polygon") if e.get("class") == "gap")
    planned, ahead = (e for e in picture.iter(SVG + "polyline") if e.get("class") == "planned")
    points = band.attrib["points"].split()
    assert points[: len(planned.attrib["points"].split())] == planned.attrib["points"].split()
    today = float(ahead.attrib["points"].split(",", 1)[0])
    assert max(float(p.split(",")[0]) for p in points) == today
    heights = [float(p.split(",")[1]) for p in (points[len(points) // 2 - 1], points[len(points) // 2])]
    assert heights[0] < heights[1]


def test_days_lie_beside_each_other_and_months_are_few() -> None:
    line = DayAxis(date(2026, 1, 15), date(2026, 3, 15), 0, 600)
    assert (line.begins(line.first), line.ends(line.last)) == (0, 600)
    assert line.ends(TODAY) == line.begins(TODAY + DAY)
    assert list(line.months()) == [date(2026, 2, 1), date(2026, 3, 1)]
    assert len(list(DayAxis(date(2020, 1, 1), date(2030, 1, 1), 0, 600).months())) <= 12


def test_words_are_cut_to_their_room() -> None:
    assert cut("Thành lập Tổ bầu cử", 1000) == "Thành lập Tổ bầu cử"
    assert cut("Thành lập Tổ bầu cử", 64) == "Thành lập…"
    assert cut("Thành lập", -5) == "…"
