"""Make the example of an office's own DOCX template: ``python -m tests.tools.own_template``."""

import io
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from lotrinh.reports.docx.package import normalize_archive
from tests.conftest import TOP

PLACE = TOP / "docs" / "templates" / "mau-rieng.docx"
LINES = (
    "{{ du_lieu_mau }}",
    "{{ co_quan }}",
    "Số: {{ so }}/{{ ky_hieu }}",
    "{{ noi_ngay_thang }}",
    "BÁO CÁO NHANH",
    "{{ ten_dot }}",
    "Kính gửi: {{ kinh_gui }}",
    "{{ tinh_hinh }}",
    "{% if luot_bi_ngat %}Lượt kiểm tra trước ({{ luot_bi_ngat }}) bị ngắt giữa chừng.{% endif %}",
    "Tổng số {{ tong_so }} đầu việc: {{ dung_han }} hoàn thành đúng hạn, {{ tre_han }} trễ hạn, {{ qua_han }} quá hạn.",
    "Chưa xong hoặc chưa rõ {{ con_phai_lam }}, trong đó chưa xác định {{ chua_xac_dinh }}.",
)
TITLES = frozenset(LINES[4:6])
TABLES: Sequence[tuple[str, str, Sequence[tuple[str, str, float]]]] = (
    (
        "Các mốc trễ hạn, quá hạn",
        "m in moc_tre_han",
        (("Mốc", "ten", 75), ("Hạn", "han", 30), ("Xong", "xong", 20), ("Trễ", "tre", 20), ("Quá hạn", "qua_han", 20)),
    ),
    (
        "Các mốc đến hạn mà chưa rõ",
        "m in moc_chua_ro",
        (("Mốc", "ten", 75), ("Hạn", "han", 35), ("Xong", "xong", 25), ("Chưa rõ", "chua_ro", 30)),
    ),
    (
        "Đơn vị còn việc",
        "d in theo_don_vi",
        (
            ("Đơn vị", "don_vi", 60),
            ("Còn phải làm", "con_phai_lam", 35),
            ("Quá hạn", "qua_han", 35),
            ("Chưa rõ", "chua_ro", 35),
        ),
    ),
    (
        "Khó khăn, vướng mắc",
        "k in vuong_mac",
        (("Đơn vị", "don_vi", 40), ("Nội dung", "noi_dung", 70), ("Trả lời", "tra_loi", 55)),
    ),
    (
        "Việc sắp đến hạn",
        "s in sap_toi",
        (("Hạn", "han", 35), ("Đầu việc", "dau_viec", 85), ("Chưa xong", "chua_xong", 45)),
    ),
)
ENDING = ("{{ nghi_van }}", "{{ tham_quyen }}", "{{ chuc_vu }}", "{{ nguoi_ky }}", "{{ nguon_goc }}")


def example_template() -> bytes:
    """Write a template as an office would: plain words with placeholders between them."""
    made = Document()
    section, font = made.sections[0], made.styles["Normal"].font
    section.page_width, section.page_height, section.left_margin, section.right_margin = map(Mm, (210, 297, 30, 15))
    font.name, font.size = "Times New Roman", Pt(12)
    for line in LINES:
        paragraph = made.add_paragraph()
        paragraph.add_run(line).bold = line in TITLES
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if line in TITLES else None
    for title, loop, cells in TABLES:
        made.add_paragraph().add_run(title).bold = True
        _table(made, loop, cells)
    for line in ENDING:
        made.add_paragraph(line)
    made.core_properties.created = made.core_properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC by definition
    content = io.BytesIO()
    made.save(content)
    return normalize_archive(content.getvalue())


def _table(made: Word, loop: str, cells: Sequence[tuple[str, str, float]]) -> None:
    """A row of heads, the row that begins the loop, the row that is repeated, and the row that ends it."""
    table = made.add_table(4, len(cells), style="Table Grid")
    row = loop.partition(" ")[0]
    table.cell(1, 0).text, table.cell(3, 0).text = f"{{%tr for {loop} %}}", "{%tr endfor %}"
    for place, (head, field, width) in enumerate(cells):
        table.cell(0, place).text, table.cell(2, place).text = head, f"{{{{ {row}.{field} }}}}"
        table.cell(0, place).paragraphs[0].runs[0].bold = True
        table.columns[place].width = Mm(width)
        for cell in table.columns[place].cells:
            cell.width = Mm(width)


if __name__ == "__main__":
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_bytes(example_template())
