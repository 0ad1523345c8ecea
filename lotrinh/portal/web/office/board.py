"""The board: milestones with their counts, and a map of units by milestones."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from lotrinh.core.report.board import BoardUnit, Cells
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS, STATUS
from lotrinh.i18n import say
from lotrinh.portal.deps import Context
from lotrinh.portal.render import language_of
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, fold_name, render_list
from lotrinh.services.views.board import BoardCache
from lotrinh.services.views.live_campaign import LiveCampaign

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 200
NOT_THEIRS = Markup("<td></td>")
Key = Callable[[BoardUnit], tuple[object, ...]]


def by_name(row: BoardUnit) -> tuple[object, ...]:
    """Sort as names are looked up."""
    return fold_name(row.report.unit.name), row.report.unit.code


SORTS: Mapping[str, Key] = {
    "name": by_name,
    "overdue": lambda row: (-row.overdue, *by_name(row)),
    "done": lambda row: (row.done / row.total if row.total else 1, *by_name(row)),
}
"""Least done first: whoever sorts by it looks for those who lag behind."""
_boards: WeakKeyDictionary[LiveCampaign, BoardCache] = WeakKeyDictionary()
_lock = Lock()


def boards_of(live: LiveCampaign) -> BoardCache:
    """Return what is kept beside a campaign, for as long as that is kept."""
    with _lock:
        if live not in _boards:
            _boards[live] = BoardCache(live.campaign)
        return _boards[live]


class BoardLine(NamedTuple):
    """One unit's line: the row, and its cells as HTML."""

    row: BoardUnit
    cells: Markup


class CellRenderer:
    """Draws cells: a sign, a class, and the status in words for screen readers and on pointing."""

    def __init__(self, language: str) -> None:
        self.cells = {status: self._cell(status, language) for status in Status}

    def _cell(self, status: Status, language: str) -> Markup:
        words, sign = say(STATUS[status], language), SIGNS[status].in_(language)
        return Markup('<td><b role="img" class="{}" title="{}">{}</b></td>').format(status.value, words, sign)

    def render_line(self, cells: Cells) -> Markup:
        """Draw one unit's cells."""
        drawn = (NOT_THEIRS if status is None else self.cells[status] for status in cells)
        return Markup("".join(drawn))  # noqa: S704 - joined from cells that are safe


def matches_row(filters: ListFilters, row: BoardUnit) -> bool:
    """Whether a row is among those asked for."""
    return filters.matches(row.report.unit) and (not filters.status or row.counts[Status(filters.status)] > 0)


@router.get(CAMPAIGN + "/board")
def show_board(request: Request, at: Context, filters: Filters) -> Response:
    """Show the board."""
    board = boards_of(at.live).of(at.live.report(at.now))
    rows = sorted((row for row in board.rows if matches_row(filters, row)), key=SORTS.get(filters.sort, by_name))
    renderer, list_page = CellRenderer(language_of(request)), cut_page(rows, filters, ON_A_PAGE)
    return render_list(
        request,
        "office/board.html",
        at,
        filters,
        board=board,
        list_page=list_page,
        lines=[BoardLine(row, renderer.render_line(row.cells)) for row in list_page.rows],
        province=BoardLine(board.province, renderer.render_line(board.province.cells)) if board.province else None,
        statuses=board.report.known_statuses(),
        legend=[(status, SIGNS[status]) for status in Status],
    )
