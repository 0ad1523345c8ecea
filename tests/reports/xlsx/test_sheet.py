"""Rows are as tall as their texts need, wide maps take more pages, and lists end where a sheet does."""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.status.status import Status
from lotrinh.reports.xlsx import notes, outstanding, report_workbook
from lotrinh.reports.xlsx.cells import Cell, CellWriter
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.sheet import TALLEST, Sheet, count_lines
from lotrinh.reports.xlsx.styles import STYLES
from tests.core.builders import milestone, step
from tests.reports.books import at, head_row, list_rows, sheet, sheet_texts, workbook_of
from tests.reports.samples import NOW, UNREACHABLE, commune, the_checklist, the_report, unit_report

INK = CellWriter(dict.fromkeys(STYLES, 1), "vi")


@pytest.mark.parametrize(
    ("text", "letters", "count"),
    [
        ("", 10, 1),
        ("mười chữ ạ", 10, 1),
        ("mười chữ ạ ơi", 10, 2),
        ("một\nhai", 10, 2),
        ("102/2025/NQLT-UBTVQH15-CP", 15, 2),
        ("x" * 25, 10, 3),
        ("a " + "x" * 25, 10, 4),
        ("một dòng rất dài " * 200, 17, 201),
    ],
)
def test_lines_break_at_spaces_and_hyphens_and_inside_words_that_are_too_long(
    text: str, letters: int, count: int
) -> None:
    assert count_lines(text, letters) == count


@given(st.text("ab -\n", max_size=100), st.integers(3, 20))
@example("aaaaa\naaaaa", 4)
def test_a_text_never_needs_fewer_lines_than_its_letters_fill(text: str, letters: int) -> None:
    assert count_lines(text, letters) * (letters + 1) >= len(text)


def test_a_row_is_as_tall_as_its_longest_text_and_never_taller_than_a_row_can_be() -> None:
    def height(obstacle: str) -> float:
        flags: dict[str, dict[str, object]] = {"lap-to": {"obstacle": obstacle}}
        made = workbook_of(the_report(unit_report(commune(), flags=flags)))
        rows = sheet(made, "Còn phải làm").row_dimensions
        return float(rows[head_row(made, "Còn phải làm") + 2].height or 0)

    short, longer = height("x"), height("mất điện cả xã " * 10)
    assert short == 15
    assert longer == 15 + 3 * 13.5
    assert height("mất điện cả xã " * 1000) == TALLEST


def test_a_map_of_very_many_steps_is_printed_on_more_pages_side_by_side() -> None:
    steps = tuple(step(f"b{n}", "election_day - 43 days", milestone="m") for n in range(75))
    of = the_checklist(milestones=(milestone("m", "election_day - 43 days", steps=steps),))
    unit = unit_report(commune(), {each.id: Status.OPEN for each in steps}, of=of)
    made = workbook_of(the_report(unit, of=of, province=Status.OPEN))
    page = sheet(made, "Ma trận")
    assert page.page_setup.fitToWidth == 2
    assert page.print_title_cols == "$A:$B"
    assert len(list_rows(made, "Ma trận")[0]) == 2 + 3 + 75


def test_a_list_that_no_sheet_can_hold_is_cut_and_says_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outstanding, "MOST", 3)
    made = workbook_of(the_report(unit_report(commune())))
    assert len(list_rows(made, "Còn phải làm")) == 3
    assert any("hãy lấy báo cáo dạng csv" in text for text in sheet_texts(made, "Còn phải làm"))


def test_nothing_is_left_in_the_temporary_folder_when_writing_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_book: WorkbookContext) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(notes, "write", full)
    with pytest.raises(OSError, match="No space"):
        report_workbook(ReportBundle(the_report(unit_report(commune()))), "vi")
    assert not list(tmp_path.iterdir())


def test_days_before_spreadsheets_begin_are_written_as_text() -> None:
    assert '<t xml:space="preserve">28/02/1900</t>' in INK.day(date(1900, 2, 28)).written
    assert "<v>61</v>" in INK.day(date(1900, 3, 1)).written
    assert "00:00 01/01/1</t>" in INK.time(datetime(1, 1, 1, tzinfo=NOW.tzinfo)).written
    assert INK.day(None).written == INK.time(None).written == ' s="1"/>'


def test_moments_are_exact_to_the_second() -> None:
    assert "<v>46054.708333333336</v>" in INK.due(Moment(date(2026, 2, 1), at(2026, 2, 1, 17).time())).written
    assert "<v>46054</v>" in INK.due(Moment(date(2026, 2, 1))).written


def test_a_column_of_a_list_has_a_width_a_head_and_a_cell_in_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    lists: dict[Sheet, list[int]] = {}
    write, write_head = Sheet.add, Sheet.add_head

    def add(of: Sheet, cells: Sequence[Cell | None], height: float | None = None) -> None:
        if of in lists:
            lists[of].append(len(cells))
        write(of, cells, height)

    def add_head(of: Sheet, *given: Any, **named: Any) -> None:
        lists[of] = [of._columns]
        write_head(of, *given, **named)

    monkeypatch.setattr(Sheet, "add", add)
    monkeypatch.setattr(Sheet, "add_head", add_head)
    flags: dict[str, dict[str, object]] = {"lap-to": {"obstacle": "Mất điện"}}
    workbook_of(the_report(unit_report(commune(), flags=flags), unit_report(commune("04960"), outcome=UNREACHABLE)))
    assert len(lists) > 5
    assert [counts for counts in lists.values() if len(set(counts)) > 1] == []
