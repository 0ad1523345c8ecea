"""An extract of the journal: what was recorded, when and by whom, each entry with its hash."""

from collections.abc import Iterator
from datetime import date

from lotrinh.core.notify.schedules import stored_schedule_words
from lotrinh.core.status.actors import actor_name
from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.status.wording import KIND
from lotrinh.core.text import M, Message
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import WorkbookContext


def write(book: WorkbookContext) -> None:
    """Write the sheet."""
    say, words, bundle = book.writer.say, book.writer.words, book.bundle
    name = say("Nhật ký")
    sample = words("Dữ liệu mẫu") if book.report.sample else ()
    widths = (8, 19, *book.unit_widths, 36, 22, 22, 16, 13, 40, *(9 for _ in sample), 32)
    sheet = book.add_sheet(name, widths)
    book.write_title(sheet, name, say(_extent(len(bundle.journal), bundle.earlier_entries)))
    heads = words("Đầu việc", "Việc", "Ai", "Số văn bản", "Ngày hoàn thành", "Nội dung")
    cells = [
        *book.head_cells(*words("Số", "Lúc")),
        *book.unit_heads,
        *book.head_cells(*heads, *sample, say("Mã của mục")),
    ]
    sheet.add_head(cells, 2)
    for entry in bundle.journal:
        sheet.add(_entry(book, entry))
    sheet.close()


def _extent(shown: int, earlier: int) -> Message:
    if not shown:
        return M("Không có mục nào.") if not earlier else M("{earlier} mục không nêu ở đây.", earlier=earlier)
    if not earlier:
        return M("{shown} mục: toàn bộ nhật ký của báo cáo này.", shown=shown)
    return M("{shown} mục gần nhất; {earlier} mục trước đó không nêu ở đây.", shown=shown, earlier=earlier)


def _entry(book: WorkbookContext, entry: Entry) -> list[Cell]:
    cell, say, new = book.cell, book.writer.say, entry.new
    zone, document = book.report.as_of.tzinfo, new.body.get("document") or {}
    return [
        cell.number(entry.number),
        cell.time(new.at.astimezone(zone)),
        *_unit(book, new.unit),
        cell.text(book.step_titles.get(new.step, new.step)),
        cell.text(say(KIND[new.kind])),
        cell.text(_in_words(book, actor_name(new.actor, book.units_by_code))),
        cell.text(str(document.get("number") or "")),
        _completion_cell(book, new.body.get("completed_on")),
        cell.text("\n".join(_in_words(book, each) for each in _content(entry))),
        *((cell.text(say("mẫu") if new.body.get("sample") else ""),) if book.report.sample else ()),
        cell.text(entry.hash, "hash"),
    ]


def _unit(book: WorkbookContext, code: str) -> list[Cell]:
    if known := book.units_by_code.get(code):
        return book.unit_cells(known)
    return [book.cell.text(code, "code"), *([book.cell.text("")] * (len(book.unit_widths) - 1))]


def _in_words(book: WorkbookContext, words: Message | str) -> str:
    """Say our own words in the book's language; those of others stay as they are."""
    return words if isinstance(words, str) else book.writer.say(words)


def _completion_cell(book: WorkbookContext, written: object) -> Cell:
    return book.cell.day(date.fromisoformat(written)) if isinstance(written, str) and written else book.cell.day(None)


def _content(entry: Entry) -> Iterator[Message | str]:
    body = entry.new.body
    if schedule := body.get("schedule"):
        yield M(
            "lịch chạy {old} → {new}",
            old=stored_schedule_words(schedule["old"]),
            new=stored_schedule_words(schedule["new"]),
        )
        return
    if entry.new.kind is EntryKind.CHANGED:
        anchor, checklist = body["anchor"], body["checklist"]
        yield M("ngày gốc {old} → {new}", old=anchor["old"] or "—", new=anchor["new"] or "—")
        yield M("bộ đầu việc {old} → {new}", old=checklist["old"][:12], new=checklist["new"][:12])
        return
    if progress := body.get("progress"):
        yield M("{done} trên {of}", done=progress["done"], of=progress["of"])
    for name in ("office", "reason", "note"):
        if text := body.get(name):
            yield str(text)
