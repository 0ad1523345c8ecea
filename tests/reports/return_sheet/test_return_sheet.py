"""A return sheet as it is sent: the same bytes every time, only what is to be filled in is open, text stays text."""

import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.checklist.checklist import Checklist, Evidence, Need
from lotrinh.core.return_sheet.return_sheet import ReturnSheet, SheetMark, sheet_rows
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SAMPLE_NOTICE
from lotrinh.core.text import Text
from lotrinh.i18n import say
from lotrinh.reports.return_sheet import sheet_page, sheet_workbook
from lotrinh.reports.return_sheet.layout import COLUMNS, PLACE
from tests.core.builders import milestone, step
from tests.reports.samples import NOW, OPEN, commune, the_checklist, unit_report

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\x0b&'


def sheet_of(
    of: Checklist | None = None, *, sample: bool = False, statuses: dict[str, Status] | None = None
) -> ReturnSheet:
    of = of or the_checklist()
    statuses = statuses or OPEN
    report = unit_report(commune(), statuses, {"lap-to": {"returned": "thiếu dấu"}}, of)
    mark = SheetMark("bau-cu-2026", "04924", "c0ffee", NOW.isoformat(), 12)
    rows = sheet_rows(report, "bau-cu-2026", of, NOW)
    return ReturnSheet(
        mark=mark,
        title=of.title,
        province_name="Tỉnh Phú Thọ",
        unit=report.unit,
        made_at=NOW,
        earliest_day=date(2025, 3, 15),
        sample=sample,
        rows=rows,
    )


def open_sheet(content: bytes) -> Worksheet:
    book = load_workbook(io.BytesIO(content))
    assert isinstance(book.active, Worksheet)
    return book.active


def table(of: Worksheet) -> list[int]:
    """The spreadsheet's numbers of the rows below the head."""
    head = next(n for n in range(1, 30) if of.cell(n, 1).value == "Mã")
    return list(range(head + 1, of.max_row + 1))


@pytest.fixture
def counted() -> Checklist:
    steps = (
        step(
            "dem",
            "election_day - 43 days",
            count="polling_areas",
            evidence=Evidence(("Quyết định",), number=Need.REQUIRED),
        ),
        step("tep", "election_day - 42 days", evidence=Evidence(("Biên bản",), file=Need.REQUIRED)),
    )
    return replace(the_checklist(), milestones=(milestone("mot", "election_day - 43 days", steps=steps),))


COUNTED = {"dem": Status.OPEN, "tep": Status.OPEN}


def test_what_is_done_or_excused_is_left_out_and_the_most_pressing_comes_first() -> None:
    statuses = {**OPEN, "lap-to": Status.DONE, "ho-so": Status.NOT_APPLICABLE}
    assert [row.step.id for row in sheet_of(statuses=statuses).rows] == ["niem-yet", "hoi-nghi", "khieu-nai"]
    assert [row.step.id for row in sheet_of().rows][:2] == ["lap-to", "ho-so"]


def test_steps_of_which_nothing_is_known_stand_where_their_deadlines_put_them() -> None:
    silent = dict.fromkeys(OPEN, Status.UNKNOWN)
    assert [row.step.id for row in sheet_of(statuses=silent).rows] == [row.step.id for row in sheet_of().rows]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_same_sheet_gives_the_same_bytes(language: str) -> None:
    assert sheet_workbook(sheet_of(), language) == sheet_workbook(sheet_of(), language)
    assert sheet_page(sheet_of(), language) == sheet_page(sheet_of(), language)


def test_only_what_the_unit_fills_in_is_open_and_the_sheet_is_protected_without_a_password() -> None:
    made = open_sheet(sheet_workbook(sheet_of(), "vi"))
    assert made.protection.sheet
    assert not made.protection.password
    open_cells = {(c.row, c.column - 1) for row in made.iter_rows() for c in row if not c.protection.locked}
    fill = {column.name for column in COLUMNS if column.is_filled_in} - {"done", "of"}
    assert open_cells == {(row, PLACE[name]) for row in table(made) for name in fill}


def test_a_count_is_open_where_the_step_counts_and_completion_is_closed_where_a_file_is_needed(
    counted: Checklist,
) -> None:
    made = open_sheet(sheet_workbook(sheet_of(counted, statuses=COUNTED), "vi"))
    closed = {
        (made.cell(row, PLACE["step"] + 1).value, column.name)
        for row in table(made)
        for column in COLUMNS
        if column.is_filled_in and made.cell(row, PLACE[column.name] + 1).protection.locked
    }
    names = {"completed_on", "document.number", "document.date", "done", "of", "note"}
    assert closed == {("Việc tep", name) for name in names}
    assert "xác nhận hoàn thành trên cổng" in str(made.cell(table(made)[1], PLACE["evidence"] + 1).value)


def test_days_are_kept_as_they_are_typed_and_checked_day_before_month() -> None:
    made = open_sheet(sheet_workbook(sheet_of(), "vi"))
    first = table(made)[0]
    assert made.cell(first, PLACE["completed_on"] + 1).number_format == "@"
    rules = {str(rule.sqref): rule for rule in made.data_validations.dataValidation}
    rule = rules[f"F{first}:F{made.max_row}"]
    assert rule.type == "custom"
    assert "TODAY()" in str(rule.formula1)
    assert "DATE(2025,3,15)" in str(rule.formula1)
    assert len(str(rule.formula1)) < 255
    assert rules[f"I{first}:I{made.max_row}"].type == "whole"


def test_it_prints_on_a4_landscape_one_page_wide_with_its_head_on_every_page() -> None:
    made = open_sheet(sheet_workbook(sheet_of(), "vi"))
    assert (made.page_setup.orientation, int(made.page_setup.paperSize)) == ("landscape", 9)
    # One page wide is what a file says by saying nothing else.
    assert made.sheet_properties.pageSetUpPr.fitToPage
    assert (made.page_setup.fitToWidth or 1, made.page_setup.fitToHeight) == (1, 0)
    head = table(made)[0] - 1
    assert str(made.print_title_rows) == f"${head}:${head}"
    assert made.freeze_panes == f"C{head + 1}"


def test_the_mark_the_instructions_and_what_was_said_of_a_step_are_on_the_sheet() -> None:
    sheet = sheet_of(sample=True)
    made = open_sheet(sheet_workbook(sheet, "vi"))
    texts = [str(c.value) for row in made.iter_rows() for c in row if c.value]
    assert sheet.mark.line in texts
    assert sheet.mark.line in sheet_page(sheet, "vi")
    assert say(SAMPLE_NOTICE) in texts
    assert len([t for t in texts if re.match(r"[123]\. ", t)]) == 3
    assert any("bị trả lại: thiếu dấu" in t for t in texts)
    assert any(t.endswith("(?)\nquá hạn 1 ngày") for t in texts)


def test_sample_data_is_labelled_on_paper_and_real_data_is_not() -> None:
    assert say(SAMPLE_NOTICE) in sheet_page(sheet_of(sample=True), "vi")
    assert say(SAMPLE_NOTICE) not in sheet_page(sheet_of(), "vi")
    assert "DỮ LIỆU MẪU" not in str(
        [c.value for row in open_sheet(sheet_workbook(sheet_of(), "vi")).iter_rows() for c in row]
    )


class PageReader(HTMLParser):
    """What a page is made of: its tags, their attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_comes_out_as_text() -> None:
    of = the_checklist(title=Text(HOSTILE))
    steps = tuple(replace(s, title=Text(HOSTILE), owner=Text(HOSTILE)) for s in of.milestones[0].steps)
    of = replace(of, milestones=(replace(of.milestones[0], steps=steps), *of.milestones[1:]))
    sheet = replace(sheet_of(of), unit=commune(name=HOSTILE))
    shown = HOSTILE.replace("\x0b", " ")
    cells = [
        c
        for row in open_sheet(sheet_workbook(sheet, "vi")).iter_rows()
        for c in row
        if c.value and shown in str(c.value)
    ]
    assert cells
    assert {c.data_type for c in cells} == {"s"}
    assert not any(c.hyperlink for c in cells)
    seen = PageReader(sheet_page(sheet, "vi"))
    assert "script" not in seen.tags
    assert seen.text.count(shown) >= 4


def test_the_paper_needs_nothing_from_anywhere_and_has_boxes_a_signature_and_every_code() -> None:
    sheet = sheet_of()
    text = sheet_page(sheet, "vi")
    seen = PageReader(text)
    assert not {"script", "link", "img", "iframe"} & set(seen.tags)
    assert not {"src", "href", "onload"} & seen.attributes
    assert "url(" not in text
    assert "A4 landscape" in text
    for row in sheet.rows:
        assert f"{row.code[:3]}-{row.code[3:]}" in seen.text
    assert "đóng dấu" in seen.text
    assert seen.text.count("…/…/……") == 2 * len(sheet.rows)


def test_the_paper_names_the_total_that_is_known_and_greys_what_does_not_apply(counted: Checklist) -> None:
    sheet = sheet_of(counted, statuses=COUNTED)
    known = replace(sheet, rows=tuple(row._replace(of=12) if row.step.count else row for row in sheet.rows))
    assert "/ 12</td>" in sheet_page(known, "vi")
    assert "tổng số đã báo: 12" in sheet_page(known, "vi")
    assert sheet_page(sheet, "vi").count('class="none"') == 4
