"""Units that could not be asked: their silence is not counted as work not done."""

from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.silence import is_unreached
from lotrinh.core.status.wording import OUTCOME
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext

WIDTHS = (22, 70, 20, 12)
HOUR = 3600


def write(book: WorkbookContext) -> None:
    """Write the sheet, where there are such units."""
    units = [unit for unit in book.report.units if is_unreached(unit.outcome)]
    if not units:
        return
    say, words = book.writer.say, book.writer.words
    name = say("Không hỏi được")
    sheet = book.add_sheet(name, (*book.unit_widths, *WIDTHS))
    book.write_title(sheet, name, say(M("{count} đơn vị. Không hỏi được không tính là chưa làm.", count=len(units))))
    heads = words("Kết quả hỏi", "Lý do", "Trả lời hợp lệ gần nhất", "Cách đây (giờ)")
    sheet.add_head([*book.unit_heads, *book.head_cells(*heads)], len(book.unit_widths))
    for unit in units:
        sheet.add(_unit(book, unit))
    sheet.close()


def _unit(book: WorkbookContext, unit: UnitReport) -> list[Cell]:
    cell, say, report, last_answer = book.cell, book.writer.say, book.report, unit.last_answer_at
    return [
        *book.unit_cells(unit.unit),
        cell.text(say(OUTCOME[unit.outcome])),
        cell.text(say(unit.sentence)),
        cell.time(last_answer.astimezone(report.as_of.tzinfo)) if last_answer else cell.text(say("chưa bao giờ")),
        cell.number(int((report.as_of - last_answer).total_seconds() // HOUR) if last_answer else None),
    ]
