"""Everything that is neither done nor not applicable: one row for each step of each unit."""

from collections.abc import Iterator
from itertools import islice

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.report.report import OutstandingRow, outstanding_rows
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import NO_FLAGS, Status, StepStatus
from lotrinh.core.status.status_groups import UNKNOWN_BEFORE_COMING
from lotrinh.core.status.wording import flag_remarks, status_reason
from lotrinh.core.text import M
from lotrinh.reports.text.tables import urgency_key
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.sheet import MOST_ROWS

SAYS_MORE = frozenset({Status.UNSCHEDULED, Status.UNKNOWN})
"""Of these the reason says more than status and days."""
WIDTHS = (26, 44, 24, 18, 8, 17, 44)
MOST = MOST_ROWS - 100


def write(book: WorkbookContext) -> None:
    """Write the sheet, the units with most overdue first."""
    say, words = book.writer.say, book.writer.words
    name, count = say("Còn phải làm"), sum(n for s, n in book.report.statuses().items() if not s.is_finished)
    sheet = book.add_sheet(name, (*book.unit_widths, *WIDTHS))
    book.write_title(sheet, name, *_hints(book, count))
    heads = words("Mốc", "Đầu việc", "Cơ quan", "Hạn", "Còn (ngày)", "Tình trạng", "Lý do, ghi chú")
    sheet.add_head([*book.unit_heads, *book.head_cells(*heads)], len(book.unit_widths))
    for row in islice(_rows(book), MOST):
        sheet.add(row)
    sheet.close()


def _hints(book: WorkbookContext, count: int) -> Iterator[str]:
    say = book.writer.say
    yield say(M("{count} đầu việc chưa xong hoặc chưa rõ. Số âm ở cột “Còn (ngày)”: đã qua hạn.", count=count))
    if book.report.unclear_statuses():
        yield say(M("Đã qua hạn mà tình trạng không phải “quá hạn”: chưa rõ, chưa chắc đã quá hạn."))
    if count > MOST:
        yield say(M("Một trang tính chỉ chứa được {most} dòng đầu; hãy lấy báo cáo dạng csv để có đủ.", most=MOST))


def _rows(book: WorkbookContext) -> Iterator[list[Cell]]:
    province = [book.report.province] if book.report.province else []
    for unit in (*province, *sorted(book.report.units, key=urgency_key)):
        named = book.unit_cells(unit.unit)
        for row in outstanding_rows(unit, UNKNOWN_BEFORE_COMING):
            yield [*named, *_step(book, row)]


def _step(book: WorkbookContext, row: OutstandingRow) -> list[Cell]:
    cell, step, due = book.cell, row.step, row.schedule.due
    return [
        cell.text(book.milestone_titles[step.milestone]),
        cell.text(book.step_titles[step.id]),
        book.owner_cells[step.id],
        cell.due(due),
        book.days_left(due),
        book.status_cells[row.step_status.status],
        reason_cell(book, row.step_status, row.schedule),
    ]


def reason_cell(book: WorkbookContext, step_status: StepStatus, schedule: Schedule) -> Cell:
    """Say what status and days do not: what it waits for, what stands in the way."""
    more = step_status.status in SAYS_MORE or is_unclear(step_status.status, step_status.due, book.report.as_of)
    words = [status_reason(step_status, schedule, book.report.as_of)] if more else []
    if step_status.flags is not NO_FLAGS:
        words += flag_remarks(step_status)
    return book.cell.text("; ".join(book.writer.say(each) for each in words))
