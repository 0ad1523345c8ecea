"""What units report as standing in their way or ask for, and what came of it."""

from collections.abc import Sequence

from lotrinh.core.report.report import Voice
from lotrinh.core.text import M
from lotrinh.reports.xlsx.cells import Cell
from lotrinh.reports.xlsx.context import Book

WIDTHS = (38, 12, 52, 19, 46, 19, 26)


def write(book: Book) -> None:
    """Write the sheet."""
    say, words, voices = book.writer.say, book.writer.words, book.report.voices
    name = say("Khó khăn, kiến nghị")
    sheet = book.sheet(name, (*book.unit_widths, *WIDTHS, *((10,) if book.report.sample else ())))
    book.title(sheet, name, say(_count(voices)))
    heads = words("Đầu việc", "Loại", "Nội dung", "Gửi lúc", "Trả lời", "Trả lời lúc", "Cơ quan xử lý")
    sample = words("Dữ liệu mẫu") if book.report.sample else ()
    sheet.head([*book.unit_heads, *book.heads(*heads, *sample)], len(book.unit_widths))
    for voice in voices:
        sheet.add(_voice(book, voice))
    sheet.close()


def _count(voices: Sequence[Voice]) -> M:
    proposals = sum(voice.proposal for voice in voices)
    answered = sum(bool(voice.answer) for voice in voices)
    return M(
        "{obstacles} khó khăn, vướng mắc; {proposals} kiến nghị; {answered} đã được trả lời.",
        obstacles=len(voices) - proposals,
        proposals=proposals,
        answered=answered,
    )


def _voice(book: Book, voice: Voice) -> list[Cell]:
    ink, say, zone = book.ink, book.writer.say, book.report.as_of.tzinfo
    return [
        *book.unit(voice.unit),
        ink.text(book.steps[voice.step.id]),
        ink.text(say("kiến nghị") if voice.proposal else say("khó khăn, vướng mắc")),
        ink.text(voice.text),
        ink.time(voice.said_at.astimezone(zone) if voice.said_at else None),
        ink.text(voice.answer),
        ink.time(voice.answered_at.astimezone(zone) if voice.answered_at else None),
        ink.text(voice.handed_to),
        *((ink.text(say("mẫu") if voice.sample else ""),) if book.report.sample else ()),
    ]
