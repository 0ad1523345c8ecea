"""Text of units and of checklists stays text in the workbook: nothing is worked out, nothing breaks the file."""

import io
import re
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lotrinh.core.report.bundle import Letterhead, ReportBundle
from lotrinh.core.report.report import StepObstacle
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.reports.xlsx import report_workbook
from lotrinh.reports.xlsx.cells import LONGEST, clean_lines, shorten_text
from tests.reports.books import list_rows, workbook_of
from tests.reports.samples import NOW, commune, the_checklist, the_report, unit_report
from tests.reports.test_hostile_text import CONTROLS, MARKUP, hostile

FORMULAS = [
    "=1+1", "+84 912", "-", "@x", "=cmd|' /C calc'!A0", "+1+1", "-1+1", '=HYPERLINK("http://x")', "\t=1", "＝1",
    "0123", "1e5", "TRUE", "#REF!", "{=1}", "http://x", "mailto:x@x", "internal:'Ghi chú'!A1",
]  # fmt: skip
RICH = ["<r>x</r>", "<r><t>x</t></r>", "<r></c><c><f>1+1</f></c></r>"]
"""What XlsxWriter would take for the inside of a cell."""
SIGNS = ["&G", "&[Picture]", "&L&C&R", "&12x", "a&b", "_x0041_", "_x005F_x0041_"]


def obstacle(text: str) -> StepObstacle:
    step = the_checklist().steps["lap-to"]
    return StepObstacle(
        unit=commune(),
        step=step,
        text=text,
        is_proposal=False,
        reported_at=NOW,
        answer=text,
        answered_at=NOW,
        handed_to=text,
        sample=False,
    )


def files(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def full_of(text: str) -> ReportBundle:
    """A bundle in which every text that comes from others is this one."""
    report = hostile(text)
    body = {"note": text, "document": {"number": text}, "office": text, "reason": text}
    entry = Entry(
        1,
        NewEntry(kind=EntryKind.OBSTACLE, at=NOW, campaign="x", unit=text, step=text, actor=text, body=body),
        "0" * 64,
        text,
    )
    step = report.checklist.steps["lap-to"]
    said = StepObstacle(
        unit=report.units[0].unit,
        step=step,
        text=text,
        is_proposal=False,
        reported_at=NOW,
        answer=text,
        answered_at=NOW,
        handed_to=text,
        sample=True,
    )
    around: dict[str, Any] = {"letterhead": Letterhead(parent=text, body=text), "journal": [entry]}
    return ReportBundle(replace(report, obstacles=(said,), campaign=text, interrupted=text, head=text), **around)


@pytest.mark.parametrize("text", [*FORMULAS, *RICH])
def test_what_looks_like_a_formula_a_number_or_markup_stays_that_very_text(text: str) -> None:
    made = workbook_of(the_report(unit_report(commune()), obstacles=(obstacle(text),)))
    (row,) = list_rows(made, "Khó khăn, kiến nghị")
    assert row["Nội dung"] == row["Trả lời"] == row["Cơ quan xử lý"] == clean_lines(text)


@pytest.mark.parametrize("text", [*FORMULAS, *RICH, *MARKUP, *SIGNS, *(f"x{c}y" for c in CONTROLS)], ids=ascii)
def test_whatever_texts_say_the_file_is_well_formed_and_holds_no_formula_and_no_link(text: str) -> None:
    made = report_workbook(full_of(text), "vi")
    found = files(made)
    for content in found.values():
        tree = ET.fromstring(content)  # noqa: S314 - our own file
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert not tags & {"f", "hyperlink", "hyperlinks"}
    assert not any("externalLink" in name or "media" in name for name in found)
    assert load_workbook(io.BytesIO(made)).sheetnames


@pytest.mark.parametrize("text", SIGNS)
def test_the_label_of_sample_data_is_printed_whatever_the_title_says(text: str) -> None:
    found = files(report_workbook(full_of(text), "vi"))
    sheets = [content.decode() for name, content in found.items() if "worksheets/sheet" in name]
    assert all(re.search("<oddHeader>.*&amp;R&amp;BDỮ LIỆU MẪU</oddHeader>", sheet) for sheet in sheets)


def test_an_escape_of_the_file_format_is_shown_as_it_was_written() -> None:
    found = files(
        report_workbook(ReportBundle(the_report(unit_report(commune()), obstacles=(obstacle("_x0041_"),))), "vi")
    )
    assert any(b">_x005F_x0041_</t>" in content for content in found.values())


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_text_comes_back_without_its_control_characters(text: str) -> None:
    made = workbook_of(the_report(unit_report(commune()), obstacles=(obstacle(f"x{text}x"),)))
    expected = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", clean_lines(f"x{text}x"))
    assert list_rows(made, "Khó khăn, kiến nghị")[0]["Nội dung"] == expected


def test_lines_of_a_text_are_kept() -> None:
    assert clean_lines("một\r\nhai\rba\nbốn\x00") == "một\nhai\nba\nbốn "


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    made = workbook_of(the_report(unit_report(commune()), obstacles=(obstacle("ô" * 40_000),)))
    shown = list_rows(made, "Khó khăn, kiến nghị")[0]["Nội dung"]
    assert len(shown) == LONGEST
    assert shown.endswith("ôô… (đã cắt bớt)")


def test_a_sign_of_two_units_is_never_cut_in_half() -> None:
    shown = shorten_text("x" + "𝔸" * 20_000, "…")
    assert shown.endswith("𝔸…")
    assert len(shown.encode("utf-16-le")) <= 2 * LONGEST
    assert shorten_text("x" * LONGEST, "…") == "x" * LONGEST
