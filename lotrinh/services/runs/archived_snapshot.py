"""What programs read of an archived report, taken out of the archive alone.

Neither its checklist nor its schedules are made again: it is as quick as reading the JSON that earlier versions stored
beside each archive, and figures stay those of the run, however a later version counts.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.deadline_history import parse_due
from lotrinh.core.report.snapshot import MilestoneSnapshot, ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.reports.data.json_report import due_at
from lotrinh.services.runs.report_archive import FIRST_FORM, FORM, deadline_text

BEGINNING = f'{{"form":"{FORM}","summary":'
"""What stands before the summary, and so at the beginning of every archive."""
LONGEST = 2_000
"""Characters of an archive in which its summary ends."""
STATUSES = {status.value: status for status in Status}
Deadlines = Mapping[str, datetime | None]
"""Step -> the last second that was in time."""


def extract_snapshot(archive: bytes) -> ReportSnapshot | None:
    """Read what programs are told of a report; None where its archive is of the first form, which does not say all."""
    data = json.loads(zlib.decompress(archive))
    if data["form"] == FIRST_FORM:
        return None
    zone = ZoneInfo(data["zone"])
    # An archive has few deadlines, many plans, and many steps: each deadline is worked out once.
    last_second = cache(lambda due: due_at(parse_due(due), zone))
    plans = [{step: last_second(deadline_text(due)) for step, (_, due, *_) in plan.items()} for plan in data["plans"]]
    everybody = [_unit(unit, plans[unit["plan"]], zone) for unit in data["units"]]
    return ReportSnapshot(
        campaign=data["campaign"],
        run=data["run"],
        as_of=datetime.fromisoformat(data["as_of"]).astimezone(zone),
        checklist_hash=data["checklist_hash"],
        head=data["head"],
        interrupted=data["interrupted"],
        sample=data["sample"],
        milestones=tuple(_milestones(data, last_second)),
        province=next((unit for unit in everybody if unit.unit.is_province), None),
        units=tuple(unit for unit in everybody if not unit.unit.is_province),
        province_name=data["province_name"],
    )


def extract_summary(beginning: bytes) -> Mapping[str, Any]:
    """Read the totals out of the first bytes of an archive; nothing where they are not there, as in the first form."""
    try:
        text = zlib.decompressobj().decompress(beginning, LONGEST).decode(errors="ignore")
    except zlib.error:
        return {}
    if not text.startswith(BEGINNING):
        return {}
    summary, _ = json.JSONDecoder().raw_decode(text, len(BEGINNING))
    return dict(summary)


def _milestones(
    data: Mapping[str, Any], last_second: Callable[[str | None], datetime | None]
) -> Iterator[MilestoneSnapshot]:
    for name, row in data["rows"].items():
        yield MilestoneSnapshot(name, last_second(deadline_text(data["due"][name])), *row)


def _unit(written: Mapping[str, Any], deadlines: Deadlines, zone: ZoneInfo) -> UnitSnapshot:
    code, kind, name, area, *_ = written["unit"]
    steps = zip(deadlines.items(), written["standings"], strict=True)
    return UnitSnapshot(
        Unit(code, UnitKind(kind), name, area),
        Outcome(written["outcome"]),
        f"{written['reason']}: {written['sentence']}" if written["reason"] else "",
        _local(written["checked_at"], zone),
        _local(written["last_heard"], zone),
        {step: _step(due, status, zone) for (step, due), status in steps},
    )


def _step(due: datetime | None, written: Sequence[Any], zone: ZoneInfo) -> StepSnapshot:
    status, completed, _, flags, *reported = written
    day = date.fromisoformat(completed) if completed else None
    return StepSnapshot(STATUSES[status], due, day, flags, _local(reported[0], zone) if reported else None)


def _local(at: str | None, zone: ZoneInfo) -> datetime | None:
    return datetime.fromisoformat(at).astimezone(zone) if at else None
