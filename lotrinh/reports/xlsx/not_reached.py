"""Units that could not be asked: their silence is not counted as work not done."""

from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.wording import OUTCOME
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import Book

WIDTHS = (22, 70, 20, 12)
HOUR = 3600


def write(book: Book) -> None:
    """Write the sheet, where there are such units."""
    silent = [unit for unit in book.report.units if unit.outcome is not Outcome.REACHED]
    if not silent:
        return
    say, words = book.writer.say, book.writer.words
    name = say("Không hỏi được")
    sheet = book.sheet(name, (*book.unit_widths, *WIDTHS))
    book.title(sheet, name, say(M("{count} đơn vị. Không hỏi được không tính là chưa làm.", count=len(silent))))
    heads = words("Kết quả hỏi", "Lý do", "Trả lời hợp lệ gần nhất", "Cách đây (giờ)")
    sheet.head([*book.unit_heads, *book.heads(*heads)], len(book.unit_widths))
    for unit in silent:
        sheet.add(_unit(book, unit))
    sheet.close()


def _unit(book: Book, unit: UnitReport) -> list[Cell]:
    ink, say, report, heard = book.ink, book.writer.say, book.report, unit.last_answer_at
    return [
        *book.unit(unit.unit),
        ink.text(say(OUTCOME[unit.outcome])),
        ink.text(say(unit.sentence)),
        ink.time(heard.astimezone(report.as_of.tzinfo)) if heard else ink.text(say("chưa bao giờ")),
        ink.number(int((report.as_of - heard).total_seconds() // HOUR) if heard else None),
    ]
