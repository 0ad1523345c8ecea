"""The milestones of a report in the order of their deadlines, numbered alike in every picture and table."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from lotrinh.core.deadlines import Schedule
from lotrinh.core.report import MilestoneRow, Report
from lotrinh.core.rules import Moment
from lotrinh.core.status import Status
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.pictures.timeline import Bar


class Line(NamedTuple):
    """One milestone, with its number and when its window opens."""

    number: int
    row: MilestoneRow
    opens: Moment | None

    @property
    def state(self) -> str:
        """What colours it in the timeline: "national" where it is nobody's work in the province."""
        row = self.row
        if row.national_only:
            return "national"
        if row.overdue or row.province is Status.OVERDUE:
            return "overdue"
        return "done" if row.done == row.units and (row.province is None or row.province.finished) else "open"


def lines_of(report: Report) -> Iterator[Line]:
    """Number the milestones, by their deadline; those without one come last."""
    dates = {row.milestone.id: report.schedules.get(row.milestone.id, Schedule()) for row in report.milestones}
    rows = [row._replace(due=row.due or dates[row.milestone.id].due) for row in report.milestones]
    ordered = sorted(rows, key=lambda r: (r.due is None, r.due.day if r.due else date.max))
    for number, row in enumerate(ordered, 1):
        yield Line(number, row, dates[row.milestone.id].opens)


def bars(lines: Iterable[Line], language: str) -> Iterator[Bar]:
    """Turn milestones into what the timeline needs."""
    for line in lines:
        due = line.row.due.day if line.row.due else None
        opens = line.opens.day if line.opens and due and line.opens.day <= due else None
        yield Bar(line.number, say(line.row.milestone.title, language), opens, due, line.state, _note(line, language))


def _note(line: Line, language: str) -> str:
    """Say what the colour says."""
    if line.row.overdue:
        return say(M("{count} quá hạn", count=line.row.overdue), language)
    if line.state == "overdue":
        return say(M("tỉnh quá hạn"), language)
    return say(M("đã xong"), language) if line.state == "done" else ""
