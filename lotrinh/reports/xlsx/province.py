"""The province's own steps, finished or not: one row for each."""

from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import Book
from lotrinh.reports.xlsx.outstanding import why

WIDTHS = (7, 28, 50, 30, 18, 8, 18, 14, 40)


def write(book: Book) -> None:
    """Write the sheet, where the report is of the province too."""
    province = book.report.province
    if province is None or not province.plan:
        return
    words, name = book.writer.words, book.writer.say("Việc của tỉnh")
    sheet = book.sheet(name, WIDTHS)
    book.title(sheet, name)
    heads = words(
        "Số", "Mốc", "Đầu việc", "Cơ quan", "Hạn", "Còn (ngày)", "Tình trạng", "Ngày hoàn thành", "Lý do, ghi chú"
    )
    sheet.head(book.heads(*heads), 3)
    for item, standing in zip(province.plan, province.standings, strict=True):
        sheet.add(_step(book, item, standing))
    sheet.close()


def _step(book: Book, item: PlannedStep, standing: StepStatus) -> list[Cell]:
    ink, step = book.ink, item.step
    return [
        ink.text(book.numbers[step.id], "code"),
        ink.text(book.milestones[step.milestone]),
        ink.text(book.steps[step.id]),
        book.owners[step.id],
        ink.due(item.schedule.due),
        book.left(item.schedule.due),
        book.statuses[standing.status],
        ink.day(standing.completed_on),
        why(book, standing, item.schedule),
    ]
