"""All steps with their deadlines and legal basis, and how many units stand how in each."""

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS, STATUS
from lotrinh.reports.text.tables import basis
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext

WIDTHS = (7, 26, 44, 24, 18, 8, 22, 36)


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, words = book.writer.say, book.writer.words
    name = say("Đầu việc")
    sheet = book.add_sheet(name, (*WIDTHS, *(10 for _ in Status)))
    book.write_title(sheet, name)
    heads = words("Số", "Mốc", "Đầu việc", "Cơ quan", "Hạn", "Còn (ngày)", "Ghi chú về hạn", "Căn cứ")
    counted = [f"{SIGNS[status].in_(book.language)}\n{say(STATUS[status])}" for status in Status]
    sheet.add_head(book.head_cells(*heads, *counted), 3)
    for step in book.report.checklist.iter_steps():
        if step.id in book.step_counts:
            sheet.add(_step(book, step))
    sheet.close()


def _step(book: WorkbookContext, step: Step) -> list[Cell]:
    cell, tally = book.cell, book.step_counts[step.id]
    first = tally.earliest
    spread = book.writer.say("sớm nhất; các đơn vị có hạn khác nhau") if tally.has_spread else ""
    note = spread or (book.writer.say(first.waiting) if first.waiting else "")
    named = [cell.text(book.step_numbers[step.id], "code"), cell.text(book.milestone_titles[step.milestone])]
    due = [cell.due(first.due), book.days_left(first.due), cell.text(note)]
    law = "\n".join(basis(book.report.checklist, each, book.language) for each in step.basis)
    counts = [cell.number(tally.counts[status]) for status in Status]
    return [*named, cell.text(book.step_titles[step.id]), book.owner_cells[step.id], *due, cell.text(law), *counts]
