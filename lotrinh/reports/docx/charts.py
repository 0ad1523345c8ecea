"""The pictures at the end: each as a vector and as dots beside it, with the same figures in a table below."""

import io
from collections.abc import Callable, Iterator, Mapping
from html import escape

import resvg_py
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE as TO
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from lotrinh.core.report.curve import report_curve, thin_points
from lotrinh.core.report.report import Report
from lotrinh.i18n import spell
from lotrinh.reports.docx.flat import FlatPicture, flatten_picture
from lotrinh.reports.docx.xml import GAP, paragraph, table, text_run
from lotrinh.reports.pictures.areas import PARTS, part_counts
from lotrinh.reports.pictures.every import PICTURES, title_of
from lotrinh.reports.pictures.groups import shares
from lotrinh.reports.pictures.milestones import number_milestones
from lotrinh.reports.pictures.standalone import standalone_picture
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.prose.table import ProseTable, columns
from lotrinh.reports.text.tables import NOTHING, clean, moment

EMU = 36_000
"""Units of a drawing in a millimetre."""
WIDEST, HIGHEST = 165.0, 215.0
PIXELS = 1128
"""How wide the dots are: 174 to the inch, enough for paper and quick to draw."""
MOST_POINTS, MOST_SHARES = 10, 40
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
"""By this name newer word processors find the vector beside the dots."""
SVG_NAMES = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
BREAK = "<w:pageBreakBefore/>"


def charts(report: Report, made: Word, prose: Prose) -> Iterator[str]:
    """Write the pages of pictures; a picture with nothing in it is a sentence."""
    for number, name in enumerate(PICTURES, 1):
        found = flatten_picture(standalone_picture(report, name, prose.language))
        title = f"{prose.say('Hình')} {number}. {title_of(report, name, prose.language)}"
        yield paragraph("Heading1", text_run(title), more=BREAK)
        if not found.is_empty:
            yield paragraph("Hinh", _place_picture(made, number, found))
        if found.is_empty or name not in TABLES:
            yield paragraph("Ghichu", text_run(found.sentence))
        yield from (table(grid) + GAP for grid in (TABLES[name](report, prose) if name in TABLES else ()))


def _place_picture(made: Word, number: int, found: FlatPicture) -> str:
    """Put a picture into the file; what cannot draw the vector shows the dots."""
    dots, image = made.part.get_or_add_image(io.BytesIO(resvg_py.svg_to_bytes(svg_string=found.svg, width=PIXELS)))
    package = made.part.package
    vector = Part(PackURI(f"/word/media/picture{number}.svg"), "image/svg+xml", found.svg.encode(), package)
    scale = min(WIDEST / image.px_width, HIGHEST / image.px_height) * EMU
    size = round(image.px_width * scale), round(image.px_height * scale)
    return _drawing(number, found.sentence, size, (dots, made.part.relate_to(vector, TO.IMAGE)))


def _drawing(number: int, sentence: str, size: tuple[int, int], places: tuple[str, str]) -> str:
    said, name = escape(clean(sentence)), f"picture{number}"
    extent = f'cx="{size[0]}" cy="{size[1]}"'
    own = f'id="{number}" name="{name}" descr="{said}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/><wp:docPr {own}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr {own}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{places[0]}">'
        f'<a:extLst><a:ext uri="{SVG_EXTENSION}"><asvg:svgBlip xmlns:asvg="{SVG_NAMES}" r:embed="{places[1]}"/></a:ext>'
        "</a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _milestones(report: Report, prose: Prose) -> Iterator[ProseTable]:
    heads = prose.words("Số", "Mốc", "Hạn", "Xong", "Quá hạn", "Chưa rõ")
    rows = []
    for line in number_milestones(report):
        row = line.row
        figures = (prose.share(row.done, row.units), prose.some(row.overdue), prose.some(row.unknown))
        due = moment(row.due, prose.language) if row.due else NOTHING
        title = prose.say(row.milestone.title) + (" (?)" if row.doubtful else "")
        rows.append((str(line.number), title, due, *(figures if row.units else (NOTHING,) * 3)))
    yield ProseTable(columns(heads, (11, 71, 28, 23, 16, 16), {0, 2, 3, 4, 5}), rows)


def _points(report: Report, prose: Prose) -> Iterator[ProseTable]:
    heads = prose.words("Đến hết ngày", "Đến hạn", "Đến hạn, chưa rõ", "Hoàn thành (văn bản)", "Hoàn thành (ngày báo)")
    made, today = report_curve(report), report.as_of.date()
    rows = [
        (str(spell(p.day, prose.language)), *map(prose.number, p[1:]))
        for p in thin_points(made.points, today, MOST_POINTS)
    ]
    yield ProseTable(columns(heads, (33, 30, 32, 35, 35), {0, 1, 2, 3, 4}), rows)


def _shares(report: Report, prose: Prose) -> Iterator[ProseTable]:
    heads = [prose.say("Nhóm"), prose.say("Số đơn vị"), *(prose.say(part.words) for part in PARTS)]
    rows = [
        (share.name, prose.some(share.units), *map(prose.some, part_counts(share)))
        for share in shares(report, prose.language)[:MOST_SHARES]
    ]
    yield ProseTable(columns(heads, (33, 17, 19, 19, 15, 20, 18, 24), set(range(1, 8))), rows)


TABLES: Mapping[str, Callable[[Report, Prose], Iterator[ProseTable]]] = {
    "timeline": _milestones,
    "curve": _points,
    "areas": _shares,
}
"""The figures of each picture; those of units by milestones are the milestones' own."""
