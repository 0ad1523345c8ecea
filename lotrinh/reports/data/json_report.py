"""The report as JSON, for other programs. Date-times carry their offset."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache, partial

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.report.snapshot import MilestoneSnapshot, ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.status import StepStatus
from lotrinh.i18n import say
from lotrinh.reports.data.snapshot_json import format_snapshot

LastSecond = Callable[[Moment | None], datetime | None]


def report_json(report: Report) -> str:
    """Write the report as one JSON document."""
    return format_snapshot(take_snapshot(report))


def take_snapshot(report: Report) -> ReportSnapshot:
    """Return what programs read of a report: all moments in its zone, sentences in the language of this process."""
    zone = report.as_of.tzinfo
    # A report has few deadlines and many steps: each is worked out once.
    last_second = cache(partial(due_at, zone=zone))
    return ReportSnapshot(
        campaign=report.campaign,
        run=report.run,
        as_of=report.as_of,
        checklist_hash=report.checklist.content_hash,
        head=report.head,
        interrupted=report.interrupted,
        sample=report.sample,
        milestones=tuple(
            MilestoneSnapshot(
                id=row.milestone.id,
                due=last_second(row.due),
                days_left=row.days_left,
                units=row.units,
                done=row.done,
                overdue=row.overdue,
                unknown=row.unknown,
            )
            for row in report.milestones
        ),
        province=_unit(report.province, zone, last_second) if report.province else None,
        units=tuple(_unit(unit, zone, last_second) for unit in report.units),
        province_name=report.province_name,
    )


def _unit(unit: UnitReport, zone: tzinfo | None, last_second: LastSecond) -> UnitSnapshot:
    due = {item.step.id: last_second(item.schedule.due) for item in unit.plan}
    return UnitSnapshot(
        unit.unit,
        unit.outcome,
        f"{unit.reason.value}: {say(unit.sentence)}" if unit.reason else "",
        _local(unit.checked_at, zone),
        _local(unit.last_answer_at, zone),
        {status.step: _step(status, due[status.step], zone) for status in unit.step_statuses},
    )


def _step(said: StepStatus, due: datetime | None, zone: tzinfo | None) -> StepSnapshot:
    return StepSnapshot(said.status, due, said.completed_on, said.flags, _local(said.reported_at, zone))


def _local(at: datetime | None, zone: tzinfo | None) -> datetime | None:
    return at.astimezone(zone) if at else None


def due_at(due: Moment | None, zone: tzinfo | None) -> datetime | None:
    """The last second that is in time: 23:59:59 of a day without an hour, or the hour itself."""
    if due is None or zone is None:
        return None
    return due.end_in(zone) - ONE_SECOND if due.hour is None else due.end_in(zone)
