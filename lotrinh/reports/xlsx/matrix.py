"""Units by steps: a sign in its colour for each step of each unit."""

from collections.abc import Iterator

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import OUTCOME, STATUS
from lotrinh.core.text import M
from lotrinh.reports.pictures.signs import SIGNS
from lotrinh.reports.text.tables import moment
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import Book, doubt

ON_A_PAGE = 70
"""Columns of steps that can still be read side by side on one page."""
TURNED, NUMBERED = 140, 30
"""Heights of the heads, in points."""
SHORT = 30
"""Letters of a title that stand upright in its head; the whole is in its comment and in the list of steps."""
BOX = {"x_scale": 2.2, "y_scale": 1.4}


def write(book: Book) -> None:
    """Write the sheet."""
    steps, say = tuple(_steps(book)), book.writer.say
    fixed = len(book.unit_widths)
    widths = (*book.unit_widths, 15, 8, 8, *(3.6 for _ in steps))
    name = say("Ma trận")
    sheet = book.sheet(name, widths, -(-len(steps) // ON_A_PAGE) or 1)
    legend = ";   ".join(f"{SIGNS[status].in_(book.language)} {say(STATUS[status])}" for status in Status)
    numbers = say("Số ở đầu cột là số của đầu việc trong trang “Đầu việc”.")
    book.title(sheet, name, legend, numbers)
    counted = book.heads(*book.writer.words("Kết quả hỏi", "Còn phải làm", "Quá hạn"))
    blank = [book.ink.text("", "head")] * (fixed + len(counted))
    sheet.add([*blank, *(book.ink.text(_short(book, step), "turned") for step in steps)], TURNED)
    numbered = [book.ink.text(book.numbers[step.id], "numbered") for step in steps]
    for column, step in enumerate(steps, fixed + len(counted)):
        sheet.rows.write_comment(sheet.row - 1, column, _whole(book, step), BOX)
    sheet.head([*book.unit_heads, *counted, *numbered], fixed, 1, NUMBERED)
    sheet.rows.repeat_columns(0, fixed - 1)
    for row in _rows(book, steps):
        sheet.add(row)
    if not book.report.units:
        sheet.add([book.ink.text(say("Báo cáo này không có xã, phường, đặc khu nào."), "plain")])
    sheet.close()


def _steps(book: Book) -> Iterator[Step]:
    """Give the steps that any unit has to do; the province's own have a sheet of their own."""
    asked = {standing.step for unit in book.report.units for standing in unit.standings}
    return (step for step in book.report.checklist.iter_steps() if step.id in asked)


def _rows(book: Book, steps: tuple[Step, ...]) -> Iterator[list[Cell | None]]:
    signs = book.signs
    columns = {step.id: number for number, step in enumerate(steps)}
    for unit in book.report.units:
        cells: list[Cell | None] = [None] * len(steps)
        for standing in unit.standings:
            cells[columns[standing.step]] = signs[standing.status]
        yield [*book.unit(unit.unit), *_counts(book, unit), *cells]


def _counts(book: Book, unit: UnitReport) -> list[Cell]:
    left = sum(not standing.status.is_finished for standing in unit.standings)
    overdue = sum(standing.status is Status.OVERDUE for standing in unit.standings)
    asked = book.ink.text(book.writer.say(OUTCOME[unit.outcome]))
    return [asked, book.ink.number(left), book.ink.number(overdue)]


def _short(book: Book, step: Step) -> str:
    title, mark = book.writer.say(step.title), doubt(doubtful=step.doubtful)
    room = SHORT - len(mark)
    kept = title if len(title) <= room else f"{title[:room].rsplit(' ', 1)[0]}…"
    return kept + mark


def _whole(book: Book, step: Step) -> str:
    """Say in a comment all that the head has no room for."""
    said = [f"{book.numbers[step.id]}. {book.steps[step.id]}", book.milestones[step.milestone]]
    schedule = book.tallies[step.id].first
    if schedule.due:
        said.append(book.writer.say(M("Hạn: {when}", when=moment(schedule.due, book.language))))
    return "\n".join(said)
