"""How cells look: by name, and by status. Every colour stands beside a sign or a word."""

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # XlsxWriter declares no types

from lotrinh.core.status.status import Status

CellStyle = str | tuple[str, Status]
"""The name of a style, or with a status: ("sign", …) for a map, ("status", …) for a word in a table."""
FONT = {"font_name": "Times New Roman", "font_size": 11}
LINE = {"border": 1, "border_color": "#B7AFA3"}
TABLE: Mapping[str, Any] = {**LINE, "valign": "top"}
HEAD: Mapping[str, Any] = {**LINE, "bold": True, "bg_color": "#EFE9DF", "text_wrap": True}
STYLES: Mapping[CellStyle, Mapping[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 14},
    "part": {"bold": True, "font_size": 12},
    "notice": {"bold": True, "font_color": "#A3101A"},
    "hint": {"italic": True, "font_color": "#555555"},
    "head": {**HEAD, "valign": "vcenter", "align": "center"},
    "turned": {**HEAD, "rotation": 90, "valign": "bottom", "align": "center", "font_size": 9, "text_wrap": False},
    # The button of the filter takes the lower part of the cell.
    "numbered": {**HEAD, "valign": "top", "align": "center", "font_size": 9, "text_wrap": False},
    "text": {**TABLE, "text_wrap": True},
    "code": {**TABLE, "num_format": "@"},
    "number": {**TABLE, "num_format": "0", "align": "center"},
    "left": {**TABLE, "num_format": "0;[Red]-0;0", "align": "center"},
    "share": {**TABLE, "align": "center", "num_format": "0.0%"},
    "day": {**TABLE, "align": "center"},
    "time": {**TABLE, "align": "center"},
    "hash": {**TABLE, "font_name": "Courier New", "font_size": 8, "num_format": "@", "text_wrap": True},
}
WRAPPED = frozenset(name for name, how in STYLES.items() if how.get("text_wrap"))
"""Styles whose texts go on in the next line where the column is too narrow."""
FORMATS: Mapping[str, Mapping[str, str]] = {
    "vi": {"day": "dd/mm/yyyy", "time": "hh:mm dd/mm/yyyy"},
    "en": {"day": "[$-409]dd mmm yyyy", "time": "[$-409]dd mmm yyyy hh:mm"},
}
COLOURS: Mapping[Status, Mapping[str, Any]] = {
    Status.DONE: {"bg_color": "#DDF0E2", "font_color": "#14532D"},
    Status.DONE_LATE: {"bg_color": "#EEF3C4", "font_color": "#4D4700"},
    Status.OVERDUE: {"bg_color": "#A3101A", "font_color": "#FFFFFF", "bold": True},
    Status.DUE_SOON: {"bg_color": "#FBD98A", "font_color": "#5A3700", "bold": True},
    Status.OPEN: {"bg_color": "#DCE8F7", "font_color": "#1A4F8B"},
    Status.UPCOMING: {"font_color": "#555555"},
    Status.UNSCHEDULED: {"bg_color": "#EEEEEE", "font_color": "#555555"},
    Status.NOT_APPLICABLE: {"font_color": "#595959"},
    Status.UNKNOWN: {"bg_color": "#E5DDF2", "font_color": "#3F2A6B", "bold": True},
}


def add_styles(book: Workbook, language: str) -> dict[CellStyle, int]:
    """Make all styles known to a workbook; return the number by which its cells name each."""
    made: dict[CellStyle, Mapping[str, Any]] = dict(STYLES)
    for status, colour in COLOURS.items():
        made["sign", status] = {**LINE, **colour, "align": "center", "valign": "vcenter"}
        made["status", status] = {**TABLE, **colour, "text_wrap": True}
    for name, form in FORMATS[language].items():
        made[name] = {**made[name], "num_format": form}
    # The numbers are what our own cells need and what XlsxWriter has no public name for.
    return {style: book.add_format({**FONT, **how})._get_xf_index() for style, how in made.items()}  # noqa: SLF001
