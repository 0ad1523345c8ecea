"""The report as JSON, for other programs. Date-times carry their offset."""

import json
from datetime import datetime, tzinfo
from typing import Any

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.report import MilestoneRow, Report, UnitReport
from lotrinh.core.status.status import StepStatus
from lotrinh.i18n import say


def as_json(report: Report) -> str:
    """Write the report as one JSON document, a line for each part and each unit.

    An indented document would be written by Python instead of C, ten times as slow.
    """
    data = as_data(report)
    units = ",\n".join(_line(unit) for unit in data.pop("units"))
    parts = [f"{_line(name)}: {_line(value)}" for name, value in data.items()]
    return "{" + ",\n".join([*parts, f'"units": [\n{units}\n]']) + "}"


def _line(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    return json.dumps(value, ensure_ascii=False, default=_plain)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data; ``province`` and ``milestones`` stand beside ``units``."""
    zone = report.as_of.tzinfo
    return {
        "campaign": report.campaign,
        "province_name": report.province_name,
        "as_of": report.as_of,
        "run": report.run,
        "checklist_hash": report.checklist.content_hash,
        "journal_head": report.head,
        "interrupted": report.interrupted or None,
        "summary": report.summary(),
        "milestones": [_milestone(row, zone) for row in report.milestones],
        "province": _unit(report.province, zone) if report.province else None,
        "units": [_unit(unit, zone) for unit in report.units],
    }


def _milestone(row: MilestoneRow, zone: tzinfo | None) -> dict[str, Any]:
    return {
        "id": row.milestone.id,
        "due_at": due_at(row.due, zone),
        "days_left": row.days_left,
        "units": row.units,
        "done": row.done,
        "overdue": row.overdue,
        "unknown": row.unknown,
    }


def _unit(unit: UnitReport, zone: tzinfo | None) -> dict[str, Any]:
    due = {item.step.id: item.schedule.due for item in unit.plan}
    return {
        "code": unit.unit.code,
        "name": unit.unit.name,
        "kind": unit.unit.kind.value,
        "area": unit.unit.area,
        "outcome": unit.outcome.value,
        "reason": f"{unit.reason.value}: {say(unit.sentence)}" if unit.reason else None,
        "checked_at": unit.checked_at.astimezone(zone) if unit.checked_at else None,
        "last_answer_at": unit.last_answer_at.astimezone(zone) if unit.last_answer_at else None,
        "steps": [_step(standing, due[standing.step], zone) for standing in unit.standings],
    }


def _step(standing: StepStatus, due: Moment | None, zone: tzinfo | None) -> dict[str, Any]:
    return {
        "id": standing.step,
        "status": standing.status.value,
        "due_at": due_at(due, zone),
        "completed_on": standing.completed_on,
        "reported_at": standing.reported_at.astimezone(zone) if standing.reported_at else None,
        "flags": dict(standing.flags),
    }


def due_at(due: Moment | None, zone: tzinfo | None) -> datetime | None:
    """The last second that is in time: 23:59:59 of a day without an hour, or the hour itself."""
    if due is None or zone is None:
        return None
    return due.ends(zone) - ONE_SECOND if due.hour is None else due.ends(zone)


def _plain(value: Any) -> str:  # noqa: ANN401 - json hands over whatever it does not know
    return str(value.isoformat())
