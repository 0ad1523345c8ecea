"""The province's own steps, finished or not: one row for each."""

from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.outstanding import reason_cell

WIDTHS = (7, 28, 50, 30, 18, 8, 18, 14, 40)


def write(book: WorkbookContext) -> None:
    """Write the sheet, where the report is of the province too."""
    province = book.report.province
    if province is None or not province.plan:
        return
    words, name = book.writer.words, book.writer.say("Việc của tỉnh")
    sheet = book.add_sheet(name, WIDTHS)
    book.write_title(sheet, name)
    heads = words(
        "Số", "Mốc", "Đầu việc", "Cơ quan", "Hạn", "Còn (ngày)", "Tình trạng", "Ngày hoàn thành", "Lý do, ghi chú"
    )
    sheet.add_head(book.head_cells(*heads), 3)
    for item, step_status in zip(province.plan, province.step_statuses, strict=True):
        sheet.add(_step(book, item, step_status))
    sheet.close()


def _step(book: WorkbookContext, item: PlannedStep, step_status: StepStatus) -> list[Cell]:
    cell, step = book.cell, item.step
    return [
        cell.text(book.step_numbers[step.id], "code"),
        cell.text(book.milestone_titles[step.milestone]),
        cell.text(book.step_titles[step.id]),
        book.owner_cells[step.id],
        cell.due(item.schedule.due),
        book.days_left(item.schedule.due),
        book.status_cells[step_status.status],
        cell.day(step_status.completed_on),
        reason_cell(book, step_status, item.schedule),
    ]
