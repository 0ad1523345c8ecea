"""The board and the outstanding steps of a campaign, kept as long as the report they were made from."""

from datetime import datetime
from threading import Lock

from lotrinh.core.report.blocking import (
    BlockingStep,
    StepOrder,
    UnitBlocking,
    blocking_steps,
    unfinished_steps,
    unit_blocking,
)
from lotrinh.core.report.board import BoardUnit, MilestoneBoard, board_unit, build_board, column_numbers
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.services.campaigns.campaigns import Campaign


class BoardCache:
    """One campaign's board. A unit's row is made again only when its part of the report is another one."""

    def __init__(self, campaign: Campaign) -> None:
        self._schedules = campaign.milestone_schedules
        self._lock = Lock()
        self._board: MilestoneBoard | None = None
        self._rows: dict[str, BoardUnit] = {}
        self._order: StepOrder | None = None
        self._held: dict[str, tuple[UnitReport, UnitBlocking]] = {}
        self._outstanding: tuple[Report, list[BlockingStep]] | None = None
        self._province: frozenset[str] = frozenset()

    def of(self, report: Report) -> MilestoneBoard:
        """Return the board of a report."""
        with self._lock:
            if self._board is None or self._board.report is not report:
                columns = column_numbers(report)
                province = board_unit(report.province, columns, report.as_of) if report.province else None
                self._board = build_board(
                    report, province, [self._row(unit, columns, report.as_of) for unit in report.units], self._schedules
                )
            return self._board

    def _row(self, unit: UnitReport, columns: dict[str, int], as_of: datetime) -> BoardUnit:
        known = self._rows.get(unit.unit.code)
        if known is None or known.report is not unit:
            known = self._rows[unit.unit.code] = board_unit(unit, columns, as_of)
        return known

    def outstanding(self, report: Report) -> list[BlockingStep]:
        """Return all unfinished steps of a report, with how much waits for each; the list is not to be changed."""
        with self._lock:
            if self._outstanding is None or self._outstanding[0] is not report:
                order = self._order = self._order or StepOrder(report.checklist)
                province = unfinished_steps(report.province)
                if province != self._province:
                    self._province = province
                    self._held.clear()
                units = [self._what_waits(order, unit) for unit in report.units]
                self._outstanding = (report, blocking_steps(order, units, report.province))
            return self._outstanding[1]

    def _what_waits(self, order: StepOrder, unit: UnitReport) -> UnitBlocking:
        known = self._held.get(unit.unit.code)
        if known is None or known[0] is not unit:
            known = self._held[unit.unit.code] = (unit, unit_blocking(order, unit, self._province))
        return known[1]
