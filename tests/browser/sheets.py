"""A return sheet of the campaign with the longest texts, as its commune sends it back."""

from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.return_sheet.return_codes import step_codes
from lotrinh.core.return_sheet.return_sheet import ReturnSheet, SheetMark, SheetRow
from lotrinh.core.status.status import Status, StepStatus
from lotrinh.core.text import Text
from lotrinh.reports.return_sheet import sheet_workbook
from tests.browser import hostile
from tests.browser.hosting import LIEN_SON, NOW
from tests.core.builders import step
from tests.reports.samples import commune
from tests.services.returned import filled

STEP = "mo"


def returned() -> bytes:
    """Make the sheet and fill it in; its checklist is said to be an older one, so that titles need not agree."""
    of, local = step(STEP), NOW.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    row = SheetRow(step_codes("dai", LIEN_SON, [STEP])[STEP], of, StepStatus(STEP, Status.OPEN, None), Schedule(), None)
    mark = SheetMark("dai", LIEN_SON, "-", local.isoformat(), 0)
    about: dict[str, Any] = {
        "title": Text("Đợt dài"),
        "province_name": "Tỉnh Phú Thọ",
        "unit": commune(LIEN_SON),
        "made_at": local,
    }
    sheet = ReturnSheet(mark=mark, **about, earliest_day=None, sample=False, rows=(row,))
    said = {"obstacle": hostile.longest(1990), "proposal": hostile.longest(1990), "signer": hostile.longest(200)}
    return filled(sheet_workbook(sheet, "vi"), {STEP: said})
