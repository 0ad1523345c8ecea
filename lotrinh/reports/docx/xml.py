"""Writing WordprocessingML: every text of others goes through ``run`` and comes out as text."""

from collections.abc import Sequence
from html import escape

from lotrinh.reports.prose.table import ProseTable
from lotrinh.reports.text.tables import clean

MM = 1440 / 25.4
"""Twips in a millimetre."""


def twips(millimetres: float) -> int:
    """Return a length as Word counts it."""
    return round(millimetres * MM)


def text_run(text: str, *, bold: bool = False, italic: bool = False, size: float = 0, caps: bool = False) -> str:
    """Write a piece of text; without a size (points) it takes its paragraph's."""
    marks = f"{'<w:b/>' if bold else ''}{'<w:i/>' if italic else ''}{'<w:caps/>' if caps else ''}"
    if size:
        marks += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(clean(text), quote=False)}</w:t></w:r>'


def paragraph(style: str, *runs: str, more: str = "") -> str:
    """Write a paragraph of a style; ``more`` are further properties, in the order that Word's schema asks for."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{"".join(runs)}</w:p>'


GAP = paragraph("Khoangcach")
"""What keeps a table and what follows it apart."""


def ruled_line(width: float, length: float) -> str:
    """Draw a line of this length (mm) in the middle of a place of this width."""
    side = twips((width - length) / 2)
    return paragraph(
        "Duongke",
        more='<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        f'<w:ind w:left="{side}" w:right="{side}"/>',
    )


def table(grid: ProseTable) -> str:
    """Write a table whose head stands again on each page and whose rows are never divided."""
    widths = "".join(f'<w:gridCol w:w="{twips(c.width)}"/>' for c in grid.columns)
    heads = tuple(column.head for column in grid.columns)
    head = _row(grid, heads, style="Odau", repeated=True, tied=True)
    tied, plain = grid.tied or (False,) * len(grid.rows), len(grid.rows) - grid.totals
    rows = "".join(
        _row(grid, row, style="Ochu" if place < plain else "Otong", tied=after)
        for place, (row, after) in enumerate(zip(grid.rows, tied, strict=True))
    )
    frame = _frame("single", twips(sum(c.width for c in grid.columns)), 60)
    return f"{frame}<w:tblGrid>{widths}</w:tblGrid>{head}{rows}</w:tbl>"


def _frame(border: str, width: int, margin: int) -> str:
    sides = "".join(
        f'<w:{side} w:val="{border}" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    cells = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{sides}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{cells}</w:tblCellMar></w:tblPr>'
    )


def _row(grid: ProseTable, texts: Sequence[str], *, style: str, repeated: bool = False, tied: bool = False) -> str:
    keep = "<w:keepNext/>" if tied else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{twips(column.width)}" w:type="dxa"/></w:tcPr>'
        + paragraph(style, text_run(text), more=keep + ('<w:jc w:val="center"/>' if column.is_centred else ""))
        + "</w:tc>"
        for column, text in zip(grid.columns, texts, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if repeated else ''}</w:trPr>{cells}</w:tr>"


def side_by_side(*rows: Sequence[tuple[float, str]]) -> str:
    """Put paragraphs (width in mm, what is written there already) beside each other, without borders."""
    widths = [twips(width) for width, _ in rows[0]]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    written = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(f'<w:tc><w:tcPr><w:tcW w:w="{twips(w)}" w:type="dxa"/></w:tcPr>{inside}</w:tc>' for w, inside in row)
        + "</w:tr>"
        for row in rows
    )
    return f"{_frame('nil', sum(widths), 0)}<w:tblGrid>{columns}</w:tblGrid>{written}</w:tbl>"
