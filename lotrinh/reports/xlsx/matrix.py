"""Units by steps: a sign in its colour for each step of each unit."""

from collections.abc import Iterator

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import OUTCOME, SIGNS, STATUS
from lotrinh.core.text import M
from lotrinh.reports.text.tables import moment
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext, doubt_mark

ON_A_PAGE = 70
"""Columns of steps that can still be read side by side on one page."""
TURNED, NUMBERED = 140, 30
"""Heights of the heads, in points."""
SHORT = 30
"""Letters of a title that stand upright in its head; the whole is in its comment and in the list of steps."""
BOX = {"x_scale": 2.2, "y_scale": 1.4}


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    steps, say = tuple(_steps(book)), book.writer.say
    fixed = len(book.unit_widths)
    widths = (*book.unit_widths, 15, 8, 8, *(3.6 for _ in steps))
    name = say("Ma trận")
    sheet = book.add_sheet(name, widths, -(-len(steps) // ON_A_PAGE) or 1)
    legend = ";   ".join(f"{SIGNS[status].in_(book.language)} {say(STATUS[status])}" for status in Status)
    numbers = say("Số ở đầu cột là số của đầu việc trong trang “Đầu việc”.")
    book.write_title(sheet, name, legend, numbers)
    counted = book.head_cells(*book.writer.words("Kết quả hỏi", "Còn phải làm", "Quá hạn"))
    blank = [book.cell.text("", "head")] * (fixed + len(counted))
    sheet.add([*blank, *(book.cell.text(_head_text(book, step), "turned") for step in steps)], TURNED)
    numbered = [book.cell.text(book.step_numbers[step.id], "numbered") for step in steps]
    for column, step in enumerate(steps, fixed + len(counted)):
        sheet.worksheet.write_comment(sheet.row - 1, column, _head_comment(book, step), BOX)
    sheet.add_head([*book.unit_heads, *counted, *numbered], fixed, 1, NUMBERED)
    sheet.worksheet.repeat_columns(0, fixed - 1)
    for row in _rows(book, steps):
        sheet.add(row)
    if not book.report.units:
        sheet.add([book.cell.text(say("Báo cáo này không có xã, phường, đặc khu nào."), "plain")])
    sheet.close()


def _steps(book: WorkbookContext) -> Iterator[Step]:
    """Give the steps that any unit has to do; the province's own have a sheet of their own."""
    steps_of_units = {step_status.step for unit in book.report.units for step_status in unit.step_statuses}
    return (step for step in book.report.checklist.iter_steps() if step.id in steps_of_units)


def _rows(book: WorkbookContext, steps: tuple[Step, ...]) -> Iterator[list[Cell | None]]:
    signs = book.sign_cells
    columns = {step.id: number for number, step in enumerate(steps)}
    for unit in book.report.units:
        cells: list[Cell | None] = [None] * len(steps)
        for step_status in unit.step_statuses:
            cells[columns[step_status.step]] = signs[step_status.status]
        yield [*book.unit_cells(unit.unit), *_counts(book, unit), *cells]


def _counts(book: WorkbookContext, unit: UnitReport) -> list[Cell]:
    left = sum(not step_status.status.is_finished for step_status in unit.step_statuses)
    overdue = sum(step_status.status is Status.OVERDUE for step_status in unit.step_statuses)
    outcome = book.cell.text(book.writer.say(OUTCOME[unit.outcome]))
    return [outcome, book.cell.number(left), book.cell.number(overdue)]


def _head_text(book: WorkbookContext, step: Step) -> str:
    title, mark = book.writer.say(step.title), doubt_mark(doubtful=step.doubtful)
    room = SHORT - len(mark)
    kept = title if len(title) <= room else f"{title[:room].rsplit(' ', 1)[0]}…"
    return kept + mark


def _head_comment(book: WorkbookContext, step: Step) -> str:
    """Say in a comment all that the head has no room for."""
    lines = [f"{book.step_numbers[step.id]}. {book.step_titles[step.id]}", book.milestone_titles[step.milestone]]
    schedule = book.step_counts[step.id].earliest
    if schedule.due:
        lines.append(book.writer.say(M("Hạn: {when}", when=moment(schedule.due, book.language))))
    return "\n".join(lines)
