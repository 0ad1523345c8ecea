"""What units report as standing in their way or ask for, and what came of it."""

from collections.abc import Sequence

from lotrinh.core.report.report import StepObstacle
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext

WIDTHS = (38, 12, 52, 19, 46, 19, 26)


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, words, obstacles = book.writer.say, book.writer.words, book.report.obstacles
    name = say("Khó khăn, kiến nghị")
    sheet = book.add_sheet(name, (*book.unit_widths, *WIDTHS, *((10,) if book.report.sample else ())))
    book.write_title(sheet, name, say(_count(obstacles)))
    heads = words("Đầu việc", "Loại", "Nội dung", "Gửi lúc", "Trả lời", "Trả lời lúc", "Cơ quan xử lý")
    sample = words("Dữ liệu mẫu") if book.report.sample else ()
    sheet.add_head([*book.unit_heads, *book.head_cells(*heads, *sample)], len(book.unit_widths))
    for obstacle in obstacles:
        sheet.add(_obstacle_row(book, obstacle))
    sheet.close()


def _count(obstacles: Sequence[StepObstacle]) -> M:
    proposals = sum(obstacle.is_proposal for obstacle in obstacles)
    answered = sum(bool(obstacle.answer) for obstacle in obstacles)
    return M(
        "{obstacles} khó khăn, vướng mắc; {proposals} kiến nghị; {answered} đã được trả lời.",
        obstacles=len(obstacles) - proposals,
        proposals=proposals,
        answered=answered,
    )


def _obstacle_row(book: WorkbookContext, obstacle: StepObstacle) -> list[Cell]:
    cell, say, zone = book.cell, book.writer.say, book.report.as_of.tzinfo
    return [
        *book.unit_cells(obstacle.unit),
        cell.text(book.step_titles[obstacle.step.id]),
        cell.text(say("kiến nghị") if obstacle.is_proposal else say("khó khăn, vướng mắc")),
        cell.text(obstacle.text),
        cell.time(obstacle.reported_at.astimezone(zone) if obstacle.reported_at else None),
        cell.text(obstacle.answer),
        cell.time(obstacle.answered_at.astimezone(zone) if obstacle.answered_at else None),
        cell.text(obstacle.handed_to),
        *((cell.text(say("mẫu") if obstacle.sample else ""),) if book.report.sample else ()),
    ]
