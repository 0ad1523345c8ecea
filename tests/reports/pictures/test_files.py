"""A picture as a file of its own: complete, accessible, without script, and the same every time."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import resvg_py

import lotrinh
from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS
from lotrinh.i18n import LANGUAGES
from lotrinh.reports.pictures.every import PICTURES
from lotrinh.reports.pictures.standalone import standalone_picture
from lotrinh.reports.pictures.svg import STYLE
from lotrinh.reports.text.tables import clean
from tests.reports.samples import OF_STATE, commune, everybody_at, planned_steps, the_checklist, the_report, unit_report
from tests.reports.test_hostile_text import CONTROLS, MARKUP, hostile

SVG = "{http://www.w3.org/2000/svg}"
NAMES = tuple(PICTURES)
HERE = Path(lotrinh.__file__).parent


def whole_report(**more: Any) -> Report:
    units = (
        unit_report(commune()),
        unit_report(commune("04960", "Liên Sơn"), everybody_at(Status.DONE)),
        unit_report(commune("04993", "Cao Dương"), everybody_at(Status.UNKNOWN)),
    )
    return the_report(*units, **more)


def read(report: Report, name: str, language: str = "vi") -> ET.Element:
    return ET.fromstring(standalone_picture(report, name, language))  # noqa: S314 - our own


def picture_texts(root: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for tag in ("text", "title", "desc") for e in root.iter(SVG + tag)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_whole_names_itself_and_needs_nothing_from_elsewhere(name: str, language: str) -> None:
    written = standalone_picture(whole_report(), name, language)
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    root = read(whole_report(), name, language)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    named = (root.get("aria-labelledby") or "").split()
    assert [e.tag for e in root if e.get("id") in named and e.text] == [SVG + "title", SVG + "desc"]
    assert len(list(root.iter(SVG + "style"))) == 1
    assert {e.tag for e in root.iter()}.isdisjoint({SVG + n for n in ("script", "a", "image", "use", "foreignObject")})
    assert not re.search(r"\s(on\w+|style|(\w+:)?href|src)=|@import|url\((?!#)", written)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]*)\)", written)) <= set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert standalone_picture(whole_report(), name, "vi") == standalone_picture(whole_report(), name, "vi")


@pytest.mark.parametrize("name", NAMES)
def test_sample_data_is_labelled_in_the_picture_itself(name: str) -> None:
    assert any("DỮ LIỆU MẪU" in words for words in picture_texts(read(whole_report(sample=True), name)))
    assert not any("DỮ LIỆU MẪU" in words for words in picture_texts(read(whole_report(), name)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [*MARKUP, *CONTROLS, "]]>", "\ud800", "\ufffe", "<svg onload=alert(1)>"], ids=ascii)
def test_hostile_text_is_text(name: str, text: str) -> None:
    report = hostile(f"a{text}z")
    plain = [e.tag for e in read(hostile("a z"), name).iter()]
    root = read(report, name)
    assert [e.tag for e in root.iter() if e.tag != SVG + "text"] == [tag for tag in plain if tag != SVG + "text"]
    assert any(clean(f"a{text}z") in words for words in picture_texts(root))


@pytest.mark.parametrize("name", NAMES)
def test_where_there_is_nothing_to_draw_a_sentence_says_so(name: str) -> None:
    root = read(replace(whole_report(), units=(), province=None, milestones=()), name)
    assert any("Chưa" in words for words in picture_texts(root))
    assert int(root.get("height") or 0) < 200


@pytest.mark.parametrize("name", NAMES)
def test_a_renderer_without_a_browser_draws_it(name: str) -> None:
    drawn = bytes(resvg_py.svg_to_bytes(svg_string=standalone_picture(whole_report(), name, "vi")))
    assert drawn.startswith(b"\x89PNG")
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="752" height="300"><rect width="752" height="300"/></svg>'
    assert len(drawn) > 2 * len(bytes(resvg_py.svg_to_bytes(svg_string=blank)))


def test_there_is_no_picture_of_another_name() -> None:
    with pytest.raises(KeyError):
        standalone_picture(whole_report(), "pie", "vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_colour_each_status_still_has_a_sign_of_its_own(language: str) -> None:
    assert set(SIGNS) == set(Status)
    assert len({sign.in_(language) for sign in SIGNS.values()}) == len(SIGNS)


def test_the_timeline_of_a_report_has_the_nations_milestones_and_the_breaks_of_its_calendar() -> None:
    tet = Calendar(off=lambda year: frozenset(date(year, 1, n) for n in range(19, 24)))
    of = the_checklist(calendar=tet)
    schedules = {m.id: timetable(of).milestones[m.id] for m in of.milestones}
    words = picture_texts(read(whole_report(of=of, schedules=schedules), "timeline"))
    assert "nghỉ lễ, Tết" in words
    assert planned_steps(of)[-1].step.id == OF_STATE.id
    assert any("Mốc toan-quoc, 20/11/2025" in text for text in words)
    assert any("hôm nay là 02/02/2026" in text for text in words)


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_knows_is_hatched_has_a_colour_of_its_own_and_stands_in_the_legend(name: str) -> None:
    silent = {**everybody_at(Status.DONE), "ho-so": Status.UNKNOWN}
    report = the_report(unit_report(commune(), silent), unit_report(commune("04960", "Liên Sơn")))
    root = read(report, name)
    pattern = next(e for e in root.iter(SVG + "pattern") if e.get("id") == f"{name}-unknown")
    assert [e.get("class") for e in pattern] == ["c unknown", "ink"]
    filled = [e for e in root.iter() if e.get("fill") == f"url(#{name}-unknown)"]
    assert len(filled) >= 2, "where it is, and in the legend"
    assert any(e.tag == SVG + "text" and "chưa rõ" in (e.text or "").lower() for e in root.iter())
    assert "chưa rõ" in (root.findtext(SVG + "desc") or "").lower()


@pytest.mark.parametrize("name", NAMES)
def test_where_all_is_known_nothing_is_hatched_for_being_unknown_but_in_a_legend(name: str) -> None:
    report = the_report(unit_report(commune(), everybody_at(Status.DONE)), province=Status.DONE)
    marked = [e for e in read(report, name).iter() if e.get("fill") == f"url(#{name}-unknown)"]
    assert len(marked) == {"timeline": 0, "heatmap": 0, "areas": 1, "curve": 2}[name]


@pytest.mark.parametrize("sheet", [STYLE, (HERE / "portal/static/style.css").read_text(encoding="utf-8")], ids=len)
def test_no_other_status_has_the_ground_of_what_is_unknown(sheet: str) -> None:
    grounds = {
        name: look
        for names, look in re.findall(r"((?:\.pic \.c\.\w+,?)+)\{fill:(#\w+)\}", sheet)
        for name in re.findall(r"\.c\.(\w+)", names)
    }
    assert grounds.keys() == {status.value for status in Status}
    assert list(grounds.values()).count(grounds["unknown"]) == 1
