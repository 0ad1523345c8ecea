"""Rows of cells: a path for each status colours them, a text for each row holds its signs; so many cells stay light."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lotrinh.core.status.status import Status
from lotrinh.reports.pictures.patterns import pattern_fill
from lotrinh.reports.pictures.svg import cut, element, escape_text, text_element, tooltip

SMALL = 0.75
"""Letters of names and signs, compared with the pictures' text size."""
NARROW, HIGHER = 14, 9
"""Below this width two numbers beside each other do not fit, and how much higher every second one stands."""


class MosaicRow(NamedTuple):
    """One line of the map: what it is called, its cells, and what is shown on pointing.

    Without ``cells`` it is the heading of those below it. ``notes`` stand in the cells instead of their signs.
    """

    name: str
    cells: tuple[Status | None, ...] | None
    hint: str = ""
    notes: tuple[tuple[str, ...], ...] = ()


class PanelGrid(NamedTuple):
    """Where the cells of one panel lie, in the picture's units; ``label`` is the room for names before them."""

    left: float
    top: float
    label: float
    wide: float
    high: float

    def x(self, column: int) -> float:
        """Where a column begins."""
        return self.left + self.label + column * self.wide

    def y(self, row: int) -> float:
        """Where a row begins."""
        return self.top + row * self.high


def draw_panel(
    picture: str, grid: PanelGrid, columns: Sequence[int], rows: Sequence[MosaicRow], signs: Mapping[Status, str]
) -> str:
    """Draw one panel: the columns' numbers, the ground of all cells, then a line of words for each row."""
    return "".join(
        (
            *_numbers(grid, columns),
            *_grounds(picture, grid, rows),
            _seams(grid, len(columns), len(rows)),
            *(_words(grid, number, row, signs) for number, row in enumerate(rows)),
        )
    )


def _numbers(grid: PanelGrid, columns: Sequence[int]) -> Iterator[str]:
    """Write the numbers of the columns; in narrow ones every second number stands a line higher."""
    for place, number in enumerate(columns):
        raised = HIGHER if place % 2 and grid.wide < NARROW else 0
        middle = grid.x(place) + grid.wide / 2
        yield text_element(str(number), middle, grid.top - 4 - raised, text_anchor="middle", class_="small")


def _grounds(picture: str, grid: PanelGrid, rows: Sequence[MosaicRow]) -> Iterator[str]:
    """Put all cells of one status into one path."""
    found: dict[Status, list[str]] = {}
    for number, row in enumerate(rows):
        place = 0
        for status, run in groupby(row.cells or ()):
            count = len(tuple(run))
            if status:
                found.setdefault(status, []).append(_box(grid, place, number, count))
            place += count
    for status in sorted(found):
        look = pattern_fill(picture, "unknown") if status is Status.UNKNOWN else {"class_": f"c {status.value}"}
        yield element("path", d="".join(found[status]), **look)


def _box(grid: PanelGrid, place: int, number: int, count: int) -> str:
    wide = f"{count * grid.wide:.1f}"
    return f"M{grid.x(place):.1f} {grid.y(number):.1f}h{wide}v{grid.high - 1:.1f}h-{wide}z"


def _seams(grid: PanelGrid, columns: int, rows: int) -> str:
    bottom = grid.y(rows)
    ways = "".join(f"M{grid.x(place):.1f} {grid.top:.1f}V{bottom:.1f}" for place in range(columns + 1))
    return element("path", class_="seam", d=ways)


def _words(grid: PanelGrid, number: int, row: MosaicRow, signs: Mapping[Status, str]) -> str:
    base = grid.y(number) + grid.high / 2 + 3
    if row.cells is None:
        return text_element(cut(row.name, grid.label / SMALL), grid.left, base, class_="small strong")
    name = text_element(cut(row.name, (grid.label - 6) / SMALL), grid.x(0) - 5, base, text_anchor="end", class_="small")
    return element(
        "g", tooltip(row.hint), name, *(_notes(grid, number, row) if row.notes else _signs(grid, base, row, signs))
    )


def _signs(grid: PanelGrid, base: float, row: MosaicRow, signs: Mapping[Status, str]) -> Iterator[str]:
    """Write a row's signs as one text with a place for each letter, for each ground that they stand on."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place, status in enumerate(row.cells or ()):
        if status:
            found.setdefault(sign_class(status), []).append((place, signs[status]))
    for look, mine in sorted(found.items()):
        where = " ".join(f"{grid.x(place) + grid.wide / 2:.1f}" for place, _ in mine)
        letters = escape_text("".join(sign for _, sign in mine))
        yield element("text", letters, class_=look, x=where, y=base, text_anchor="middle")


def sign_class(status: Status) -> str:
    """How a sign looks: bright on a dark ground, and with a ground of its own on lines."""
    return {Status.OVERDUE: "sign bright", Status.UNKNOWN: "sign ringed"}.get(status, "sign")


def _notes(grid: PanelGrid, number: int, row: MosaicRow) -> Iterator[str]:
    """Write short lines into each cell."""
    for place, (status, lines) in enumerate(zip(row.cells or (), row.notes, strict=True)):
        look = sign_class(status) if status else "sign"
        for index, words in enumerate(lines):
            middle, base = grid.x(place) + grid.wide / 2, grid.y(number) + 9 + 9 * index
            yield text_element(words, middle, base, text_anchor="middle", class_=look)
