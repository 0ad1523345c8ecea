"""Units by milestones: a coloured cell with a sign for each; areas instead of units where there are too many."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.report.board import Cells, board_unit, column_numbers
from lotrinh.core.report.report import Report, UnitReport, known_statuses
from lotrinh.core.status.effective_status import count_done, count_work
from lotrinh.core.status.status import Status, pending_status
from lotrinh.core.status.status_groups import BEGUN
from lotrinh.core.status.wording import SIGNS, STATUS
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.pictures import mosaic
from lotrinh.reports.pictures.groups import UnitGroup, groups, has_areas
from lotrinh.reports.pictures.milestones import NumberedMilestone
from lotrinh.reports.pictures.patterns import hatch_pattern, legend, pattern_fill
from lotrinh.reports.pictures.svg import WIDTH, element, picture_element, text_element
from lotrinh.reports.text.tables import urgency_key

NAME = "heatmap"
MOST_UNITS, MOST_AREAS, MOST_COLUMNS = 200, 60, 80
"""With more units than this each area gets a row instead; what has no place is left to the tables."""
PANEL, TOP, GAP, PAGE = 60, 22, 16, 900
"""Rows that one panel holds well; room above and between panels; the height that a printed page leaves for cells."""
BROAD, NARROW, NARROWEST, WIDEST = 170.0, 100.0, 6.0, 30.0
"""Room for names in one panel or two, and how narrow or wide cells may be."""
ALARM = 20
"""An area is marked overdue where one in so many of its units is."""
THREE = 3
WORDS = {Status.UNKNOWN: M("chưa rõ")}
"""What is unknown here is more than the status: it is also what is kept from before a deadline."""


class Heatmap(NamedTuple):
    """What the picture shows.

    ``columns`` are the milestones' numbers; ``waiting`` milestones have begun in no unit and have no column.
    ``unknown`` milestones of units are unknown, each of a unit's counting one, in ``silent`` units.
    """

    columns: tuple[int, ...]
    rows: tuple[mosaic.MosaicRow, ...]
    waiting: int
    is_by_area: bool
    signs: tuple[tuple[Status, str, str], ...]
    unknown_cells: int
    unknown_units: int


def build_heatmap(report: Report, lines: Sequence[NumberedMilestone], language: str) -> Heatmap:
    """Sum every unit up in every milestone, area by area, the furthest behind first."""
    where = column_numbers(report)
    cells = {unit.unit.code: board_unit(unit, where, report.as_of).cells for unit in report.units}
    counts = Counter(pair for row in cells.values() for pair in enumerate(row))
    begun, waiting = _columns(lines, where, counts, _due_milestones(report))
    chosen = tuple(where[line.row.milestone.id] for line in begun)
    mine = {code: tuple(row[place] for place in chosen) for code, row in cells.items()}
    by_area = len(report.units) > MOST_UNITS
    rows = _areas(report, mine, language) if by_area else _units(report, mine, language)
    seen = {status for row in mine.values() for status in row}
    signs = tuple((s, SIGNS[s].in_(language), say(WORDS.get(s, STATUS[s]), language)) for s in Status if s in seen)
    unknown = [row.count(Status.UNKNOWN) for row in mine.values() if Status.UNKNOWN in row]
    numbers = tuple(line.number for line in begun)
    return Heatmap(
        columns=numbers,
        rows=tuple(rows),
        waiting=waiting,
        is_by_area=by_area,
        signs=signs,
        unknown_cells=sum(unknown),
        unknown_units=len(unknown),
    )


def _due_milestones(report: Report) -> frozenset[str]:
    """Name the milestones in which some step's deadline has passed, or its time has come in a unit silent about it."""
    found = set()
    for unit in report.units:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            now = pending_status(item, report.as_of)
            if now is Status.OVERDUE or (step_status.status is Status.UNKNOWN and now in BEGUN):
                found.add(item.step.milestone)
    return frozenset(found)


def _columns(
    lines: Sequence[NumberedMilestone],
    where: Mapping[str, int],
    counts: Mapping[tuple[int, Status | None], int],
    ripe: frozenset[str],
) -> tuple[list[NumberedMilestone], int]:
    """Choose the milestones that have begun or fallen due somewhere, or else all of which something is unknown."""
    ours = [line for line in lines if line.row.milestone.id in where and line.row.units]
    begun = any(status in BEGUN for _, status in counts)
    wanted = BEGUN if begun else frozenset({Status.UNKNOWN})

    def shown(name: str) -> bool:
        return name in ripe or any(counts.get((where[name], status)) for status in wanted)

    chosen = [line for line in ours if shown(line.row.milestone.id)][:MOST_COLUMNS]
    return chosen, len(ours) - len(chosen)


def _units(report: Report, cells: Mapping[str, Cells], language: str) -> Iterator[mosaic.MosaicRow]:
    if not has_areas(report):
        yield from (_unit(unit, cells, report.as_of, language) for unit in sorted(report.units, key=urgency_key))
        return
    for group in groups(report, language):
        yield mosaic.MosaicRow(group.name, None)
        yield from (_unit(unit, cells, report.as_of, language) for unit in sorted(group.units, key=urgency_key))


def _unit(unit: UnitReport, cells: Mapping[str, Cells], as_of: datetime, language: str) -> mosaic.MosaicRow:
    name, code, counts = unit.unit.full_name, unit.unit.code, known_statuses([unit], as_of)
    sentence = M("{name} ({code}): {count} quá hạn", name=name, code=code, count=counts[Status.OVERDUE])
    if counts[Status.UNKNOWN]:
        sentence = M("{told}, {count} chưa rõ", told=sentence, count=counts[Status.UNKNOWN])
    return mosaic.MosaicRow(name, cells[code], say(sentence, language, figures=True))


def _areas(report: Report, cells: Mapping[str, Cells], language: str) -> Iterator[mosaic.MosaicRow]:
    """Keep the areas with most overdue where there are too many, in their order."""
    found = groups(report, language)
    worst = sorted(range(len(found)), key=lambda n: -found[n].counts[Status.OVERDUE])[:MOST_AREAS]
    for number in sorted(worst):
        yield _area(found[number], cells, language)


def _area(group: UnitGroup, cells: Mapping[str, Cells], language: str) -> mosaic.MosaicRow:
    columns = zip(*(cells[unit.unit.code] for unit in group.units), strict=True)
    shown = tuple(_area_cell(Counter(s for s in column if s), language) for column in columns)
    name = f"{group.name} ({len(group.units)})"
    return mosaic.MosaicRow(name, tuple(status for status, _ in shown), name, tuple(notes for _, notes in shown))


def _area_cell(counts: Counter[Status], language: str) -> tuple[Status | None, tuple[str, ...]]:
    """Sum the units of an area up in one milestone: what most are, and how many are done, overdue and unknown."""
    units = count_work(counts)
    if not units:
        return (Status.NOT_APPLICABLE if counts else None), ()
    status = Status.OVERDUE if counts[Status.OVERDUE] * ALARM >= units else max(Status, key=lambda s: counts[s])
    percent = count_done(counts) * 100 // units
    more = (f"{SIGNS[s].in_(language)}{counts[s]}" for s in (Status.OVERDUE, Status.UNKNOWN) if counts[s])
    return status, (f"{percent}%", *more)


def draw(shown: Heatmap, title: str, language: str) -> str:
    """Draw the map; an empty text where no milestone has begun in any unit."""
    if not shown.columns:
        return ""
    signs = {status: sign for status, sign, _ in shown.signs}
    panels = tuple(_panels(shown))
    parts = [mosaic.draw_panel(NAME, grid, shown.columns, rows, signs) for grid, rows in panels]
    bottom = max(grid.y(len(rows)) for grid, rows in panels)
    keys, end = legend(_keys(shown), 0, bottom + 10)
    defined = element("defs", hatch_pattern(NAME))
    return picture_element(NAME, end, title, describe(shown, language), defined, *parts, keys)


def _panels(shown: Heatmap) -> Iterator[tuple[mosaic.PanelGrid, Sequence[mosaic.MosaicRow]]]:
    """Put many rows into two panels side by side, so that a province fits on one page."""
    rows, count = shown.rows, len(shown.columns)
    room = (WIDTH - GAP) / 2 - NARROW
    if shown.is_by_area or len(rows) <= PANEL or room / count < NARROWEST:
        high = _area_height(rows) if shown.is_by_area else 13.0 if len(rows) <= PANEL else 10.0
        yield mosaic.PanelGrid(0, TOP, BROAD, min((WIDTH - BROAD) / count, WIDEST), high), rows
        return
    half = -(-len(rows) // 2)
    high = max(9.0, min(13.0, PAGE / half))
    for number, part in enumerate((rows[:half], rows[half:])):
        left = number * (WIDTH + GAP) / 2
        yield mosaic.PanelGrid(left, TOP, NARROW, min(room / count, WIDEST), high), part


def _area_height(rows: Sequence[mosaic.MosaicRow]) -> float:
    """Leave room for two lines in each cell, or for three where one has them."""
    return 22.0 if max((len(lines) for row in rows for lines in row.notes), default=0) < THREE else 31.0


def _keys(shown: Heatmap) -> Iterator[tuple[str, str]]:
    for status, sign, words in shown.signs:
        look = pattern_fill(NAME, "unknown") if status is Status.UNKNOWN else {"class_": f"c {status.value}"}
        ground = element("rect", width=14, height=12, **look) + element("rect", class_="frame", width=14, height=12)
        yield ground + text_element(sign, 7, 9, text_anchor="middle", class_=mosaic.sign_class(status)), words


def describe(shown: Heatmap, language: str) -> str:
    """Say what stands where, and what is left out."""
    if shown.is_by_area:
        first = M(
            "Mỗi hàng một khu vực, mỗi cột một mốc (số như trong bảng các mốc): phần trăm đơn vị đã xong, bên dưới là "
            "số đơn vị quá hạn và số đơn vị chưa rõ (?). Màu là tình trạng của nhiều đơn vị nhất; quá hạn nếu từ 5% "
            "đơn vị."
        )
    else:
        first = M("Mỗi hàng một đơn vị, mỗi cột một mốc (số như trong bảng các mốc).")
    unknown = M(
        "Chưa rõ (?): {count} ô ở {units} đơn vị, mỗi mốc của một đơn vị tính một; không tính là xong hay chưa làm.",
        count=shown.unknown_cells,
        units=shown.unknown_units,
    )
    rest = M("{count} mốc chưa đến thời gian ở mọi đơn vị không vẽ.", count=shown.waiting)
    parts = (first, *([unknown] if shown.unknown_cells else []), *([rest] if shown.waiting else []))
    return " ".join(say(part, language, figures=True) for part in parts)
