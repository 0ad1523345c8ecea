"""The columns of a return sheet: written by the workbook, and found again in what comes back."""

from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Need, Step
from lotrinh.core.text import M, Message


class ColumnKind(StrEnum):
    """What goes into a column."""

    FIXED = "fixed"
    TEXT = "text"
    DAY = "day"
    COUNT = "count"


class SheetColumn(NamedTuple):
    """One column. ``name`` is the field of a confirmation, ``width`` in characters."""

    name: str
    head: Message
    width: float
    kind: ColumnKind

    @property
    def is_filled_in(self) -> bool:
        """Whether the unit fills it in."""
        return self.kind is not ColumnKind.FIXED


COLUMNS = (
    SheetColumn("code", M("Mã"), 10.5, ColumnKind.FIXED),
    SheetColumn("step", M("Đầu việc"), 31, ColumnKind.FIXED),
    SheetColumn("due", M("Hạn"), 13, ColumnKind.FIXED),
    SheetColumn("owner", M("Cơ quan thực hiện"), 11, ColumnKind.FIXED),
    SheetColumn("evidence", M("Văn bản chứng minh"), 18, ColumnKind.FIXED),
    SheetColumn("completed_on", M("Ngày hoàn thành"), 11.5, ColumnKind.DAY),
    SheetColumn("document.number", M("Số, ký hiệu văn bản"), 13, ColumnKind.TEXT),
    SheetColumn("document.date", M("Ngày văn bản"), 11.5, ColumnKind.DAY),
    SheetColumn("done", M("Đã xong"), 7, ColumnKind.COUNT),
    SheetColumn("of", M("Trên tổng số"), 7, ColumnKind.COUNT),
    SheetColumn("obstacle", M("Khó khăn, vướng mắc"), 15, ColumnKind.TEXT),
    SheetColumn("proposal", M("Kiến nghị"), 15, ColumnKind.TEXT),
    SheetColumn("note", M("Ghi chú"), 11, ColumnKind.TEXT),
    SheetColumn("signer", M("Người ký"), 12, ColumnKind.TEXT),
)
PLACE = {column.name: place for place, column in enumerate(COLUMNS)}
"""Field -> which column, counted from 0."""


def column_letter(place: int) -> str:
    """Name a column as spreadsheets do: A for the first."""
    return chr(ord("A") + place) if place <= ord("Z") - ord("A") else "?"


def takes_field(step: Step, name: str) -> bool:
    """Whether a field can be filled in for a step at all."""
    evidence = step.evidence
    if name in {"done", "of"}:
        return bool(step.count)
    if name in {"completed_on", "note"}:
        return evidence.file is not Need.REQUIRED or bool(step.count)
    if name.startswith("document."):
        return evidence.number is not Need.NONE and evidence.file is not Need.REQUIRED
    return True
