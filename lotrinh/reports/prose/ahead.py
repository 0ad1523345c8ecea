"""What is due in the coming time, step by step, with how many units have not finished it."""

from collections.abc import Iterator

from lotrinh.core.report.report import Report
from lotrinh.core.text import M
from lotrinh.reports.prose.findings import FEW_UNITS, UpcomingStep, upcoming_steps
from lotrinh.reports.prose.table import ProseTable, columns
from lotrinh.reports.text.tables import ReportWriter, moment


class UpcomingWriter(ReportWriter):
    """Writes the section on what comes next."""

    def __init__(self, report: Report, language: str, days: int) -> None:
        super().__init__(report, language)
        self.steps = upcoming_steps(report, days)

    def parts(self) -> Iterator[str | ProseTable]:
        """The steps by their deadline, or that there are none."""
        if not self.steps:
            yield self.say(M("Không có việc nào đến hạn."))
            return
        heads = self.words("TT", "Hạn", "Đầu việc", "Cơ quan", "Đơn vị chưa xong")
        rows = [(str(number), *row) for number, row in enumerate(self.rows(), 1)]
        yield ProseTable(columns(heads, (9, 29, 58, 38, 31), {0, 1}), rows)

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Deadline, step, whose work it is, and who has not finished it."""
        for item in self.steps:
            yield self.due(item), self.name(item), self.say(item.step.owner), self.left(item)

    def name(self, item: UpcomingStep) -> str:
        """The step's title, with its doubt."""
        return self.say(item.step.title) + (" (?)" if item.step.doubtful else "")

    def due(self, item: UpcomingStep) -> str:
        """The deadline, and the last working day where it is another."""
        text = moment(item.due, self.language)
        if item.last_working_day and item.last_working_day != item.due.day:
            text += self.say(M(" (ngày làm việc cuối {day})", day=item.last_working_day))
        return text

    def left(self, item: UpcomingStep) -> str:
        """How many have not finished it; few are named, those unknown never, and the nation's step is nobody's here."""
        if not item.of:
            return self.say(M("việc của trung ương"))
        unknown = self.say(M("{count} chưa rõ", count=item.unknown)) if item.unknown else ""
        if not item.units:
            return unknown
        names = ", ".join(unit.full_name for unit in item.units) if len(item.units) <= FEW_UNITS else ""
        if item.of == 1:
            return names
        count = self.say(M("{left}/{of} đơn vị", left=len(item.units), of=item.of))
        return "; ".join(filter(None, (f"{count}: {names}" if names else count, unknown)))
