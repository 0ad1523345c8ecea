"""A small report to draw: two milestones of units, one that waits for an event, one of the province."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Basis, Checklist, Confidence, Level, Source
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report, UnitReport, milestone_rows
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import NO_FLAGS, PlannedStep, Policy, Status, StepStatus, plan_steps, steps_of_unit
from lotrinh.core.text import M, Message, Text
from tests.core.builders import LAW, checklist, milestone, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 2, 2, 8, tzinfo=ZONE)
DECREE = Basis("decree", "Điều 7", Confidence.UNVERIFIED)
SOURCES = {
    "law": Source("law", Text("Luật Bầu cử"), "85/2015/QH13"),
    "decree": Source("decree", Text("Nghị định về họp thôn")),
}

TEAMS = step("lap-to", "election_day - 43 days", milestone="to-bau-cu")
LISTS = step("niem-yet", "election_day - 40 days", milestone="to-bau-cu", basis=(LAW, DECREE))
FILES = step("ho-so", "election_day - 42 days at 17:00", milestone="ho-so", basis=(DECREE,))
AFTER = step("khieu-nai", "done(niem-yet) + 30 days", milestone="cho")
LATER = step("hoi-nghi", "election_day - 12 days", milestone="sau")
OF_PROVINCE = step("cua-tinh", "election_day - 35 days", milestone="sau", level=Level.PROVINCE, owner=Text("UBND tỉnh"))
OF_STATE = step("trung-uong", "election_day - 115 days", milestone="toan-quoc", level=Level.NATIONAL)


def the_checklist(**more: Any) -> Checklist:
    milestones = (
        milestone("to-bau-cu", "election_day - 43 days", steps=(TEAMS, LISTS)),
        milestone("ho-so", "election_day - 42 days at 17:00", steps=(FILES,), basis=(DECREE,)),
        milestone("cho", "done(niem-yet) + 30 days", steps=(AFTER,)),
        milestone("sau", "election_day - 12 days", steps=(LATER, OF_PROVINCE)),
        milestone("toan-quoc", "election_day - 115 days", steps=(OF_STATE,)),
    )
    return replace(checklist(*milestones, sources=SOURCES, content_hash="c0ffee" * 10), **more)


OPEN = {
    "lap-to": Status.OVERDUE,
    "niem-yet": Status.DUE_SOON,
    "ho-so": Status.OVERDUE,
    "khieu-nai": Status.UNSCHEDULED,
    "hoi-nghi": Status.OPEN,
    "cua-tinh": Status.DUE_SOON,
}
"""How the steps stand at ``NOW`` in a unit that has done nothing."""


def commune(code: str = "04924", name: str = "Lương Sơn", **more: Any) -> Unit:
    return Unit(code, UnitKind.COMMUNE, name, **more)


REACHED = (Outcome.REACHED, Reason.NONE, M("đã hỏi được"))
UNREACHABLE = (Outcome.UNREACHABLE, Reason.REFUSED, M("máy của xã từ chối kết nối"))
INVALID = (Outcome.INVALID, Reason.TYPE, M("trả lời bằng trang web, không phải JSON"))
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")


def unit_report(
    unit: Unit,
    statuses: Mapping[str, Status] = OPEN,
    flags: Mapping[str, Mapping[str, object]] | None = None,
    of: Checklist | None = None,
    outcome: tuple[Outcome, Reason, Message] = REACHED,
    heard: timedelta | None = timedelta(minutes=5),
) -> UnitReport:
    """One unit whose steps stand as ``statuses`` say; ``heard`` is how old its last valid answer is."""
    items = steps_of_unit(planned_steps(of or the_checklist()), unit)
    step_statuses = tuple(_step_status(item, statuses[item.step.id], (flags or {}).get(item.step.id)) for item in items)
    return UnitReport(unit, *outcome, NOW, None if heard is None else NOW - heard, items, step_statuses)


def planned_steps(of: Checklist) -> tuple[PlannedStep, ...]:
    return plan_steps(of, timetable(of), ZONE, Policy())


def _step_status(item: PlannedStep, status: Status, flags: Mapping[str, object] | None) -> StepStatus:
    done = item.schedule.due.day if item.schedule.due and status in {Status.DONE, Status.DONE_LATE} else None
    return StepStatus(item.step.id, status, item.due, flags or NO_FLAGS, done)


def the_report(
    *units: UnitReport, of: Checklist | None = None, province: Status = Status.DUE_SOON, **more: Any
) -> Report:
    of = of or the_checklist()
    own = unit_report(PROVINCE, {"cua-tinh": province}, of=of)
    fields: dict[str, Any] = {
        "campaign": "bau-cu-2026",
        "title": of.title,
        "province_name": PROVINCE.full_name,
        "as_of": NOW,
        "run": "luot-1",
        "checklist": of,
        "head": "beef" * 16,
        "sample": False,
        "units": tuple(units),
        "province": own,
        "milestones": milestone_rows(of, units, own, NOW),
    }
    return Report(**(fields | more))


def everybody_at(status: Status) -> dict[str, Status]:
    return dict.fromkeys(OPEN, status)


def table_cells(markdown: str, title: str) -> list[list[str]]:
    """The rows of the Markdown table under this title, head first, as they are written."""
    part = markdown.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows if "---" not in row]
