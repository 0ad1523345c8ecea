"""A return sheet that came back: what stands in its cells, with every departure from how it was sent."""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from openpyxl import load_workbook

from lotrinh.core.return_sheet.return_sheet import FORM
from lotrinh.core.text import M, Message, nfc
from lotrinh.errors import BadInput, Problem
from lotrinh.i18n import LANGUAGES, say
from lotrinh.reports.return_sheet.layout import COLUMNS, column_letter

MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 20, 2_000, 26
TOP = 30
"""Rows among which a sheet's mark is looked for."""
DAMAGED = M("Tệp này bị hỏng, không mở được. Hãy lưu lại rồi chọn lại.")
NO_SHEET = M("Tệp này không phải phiếu xác nhận do lotrinh lập. Hãy gửi lại đúng tệp đã nhận, lưu dạng .xlsx.")
NO_HEAD = M("Không thấy dòng tên cột của phiếu. Hãy điền lại vào tệp đã nhận và giữ nguyên các dòng đầu.")
TOO_MANY = M("Bảng này dài quá {most} dòng. Hãy điền vào tệp đã nhận, không thêm dòng.", most=MOST_ROWS)

Value = str | int | float | bool | date | datetime | None


class SpreadsheetCell(NamedTuple):
    """One cell: its value, and ``wrong`` where it is nothing that a person typed."""

    place: int
    value: Value
    fault: Message | None = None


class SpreadsheetRow(NamedTuple):
    """One row of the table; ``number`` as the spreadsheet counts it."""

    number: int
    cells: Mapping[str, SpreadsheetCell]


class ReturnedSheet(NamedTuple):
    """One sheet that came back: the line of its mark, its rows, empty ones left out, and what stands beside them."""

    mark: str
    lines: tuple[SpreadsheetRow, ...]
    problems_beside: tuple[Problem, ...] = ()


def read_return_sheet(name: str, content: bytes) -> ReturnedSheet:
    """Read a workbook whose archive was judged before; ``BadInput`` where it has not the shape in which it was sent."""
    try:
        pages = _pages(content)
    except Exception as error:  # whatever a file from anywhere breaks the reader with
        raise BadInput([Problem(name, 0, 0, DAMAGED)]) from error
    marked = [(page, found) for page in pages if (found := _mark_in(page))]
    if len(marked) != 1:
        sentence = M("Tệp này có {count} phiếu. Hãy gửi mỗi phiếu một tệp.", count=len(marked)) if marked else NO_SHEET
        raise BadInput([Problem(name, 0, 0, sentence)])
    page, (row, mark) = marked[0]
    below = _rows_below_head(name, page, row)
    return ReturnedSheet(mark, tuple(_lines(below)), tuple(_problems_beside(name, below)))


Page = Sequence[Sequence[SpreadsheetCell]]


def _pages(content: bytes) -> list[Page]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about looks that the reader does not know; we read values only
        # With data_only a formula would come as the value some program computed last, which nobody typed.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            return [_page(sheet) for sheet in book.worksheets[:MOST_SHEETS]]
        finally:
            book.close()


def _page(sheet: Any) -> Page:  # noqa: ANN401 - the library's classes for reading have no types of their own
    # What a sheet says of its own size may be wrong, after some other program has saved it.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 1)
    read_rows = ([_cell(place, cell) for place, cell in enumerate(row)] for row in rows)
    top = list(islice(read_rows, TOP))
    return [*top, *islice(read_rows, MOST_ROWS + 1 - TOP)] if _mark_in(top) else top


def _cell(place: int, cell: Any) -> SpreadsheetCell:  # noqa: ANN401 - as above
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if kind == "f":
        return SpreadsheetCell(place, None, M("có công thức. Hãy gõ giá trị vào thay cho công thức."))
    if kind == "e":
        return SpreadsheetCell(place, None, M("báo lỗi “{text}”. Hãy gõ lại giá trị.", text=str(value)[:20]))
    if isinstance(value, str):
        return SpreadsheetCell(place, nfc(value).replace("\r\n", "\n").strip() or None)
    return (
        SpreadsheetCell(place, value)
        if isinstance(value, Value)
        else SpreadsheetCell(place, None, M("không đọc được. Hãy gõ lại giá trị."))
    )


def _mark_in(page: Page) -> tuple[int, str] | None:
    for number, row in enumerate(page[:TOP]):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith(f"{FORM} "):
                return number, cell.value
    return None


Numbered = Sequence[tuple[int, Sequence[SpreadsheetCell]]]


def _rows_below_head(name: str, page: Page, mark: int) -> Numbered:
    """Return the rows below the head; raise everything about the table's shape at once."""
    codes = _heads(0)
    head = next((n for n, row in enumerate(page) if n > mark and any(_text(c) in codes for c in row)), None)
    if head is None:
        raise BadInput([Problem(name, 0, 0, NO_HEAD)])
    problems = [*_wrong_heads(name, head, page[head])]
    problems += [Problem(name, MOST_ROWS + 1, 0, TOO_MANY)] if len(page) > MOST_ROWS else []
    if problems:
        raise BadInput(problems)
    return [(number, row) for number, row in enumerate(page, 1) if number > head + 1]


def _lines(below: Numbered) -> Iterator[SpreadsheetRow]:
    for number, row in below:
        cells = {column.name: cell for column, cell in zip(COLUMNS, row, strict=False)}
        if any(_is_filled(cell) for cell in cells.values()):
            yield SpreadsheetRow(
                number, {c.name: cells.get(c.name, SpreadsheetCell(i, None)) for i, c in enumerate(COLUMNS)}
            )


def _heads(place: int) -> frozenset[str]:
    return frozenset(_flat(say(COLUMNS[place].head, language)) for language in LANGUAGES)


def _wrong_heads(name: str, head: int, row: Sequence[SpreadsheetCell]) -> Iterator[Problem]:
    found = [_text(cell) for cell in row]
    found += [""] * (len(COLUMNS) - len(found))
    for place, column in enumerate(COLUMNS):
        if found[place] not in _heads(place):
            there = found[place] or M("để trống")
            sentence = M(
                "Cột {letter} phải là “{head}”, nay là “{found}”. Hãy điền lại vào tệp đã nhận, không thêm, xóa, "
                "đổi tên cột.",
                letter=column_letter(place),
                head=column.head,
                found=there,
            )
            yield Problem(name, head + 1, place + 1, sentence)
    for place, text in enumerate(found[len(COLUMNS) :], len(COLUMNS)):
        if text:
            yield Problem(
                name, head + 1, place + 1, M("Cột {letter} là cột thêm vào. Hãy xóa.", letter=column_letter(place))
            )


def _problems_beside(name: str, below: Numbered) -> Iterator[Problem]:
    for number, row in below:
        for cell in filter(_is_filled, row[len(COLUMNS) :]):
            where = cell_name(cell, number)
            sentence = M("Ô {cell} nằm ngoài bảng. Hãy chuyển nội dung vào bảng rồi xóa ô này.", cell=where)
            yield Problem(name, number, cell.place + 1, sentence)


def cell_name(cell: SpreadsheetCell, number: int) -> str:
    """Name a cell as spreadsheets do."""
    return f"{column_letter(cell.place)}{number}"


def _is_filled(cell: SpreadsheetCell) -> bool:
    return cell.value is not None or cell.fault is not None


def _text(cell: SpreadsheetCell) -> str:
    return _flat(cell.value) if isinstance(cell.value, str) else ""


def _flat(text: str) -> str:
    return " ".join(nfc(text).split())
