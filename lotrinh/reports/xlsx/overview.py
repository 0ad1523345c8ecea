"""The first sheet: of when, how asking went, totals by status, and the milestones."""

from collections.abc import Iterator

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import MilestoneRow
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import DOUBTFUL_NOTE, OUTCOME, SIGNS, STATUS
from lotrinh.core.text import M, Message
from lotrinh.reports.text.situation import totals_notes
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext
from lotrinh.reports.xlsx.sheet import Sheet

WIDTHS = (56, 19, 13, 9, 9, 9, 9, 9, 24, 46)


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, cell = book.writer.say, book.cell
    sheet = book.add_sheet(say("Tổng hợp"), WIDTHS)
    letterhead = book.bundle.letterhead
    title, *rest = book.writer.heading()
    for issued in filter(None, (letterhead.parent, letterhead.body)):
        sheet.add([cell.text(issued, "plain")])
    sheet.add_lines([cell.text(line, "plain") for line in rest], cell.text(title, "title"))
    if not book.report.only:
        _outcomes(book, sheet)
    _statuses(book, sheet)
    _milestones(book, sheet)
    sheet.close()


def _outcomes(book: WorkbookContext, sheet: Sheet) -> None:
    counts, say = book.report.outcomes(), book.writer.say
    sheet.add([book.cell.text(say("HỎI CÁC ĐƠN VỊ"), "part")])
    sheet.add(book.head_cells(*book.writer.words("Kết quả", "Số đơn vị")))
    for outcome in Outcome:
        sheet.add([book.cell.text(say(OUTCOME[outcome])), book.cell.number(counts[outcome])])
    sheet.add([book.cell.text(say("Tổng số đơn vị"), "head"), book.cell.number(len(book.report.units))])
    sheet.row += 1


def _statuses(book: WorkbookContext, sheet: Sheet) -> None:
    cell, say = book.cell, book.writer.say
    counts = book.report.statuses()
    total, left = counts.total(), sum(n for status, n in counts.items() if not status.is_finished)
    sheet.add([cell.text(say("ĐẦU VIỆC THEO TÌNH TRẠNG"), "part")])
    sheet.add(book.head_cells(*book.writer.words("Tình trạng", "Số đầu việc", "Tỷ lệ")))
    for status in Status:
        words = f"{SIGNS[status].in_(book.language)}  {say(STATUS[status])}"
        sheet.add([cell.text(words, ("status", status)), *_count_cells(book, counts[status], total)])
    for words, count in ((say("Chưa xong hoặc chưa rõ"), left), (say("Tổng số đầu việc"), total)):
        sheet.add([cell.text(words, "head"), *_count_cells(book, count, total)])
    for note in totals_notes(book.report):
        sheet.add([cell.text(say(note), "hint")])
    sheet.row += 1


def _count_cells(book: WorkbookContext, count: int, total: int) -> list[Cell]:
    return [book.cell.number(count), book.cell.number(round(count / total, 6) if total else None, "share")]


def _milestones(book: WorkbookContext, sheet: Sheet) -> None:
    writer = book.writer
    sheet.add([book.cell.text(writer.say("MỐC THỜI GIAN"), "part")])
    heads = writer.words("Mốc", "Hạn", "Ngày làm việc cuối", "Còn (ngày)", "Đơn vị", "Xong", "Quá hạn", "Chưa rõ")
    sheet.add(book.head_cells(*heads, *writer.words("Tỉnh", "Ghi chú")))
    for row in book.report.milestones:
        sheet.add(_milestone(book, row))
    if not book.report.milestones:
        sheet.add([book.cell.text(writer.say("Bộ đầu việc chưa có mốc nào."))])
    sheet.add([book.cell.text(writer.say("Số âm ở cột “Còn (ngày)”: đã qua hạn."), "hint")])
    if any(row.doubtful for row in book.report.milestones):
        doubtful = writer.say(DOUBTFUL_NOTE)
        sheet.add([book.cell.text(doubtful, "hint")])


def _milestone(book: WorkbookContext, row: MilestoneRow) -> list[Cell]:
    cell, due = book.cell, _due(book, row)
    counts = [row.units, row.done, row.overdue, row.unknown]
    return [
        cell.text(book.milestone_titles[row.milestone.id]),
        cell.due(due),
        cell.day(row.last_working_day),
        book.days_left(due),
        *(cell.number(count if row.units else None) for count in counts),
        book.status_cells[row.province] if row.province else cell.text(""),
        cell.text("; ".join(book.writer.say(note) for note in _notes(row))),
    ]


def _due(book: WorkbookContext, row: MilestoneRow) -> Moment | None:
    """The deadline; that of the nation's own milestones is no unit's, and stands in their schedules."""
    known = book.report.schedules.get(row.milestone.id)
    return known.due if row.is_national_only and known else row.due


def _notes(row: MilestoneRow) -> Iterator[Message]:
    if row.is_national_only:
        yield M("việc của trung ương, nêu để theo dõi")
    if row.has_different_dues:
        yield M("hạn ở các đơn vị khác nhau, đây là hạn sớm nhất")
    if row.waiting:
        yield row.waiting
