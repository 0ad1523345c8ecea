"""The layout of a state body's report: Nghị định 30/2020/NĐ-CP, mẫu 1.4 (văn bản có tên loại)."""

from datetime import date

from lotrinh.core.report.bundle import Letterhead
from lotrinh.reports.docx.letter import WIDTH, Ends, centred, dated, filled, issuer
from lotrinh.reports.docx.xml import line, paragraph, side_by_side

LEFT = 73.0
RIGHT = WIDTH - LEFT
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
MOTTO_LENGTH, BODY_LINE = 56.0, 24.0
"""How long the motto is at its size, and the line under the issuing body (mm)."""
ENDS = Ends("./.", "TM.", "Lưu: VT, ……")
UNDER_SUBJECT = paragraph("Duongkegiua")


def opening(letterhead: Letterhead, day: date) -> str:
    """Issuing body and number on the left, nation, motto, place and date on the right."""
    number = f"Số: {filled(letterhead.number)}/{filled(letterhead.symbol, 'BC-………')}"
    left = issuer(letterhead, 12) + line(LEFT, BODY_LINE)
    right = centred(NATION, 12, bold=True) + centred(MOTTO, 13, bold=True) + line(RIGHT, MOTTO_LENGTH)
    return side_by_side(
        [(LEFT, left), (RIGHT, right)],
        [(LEFT, centred(number, 13)), (RIGHT, centred(dated(letterhead, day), 13, italic=True))],
    )
