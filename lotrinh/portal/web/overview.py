"""A campaign on one page: what it is, what it is based on, its timeline, and planned against done."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from lotrinh.core.curve import curve_of, thinned
from lotrinh.core.deadlines import Schedule
from lotrinh.core.report import MilestoneRow, Report
from lotrinh.core.rules import Moment
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.portal.render import language_of, page
from lotrinh.portal.visitor import At
from lotrinh.reports.pictures import curve as curve_picture
from lotrinh.reports.pictures import timeline as timeline_picture
from lotrinh.services.sources import sources

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
ROWS = 14
"""Rows of the table beside the curve."""


class Line(NamedTuple):
    """One milestone in the table, with its number in the picture."""

    number: int
    row: MilestoneRow
    opens: Moment | None

    @property
    def state(self) -> str:
        """The status that colours it in the picture."""
        if self.row.national_only or not self.row.units:
            return "national"
        if self.row.overdue:
            return "overdue"
        return "done" if self.row.done == self.row.units else "open"


@router.get(CAMPAIGN + "/overview")
def overview(request: Request, at: At) -> Response:
    """Show the campaign."""
    language, today = language_of(request), at.now.astimezone(at.campaign.zone).date()
    report = at.live.report(at.now)
    lines = tuple(lines_of(report))
    curve = curve_of(report)
    title = say(at.campaign.title, language)
    return page(
        request,
        "overview.html",
        at=at,
        report=report,
        sources=sources(at.campaign.checklist),
        lines=lines,
        timeline=timeline_picture.draw(bars(lines, language), at.campaign.checklist.calendar, today, title, language),
        curve=curve,
        curve_picture=curve_picture.draw(curve, today, title, language),
        curve_said=curve_picture.described(curve, today, language) if curve.dated else "",
        points=thinned(curve.points, today, ROWS),
        day=today,
    )


def lines_of(report: Report) -> Iterator[Line]:
    """Number the milestones, by their deadline; those without one come last."""
    dates = {row.milestone.id: report.schedules.get(row.milestone.id, Schedule()) for row in report.milestones}
    rows = [row._replace(due=row.due or dates[row.milestone.id].due) for row in report.milestones]
    ordered = sorted(rows, key=lambda r: (r.due is None, r.due.day if r.due else date.max))
    for number, row in enumerate(ordered, 1):
        yield Line(number, row, dates[row.milestone.id].opens)


def bars(lines: tuple[Line, ...], language: str) -> Iterator[timeline_picture.Bar]:
    """Turn milestones into what the picture needs."""
    for line in lines:
        due = line.row.due.day if line.row.due else None
        opens = line.opens.day if line.opens and due and line.opens.day <= due else None
        late = say(M("{count} quá hạn", count=line.row.overdue), language) if line.row.overdue else ""
        yield timeline_picture.Bar(line.number, say(line.row.milestone.title, language), opens, due, line.state, late)
