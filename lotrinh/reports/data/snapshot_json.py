"""A snapshot as JSON, which other programs read, and read again: what runs of earlier versions stored is such a text.

Date-times carry their offset.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.snapshot import MilestoneSnapshot, ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status


def format_snapshot(of: ReportSnapshot) -> str:
    """Write a snapshot as one JSON document, a line for each part and each unit.

    An indented document would be written by Python instead of C, ten times as slow.
    """
    parts = [f"{_line(name)}: {_line(value)}" for name, value in _parts(of).items()]
    units = ",\n".join(_line(_unit_fields(unit)) for unit in of.units)
    return "{" + ",\n".join([*parts, f'"units": [\n{units}\n]']) + "}"


def _line(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:  # noqa: ANN401 - json hands over whatever it does not know
    return str(value.isoformat())


def _parts(of: ReportSnapshot) -> dict[str, Any]:
    """Return all that stands before the units; ``lotrinh.services.upkeep.figures`` finds the summary among it."""
    return {
        "campaign": of.campaign,
        "province_name": of.province_name,
        "as_of": of.as_of,
        "run": of.run,
        "checklist_hash": of.checklist_hash,
        "journal_head": of.head,
        "interrupted": of.interrupted or None,
        "summary": of.summary(),
        "milestones": [_milestone_fields(row) for row in of.milestones],
        "province": _unit_fields(of.province) if of.province else None,
    }


def _milestone_fields(row: MilestoneSnapshot) -> dict[str, Any]:
    return {
        "id": row.id,
        "due_at": row.due,
        "days_left": row.days_left,
        "units": row.units,
        "done": row.done,
        "overdue": row.overdue,
        "unknown": row.unknown,
    }


def _unit_fields(unit: UnitSnapshot) -> dict[str, Any]:
    return {
        "code": unit.unit.code,
        "name": unit.unit.name,
        "kind": unit.unit.kind.value,
        "area": unit.unit.area,
        "outcome": unit.outcome.value,
        "reason": unit.reason or None,
        "checked_at": unit.checked_at,
        "last_answer_at": unit.last_answer_at,
        "steps": [_step_fields(name, step) for name, step in unit.steps.items()],
    }


def _step_fields(name: str, step: StepSnapshot) -> dict[str, Any]:
    return {
        "id": name,
        "status": step.status.value,
        "due_at": step.due,
        "completed_on": step.completed_on,
        "reported_at": step.reported_at,
        "flags": dict(step.flags),
    }


def parse_snapshot(text: str) -> ReportSnapshot:
    """Read what ``format_snapshot`` writes; earlier versions did not write areas, province names or ``reported_at``."""
    data = json.loads(text)
    return ReportSnapshot(
        campaign=data["campaign"],
        run=data["run"],
        as_of=datetime.fromisoformat(data["as_of"]),
        checklist_hash=data["checklist_hash"],
        head=data["journal_head"],
        interrupted=data["interrupted"] or "",
        sample=data["summary"]["sample"],
        milestones=tuple(_read_milestone(each) for each in data["milestones"]),
        province=_read_unit(data["province"]) if data["province"] else None,
        units=tuple(_read_unit(each) for each in data["units"]),
        province_name=data.get("province_name", ""),
    )


def _read_milestone(data: Mapping[str, Any]) -> MilestoneSnapshot:
    return MilestoneSnapshot(
        id=data["id"],
        due=_read_moment(data["due_at"]),
        days_left=data["days_left"],
        units=data["units"],
        done=data["done"],
        overdue=data["overdue"],
        unknown=data["unknown"],
    )


def _read_unit(data: Mapping[str, Any]) -> UnitSnapshot:
    return UnitSnapshot(
        Unit(data["code"], UnitKind(data["kind"]), data["name"], data.get("area", "")),
        Outcome(data["outcome"]),
        data["reason"] or "",
        _read_moment(data["checked_at"]),
        _read_moment(data["last_answer_at"]),
        {each["id"]: _read_step(each) for each in data["steps"]},
    )


def _read_step(data: Mapping[str, Any]) -> StepSnapshot:
    completed = data["completed_on"]
    return StepSnapshot(
        Status(data["status"]),
        _read_moment(data["due_at"]),
        date.fromisoformat(completed) if completed else None,
        data["flags"],
        _read_moment(data.get("reported_at")),
    )


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
