"""The layout of a state body's report: Nghị định 30/2020/NĐ-CP, mẫu 1.4 (văn bản có tên loại)."""

from datetime import date

from lotrinh.core.report.bundle import Letterhead
from lotrinh.reports.docx.letter import WIDTH, Closing, centred_line, issuer, place_and_date, words_or_dots
from lotrinh.reports.docx.xml import paragraph, ruled_line, side_by_side

LEFT = 73.0
RIGHT = WIDTH - LEFT
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
MOTTO_LENGTH, BODY_LINE = 56.0, 24.0
"""How long the motto is at its size, and the line under the issuing body (mm)."""
CLOSING = Closing("./.", "TM.", "Lưu: VT, ……")
UNDER_SUBJECT = paragraph("Duongkegiua")


def opening(letterhead: Letterhead, day: date) -> str:
    """Issuing body and number on the left, nation, motto, place and date on the right."""
    number = f"Số: {words_or_dots(letterhead.number)}/{words_or_dots(letterhead.symbol, 'BC-………')}"
    left = issuer(letterhead, 12) + ruled_line(LEFT, BODY_LINE)
    right = centred_line(NATION, 12, bold=True) + centred_line(MOTTO, 13, bold=True) + ruled_line(RIGHT, MOTTO_LENGTH)
    return side_by_side(
        [(LEFT, left), (RIGHT, right)],
        [(LEFT, centred_line(number, 13)), (RIGHT, centred_line(place_and_date(letterhead, day), 13, italic=True))],
    )
