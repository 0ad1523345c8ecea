"""One row of a return sheet: what it says of its step, or everything that is wrong with it, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.days import read_day
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Problem
from lotrinh.probing.contract import MAX_COUNT
from lotrinh.reports.return_sheet.layout import COLUMNS, PLACE, takes_field
from lotrinh.reports.return_sheet.reading import SpreadsheetCell, SpreadsheetRow, cell_name
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.statements.confirm import Confirmation, character_problem, length_problem, require_valid

NO_DAY = M("Hãy ghi ngày hoàn thành theo văn bản; việc mới xong một phần thì ghi ngày của số liệu.")
NO_DONE, NO_TOTAL = M("Hãy ghi số đã xong."), M("Hãy ghi tổng số.")
DONE_AND_STUCK = M("Dòng này vừa ghi hoàn thành vừa ghi vướng mắc. Hãy bỏ một trong hai.")
ON_THE_PAGE = M("Đầu việc này phải kèm tệp văn bản: hãy xác nhận hoàn thành ở trang của đầu việc, rồi xóa ô này.")
NOT_ALONE = M("Ô này chỉ đi cùng ngày hoàn thành hoặc số đã xong. Hãy ghi nội dung vào cột vướng mắc hoặc kiến nghị.")
FIELD = {"progress": "done", "file": "completed_on"}
"""Which cell shows what is wrong with a part of a confirmation that has none of its own."""
TEXT_COLUMNS = ("obstacle", "proposal")
FILLABLE_COLUMNS = tuple(column.name for column in COLUMNS if column.is_filled_in)


class RowStatement(NamedTuple):
    """One thing that a row says; a confirmation, or the text of an obstacle or a proposal and who signed it."""

    kind: EntryKind
    confirmation: Confirmation | None = None
    text: str = ""
    signer: str = ""

    def body(self) -> dict[str, object]:
        """The content that the journal keeps."""
        if self.confirmation:
            return self.confirmation.body()
        return {"note": self.text, **({"signer": self.signer} if self.signer else {})}


@dataclass
class RowReader:
    """A row being read, with what was found wrong so far."""

    file: str
    line: SpreadsheetRow
    problems: list[Problem] = field(default_factory=list)

    def add_problem(self, name: str, sentence: Message) -> None:
        """Note what is wrong with a cell; of each cell one thing is enough."""
        number, place = self.line.number, PLACE[name]
        if all((problem.line, problem.column) != (number, place + 1) for problem in self.problems):
            message = M("Ô {cell}: {sentence}", cell=cell_name(SpreadsheetCell(place, None), number), sentence=sentence)
            self.problems.append(Problem(self.file, number, place + 1, message))

    def is_filled(self, name: str) -> bool:
        """Whether anything stands in a cell."""
        return self.line.cells[name].value is not None or self.line.cells[name].fault is not None

    def text(self, name: str) -> str:
        """Read a text; a spreadsheet may have made a number of it."""
        value = self.line.cells[name].value
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, bool):
            self.add_problem(
                name, M("bảng tính đã đổi chữ thành đúng/sai (TRUE, FALSE). Hãy gõ lại, thêm dấu ' ở trước.")
            )
            return ""
        if isinstance(value, date | time):
            self.add_problem(name, M("bảng tính đã đổi chữ thành ngày giờ. Hãy gõ lại, thêm dấu ' ở trước."))
            return ""
        return str(value)

    def day(self, name: str) -> date | None:
        """Read a day: as typed, day before month; or as the spreadsheet holds it."""
        value = self.line.cells[name].value
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = self.text(name)
        found = read_day(text)
        if text and found is None:
            sentence = M("“{text}” không phải một ngày. Hãy viết ngày/tháng/năm, ví dụ 29/1/2026.", text=text[:60])
            self.add_problem(name, sentence)
        return found

    def count(self, name: str) -> int | None:
        """Read a count of things."""
        text = self.text(name).replace(" ", "")
        if not text:
            return None
        digits = text.replace(".", "") if isinstance(self.line.cells[name].value, str) else text
        if not (digits.isascii() and digits.isdigit()) or int(digits[:9]) > MAX_COUNT:
            sentence = M("“{text}” không phải một số lượng. Hãy viết bằng chữ số, ví dụ 7.", text=text[:60])
            self.add_problem(name, sentence)
            return None
        return int(digits)


def read_row(
    row: RowReader, campaign: Campaign, unit: Unit, step: Step, of: int | None, now: datetime
) -> Sequence[RowStatement]:
    """Read what a row says of its step; ``of`` is the total as far as it was reported. Problems stay with the row."""
    if not any(row.is_filled(name) for name in FILLABLE_COLUMNS):
        return ()
    for name in FILLABLE_COLUMNS:
        if wrong := row.line.cells[name].fault:
            row.add_problem(name, wrong)
    signer = _text(row, "signer")
    statements = [
        RowStatement(EntryKind(name), text=text, signer=signer) for name in TEXT_COLUMNS if (text := _text(row, name))
    ]
    confirmation = _confirmation(row, campaign, step, of, now)
    if confirmation:
        _check_confirmation(row, campaign, unit, confirmation, now)
        if confirmation.is_complete and row.is_filled("obstacle"):
            row.add_problem("obstacle", DONE_AND_STUCK)
        statements.insert(
            0, RowStatement(EntryKind.CONFIRMED if confirmation.is_complete else EntryKind.PROGRESSED, confirmation)
        )
    elif not row.problems:
        _check_lonely_cells(row, has_statement=bool(statements))
    return () if row.problems else statements


def _text(row: RowReader, name: str) -> str:
    text = row.text(name)
    if sentence := length_problem(name, text) or character_problem(text):
        row.add_problem(name, sentence)
    return text


def _confirmation(row: RowReader, campaign: Campaign, step: Step, of: int | None, now: datetime) -> Confirmation | None:
    day, document_day, progress = row.day("completed_on"), row.day("document.date"), _progress(row, of)
    if not any(row.is_filled(name) for name in ("completed_on", "done", "of")):
        return None
    if not row.is_filled("completed_on"):
        row.add_problem("completed_on", NO_DAY)
    # What could not be read stands for something that is never wrong.
    fallback = now.astimezone(campaign.zone).date()
    made = Confirmation(
        step.id,
        day or fallback,
        row.text("document.number"),
        document_day,
        progress,
        row.text("note"),
        signer=row.text("signer"),
    )
    if made.is_complete and not takes_field(step, "completed_on"):
        row.add_problem("completed_on", ON_THE_PAGE)
    return made


def _progress(row: RowReader, of: int | None) -> tuple[int, int] | None:
    done, total = row.count("done"), row.count("of")
    if row.is_filled("of") and not row.is_filled("done"):
        row.add_problem("done", NO_DONE)
    if not row.is_filled("done"):
        return None
    if not row.is_filled("of") and of is None:
        row.add_problem("of", NO_TOTAL)
    elif total == 0:
        row.add_problem("of", M("Tổng số phải từ 1 trở lên."))
    total = total or of
    return (done, total) if done is not None and total else None


def _check_confirmation(
    row: RowReader, campaign: Campaign, unit: Unit, confirmation: Confirmation, now: datetime
) -> None:
    try:
        require_valid(campaign, unit, confirmation, now)
    except BadInput as error:
        for problem in error.problems:
            sentence = ON_THE_PAGE if problem.where == "file" else problem.sentence
            row.add_problem(FIELD.get(problem.where, problem.where), sentence)


def _check_lonely_cells(row: RowReader, *, has_statement: bool) -> None:
    """Say what is missing where a row has something filled in that says nothing by itself."""
    if not has_statement:
        row.add_problem("completed_on", NO_DAY)
        return
    for name in ("document.number", "document.date", "note"):
        if row.is_filled(name):
            row.add_problem(name, NOT_ALONE)
