"""The board: every milestone with its counts, and for each unit one status in each milestone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import MilestoneRow, Report, UnitReport, cell_status, known_statuses
from lotrinh.core.status.effective_status import count_done, count_work
from lotrinh.core.status.status import PlannedStep, Status, StepStatus

Cells = tuple[Status | None, ...]
"""One status for each column; None where the unit has no step in the milestone."""


class BoardColumn(NamedTuple):
    """A milestone in which somebody of the province has steps. ``number`` counts from 1 and heads its column.

    ``counts`` counts units by their status in it; ``step`` is its first step that is not the nation's.
    """

    number: int
    row: MilestoneRow
    counts: Mapping[Status, int]
    step: str


class BoardUnit(NamedTuple):
    """One unit. ``counts`` counts its steps, optional ones too; ``cells`` go by the milestones' required steps.

    Both go by what we know: a step that is only kept from before its deadline is unknown.
    """

    report: UnitReport
    cells: Cells
    counts: Mapping[Status, int]

    @property
    def done(self) -> int:
        """How many of its steps are done, in time or late."""
        return count_done(self.counts)

    @property
    def total(self) -> int:
        """How many steps are its work: those that it is excused from are not."""
        return count_work(self.counts)

    @property
    def overdue(self) -> int:
        """How many of its steps are overdue."""
        return self.counts[Status.OVERDUE]


class MilestoneBoard(NamedTuple):
    """One report as the office looks at it.

    ``national`` are milestones that are the nation's work alone, with their deadlines: shown for orientation.
    """

    report: Report
    columns: tuple[BoardColumn, ...]
    national: tuple[tuple[MilestoneRow, Moment | None], ...]
    province: BoardUnit | None
    rows: tuple[BoardUnit, ...]


def column_numbers(report: Report) -> dict[str, int]:
    """Return which column each milestone has, from 0."""
    ours = (row.milestone.id for row in report.milestones if not row.is_national_only)
    return {name: number for number, name in enumerate(ours)}


def board_unit(unit: UnitReport, columns: Mapping[str, int], as_of: datetime) -> BoardUnit:
    """Sum one unit up, as it stands at a moment."""
    cells: list[Status | None] = [None] * len(columns)
    for name, status in milestone_statuses(unit, as_of).items():
        cells[columns[name]] = status
    return BoardUnit(unit, tuple(cells), known_statuses([unit], as_of))


def milestone_statuses(unit: UnitReport, as_of: datetime) -> dict[str, Status]:
    """Sum one unit up in each milestone in which it has steps: milestone id -> status."""
    found: dict[str, list[tuple[PlannedStep, StepStatus]]] = {}
    for pair in zip(unit.plan, unit.step_statuses, strict=True):
        found.setdefault(pair[0].step.milestone, []).append(pair)
    return {name: milestone_status(pairs, as_of) for name, pairs in found.items()}


def milestone_status(pairs: Sequence[tuple[PlannedStep, StepStatus]], as_of: datetime) -> Status:
    """Sum a unit's steps in one milestone up: the required ones count, and excused from all is not done."""
    counted = [pair for pair in pairs if pair[0].step.required] or list(pairs)
    # A milestone that a unit is excused from must not be counted as reached.
    if all(step_status.status is Status.NOT_APPLICABLE for _, step_status in counted):
        return Status.NOT_APPLICABLE
    return cell_status(counted, as_of)


def build_board(
    report: Report, province: BoardUnit | None, rows: Iterable[BoardUnit], schedules: Mapping[str, Schedule]
) -> MilestoneBoard:
    """Put the board of a report together from the rows of its units; ``schedules`` are those of the milestones."""
    rows = tuple(rows)
    ours = [row for row in report.milestones if not row.is_national_only]
    by_column = list(zip(*(row.cells for row in rows), strict=True)) or [()] * len(ours)
    columns = tuple(
        BoardColumn(number, row, Counter(s for s in cells if s is not None), first_step(row))
        for number, (row, cells) in enumerate(zip(ours, by_column, strict=True), 1)
    )
    national = tuple((row, schedules[row.milestone.id].due) for row in report.milestones if row.is_national_only)
    return MilestoneBoard(report, columns, national, province, rows)


def first_step(row: MilestoneRow) -> str:
    """Return the first step of a milestone that is work of the province's."""
    return next(step.id for step in row.milestone.steps if step.level is not Level.NATIONAL)
