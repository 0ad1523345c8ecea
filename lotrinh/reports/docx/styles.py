"""The styles of an official report; an office can change each in one place in Word."""

from collections.abc import Iterator
from typing import NamedTuple

from lotrinh.core.report.bundle import Layout
from lotrinh.reports.docx.xml import twips

FONT = "Times New Roman"
EXACT = 'w:line="360" w:lineRule="exact"'
"""18 points exactly, as Party documents are set."""
LOOSE = 'w:line="264" w:lineRule="auto"'
"""1.1 lines: the state's rules leave it open."""
CENTRED, BOTH, KEPT = '<w:jc w:val="center"/>', '<w:jc w:val="both"/>', "<w:keepNext/>"
RULED = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
FIRST = f'<w:ind w:firstLine="{twips(10)}"/>'
INWARD = f'<w:ind w:left="{twips(64)}" w:right="{twips(64)}"/>'
BUILT_IN = frozenset({"header", "Heading1"})


class Style(NamedTuple):
    """A style of paragraphs: its id, its name in Word, what it looks like, and the size of its letters (points)."""

    id: str
    name: str
    look: str
    size: float
    marks: str = ""


def _paragraph_styles(lines: str) -> Iterator[Style]:
    yield Style("header", "header", CENTRED, 14)
    yield Style("Nhanmau", "Nhãn dữ liệu mẫu", CENTRED, 10, "<w:b/>")
    yield Style("Giua", "Dòng giữa", CENTRED, 13)
    yield Style("Duongke", "Đường kẻ", _space(20, 0, 'w:line="120" w:lineRule="exact"'), 2)
    yield Style("Tenloai", "Tên loại văn bản", KEPT + _space(300, 0) + CENTRED, 14, "<w:b/>")
    yield Style("Trichyeu", "Trích yếu", KEPT + CENTRED, 14, "<w:b/>")
    closely = _space(40, 120, 'w:line="120" w:lineRule="exact"')
    yield Style("Duongkegiua", "Đường kẻ dưới trích yếu", RULED + closely + INWARD, 2)
    yield Style("Kinhgui", "Kính gửi", _space(120, 120) + CENTRED, 14)
    heading = KEPT + _space(120, 60, lines) + FIRST + BOTH + '<w:outlineLvl w:val="0"/>'
    yield Style("Heading1", "heading 1", heading, 14, "<w:b/>")
    yield Style("Than", "Thân báo cáo", _space(60, 60, lines) + FIRST + BOTH, 14)
    yield Style("Ghichu", "Ghi chú", _space(60, 60) + FIRST + BOTH, 12, "<w:i/>")
    yield Style("Odau", "Ô đầu bảng", KEPT + _space(20, 20) + CENTRED, 12, "<w:b/>")
    yield Style("Ochu", "Ô chữ", _space(20, 20), 12)
    yield Style("Otong", "Ô tổng", _space(20, 20), 12, "<w:b/>")
    yield Style("Khoangcach", "Khoảng cách", _space(0, 0, 'w:line="160" w:lineRule="exact"'), 4)
    yield Style("Noinhan", "Nơi nhận", "", 11)
    yield Style("Ky", "Chữ ký", KEPT + CENTRED, 14, "<w:b/>")
    yield Style("Hinh", "Hình", KEPT + _space(60, 0) + CENTRED, 12)
    yield Style("Nguongoc", "Nguồn gốc số liệu", _space(240, 0), 9)


def _space(before: int, after: int, lines: str = "") -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}"{" " * bool(lines)}{lines}/>'


def styles(layout: Layout, language: str) -> str:
    """Write the content of ``styles.xml``."""
    made = "".join(map(_style_xml, _paragraph_styles(EXACT if layout is Layout.PARTY else LOOSE)))
    return f"{_defaults(language)}{made}"


def _defaults(language: str) -> str:
    tag = "vi-VN" if language == "vi" else "en-GB"
    fonts = "".join(f' w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts{fonts}/><w:color w:val="000000"/><w:sz w:val="28"/>'
        f'<w:szCs w:val="28"/><w:lang w:val="{tag}" w:eastAsia="{tag}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
    )


def _style_xml(style: Style) -> str:
    own = "" if style.id in BUILT_IN else ' w:customStyle="1"'
    size = round(style.size * 2)
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{style.look}</w:pPr>'
        f'<w:rPr>{style.marks}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )
