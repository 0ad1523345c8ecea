"""A unit's return sheet to take away: a workbook to fill in, or a page to print and write on."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from lotrinh.portal.deps import Context
from lotrinh.portal.downloads import SEALED
from lotrinh.portal.render import language_of
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.commune.unit import HOME
from lotrinh.reports.documents import FORMATS
from lotrinh.reports.return_sheet import sheet_page, sheet_workbook
from lotrinh.services.return_sheets.exporting import make_current_sheet

router = APIRouter(include_in_schema=False)


@router.get(HOME + "/sheet.{form}")
def download_return_sheet(request: Request, at: Context, form: Literal["xlsx", "html"]) -> Response:
    """Make the sheet as the unit stands now; always a download, that no browser runs in our name."""
    state, language = portal_state(request), language_of(request)
    sheet = make_current_sheet(state.store, at.live, at.unit.code, at.now)
    content = sheet_workbook(sheet, language) if form == "xlsx" else sheet_page(sheet, language).encode()
    name = f"phieu-{at.campaign.id}-{at.unit.code}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **SEALED}
    return Response(content, media_type=FORMATS[form].media, headers=headers)
