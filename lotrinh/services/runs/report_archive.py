"""A whole report as compressed data, written so that every format can be made again from it, today or in five years.

The form is for ourselves; what other programs read is made from it by ``lotrinh.services.runs.archived_snapshot``.
Schedules are written once for all units that share them, and what follows from the checklist (whose work a step is) is
not written at all.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.deadlines import Schedule, Timetable
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.deadline_history import OFFICE, Dues
from lotrinh.core.report.report import Report, StepObstacle, UnitReport, milestone_rows
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import NO_FLAGS, PlannedStep, Policy, Status, StepStatus, plan_steps, steps_of_unit
from lotrinh.core.text import Message, Text
from lotrinh.i18n import say

FIRST_FORM, FORM = "lotrinh.frozen/1", "lotrinh.frozen/2"
"""Of the first form, what programs read was stored as JSON beside it: it has neither summary, zone, hash nor rows."""
MOMENTS = frozenset({"stale"})
"""Flags whose values are moments."""


def dump_report(report: Report, policy: Policy) -> bytes:
    """Write a report down, compressed."""
    plans = _Plans()
    units = [_unit(u, plans) for u in report.everybody]
    data = {
        "form": FORM,
        "summary": report.summary(),  # near the beginning, where it is read without the rest
        "campaign": report.campaign,
        "title": list(report.title),
        "province_name": report.province_name,
        "as_of": report.as_of.isoformat(),
        "run": report.run,
        "head": report.head,
        "sample": report.sample,
        "interrupted": report.interrupted,
        "checklist_hash": report.checklist.content_hash,
        "zone": report.checklist.timezone,
        "policy": [t.total_seconds() for t in (policy.warning, policy.horizon, policy.stale)],
        "plans": plans.written,
        "milestones": {name: _schedule(s) for name, s in report.schedules.items()},
        "due": {row.milestone.id: _moment(row.due) for row in report.milestones},
        "rows": {r.milestone.id: [r.days_left, r.units, r.done, r.overdue, r.unknown] for r in report.milestones},
        "units": units,
        "voices": [_obstacle(v) for v in report.obstacles],
    }
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6)


class _Plans:
    """Plans written so far. Planned steps are known by identity: units with one timetable share them."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []
        self._known: dict[tuple[int, ...], int] = {}

    def number(self, planned: Sequence[PlannedStep]) -> int:
        key = tuple(id(p) for p in planned)
        if key not in self._known:
            self._known[key] = len(self.written)
            self.written.append({p.step.id: _schedule(p.schedule) for p in planned})
        return self._known[key]


def _unit(report: UnitReport, plans: _Plans) -> dict[str, Any]:
    unit = report.unit
    return {
        "unit": [unit.code, unit.kind.value, unit.name, unit.area, sorted(unit.tags), unit.status_url],
        "outcome": report.outcome.value,
        "reason": report.reason.value,
        "sentence": say(report.sentence, "vi"),
        "checked_at": _iso(report.checked_at),
        "last_heard": _iso(report.last_answer_at),
        "plan": plans.number(report.plan),
        "standings": [_step_status(s) for s in report.step_statuses],
    }


def _step_status(step_status: StepStatus) -> list[Any]:
    flags = {name: _iso(v) if isinstance(v, datetime) else v for name, v in step_status.flags.items()}
    said = _iso(step_status.completed_on), _iso(step_status.heard_at)
    written = [step_status.status.value, *said, flags]
    return [*written, _iso(step_status.reported_at)] if step_status.reported_at else written


def _schedule(schedule: Schedule) -> list[Any]:
    waiting = say(schedule.waiting, "vi") if schedule.waiting else None
    return [_moment(schedule.opens), _moment(schedule.due), _iso(schedule.last_working_day), waiting]


def _obstacle(obstacle: StepObstacle) -> list[Any]:
    said = [obstacle.text, obstacle.is_proposal, obstacle.answer, obstacle.handed_to, obstacle.sample]
    return [obstacle.unit.code, obstacle.step.id, *said, _iso(obstacle.reported_at), _iso(obstacle.answered_at)]


def _moment(moment: Moment | None) -> list[str | None] | None:
    return [moment.day.isoformat(), moment.hour.isoformat() if moment.hour else None] if moment else None


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None


def load_report(archive: bytes, checklist: Checklist) -> Report:
    """Make the report again; ``checklist`` is the one it was made with."""
    data = json.loads(zlib.decompress(archive))
    zone = ZoneInfo(checklist.timezone)
    policy = Policy(*(timedelta(seconds=s) for s in data["policy"]))
    plans = {n: _plan_of(written, checklist, zone, policy) for n, written in enumerate(data["plans"])}
    everybody = [_unit_of(u, plans) for u in data["units"]]
    province = next((u for u in everybody if u.unit.is_province), None)
    units = tuple(u for u in everybody if not u.unit.is_province)
    as_of = datetime.fromisoformat(data["as_of"]).astimezone(zone)
    by_code = {u.unit.code: u.unit for u in everybody}
    return Report(
        campaign=data["campaign"],
        title=Text(*data["title"]),
        province_name=data["province_name"],
        as_of=as_of,
        run=data["run"],
        checklist=checklist,
        head=data["head"],
        sample=data["sample"],
        units=units,
        province=province,
        milestones=milestone_rows(checklist, units, province, as_of),
        interrupted=data["interrupted"],
        obstacles=tuple(_obstacle_of(v, by_code, checklist) for v in data["voices"]),
        schedules={name: _schedule_of(s) for name, s in data.get("milestones", {}).items()},
    )


def load_unit_report(archive: bytes, checklist: Checklist, code: str) -> UnitReport | None:
    """Make one unit's part again, or the province's, without the others; None where the report has no such unit."""
    data = json.loads(zlib.decompress(archive))
    written = next((unit for unit in data["units"] if unit["unit"][0] == code), None)
    if written is None:
        return None
    policy = Policy(*(timedelta(seconds=s) for s in data["policy"]))
    number = written["plan"]
    return _unit_of(written, {number: _plan_of(data["plans"][number], checklist, ZoneInfo(checklist.timezone), policy)})


def load_units(archive: bytes) -> tuple[Unit, ...]:
    """Read only of which units a report was made, the province among them."""
    return tuple(_bare(written["unit"]) for written in json.loads(zlib.decompress(archive))["units"])


def load_deadlines(archive: bytes) -> Dues:
    """Read only the deadlines out of a stored report."""
    data = json.loads(zlib.decompress(archive))
    plans = [{step: deadline_text(written[1]) for step, written in plan.items()} for plan in data["plans"]]
    ours = {milestone: deadline_text(written) for milestone, written in data.get("due", {}).items()}
    return {OFFICE: ours} | {unit["unit"][0]: plans[unit["plan"]] for unit in data["units"]}


def deadline_text(written: Sequence[str | None] | None) -> str | None:
    """Write a deadline as ``lotrinh.core.report.deadline_history.as_text`` does."""
    return "T".join(filter(None, written)) if written else None


def _plan_of(
    written: Mapping[str, list[Any]], checklist: Checklist, zone: ZoneInfo, policy: Policy
) -> tuple[PlannedStep, ...]:
    known = {step: _schedule_of(s) for step, s in written.items()}
    steps = {step: known.get(step, Schedule()) for step in checklist.steps}
    return tuple(p for p in plan_steps(checklist, Timetable(steps, {}), zone, policy) if p.step.id in known)


def _schedule_of(written: list[Any]) -> Schedule:
    opens, due, last, waiting = written
    text = Message("{text}", text=waiting) if waiting else None
    return Schedule(_moment_of(opens), _moment_of(due), date.fromisoformat(last) if last else None, text)


def _moment_of(written: list[Any] | None) -> Moment | None:
    if written is None:
        return None
    day, hour = written
    return Moment(date.fromisoformat(day), time.fromisoformat(hour) if hour else None)


def _bare(written: Sequence[Any]) -> Unit:
    code, kind, name, area, tags, url = written
    return Unit(code, UnitKind(kind), name, area, frozenset(tags), url)


def _unit_of(written: Mapping[str, Any], plans: Mapping[int, tuple[PlannedStep, ...]]) -> UnitReport:
    unit = _bare(written["unit"])
    planned = steps_of_unit(plans[written["plan"]], unit)
    step_statuses = tuple(_step_status_of(p, s) for p, s in zip(planned, written["standings"], strict=True))
    return UnitReport(
        unit=unit,
        outcome=Outcome(written["outcome"]),
        reason=Reason(written["reason"]),
        sentence=Message("{text}", text=written["sentence"]),
        checked_at=_when(written["checked_at"]),
        last_answer_at=_when(written["last_heard"]),
        plan=planned,
        step_statuses=step_statuses,
    )


def _step_status_of(item: PlannedStep, written: list[Any]) -> StepStatus:
    status, completed, answered, flags, *reported = written
    day = date.fromisoformat(completed) if completed else None
    read = {name: datetime.fromisoformat(v) if name in MOMENTS else v for name, v in flags.items()} or NO_FLAGS
    return StepStatus(
        step=item.step.id,
        status=Status(status),
        due=item.due,
        flags=read,
        completed_on=day,
        heard_at=_when(answered),
        reported_at=_when(*reported or (None,)),
    )


def _obstacle_of(written: list[Any], units: Mapping[str, Unit], checklist: Checklist) -> StepObstacle:
    code, step, text, proposal, answer, handed_to, sample, said_at, answered_at = written
    return StepObstacle(
        unit=units[code],
        step=checklist.steps[step],
        text=text,
        is_proposal=proposal,
        reported_at=_when(said_at),
        answer=answer,
        answered_at=_when(answered_at),
        handed_to=handed_to,
        sample=sample,
    )


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
