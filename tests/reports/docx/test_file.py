"""The file itself: the same bytes again, well formed whatever is said in it, pictures with their figures."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC
from functools import cache

import pytest
from docx.oxml import parse_xml

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, StepObstacle
from lotrinh.core.status.status import Status
from lotrinh.reports.docx import word_document
from lotrinh.reports.docx.flat import flatten_picture
from lotrinh.reports.pictures.every import PICTURES
from lotrinh.reports.pictures.standalone import standalone_picture
from lotrinh.reports.text.tables import clean
from tests.conftest import TOP
from tests.reports.papers import STATE, make_document, names, open_document, paragraphs, part, table, tables
from tests.reports.samples import NOW, TEAMS, commune, the_report, unit_report
from tests.reports.test_hostile_text import CONTROLS, MARKUP, hostile

MAKE = """
import hashlib
from tests.reports.docx.test_file import whole
print(hashlib.sha256(whole()).hexdigest())
"""


def report() -> Report:
    obstacle = StepObstacle(
        unit=commune(),
        step=TEAMS,
        text="Mất điện",
        is_proposal=False,
        reported_at=NOW,
        answer="",
        answered_at=None,
        handed_to="",
        sample=True,
    )
    return the_report(
        unit_report(commune()), unit_report(commune("05047", "Cao Dương")), sample=True, obstacles=(obstacle,)
    )


@cache
def whole() -> bytes:
    return make_document(report(), charts=True)


def test_the_same_dossier_gives_the_same_bytes_in_another_process_and_place() -> None:
    elsewhere = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=TOP,
        env={"TZ": "America/New_York", "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(whole()).hexdigest()


def test_what_the_file_says_of_itself_comes_from_the_report() -> None:
    own = open_document(whole()).core_properties
    assert (own.author, own.title, own.revision) == ("Văn phòng", "Tiến độ thực hiện nhiệm vụ: Thử", 1)
    assert own.created == own.modified == NOW.astimezone(UTC)
    assert own.language == "vi-VN"


def test_nothing_of_the_library_is_left_in_the_file() -> None:
    content = whole()
    assert not any("python-docx" in part(content, name) for name in names(content) if name.endswith(("xml", "rels")))
    assert not any("thumbnail" in name or "customXml" in name for name in names(content))


def calm_report(obstacles: tuple[StepObstacle, ...]) -> Report:
    calm = tuple(v._replace(text="a", answer="b", handed_to="c") for v in obstacles)
    return replace(hostile("bình thường"), obstacles=calm)


@pytest.mark.parametrize("text", [*(f"trước{c}sau" for c in CONTROLS), *MARKUP, "{{ 7*7 }}", "]]>", "=1+1"], ids=ascii)
def test_hostile_text_everywhere_comes_out_as_text_in_a_well_formed_file(text: str) -> None:
    obstacles = tuple(
        StepObstacle(
            unit=commune(name=text),
            step=TEAMS,
            text=text,
            is_proposal=p,
            reported_at=NOW,
            answer=text,
            answered_at=NOW,
            handed_to=text,
            sample=True,
        )
        for p in (False, True)
    )
    head = replace(STATE, parent=text, body=text, number=text, place=text, to=text, post=text, signer=text)
    content = make_document(replace(hostile(text), obstacles=obstacles), replace(head, receivers=(text, text)))
    for name in names(content):
        if name.endswith((".xml", ".rels")):
            parse_xml(part(content, name).encode())
    found = paragraphs(content)
    assert all(line.isprintable() for line in found)
    shown = clean(text).strip()
    assert len([line for line in found if shown in line]) > 10
    tags = set(re.findall(r"<(w:[a-zA-Z]+)", part(content, "word/document.xml")))
    assert tags == set(re.findall(r"<(w:[a-zA-Z]+)", part(make_document(calm_report(obstacles)), "word/document.xml")))


def test_each_picture_is_there_as_vector_and_as_dots_and_says_what_it_shows() -> None:
    content = whole()
    written = part(content, "word/document.xml")
    assert len(re.findall(r"<asvg:svgBlip ", written)) == len(PICTURES) == 4
    descriptions = re.findall(r'<wp:docPr id="\d+" name="picture\d" descr="([^"]+)"', written)
    assert len(descriptions) == 4
    assert descriptions[1].startswith("Đến hết 02/02/2026: ")
    media = sorted(name for name in names(content) if name.startswith("word/media/"))
    assert media == [
        *(f"word/media/image{n}.png" for n in range(1, 5)),
        *(f"word/media/picture{n}.svg" for n in range(1, 5)),
    ]
    assert 'ContentType="image/svg+xml"' in part(content, "[Content_Types].xml")


def test_a_dossier_without_charts_has_no_picture() -> None:
    assert not any(name.startswith("word/media/") for name in names(make_document(report())))


def test_the_tables_of_pictures_have_the_reports_figures() -> None:
    content, of = whole(), report()
    shares = table(content, "Nhóm", "quá hạn")
    assert shares[0] == ["Toàn bộ", "2", "—", "—", str(of.statuses()[Status.OVERDUE]), "5", "—", "2"]
    points = {row[0]: row[1:] for row in table(content, "Đến hết ngày")}
    assert points["02/02/2026"] == ["4", "0", "0", "0"]
    assert [row[1] for row in table(content, "Số", "Mốc")][:2] == ["Mốc to-bau-cu (?)", "Mốc ho-so (?)"]


def test_a_picture_with_nothing_in_it_is_a_sentence() -> None:
    nothing = replace(the_report(), units=(), province=None, milestones=())
    content = word_document(ReportBundle(nothing), "vi")
    assert "Chưa có đầu việc nào." in paragraphs(content)
    assert "Chưa mốc nào có hạn." in paragraphs(content)
    assert not any(name.startswith("word/media/") for name in names(content))


@pytest.mark.parametrize("name", PICTURES)
def test_a_flat_picture_needs_no_style_sheet_and_keeps_every_word_and_colour(name: str) -> None:
    written = standalone_picture(report(), name, "vi")
    made_flat = flatten_picture(written)
    root = parse_xml(made_flat.svg)
    assert not made_flat.is_empty
    assert not [e for e in root.iter() if e.get("class") or e.tag.endswith("}style") or "paint-order" in e.attrib]
    assert len([e for e in root.iter() if e.tag.endswith("}svg")]) == 1
    before = parse_xml(written.partition("\n")[2])
    said = [e.text for e in before.iter() if e.tag.endswith("}text")]
    assert [e.text for e in root.iter() if e.tag.endswith("}text")] == said
    assert {e.get("font-size") for e in root.iter() if e.tag.endswith("}text")} >= {"12", "15"}
    if name == "areas":
        assert "#a3101a" in {e.get("fill") for e in root.iter()}


def test_every_table_is_as_wide_as_the_text_at_most() -> None:
    for each in open_document(whole()).tables:
        widths = [int(column.get(column.keys()[0])) for column in each._element.xpath("./w:tblGrid/w:gridCol")]
        assert sum(widths) <= round(166 * 1440 / 25.4)
    assert all(tables(whole()))
