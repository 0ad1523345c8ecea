"""A timetable as table, JSON or calendar feed."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Checklist, Level, Step
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.wording import DOUBTFUL_NOTE
from lotrinh.core.text import M, Message
from lotrinh.i18n import current, say, words
from lotrinh.reports.data.json_report import due_at
from lotrinh.reports.text.tables import NOTHING, Table, basis, moment
from lotrinh.reports.text.terminal import draw_table

LEVELS: Mapping[Level, Message] = {
    Level.NATIONAL: M("trung ương"),
    Level.PROVINCE: M("tỉnh"),
    Level.COMMUNE: M("xã"),
    Level.CONSTITUENCY: M("đơn vị bầu cử"),
    Level.POLLING_AREA: M("khu vực bỏ phiếu"),
}


class TimelineRow(NamedTuple):
    """One step with its schedule; ``units`` are those whose work it is, None where no roster was asked for."""

    step: Step
    schedule: Schedule
    units: tuple[Unit, ...] | None


def render_timeline(checklist: Checklist, rows: Sequence[TimelineRow], form: str, width: int) -> str:
    """Render in the language of this process."""
    if form == "json":
        data = [_data(row, ZoneInfo(checklist.timezone)) for row in rows]
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if form == "ics":
        return _calendar(checklist, rows)
    return draw_table(_table(checklist, rows), width) + "\n"


def _data(row: TimelineRow, zone: ZoneInfo) -> dict[str, Any]:
    step, schedule = row.step, row.schedule
    opens = schedule.opens.start_in(zone) if schedule.opens else None
    due, last = due_at(schedule.due, zone), schedule.last_working_day
    written = {
        "milestone": step.milestone,
        "step": step.id,
        "opens_at": opens.isoformat() if opens else None,
        "due_at": due.isoformat() if due else None,
        "rule": step.due.text if step.due else None,
        "last_working_day": last.isoformat() if last else None,
        "level": step.level.value,
        "waiting": say(schedule.waiting) if schedule.waiting else None,
    }
    return written | ({} if row.units is None else {"units": [u.code for u in row.units]})


def _table(checklist: Checklist, rows: Sequence[TimelineRow]) -> Table:
    headers = words("Mốc", "Đầu việc", "Cấp", "Từ", "Hạn", "Ngày làm việc cuối", "Quy tắc", "Căn cứ")
    counted = any(row.units is not None for row in rows)
    made = tuple(_cells(checklist, row, counted=counted) for row in rows)
    headers += words("Số đơn vị") if counted else ()
    doubtful = any(row.step.doubtful for row in rows)
    note = say(DOUBTFUL_NOTE) if doubtful else ""
    return Table(say(checklist.title), headers, made, note)


def _cells(checklist: Checklist, row: TimelineRow, *, counted: bool) -> tuple[str, ...]:
    step, schedule, language = row.step, row.schedule, current()
    last = schedule.last_working_day
    moved = schedule.due and last != schedule.due.day
    due = moment(schedule.due, language) if schedule.due else say(schedule.waiting) if schedule.waiting else NOTHING
    cells = (
        step.milestone,
        say(step.title),
        say(LEVELS[step.level]),
        moment(schedule.opens, language) if schedule.opens else NOTHING,
        due,
        say(M("{day}", day=last)) if moved and last else "",
        step.due.text if step.due else NOTHING,
        "; ".join(basis(checklist, b, language) for b in step.basis),
    )
    return (*cells, str(len(row.units or ()))) if counted else cells


def _calendar(checklist: Checklist, rows: Sequence[TimelineRow]) -> str:
    """One event for each scheduled step; the stamp is the day itself, so that the same input gives the same bytes."""
    from lotrinh.reports.calendar import ics  # noqa: PLC0415 - only this format pays for the library behind it

    entries = (
        ics.CalendarEntry(
            uid=f"{row.step.id}@{checklist.id}.lotrinh",
            title=say(row.step.title) + (" (?)" if row.step.doubtful else ""),
            note=(f"{say(row.step.owner)}. {row.step.due.text if row.step.due else ''}",),
            due=due,
            stamp=datetime.combine(due.day, datetime.min.time(), UTC),
        )
        for row in rows
        if (due := row.schedule.due)
    )
    return ics.write_calendar(say(checklist.title), entries, ZoneInfo(checklist.timezone)).decode()
