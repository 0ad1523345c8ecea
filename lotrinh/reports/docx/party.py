"""The layout of a Party body's report: Quy định 399-QĐ/TW and Hướng dẫn 05-HD/VPTW, as far as others tell of them."""

from datetime import date

from lotrinh.core.report.bundle import Letterhead
from lotrinh.reports.docx.letter import WIDTH, Closing, centred_line, issuer, place_and_date, words_or_dots
from lotrinh.reports.docx.xml import ruled_line, side_by_side

LEFT = 80.0
RIGHT = WIDTH - LEFT
PARTY, PARTY_LENGTH = "ĐẢNG CỘNG SẢN VIỆT NAM", 69.0
CLOSING = Closing(".", "T/M", "Lưu ……")
UNDER_SUBJECT = centred_line("-----", 14)


def opening(letterhead: Letterhead, day: date) -> str:
    """Organisation, star and number on the left, the Party's name, place and date on the right."""
    number = f"Số {words_or_dots(letterhead.number)}-{words_or_dots(letterhead.symbol, 'BC/………')}"
    left = issuer(letterhead, 14) + centred_line("*", 14)
    right = centred_line(PARTY, 14, bold=True) + ruled_line(RIGHT, PARTY_LENGTH)
    return side_by_side(
        [
            (LEFT, left + centred_line(number, 14)),
            (RIGHT, right + centred_line(place_and_date(letterhead, day), 14, italic=True)),
        ]
    )
