"""What return sheets say, as a table to look at before it is recorded."""

from collections.abc import Sequence

from lotrinh.core.return_sheet.return_codes import format_code
from lotrinh.core.status.wording import KIND
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say
from lotrinh.reports.text.tables import Table
from lotrinh.services.return_sheets.import_confirmations import SheetStatement

LONGEST = 200
"""Characters of a text that are shown."""


def preview_table(statements: Sequence[SheetStatement], language: str) -> Table:
    """List what would be recorded, and what was recorded before."""

    def words(message: Message | Text | str) -> str:
        return say(message, language)

    fresh = sum(not statement.is_recorded for statement in statements)
    rows = [
        (
            f"{words(s.unit.full_name)} ({s.unit.code})",
            str(s.row),
            format_code(str(s.entry.body["sheet"]["code"])),
            words(s.step.title),
            words(KIND[s.entry.kind]),
            "; ".join(words(part) for part in statement_content(s)),
            words(statement_state(s)),
        )
        for s in statements
    ]
    heads = (M("Đơn vị"), M("Dòng"), M("Mã"), M("Đầu việc"), M("Ghi"), M("Nội dung"), M("Tình trạng"))
    note = M("{fresh} mục sẽ ghi, {known} mục đã ghi trước đây.", fresh=fresh, known=len(statements) - fresh)
    return Table(words(M("PHIẾU XÁC NHẬN GỬI LẠI")), tuple(map(words, heads)), tuple(rows), words(note))


def statement_state(statement: SheetStatement) -> Message:
    """Say whether a statement is new."""
    if statement.is_recorded:
        return M("đã ghi trước đây")
    return M("thay cho lần nhập trước") if statement.is_correction else M("mới")


def statement_content(statement: SheetStatement) -> list[Message]:
    """Say what a statement holds: days as they were understood, so that a swapped one is seen."""
    body = statement.entry.body
    document, progress = body.get("document") or {}, body.get("progress")
    parts = []
    if day := body.get("completed_on"):
        parts.append(M("ngày {date}", date=_day(day)))
    if progress:
        parts.append(M("{done} trên {of}", done=progress["done"], of=progress["of"]))
    if document.get("number"):
        parts.append(M("văn bản {number}", number=document["number"]))
    if document.get("date"):
        parts.append(M("ngày văn bản {day}", day=_day(document["date"])))
    if body.get("note"):
        parts.append(M("“{text}”", text=str(body["note"])[:LONGEST]))
    if body.get("signer"):
        parts.append(M("người ký {signer}", signer=body["signer"]))
    return parts


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"
