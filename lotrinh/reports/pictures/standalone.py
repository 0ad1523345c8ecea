"""One picture of a report as an SVG file of its own, to open, print or put into a document."""

import re
import textwrap
from collections.abc import Iterator

from lotrinh.core.report.report import Report
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.pictures.every import draw_picture, title_of
from lotrinh.reports.pictures.svg import STYLE, WIDTH, element, escape_text, text_element
from lotrinh.reports.text.tables import ReportWriter

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
MARGIN = 16
SIZE = re.compile(r'viewBox="0 0 [\d.]+ ([\d.]+)"')


def standalone_picture(report: Report, name: str, language: str) -> str:
    """Draw timeline, curve, heatmap or areas with its heading; KeyError where there is no such picture.

    It carries its style and needs nothing from elsewhere; all text in it is text.
    """
    title = f"{title_of(report, name, language)}: {say(report.title, language)}"
    made = draw_picture(report, name, language)
    lines, top = _heading_lines(_heading(report, title, made.sentence, language))
    found = SIZE.search(made.svg)
    size = float(found[1]) if found else 0.0
    placed = element("svg", made.svg, x=MARGIN, y=top, width=WIDTH, height=size) if found else ""
    wide, high = WIDTH + 2 * MARGIN, round(top + size + MARGIN)
    whole = element(
        "svg",
        element("title", escape_text(title), id=f"{name}-whole"),
        element("desc", escape_text(made.sentence), id=f"{name}-said"),
        element("style", STYLE),
        element("rect", width=wide, height=high, fill="#fff"),
        lines,
        placed,
        xmlns="http://www.w3.org/2000/svg",
        width=wide,
        height=high,
        viewBox=f"0 0 {wide} {high}",
        class_="pic",
        role="img",
        aria_labelledby=f"{name}-whole {name}-said",
    )
    return f"{DECLARATION}{whole}\n"


def _heading(report: Report, title: str, sentence: str, language: str) -> Iterator[tuple[str, str, int, int]]:
    """Say what this is, of when, and what it shows: words, look, letters to a line, lines at most."""
    yield title, "head", 82, 2
    when = M("{province} · tình hình lúc {when}", province=report.province_name, when=report.as_of)
    yield say(when, language), "", 105, 1
    yield ReportWriter(report, language).sample_notice(), "strong", 100, 2
    yield sentence, "soft", 112, 5


def _heading_lines(parts: Iterator[tuple[str, str, int, int]]) -> tuple[str, float]:
    """Write the heading, broken into lines; return it and where it ends."""
    y, written = float(MARGIN), []
    for words, look, letters, most in parts:
        for line in textwrap.wrap(words, letters, max_lines=most, placeholder=" …"):
            y += 18
            written.append(text_element(line, MARGIN, y - 5, **({"class_": look} if look else {})))
    return "".join(written), y + 8
