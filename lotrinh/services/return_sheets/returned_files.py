"""Return sheets as files that came back: checked as files, then read, and known again by their mark."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.return_sheet.return_sheet import SheetMark, read_mark
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.reports.return_sheet.reading import SpreadsheetRow, read_return_sheet
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.statements.uploads import KINDS, TOO_LARGE, UNPACKS_TOO_LARGE, XLSX, detect_file_type

LARGEST_UNPACKED = 20_000_000
"""Bytes; a sheet of 500 steps unpacks to one million."""
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""How spreadsheets begin that are older than XLSX, and those with a password."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)
"""What a campaign may be called: nothing that could be a path."""
LOCKED = M("Tệp này có mật khẩu, hoặc là bảng tính đời cũ (.xls). Hãy bỏ mật khẩu và lưu dạng .xlsx.")
NO_WORKBOOK = M("Tệp này không phải bảng tính XLSX. Hãy mở tệp rồi lưu lại dạng .xlsx.")
LARGE = M("Tệp này lớn bất thường nên không đọc. Hãy gửi lại đúng tệp đã nhận, lưu dạng .xlsx.")
INSTEAD = {KINDS.msgid: NO_WORKBOOK, TOO_LARGE.msgid: LARGE, UNPACKS_TOO_LARGE.msgid: LARGE}
"""What is said instead of the sentences for files that are handed in as documents."""
CHANGED = M("Dòng mã phiếu ở đầu bảng đã bị sửa. Hãy điền lại vào tệp đã nhận và giữ nguyên các dòng đầu.")

CampaignOpener = Callable[[str], Campaign]
"""Opens a campaign by its name; ``NotFound`` where there is none."""


class Upload(NamedTuple):
    """A file as it was handed in."""

    name: str
    content: bytes


class OpenedSheet(NamedTuple):
    """A sheet that came back, with the campaign and unit that it is of, and what stands beside its table."""

    name: str
    mark: SheetMark
    campaign: Campaign
    unit: Unit
    lines: tuple[SpreadsheetRow, ...]
    beside: tuple[Problem, ...]


def open_sheet(upload: Upload, campaign_of: CampaignOpener) -> OpenedSheet:
    """Check and read one file; ``BadInput`` with everything that is wrong with it as a sheet."""
    if sentence := _file_fault(upload.content):
        raise BadInput([Problem(upload.name, 0, 0, sentence)])
    returned = read_return_sheet(upload.name, upload.content)
    mark = read_mark(returned.mark)
    if mark is None:
        raise BadInput([Problem(upload.name, 0, 0, CHANGED)])
    campaign = _campaign(upload.name, mark, campaign_of)
    unit = campaign.by_code.get(mark.unit)
    if unit is None:
        sentence = M("Đợt “{campaign}” không có đơn vị mang mã “{unit}”.", campaign=campaign.id, unit=mark.unit)
        raise BadInput([Problem(upload.name, 0, 0, sentence)])
    return OpenedSheet(upload.name, mark, campaign, unit, returned.lines, returned.problems_beside)


def _file_fault(content: bytes) -> Message | None:
    if content.startswith(OLD_OR_LOCKED):
        return LOCKED
    found = detect_file_type(content)
    if isinstance(found, Message):
        return INSTEAD.get(found.msgid, found)
    if found != XLSX:
        return NO_WORKBOOK
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        return LOCKED
    return LARGE if sum(part.file_size for part in parts) > LARGEST_UNPACKED else None


def _campaign(name: str, mark: SheetMark, campaign_of: CampaignOpener) -> Campaign:
    try:
        if NAME.fullmatch(mark.campaign):
            return campaign_of(mark.campaign)
    except NotFound:
        pass  # said below, in the words of a sheet
    sentence = M("Phiếu này thuộc đợt “{campaign}”, không nhập được ở đây.", campaign=mark.campaign[:100])
    raise BadInput([Problem(name, 0, 0, sentence)])
