"""What a new anchor or a changed checklist moves, as table or JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lotrinh.core.checklist.deadline_diff import Move, MoveKind
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M, Message
from lotrinh.i18n import current, say, words
from lotrinh.reports.text.tables import NOTHING, Table, moment
from lotrinh.reports.text.terminal import draw_table


class MoveRow(NamedTuple):
    """One change, and the units it concerns."""

    move: Move
    units: tuple[Unit, ...]


KINDS: Mapping[MoveKind, Message] = {
    MoveKind.ADDED: M("thêm"),
    MoveKind.REMOVED: M("bỏ"),
    MoveKind.MOVED: M("dời hạn"),
    MoveKind.CHANGED: M("sửa nội dung"),
}
NAMED = 3


def render_moves(moved: Sequence[MoveRow], form: str, width: int) -> str:
    """Render in the language of this process."""
    if form == "json":
        return json.dumps([_data(m) for m in moved], ensure_ascii=False, indent=1) + "\n"
    if not moved:
        return say(M("Không có gì thay đổi.")) + "\n"
    headers = words("Thay đổi", "Đầu việc", "Hạn cũ", "Hạn mới", "Số ngày", "Đơn vị", "Thành quá hạn")
    overdue = sum(m.move.becomes_overdue for m in moved)
    note = say(M("{count} thay đổi, {overdue} đầu việc thành quá hạn.", count=len(moved), overdue=overdue))
    table = Table(say("NHỮNG GÌ THAY ĐỔI"), headers, tuple(_cells(m) for m in moved), note)
    return draw_table(table, width) + "\n"


def _cells(moved: MoveRow) -> tuple[str, ...]:
    move = moved.move
    return (
        say(KINDS[move.kind]),
        say(move.title),
        _due(move.old),
        _due(move.new),
        f"{move.days:+d}" if move.days else "",
        _units(moved),
        say(M("có")) if move.becomes_overdue else "",
    )


def _due(schedule: Schedule | None) -> str:
    if schedule is None or schedule.due is None:
        return say(schedule.waiting) if schedule and schedule.waiting else NOTHING
    return moment(schedule.due, current())


def _units(moved: MoveRow) -> str:
    names = [u.full_name for u in moved.units[:NAMED]]
    more = len(moved.units) - len(names)
    if not names:
        return NOTHING
    return ", ".join(names) + (say(M(" và {count} đơn vị khác", count=more)) if more else "")


def _data(moved: MoveRow) -> dict[str, Any]:
    move = moved.move
    return {
        "kind": str(move.kind),
        "milestone": move.milestone,
        "step": move.step,
        "old_due": _iso(move.old),
        "new_due": _iso(move.new),
        "days": move.days,
        "becomes_overdue": move.becomes_overdue,
        "units": [u.code for u in moved.units],
    }


def _iso(schedule: Schedule | None) -> str | None:
    due = schedule.due if schedule else None
    return None if due is None else f"{due.day}T{due.hour:%H:%M}" if due.hour else due.day.isoformat()
