"""What a reader must know: signs, how statuses are meant, the hashes, the law."""

from collections.abc import Iterator

from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import DOUBTFUL_NOTE, STATUS
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.sheet import Sheet

WIDTHS = (30, 110)


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, cell = book.writer.say, book.cell
    name = say("Ghi chú")
    sheet = book.add_sheet(name, WIDTHS)
    book.write_title(sheet, name)
    for head, value in _facts(book):
        sheet.add([cell.text(head, "head"), value])
    sheet.row += 1
    sheet.add([cell.text(say("CHÚ GIẢI"), "part")])
    for status in Status:
        sheet.add([book.sign_cells[status], cell.text(say(STATUS[status]))])
    sheet.row += 1
    sheet.add_lines(cell.text(say(line), "plain") for line in _readings())
    _sources(book, sheet)
    sheet.close()


def _facts(book: WorkbookContext) -> Iterator[tuple[str, Cell]]:
    cell, say, report = book.cell, book.writer.say, book.report
    yield say("Báo cáo"), cell.text(say(report.title))
    yield say("Tỉnh"), cell.text(report.province_name)
    yield say("Đợt"), cell.text(report.campaign)
    yield say("Lượt kiểm tra"), cell.text(report.run)
    if report.interrupted:
        yield say("Lượt trước bị ngắt"), cell.text(report.interrupted)
    yield say("Mã bộ đầu việc"), cell.text(report.checklist.content_hash, "hash")
    yield say("Mã cuối nhật ký"), cell.text(report.head, "hash")


def _readings() -> Iterator[M]:
    yield M("Đầu việc chưa xác định: đơn vị chưa từng trả lời hợp lệ; không có nghĩa là chưa làm.")
    yield M("Còn phải làm: mọi đầu việc chưa hoàn thành, kể cả chưa rõ, trừ đầu việc không áp dụng.")
    yield M("Chưa rõ: chưa từng trả lời hợp lệ, hoặc trả lời lần cuối trước hạn mà hạn đã qua. Không tính là chưa làm.")
    yield M("Đúng hạn hay trễ hạn tính theo ngày hoàn thành ghi trong văn bản.")
    yield M("Hạn không ghi giờ: tính đến 24:00 ngày đó.")
    yield DOUBTFUL_NOTE


def _sources(book: WorkbookContext, sheet: Sheet) -> None:
    sources, say, cell = book.report.checklist.sources, book.writer.say, book.cell
    sheet.add([cell.text(say("CĂN CỨ"), "part")])
    for source in sources.values():
        amended = say(M("sửa đổi bởi {number}", number=source.amended_by)) if source.amended_by else ""
        sheet.add([cell.text(source.number), cell.text("; ".join(filter(None, (say(source.title), amended))))])
