"""The columns of a return sheet: written by the workbook, and found again in what comes back."""

from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Need, Step
from lotrinh.core.text import M, Message


class Kind(StrEnum):
    """What goes into a column."""

    FIXED = "fixed"
    TEXT = "text"
    DAY = "day"
    COUNT = "count"


class Column(NamedTuple):
    """One column. ``name`` is the field of a confirmation, ``width`` in characters."""

    name: str
    head: Message
    width: float
    kind: Kind

    @property
    def fill(self) -> bool:
        """Whether the unit fills it in."""
        return self.kind is not Kind.FIXED


COLUMNS = (
    Column("code", M("Mã"), 10.5, Kind.FIXED),
    Column("step", M("Đầu việc"), 31, Kind.FIXED),
    Column("due", M("Hạn"), 13, Kind.FIXED),
    Column("owner", M("Cơ quan thực hiện"), 11, Kind.FIXED),
    Column("evidence", M("Văn bản chứng minh"), 18, Kind.FIXED),
    Column("completed_on", M("Ngày hoàn thành"), 11.5, Kind.DAY),
    Column("document.number", M("Số, ký hiệu văn bản"), 13, Kind.TEXT),
    Column("document.date", M("Ngày văn bản"), 11.5, Kind.DAY),
    Column("done", M("Đã xong"), 7, Kind.COUNT),
    Column("of", M("Trên tổng số"), 7, Kind.COUNT),
    Column("obstacle", M("Khó khăn, vướng mắc"), 15, Kind.TEXT),
    Column("proposal", M("Kiến nghị"), 15, Kind.TEXT),
    Column("note", M("Ghi chú"), 11, Kind.TEXT),
    Column("signer", M("Người ký"), 12, Kind.TEXT),
)
PLACE = {column.name: place for place, column in enumerate(COLUMNS)}
"""Field -> which column, counted from 0."""


def letter(place: int) -> str:
    """Name a column as spreadsheets do: A for the first."""
    return chr(ord("A") + place) if place <= ord("Z") - ord("A") else "?"


def takes(step: Step, name: str) -> bool:
    """Whether a field can be filled in for a step at all."""
    evidence = step.evidence
    if name in {"done", "of"}:
        return bool(step.count)
    if name in {"completed_on", "note"}:
        return evidence.file is not Need.REQUIRED or bool(step.count)
    if name.startswith("document."):
        return evidence.number is not Need.NONE and evidence.file is not Need.REQUIRED
    return True
