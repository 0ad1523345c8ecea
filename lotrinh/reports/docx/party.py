"""The layout of a Party body's report: Quy định 399-QĐ/TW and Hướng dẫn 05-HD/VPTW, as far as others tell of them."""

from datetime import date

from lotrinh.core.report.bundle import Letterhead
from lotrinh.reports.docx.letter import WIDTH, Ends, centred, dated, filled, issuer
from lotrinh.reports.docx.xml import line, side_by_side

LEFT = 80.0
RIGHT = WIDTH - LEFT
PARTY, PARTY_LENGTH = "ĐẢNG CỘNG SẢN VIỆT NAM", 69.0
ENDS = Ends(".", "T/M", "Lưu ……")
UNDER_SUBJECT = centred("-----", 14)


def opening(letterhead: Letterhead, day: date) -> str:
    """Organisation, star and number on the left, the Party's name, place and date on the right."""
    number = f"Số {filled(letterhead.number)}-{filled(letterhead.symbol, 'BC/………')}"
    left = issuer(letterhead, 14) + centred("*", 14)
    right = centred(PARTY, 14, bold=True) + line(RIGHT, PARTY_LENGTH)
    return side_by_side(
        [(LEFT, left + centred(number, 14)), (RIGHT, right + centred(dated(letterhead, day), 14, italic=True))]
    )
