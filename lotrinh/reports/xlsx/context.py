"""What all sheets of one workbook share: the report, its words, and the cells that every list begins with."""

from collections.abc import Sequence
from functools import cached_property

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.board import column_numbers
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import SIGNS, STATUS
from lotrinh.core.text import M
from lotrinh.reports.text.tables import ReportWriter
from lotrinh.reports.xlsx.cells import Cell, CellWriter
from lotrinh.reports.xlsx.sheet import Sheet, StreamedWorksheet, print_on_a4
from lotrinh.reports.xlsx.step_counts import StepCounts, count_by_step
from lotrinh.reports.xlsx.styles import add_styles

LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
"""What the name of a sheet may not hold."""


class WorkbookContext:
    """One workbook that is being written."""

    def __init__(self, workbook: Workbook, bundle: ReportBundle, language: str) -> None:
        self.bundle, self.report, self.language = bundle, bundle.report, language
        self.writer = ReportWriter(bundle.report, language)
        self.cell = CellWriter(add_styles(workbook, language), language)
        self.label = self.writer.say(M("DỮ LIỆU MẪU")) if bundle.report.sample else ""
        self._workbook = workbook

    def add_sheet(self, name: str, widths: Sequence[float], pages: int = 1) -> Sheet:
        """Begin a sheet of this name: set up for print, under the label of sample data where there is some."""
        rows: StreamedWorksheet = self._workbook.add_worksheet(
            name.translate(FORBIDDEN)[:LONGEST_NAME], StreamedWorksheet
        )
        say, report = self.writer.say, self.report
        foot = M("Lượt kiểm tra {run} · nhật ký {head}", run=report.run, head=report.head[:12])
        print_on_a4(rows, f"{name} · {say(report.title)}", self.label, say(foot), pages)
        sheet = Sheet(rows, widths)
        if notice := self.writer.sample_notice():
            sheet.add([self.cell.text(notice, "notice")])
        return sheet

    def write_title(self, sheet: Sheet, name: str, *hints: str) -> None:
        """Write what a sheet is, of when, and how it is read."""
        when = self.writer.say(M("Tình hình lúc {when}", when=self.report.as_of))
        cell = self.cell
        sheet.add_lines([cell.text(hint, "hint") for hint in (when, *hints)], cell.text(name, "title"))

    def head_cells(self, *words: str) -> list[Cell]:
        """Say the heads of columns."""
        return [self.cell.text(word, "head") for word in words]

    # What rows repeat is written as cells once: a list of the whole nation has two million rows.
    @cached_property
    def status_cells(self) -> dict[Status, Cell]:
        """Each status in words, in its colour."""
        return {status: self.cell.text(self.writer.say(STATUS[status]), ("status", status)) for status in Status}

    @cached_property
    def sign_cells(self) -> dict[Status, Cell]:
        """The sign of each status, in its colour."""
        return {status: self.cell.text(SIGNS[status].in_(self.language), ("sign", status)) for status in Status}

    def days_left(self, due: Moment | None) -> Cell:
        """Write the days that are left; below zero they are days past."""
        return self.cell.number((due.day - self.report.as_of.date()).days if due else None, "left")

    def unit_cells(self, unit: Unit) -> list[Cell]:
        """Name a unit: code, name, and its area where units have any."""
        cell = self.cell
        named = [cell.text(unit.code, "code"), cell.text(unit.full_name)]
        return [*named, cell.text(unit.area)] if self.has_areas else named

    @property
    def unit_heads(self) -> list[Cell]:
        """The heads above what names a unit."""
        words = self.writer.words("Mã", "Đơn vị", "Khu vực")
        return self.head_cells(*(words if self.has_areas else words[:2]))

    @property
    def unit_widths(self) -> tuple[float, ...]:
        """The widths of what names a unit."""
        return (8, 24, 18) if self.has_areas else (8, 24)

    @cached_property
    def has_areas(self) -> bool:
        """Whether any unit belongs to an area."""
        return any(unit.unit.area for unit in self.report.everybody)

    @cached_property
    def units_by_code(self) -> dict[str, Unit]:
        """All units, the province among them, by their codes."""
        return {unit.unit.code: unit.unit for unit in self.report.everybody}

    @cached_property
    def milestone_titles(self) -> dict[str, str]:
        """Milestone id -> its title, with the mark of doubt."""
        rows = self.report.milestones
        return {r.milestone.id: self.writer.say(r.milestone.title) + doubt_mark(doubtful=r.doubtful) for r in rows}

    @cached_property
    def step_titles(self) -> dict[str, str]:
        """Step id -> its title, with the mark of doubt."""
        steps = self.report.checklist.iter_steps()
        return {s.id: self.writer.say(s.title) + doubt_mark(doubtful=s.doubtful) for s in steps}

    @cached_property
    def step_numbers(self) -> dict[str, str]:
        """Step id -> its number: that of its milestone as the board counts, and its own in it."""
        numbers: dict[str, str] = {}
        milestones = {m.id: m for m in self.report.checklist.milestones}
        for name, place in column_numbers(self.report).items():
            ours = (step for step in milestones[name].steps if step.level is not Level.NATIONAL)
            numbers |= {step.id: f"{place + 1}.{number}" for number, step in enumerate(ours, 1)}
        return numbers

    @cached_property
    def step_counts(self) -> dict[str, StepCounts]:
        """Step id -> how all units stand in it."""
        return count_by_step(self.report)

    @cached_property
    def owner_cells(self) -> dict[str, Cell]:
        """Step id -> whose work it is."""
        return {s.id: self.cell.text(self.writer.say(s.owner)) for s in self.report.checklist.iter_steps()}


def doubt_mark(*, doubtful: bool) -> str:
    """Return the mark of what nobody has verified."""
    return " (?)" if doubtful else ""
