"""A campaign on one page: what it is, what it is based on, and in pictures how far it is."""

from fastapi import APIRouter, Request, Response

from lotrinh.core.checklist.checklist import cited_sources
from lotrinh.core.report.curve import report_curve, thin_points
from lotrinh.portal.deps import Context
from lotrinh.portal.render import language_of, render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import webcal
from lotrinh.reports.pictures import areas
from lotrinh.reports.pictures.every import draw_picture, title_of
from lotrinh.reports.pictures.groups import shares
from lotrinh.reports.pictures.milestones import number_milestones

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
MAPS = ("areas", "heatmap")
ROWS = 14
"""Rows of the table beside the curve."""


@router.get(CAMPAIGN + "/overview")
def show_overview(request: Request, at: Context) -> Response:
    """Show the campaign."""
    language, today = language_of(request), at.now.astimezone(at.campaign.zone).date()
    report = at.live.report(at.now)
    curve = report_curve(report)
    return render_page(
        request,
        "office/overview.html",
        at=at,
        report=report,
        latest=portal_state(request).store.runs.latest(at.campaign.id, province=at.campaign.province.code),
        webcal=webcal(request, f"/campaigns/{at.campaign.id}/calendar.ics"),
        sources=cited_sources(at.campaign.checklist),
        lines=tuple(number_milestones(report)),
        timeline=draw_picture(report, "timeline", language),
        curve=curve,
        curve_picture=draw_picture(report, "curve", language),
        points=thin_points(curve.points, today, ROWS),
        day=today,
        pictures=[(name, title_of(report, name, language), draw_picture(report, name, language)) for name in MAPS],
        parts_of_bars=areas.PARTS,
        shares=[(share, areas.part_counts(share)) for share in shares(report, language)],
    )
