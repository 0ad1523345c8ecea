"""The milestones of a report in the order of their deadlines, numbered alike in every picture and table."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment, due_day_order
from lotrinh.core.report.report import MilestoneRow, Report
from lotrinh.core.status.status import Status
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.pictures.timeline import Bar


class NumberedMilestone(NamedTuple):
    """One milestone, with its number and when its window opens."""

    number: int
    row: MilestoneRow
    opens: Moment | None

    @property
    def has_unknown(self) -> bool:
        """Whether of some unit, or of the province, nobody knows how it stands."""
        return not self.row.is_national_only and (self.row.unknown > 0 or self.row.province is Status.UNKNOWN)

    @property
    def state(self) -> str:
        """What it is in the timeline: "national" where it is nobody's work in the province.

        It is unknown where nobody is known to be overdue or on the way, and of somebody we know nothing.
        """
        row, own = self.row, self.row.province
        if row.is_national_only:
            return "national"
        if row.overdue or own is Status.OVERDUE:
            return "overdue"
        if row.done + row.unknown < row.units or (own and not own.is_finished and own is not Status.UNKNOWN):
            return "open"
        return "unknown" if self.has_unknown else "done"


def number_milestones(report: Report) -> Iterator[NumberedMilestone]:
    """Number the milestones, by their deadline; those without one come last."""
    dates = {row.milestone.id: report.schedules.get(row.milestone.id, Schedule()) for row in report.milestones}
    rows = [row._replace(due=row.due or dates[row.milestone.id].due) for row in report.milestones]
    ordered = sorted(rows, key=lambda r: due_day_order(r.due))
    for number, row in enumerate(ordered, 1):
        yield NumberedMilestone(number, row, dates[row.milestone.id].opens)


def bars(lines: Iterable[NumberedMilestone], language: str) -> Iterator[Bar]:
    """Turn milestones into what the timeline needs."""
    for line in lines:
        due = line.row.due.day if line.row.due else None
        opens = line.opens.day if line.opens and due and line.opens.day <= due else None
        title, note = say(line.row.milestone.title, language), _note(line, language)
        yield Bar(
            number=line.number,
            title=title,
            opens=opens,
            due=due,
            state=line.state,
            note=note,
            has_unknown=line.has_unknown,
        )


def _note(line: NumberedMilestone, language: str) -> str:
    """Say what the sign says, and of how many nobody knows, which one sign cannot say beside another."""
    row, parts = line.row, []
    if row.overdue:
        parts.append(M("{count} quá hạn", count=row.overdue))
    elif line.state == "overdue":
        parts.append(M("tỉnh quá hạn"))
    if row.unknown:
        parts.append(M("{count} chưa rõ", count=row.unknown))
    elif row.province is Status.UNKNOWN:
        parts.append(M("tỉnh chưa rõ"))
    if line.state == "done":
        parts.append(M("đã xong"))
    return ", ".join(say(part, language, figures=True) for part in parts)


def milestone_summary(lines: Iterable[NumberedMilestone]) -> M:
    """Say in how many milestones somebody is overdue, and in how many of somebody nobody knows."""
    lines = tuple(lines)
    return M(
        "{overdue} mốc có đơn vị hoặc cấp tỉnh quá hạn; {unknown} mốc có đơn vị hoặc cấp tỉnh chưa rõ: không tính là "
        "xong, không tính là chưa làm.",
        overdue=sum(line.state == "overdue" for line in lines),
        unknown=sum(line.has_unknown for line in lines),
    )
