"""The four pictures of a report by name, each with the sentence that says what it shows."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lotrinh.core.report.curve import report_curve
from lotrinh.core.report.report import Report
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.pictures import areas, curve, heatmap, timeline
from lotrinh.reports.pictures.groups import has_areas, most_behind, shares
from lotrinh.reports.pictures.milestones import bars, milestone_summary, number_milestones
from lotrinh.reports.text import situation

MOST_BARS = 60
"""Bars of areas in one picture."""
KEY = M("Hình thoi: hạn. Vạch ngang: thời gian thực hiện. Nền sẫm: ngày nghỉ. Đường đứng: hôm nay.")


class Picture(NamedTuple):
    """One picture as SVG for a page that has the pictures' style; without ``svg`` there was nothing to draw."""

    svg: str
    sentence: str


def _timeline(report: Report, title: str, language: str) -> Picture:
    lines, today = tuple(number_milestones(report)), report.as_of.date()
    made = tuple(bars(lines, language))
    if not (shown := timeline.bars_in_view(made, today)):
        return Picture("", say(M("Chưa mốc nào có hạn."), language))
    svg = timeline.draw(made, report.checklist.calendar, today, title, language)
    numbers = {bar.number for bar in shown}
    summary = milestone_summary(line for line in lines if line.number in numbers)
    return Picture(
        svg, " ".join((timeline.describe(shown, today, language), say(summary, language), say(KEY, language)))
    )


def _curve(report: Report, title: str, language: str) -> Picture:
    made, today = report_curve(report), report.as_of.date()
    first = curve.describe(made, today, language) if made.dated else say(M("Chưa đầu việc nào có hạn."), language)
    sentences = (first, *(say(message, language, figures=True) for message in situation.unknown_sentences(report)))
    return Picture(curve.draw(made, today, title, language), " ".join(sentences))


def _heatmap(report: Report, title: str, language: str) -> Picture:
    made = heatmap.build_heatmap(report, tuple(number_milestones(report)), language)
    if not made.columns:
        return Picture("", say(M("Chưa mốc nào đến thời gian thực hiện ở đơn vị."), language))
    return Picture(heatmap.draw(made, title, language), heatmap.describe(made, language))


def _areas(report: Report, title: str, language: str) -> Picture:
    whole, *parts = shares(report, language)
    svg = areas.draw((whole, *most_behind(parts, MOST_BARS)), title, language)
    return Picture(svg, areas.describe(whole, language) if svg else say(M("Chưa có đầu việc nào."), language))


PICTURES: Mapping[str, tuple[M, Callable[[Report, str, str], Picture]]] = {
    "timeline": (M("Dòng thời gian"), _timeline),
    "curve": (M("Kế hoạch và kết quả"), _curve),
    "heatmap": (M("Các đơn vị theo mốc"), _heatmap),
    "areas": (M("Tiến độ theo khu vực"), _areas),
}
"""Each picture's name, its title and what draws it."""
BY_KIND = M("Tiến độ theo loại đơn vị")
"""What the last one is called where no unit belongs to an area."""


def title_of(report: Report, name: str, language: str) -> str:
    """Name a picture; KeyError where there is none of that name."""
    words = PICTURES[name][0]
    return say(BY_KIND if name == areas.NAME and not has_areas(report) else words, language)


def draw_picture(report: Report, name: str, language: str) -> Picture:
    """Draw one picture under its title and the campaign's; KeyError where there is none of that name."""
    make = PICTURES[name][1]
    return make(report, f"{title_of(report, name, language)}: {say(report.title, language)}", language)
