"""All steps with their deadlines and legal basis, and how many units stand how in each."""

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.reports.pictures.signs import SIGNS
from lotrinh.reports.text.tables import basis
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import Book

WIDTHS = (7, 26, 44, 24, 18, 8, 22, 36)


def write(book: Book) -> None:
    """Write the sheet."""
    say, words = book.writer.say, book.writer.words
    name = say("Đầu việc")
    sheet = book.sheet(name, (*WIDTHS, *(10 for _ in Status)))
    book.title(sheet, name)
    heads = words("Số", "Mốc", "Đầu việc", "Cơ quan", "Hạn", "Còn (ngày)", "Ghi chú về hạn", "Căn cứ")
    counted = [f"{SIGNS[status].in_(book.language)}\n{say(STATUS[status])}" for status in Status]
    sheet.head(book.heads(*heads, *counted), 3)
    for step in book.report.checklist.iter_steps():
        if step.id in book.tallies:
            sheet.add(_step(book, step))
    sheet.close()


def _step(book: Book, step: Step) -> list[Cell]:
    ink, tally = book.ink, book.tallies[step.id]
    first = tally.first
    spread = book.writer.say("sớm nhất; các đơn vị có hạn khác nhau") if tally.spread else ""
    note = spread or (book.writer.say(first.waiting) if first.waiting else "")
    named = [ink.text(book.numbers[step.id], "code"), ink.text(book.milestones[step.milestone])]
    due = [ink.due(first.due), book.left(first.due), ink.text(note)]
    law = "\n".join(basis(book.report.checklist, each, book.language) for each in step.basis)
    counts = [ink.number(tally.counts[status]) for status in Status]
    return [*named, ink.text(book.steps[step.id]), book.owners[step.id], *due, ink.text(law), *counts]
