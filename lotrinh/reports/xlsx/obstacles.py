"""What units report as standing in their way or ask for, and what came of it."""

from collections.abc import Sequence

from lotrinh.core.report.report import StepObstacle
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext

WIDTHS = (38, 12, 52, 19, 46, 19, 26)


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, words, voices = book.writer.say, book.writer.words, book.report.obstacles
    name = say("Khó khăn, kiến nghị")
    sheet = book.add_sheet(name, (*book.unit_widths, *WIDTHS, *((10,) if book.report.sample else ())))
    book.write_title(sheet, name, say(_count(voices)))
    heads = words("Đầu việc", "Loại", "Nội dung", "Gửi lúc", "Trả lời", "Trả lời lúc", "Cơ quan xử lý")
    sample = words("Dữ liệu mẫu") if book.report.sample else ()
    sheet.add_head([*book.unit_heads, *book.head_cells(*heads, *sample)], len(book.unit_widths))
    for voice in voices:
        sheet.add(_obstacle_row(book, voice))
    sheet.close()


def _count(voices: Sequence[StepObstacle]) -> M:
    proposals = sum(voice.is_proposal for voice in voices)
    answered = sum(bool(voice.answer) for voice in voices)
    return M(
        "{obstacles} khó khăn, vướng mắc; {proposals} kiến nghị; {answered} đã được trả lời.",
        obstacles=len(voices) - proposals,
        proposals=proposals,
        answered=answered,
    )


def _obstacle_row(book: WorkbookContext, voice: StepObstacle) -> list[Cell]:
    cell, say, zone = book.cell, book.writer.say, book.report.as_of.tzinfo
    return [
        *book.unit_cells(voice.unit),
        cell.text(book.step_titles[voice.step.id]),
        cell.text(say("kiến nghị") if voice.is_proposal else say("khó khăn, vướng mắc")),
        cell.text(voice.text),
        cell.time(voice.reported_at.astimezone(zone) if voice.reported_at else None),
        cell.text(voice.answer),
        cell.time(voice.answered_at.astimezone(zone) if voice.answered_at else None),
        cell.text(voice.handed_to),
        *((cell.text(say("mẫu") if voice.sample else ""),) if book.report.sample else ()),
    ]
