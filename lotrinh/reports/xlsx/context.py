"""What all sheets of one workbook share: the report, its words, and the cells that every list begins with."""

from collections.abc import Sequence
from functools import cached_property

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.board import places
from lotrinh.core.report.bundle import Dossier
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.core.text import M
from lotrinh.reports.pictures.signs import SIGNS
from lotrinh.reports.text.tables import Writer
from lotrinh.reports.xlsx.cells import Cell, Ink
from lotrinh.reports.xlsx.sheet import Rows, Sheet, print_on_a4
from lotrinh.reports.xlsx.step_counts import Tally, tallies
from lotrinh.reports.xlsx.styles import looks

LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
"""What the name of a sheet may not hold."""


class Book:
    """One workbook that is being written."""

    def __init__(self, workbook: Workbook, dossier: Dossier, language: str) -> None:
        self.dossier, self.report, self.language = dossier, dossier.report, language
        self.writer = Writer(dossier.report, language)
        self.ink = Ink(looks(workbook, language), language)
        self.label = self.writer.say(M("DỮ LIỆU MẪU")) if dossier.report.sample else ""
        self._workbook = workbook

    def sheet(self, name: str, widths: Sequence[float], pages: int = 1) -> Sheet:
        """Begin a sheet of this name: set up for print, under the label of sample data where there is some."""
        rows: Rows = self._workbook.add_worksheet(name.translate(FORBIDDEN)[:LONGEST_NAME], Rows)
        say, report = self.writer.say, self.report
        foot = M("Lượt kiểm tra {run} · nhật ký {head}", run=report.run, head=report.head[:12])
        print_on_a4(rows, f"{name} · {say(report.title)}", self.label, say(foot), pages)
        sheet = Sheet(rows, widths)
        if notice := self.writer.sample_notice():
            sheet.add([self.ink.text(notice, "notice")])
        return sheet

    def title(self, sheet: Sheet, name: str, *hints: str) -> None:
        """Write what a sheet is, of when, and how it is read."""
        when = self.writer.say(M("Tình hình lúc {when}", when=self.report.as_of))
        ink = self.ink
        sheet.lines([ink.text(hint, "hint") for hint in (when, *hints)], ink.text(name, "title"))

    def heads(self, *words: str) -> list[Cell]:
        """Say the heads of columns."""
        return [self.ink.text(word, "head") for word in words]

    @cached_property
    def statuses(self) -> dict[Status, Cell]:
        """Each status in words, in its colour."""
        return {status: self.ink.text(self.writer.say(STATUS[status]), ("status", status)) for status in Status}

    @cached_property
    def signs(self) -> dict[Status, Cell]:
        """The sign of each status, in its colour."""
        return {status: self.ink.text(SIGNS[status].in_(self.language), ("sign", status)) for status in Status}

    def left(self, due: Moment | None) -> Cell:
        """Write the days that are left; below zero they are days past."""
        return self.ink.number((due.day - self.report.as_of.date()).days if due else None, "left")

    def unit(self, unit: Unit) -> list[Cell]:
        """Name a unit: code, name, and its area where units have any."""
        ink = self.ink
        named = [ink.text(unit.code, "code"), ink.text(unit.full_name)]
        return [*named, ink.text(unit.area)] if self.areas else named

    @property
    def unit_heads(self) -> list[Cell]:
        """The heads above what names a unit."""
        words = self.writer.words("Mã", "Đơn vị", "Khu vực")
        return self.heads(*(words if self.areas else words[:2]))

    @property
    def unit_widths(self) -> tuple[float, ...]:
        """The widths of what names a unit."""
        return (8, 24, 18) if self.areas else (8, 24)

    @cached_property
    def areas(self) -> bool:
        """Whether any unit belongs to an area."""
        return any(unit.unit.area for unit in self.report.everybody)

    @cached_property
    def known(self) -> dict[str, Unit]:
        """All units, the province among them, by their codes."""
        return {unit.unit.code: unit.unit for unit in self.report.everybody}

    @cached_property
    def milestones(self) -> dict[str, str]:
        """Milestone id -> its title, with the mark of doubt."""
        rows = self.report.milestones
        return {r.milestone.id: self.writer.say(r.milestone.title) + doubt(doubtful=r.doubtful) for r in rows}

    @cached_property
    def steps(self) -> dict[str, str]:
        """Step id -> its title, with the mark of doubt."""
        steps = self.report.checklist.iter_steps()
        return {s.id: self.writer.say(s.title) + doubt(doubtful=s.doubtful) for s in steps}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Step id -> its number: that of its milestone as the board counts, and its own in it."""
        numbers: dict[str, str] = {}
        milestones = {m.id: m for m in self.report.checklist.milestones}
        for name, place in places(self.report).items():
            ours = (step for step in milestones[name].steps if step.level is not Level.NATIONAL)
            numbers |= {step.id: f"{place + 1}.{number}" for number, step in enumerate(ours, 1)}
        return numbers

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """Step id -> how all units stand in it."""
        return tallies(self.report)

    @cached_property
    def owners(self) -> dict[str, Cell]:
        """Step id -> whose work it is."""
        return {s.id: self.ink.text(self.writer.say(s.owner)) for s in self.report.checklist.iter_steps()}


def doubt(*, doubtful: bool) -> str:
    """Return the mark of what nobody has verified."""
    return " (?)" if doubtful else ""
