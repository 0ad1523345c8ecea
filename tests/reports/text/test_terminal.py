"""Tables in a terminal: straight columns within the width there is, and no word lost."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth, wcwidth

from lotrinh.catalog.checklists import load_checklist
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.status.status import Status
from lotrinh.reports.calendar import timeline
from lotrinh.reports.text import terminal
from lotrinh.reports.text.tables import Table
from tests.conftest import TOP
from tests.reports.samples import (
    INVALID,
    UNREACHABLE,
    commune,
    everybody_at,
    the_checklist,
    the_report,
    unit_report,
)

WIDTHS = [80, 120, 180]
WORDS = [
    "Niêm yết", "danh sách", "cử tri", "Ủy ban nhân dân xã", "Đặc khu", "quyet-dinh-to-bau-cu", "85/2015/QH13", "—",
    "(?)", "17:00 01/02/2026", "Trường hợp nghiêng", "选举", "election_day", "a", "https://luongson.phutho.gov.vn/bau-cu/to-bau-cu",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), max_size=12))
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), " ".join(words))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 9))
    row = st.tuples(*[texts()] * columns)
    return Table("Bảng", draw(row), tuple(draw(st.lists(row, min_size=1, max_size=4))))


def slice_columns(line: str, start: int, end: int) -> str:
    """What stands between two columns of the screen; marks go with the letter before them."""
    at, inside, found = 0, False, ""
    for character in line:
        if width := wcwidth(character):
            inside = start <= at < end
            at += width
        found += character if inside else ""
    return found


def borders(rule: str) -> list[tuple[int, int]]:
    """From the line under the head: where each column begins and ends."""
    edges = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(rule)) if a != b), len(rule)]
    return [(a, b) for a, b in pairwise(edges) if rule[a] == "-"]


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
@given(table=tables())
def test_columns_are_straight_within_the_width_and_no_word_is_lost(width: int, table: Table) -> None:
    title, *drawn = terminal.draw_table(table, width).splitlines()
    assert title == "Bảng"
    assert max(map(wcswidth, drawn)) <= width
    rule = max(drawn, key=lambda line: line.count("-") if set(line) <= {"-", " "} else 0)
    columns = borders(rule)
    assert len(columns) == len(table.headers)
    for line in drawn:
        for (_, end), (start, _) in pairwise(columns):
            assert slice_columns(line, end, start).strip() == ""
    for number, (start, end) in enumerate(columns):
        seen = "".join(without_spaces(slice_columns(line, start, end)) for line in drawn if line != rule)
        assert seen == "".join(without_spaces(row[number]) for row in (table.headers, *table.rows))


@pytest.mark.parametrize("width", WIDTHS)
def test_dates_and_short_words_are_never_broken_however_long_the_others_are(width: int) -> None:
    kept = ("Phường", "15/03/2026", "20/11/2025", "28/11/2025", "13/02/2026")
    words = (*kept, "1897/UBTVQH15", "85/2015/QH13", "election_day_of_all")
    table = Table("Bảng", ("Mốc",) * 8, (tuple(f"{word} {'dài ' * 40}" for word in words),))
    drawn = terminal.draw_table(table, width)
    assert max(map(wcswidth, drawn.splitlines())) <= width
    assert [word for word in kept if word not in drawn] == []


def test_where_there_is_room_every_row_is_one_line() -> None:
    table = Table("Bảng", ("Một", "Hai"), (("a " * 20, "b"), ("c", "d " * 20)))
    assert len(terminal.draw_table(table, 180).splitlines()) == 1 + 2 + 2


def test_composed_and_decomposed_letters_are_drawn_alike() -> None:
    names = ("Lương Sơn", "Cao Dương", "Tu Vũ")
    composed = Table("B", ("Đơn vị", "Việc"), tuple((f"Xã {name}", "cấp ủy " * 30) for name in names))
    rows = tuple(tuple(unicodedata.normalize("NFD", cell) for cell in row) for row in composed.rows)
    decomposed = terminal.draw_table(composed._replace(rows=rows), 80)
    assert "Lương" not in decomposed
    assert unicodedata.normalize("NFC", decomposed) == terminal.draw_table(composed, 80)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_tables_of_a_report_keep_within_the_width(width: int) -> None:
    flags = {"niem-yet": {"obstacle": "Chưa nhận được dữ liệu dân cư " * 9, "waiting_for": ["lap-to"]}}
    units = [
        unit_report(commune("04924", "Lương Sơn"), flags=flags),
        unit_report(commune("05047"), outcome=UNREACHABLE, heard=None),
        unit_report(commune("04960"), everybody_at(Status.UNKNOWN), outcome=INVALID),
    ]
    blocks = terminal.render(the_report(*units), "vi", width, everything=True).split("\n\n")[1:-1]
    assert [block.splitlines()[0][:9] for block in blocks] == [
        "MỐC THỜI ", "VIỆC CỦA ", "ĐẦU VIỆC ", "ĐƠN VỊ KH", "KHÓ KHĂN,",
    ]  # fmt: skip
    for block in blocks:
        assert max(wcswidth(line) for line in block.splitlines()[1:] if not line.endswith(".")) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_the_longest_timetable_keeps_within_the_width(width: int) -> None:
    checklist = load_checklist(TOP / "checklists" / "bau-cu-2026.yaml")
    dates = timetable(checklist).steps
    rows = [timeline.TimelineRow(step, dates[step.id], ()) for step in checklist.iter_steps()]
    _, *drawn, _ = timeline.render_timeline(checklist, rows, "table", width).splitlines()
    assert max(map(wcswidth, drawn)) <= width
    assert len(drawn) > len(rows)


def test_a_report_without_units_is_drawn_too() -> None:
    made = terminal.render(the_report(province=Status.DONE), "vi", 120)
    assert "0 đơn vị" in made
    assert "MỐC THỜI GIAN" in made
    assert the_checklist().milestones[0].title.vi in made
