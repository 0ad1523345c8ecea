"""Return sheets as communes send them back: made by the office, filled in with another program, read again."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.checklist.checklist import Evidence, Need
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.actors import SHEETS
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.i18n import say
from lotrinh.reports.return_sheet import sheet_workbook
from lotrinh.reports.return_sheet.layout import PLACE
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.return_sheets.exporting import make_current_sheet
from lotrinh.services.return_sheets.import_confirmations import PreparedImport, prepare_import, record_import
from lotrinh.services.return_sheets.returned_files import Upload
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import LUONG_SON, NOW, campaign

STEPS = (
    step("so", "election_day - 43 days", evidence=Evidence(("Quyết định",), number=Need.REQUIRED)),
    step("thuong", "election_day - 42 days"),
    step("dem", "election_day - 41 days", count="polling_areas"),
    step("dem-nua", "election_day - 40 days", count="polling_areas"),
    step("tep", "election_day - 39 days", evidence=Evidence(("Biên bản",), file=Need.REQUIRED)),
)
LATER = NOW + timedelta(days=7)
Cells = Mapping[str, Mapping[str, Any]]
"""Step -> field -> what is typed."""


@dataclass
class Desk:
    """The office's desk: a record, a campaign, and sheets that go out and come back."""

    store: Store
    settings: Settings
    campaign: Campaign

    def sheet(self, unit: Unit = LUONG_SON, at: datetime = NOW, language: str = "vi") -> bytes:
        """Make a unit's sheet."""
        made = make_current_sheet(self.store, LiveCampaign(self.store, self.settings, self.campaign), unit.code, at)
        return sheet_workbook(made, language)

    def judge(self, *files: bytes, at: datetime = LATER) -> PreparedImport:
        """Read files as the command does."""

        def opened(name: str) -> Campaign:
            if name != self.campaign.id:
                raise NotFound(M("không có"))
            return self.campaign

        uploads = [Upload(f"phieu-{n}.xlsx", content) for n, content in enumerate(files, 1)]
        return prepare_import(self.store, uploads, opened, SHEETS, at)

    def record(self, *files: bytes, at: datetime = LATER) -> tuple[Entry, ...]:
        return record_import(self.store, self.judge(*files, at=at), at)

    def said(self) -> list[tuple[str, str, EntryKind]]:
        """What the journal holds: unit, step, kind."""
        return [(e.new.unit, e.new.step, e.new.kind) for e in self.store.journal.entries(self.campaign.id)]

    def happened(self, kind: EntryKind, name: str, at: datetime, **body: Any) -> Entry:
        """Let something have been said in the portal."""
        new = NewEntry(
            kind=kind,
            at=at,
            campaign=self.campaign.id,
            unit=LUONG_SON.code,
            step=name,
            actor=f"unit:{LUONG_SON.code}",
            body=body,
        )
        return self.store.journal.append(new)[0]


def desk_of(store: Store, settings: Settings) -> Desk:
    return Desk(store, settings, campaign(*STEPS))


def filled(content: bytes, cells: Cells, change: Callable[[Worksheet], None] | None = None) -> bytes:
    """Fill in rows of a sheet by the titles of their steps, and change what nobody should."""
    book = load_workbook(io.BytesIO(content))
    page = book.active
    assert isinstance(page, Worksheet)
    for name, fields in cells.items():
        for field, value in fields.items():
            page.cell(row_of(page, name), PLACE[field] + 1).value = value
    if change:
        change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(page: Worksheet, name: str) -> int:
    """Return the row of a step; 0 stands for the head."""
    wanted = "Đầu việc" if name == "0" else f"Việc {name}"
    column = PLACE["step"] + 1
    return next(n for n in range(1, page.max_row + 1) if str(page.cell(n, column).value).split("\n")[0] == wanted)


def sentences(judged: PreparedImport) -> list[tuple[str, str]]:
    """What is wrong, each with its place."""
    return [(problem.place, say(problem.sentence)) for problem in judged.problems]


DONE = {"completed_on": "29/1/2026", "document.number": "12/QĐ-UBND", "document.date": "28/1/2026"}
