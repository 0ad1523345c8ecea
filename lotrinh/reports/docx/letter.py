"""What both layouts put around the body: lines that are written where known and left to fill by hand where not."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from lotrinh.core.report.bundle import Letterhead
from lotrinh.reports.docx.xml import paragraph, side_by_side, text_run
from lotrinh.reports.text.tables import clean

DOTS = "………"
LONG_DOTS = "………………………"
WIDTH = 165.0
"""Width of the text (mm): A4 without the margins of 30 mm on the left and 15 mm on the right."""
KEPT = "lưu"
LATER_MONTHS = 3
ROOM_TO_SIGN = 4
"""Empty lines between the post and the name of who signs."""


class Closing(NamedTuple):
    """The signs with which one layout closes: the body, and the file copy in the list of receivers."""

    body: str
    on_behalf: str
    copy: str


def centred_line(text: str, size: float, *, bold: bool = False, italic: bool = False) -> str:
    """Write one line in the middle."""
    return paragraph("Giua", text_run(text, bold=bold, italic=italic, size=size))


def words_or_dots(text: str, dots: str = DOTS) -> str:
    """Give the words, or dots to write on."""
    return clean(text).strip() or dots


def place_and_date(letterhead: Letterhead, day: date) -> str:
    """Place and date. A report without its number is not issued yet: then the clerk writes the day beside it."""
    place = words_or_dots(letterhead.place)
    if not letterhead.number.strip():
        return f"{place}, ngày …… tháng …… năm {day.year}"
    # The rule asks for a zero where a digit could be written in front.
    month = f"{day.month:02}" if day.month < LATER_MONTHS else str(day.month)
    return f"{place}, ngày {day.day:02} tháng {month} năm {day.year}"


def issuer(letterhead: Letterhead, size: float) -> str:
    """The issuing body under the one above it; a body of the highest rank has none above it."""
    above, body = clean(letterhead.parent).strip(), clean(letterhead.body).strip()
    lines = [] if body and not above else [centred_line(words_or_dots(above, LONG_DOTS).upper(), size)]
    return "".join([*lines, centred_line(words_or_dots(body, LONG_DOTS).upper(), size, bold=True)])


def title_block(subject: tuple[str, str], to: str, under: str) -> str:
    """The kind of document, what it is about, and to whom it goes if anybody is named.

    ``under`` is what the layout writes under the subject.
    """
    about, of_when = subject
    addressed = [paragraph("Kinhgui", text_run(f"Kính gửi: {clean(to).strip()}"))] if to.strip() else []
    return "".join([
        paragraph("Tenloai", text_run("BÁO CÁO")),
        paragraph("Trichyeu", text_run(about)),
        paragraph("Trichyeu", text_run(of_when, italic=True)),
        under,
        *addressed,
    ])  # fmt: skip


def signature_block(letterhead: Letterhead, closing: Closing) -> str:
    """The receivers beside who signs, on one page."""
    left, right = "".join(receivers(letterhead, closing.copy)), "".join(signature_lines(letterhead, closing.on_behalf))
    return side_by_side([(78, left), (WIDTH - 78, right)])


def receivers(letterhead: Letterhead, copy: str) -> Iterator[str]:
    """Write the list of receivers; its last line is the copy that is filed."""
    named = [clean(line).strip().lstrip("-–").strip().rstrip(";.,") for line in letterhead.receivers]
    lines = [line for line in named if line] or [DOTS]
    if letterhead.to.strip() and not letterhead.receivers:
        lines = ["Như trên"]
    if not lines[-1].lower().startswith(KEPT):
        lines.append(copy)
    yield paragraph("Noinhan", text_run("Nơi nhận:", bold=True, italic=True, size=12), more="<w:keepNext/>")
    for line in lines:
        yield paragraph("Noinhan", text_run(f"- {line}{'.' if line is lines[-1] else ';'}"), more="<w:keepNext/>")


def signature_lines(letterhead: Letterhead, on_behalf: str) -> Iterator[str]:
    """Write on whose behalf, which post and who signs; who signs for himself is on nobody's behalf."""
    authority, post = clean(letterhead.authority).strip(), clean(letterhead.post).strip()
    if authority or not post:
        yield paragraph("Ky", text_run(authority.upper() or f"{on_behalf} {LONG_DOTS}"))
    yield paragraph("Ky", text_run(post.upper() or LONG_DOTS))
    yield paragraph("Ky") * ROOM_TO_SIGN
    yield paragraph("Ky", text_run(words_or_dots(letterhead.signer, LONG_DOTS)))
