"""Small campaigns of real communes, and what their systems answer, for tests of the services."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.core.status.status import Policy, StepStatus
from lotrinh.core.text import M
from lotrinh.probing.contract import read_answer
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.ask import begin_run, build_questions, status_address
from lotrinh.services.runs.assess import make_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import ELECTION, checklist

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 2, 2, 8, tzinfo=ZONE)
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")
LUONG_SON = Unit("04924", UnitKind.COMMUNE, "Lương Sơn")
LIEN_SON = Unit("04960", UnitKind.COMMUNE, "Liên Sơn", status_url="https://lienson.example.vn/s")
"""A commune with software of its own; Lương Sơn uses our portal."""
DONE = {"state": "done", "completed_on": "2026-01-29"}


def campaign(*steps: Step, file: Checklist | None = None, units: tuple[Unit, ...] = (LUONG_SON, LIEN_SON)) -> Campaign:
    made = file or checklist(*steps, content_hash="c" * 64)
    return Campaign(
        id="thu",
        title=made.title,
        checklist=made,
        anchor=ELECTION,
        parameters={},
        province=PROVINCE,
        units=units,
        zone=ZONE,
        policy=Policy(),
    )


def says(unit: Unit, *steps: dict[str, Any], at: datetime = NOW, **more: Any) -> str:
    """Write a status document of a unit."""
    written = {"schema": "lotrinh.status/1", "unit": unit.code, "campaign": "thu", "generated_at": at.isoformat()}
    return json.dumps(written | {"steps": list(steps)} | more, ensure_ascii=False)


def hear(settings: Settings, of: Campaign, unit: Unit, body: str, at: datetime = NOW) -> tuple[Observation, str]:
    """Make the observation that the prober would make of this answer."""
    question = build_questions(settings, of, [unit.code], {})[0]
    answer = read_answer(body.encode(), question, at.astimezone(UTC))
    seen = Observation(
        unit=unit.code,
        outcome=Outcome.REACHED,
        reason=Reason.NONE,
        sentence=M("Đơn vị đã trả lời."),
        checked_at=at,
        answer=answer,
        body=body,
    )
    return seen, status_address(settings, of, unit)


def silence(unit: Unit, outcome: Outcome, reason: Reason, at: datetime = NOW) -> tuple[Observation, str]:
    return Observation(unit.code, outcome, reason, M("x"), at), "x"


def report(
    store: Store, of: Campaign, *seen: tuple[Observation, str], at: datetime = NOW, settings: Settings | None = None
) -> Report:
    """Carry out a run that saw this, and make its report as of its moment."""
    run = begin_run(store, of, at, at, {})
    store.runs.record(run.id, of.id, seen)
    return make_report(store, settings or Settings(), of, run)


def stands(made: Report, unit: Unit, step: str) -> StepStatus:
    found = next(u for u in made.everybody if u.unit.code == unit.code)
    return next(s for s in found.step_statuses if s.step == step)


def happened(kind: EntryKind, unit: Unit, step: str, at: datetime = NOW - timedelta(days=3), **body: Any) -> NewEntry:
    return NewEntry(
        kind=kind,
        at=at,
        campaign="thu",
        unit=unit.code,
        step=step,
        actor="x",
        body={"completed_on": "2026-01-29"} | body,
    )


def later(entry: Entry, **change: Any) -> NewEntry:
    return replace(entry.new, **change)
