"""Reports to take away: a run's for the office, and one unit's for that unit and the office."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict

from lotrinh.core.status.roles import Role
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.deps import Context
from lotrinh.portal.downloads import ReportQuery, make_report_download
from lotrinh.portal.render import language_of
from lotrinh.portal.state import portal_state
from lotrinh.services.runs import runs

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"


class PageReportQuery(ReportQuery):
    """How a report is wanted; the address of a page may say other things, as the language, too."""

    model_config = ConfigDict(extra="ignore")


ReportOptions = Annotated[PageReportQuery, Query()]


@router.get(CAMPAIGN + "/runs/{run_id}/report.{form}")
def download_run_report(request: Request, at: Context, run_id: str, form: str, query: ReportOptions) -> Response:
    """Give the report as its run made it, as a file."""
    state = portal_state(request)
    runs.read_run_progress(state.store, at.campaign, run_id, at.now)
    made = make_report_download(state, at.campaign, form, query, language_of(request), run=run_id)
    return made.response()


@router.get(CAMPAIGN + "/units/{code}/report.{form}")
def download_unit_report(request: Request, at: Context, form: str, query: ReportOptions) -> Response:
    """Give one unit's part of the newest report; a unit's own letterhead is not known to us and left to be filled."""
    state = portal_state(request)
    if state.store.runs.latest(at.campaign.id, province=at.campaign.province.code) is None:
        raise NotFound(M("Đợt này chưa có lượt kiểm tra nào chạy xong."))
    own = at.visitor.role is Role.UNIT
    made = make_report_download(state, at.campaign, form, query, language_of(request), unit=at.unit.code, blank=own)
    return made.response()
