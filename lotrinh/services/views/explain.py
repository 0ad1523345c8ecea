"""Why a step stands as it does in one unit, at this moment or at one in the past: all that is known, put together."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.deadlines import trace
from lotrinh.core.checklist.units import Unit
from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.explanation import (
    Explanation,
    LegalBasis,
    Prerequisite,
    UnitCheck,
    completion_steps,
    journal_line,
    rule_texts,
)
from lotrinh.core.report.report import UnitReport
from lotrinh.core.report.status_reasons import StepSituation, status_reasons, step_ids
from lotrinh.core.status.journal import EMPTY_RECORD, GENESIS, Entry, fold
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.core.text import M, Message
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name
from lotrinh.services.runs.assess import Assessment, answer_at_this_minute, answers_of_own_systems, has_own_system
from lotrinh.services.runs.report_archive import load_unit_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.journal import ANYTHING, JournalFilter
from lotrinh.store.runs.runs import ObservationRow, Run

RUNS = 5
"""Runs that are shown: the last that asked the unit."""


class _PastStep(NamedTuple):
    """How a step stood in the report of a run."""

    run: str
    item: PlannedStep
    step_status: StepStatus


class _UnitHistory(NamedTuple):
    """One unit and the province: all that is recorded, or the journal and the runs until a moment in the past.

    ``is_lost`` where what the unit's own system said then was replaced by what it has answered since.
    """

    assessment: Assessment
    entries: Mapping[str, tuple[Entry, ...]]
    head: str
    runs: Sequence[tuple[Run, ObservationRow]]
    is_lost: bool

    def reports(self, unit: Unit) -> tuple[UnitReport, UnitReport, dict[str, date | None]]:
        """Return the unit, the province, and the real completion days that the unit's deadlines hang on."""
        at = self.assessment
        province = at.province()
        done = at.completion_days(at.campaign.province, at.own_answer())
        if unit.is_province:
            return province, province, done
        finished = {s.step: s.status.is_finished for s in province.step_statuses}
        own = at.completion_days(unit, at.latest_answer(unit).answer)
        return at.unit(unit, finished, done), province, {**done, **own}


def _history(
    store: Store, settings: Settings, campaign: Campaign, unit: Unit, now: datetime, *, past: bool
) -> _UnitHistory:
    now = now.astimezone(campaign.zone)
    until = now if past else None
    codes = dict.fromkeys((campaign.province.code, unit.code))
    entries = {code: _until(store.journal.entries(campaign.id, code), until) for code in codes}
    runs = store.runs.unit_observations(campaign.id, unit.code, RUNS, until)
    is_lost = past and has_own_system(settings, unit) and _answered_since(store, campaign, unit, now)
    assessment = Assessment(
        campaign=campaign,
        settings=settings,
        now=now,
        records=fold(entry for each in entries.values() for entry in each),
        observations={seen.unit: seen for _, seen in runs[:1]},
        stored_answers={} if is_lost else answers_of_own_systems(store, settings, campaign, unit.code),
        answer_rule=answer_at_this_minute,
    )
    return _UnitHistory(assessment, entries, _head(store, until), runs, is_lost)


def _answered_since(store: Store, campaign: Campaign, unit: Unit, now: datetime) -> bool:
    """Whether the unit's system has answered again after this moment: only its last answer is kept."""
    last = store.runs.unit_observations(campaign.id, unit.code, 1, outcome=Outcome.REACHED.value)
    return bool(last) and last[0][0].as_of >= now + ONE_SECOND


def build_explanation(
    store: Store, settings: Settings, campaign: Campaign, unit: Unit, step: Step, now: datetime, *, past: bool = False
) -> Explanation:
    """Explain one of the unit's own steps as of ``now``; the rules are the campaign's of today.

    Where ``now`` is a moment in the ``past``, the journal until then speaks. What a unit's own system said then is kept
    only until it answers again: after that, the report of the last run before that moment is taken at its word.
    """
    history = _history(store, settings, campaign, unit, now, past=past)
    at = history.assessment
    own, province, days = history.reports(unit)
    item, step_status = next(
        pair for pair in zip(own.plan, own.step_statuses, strict=True) if pair[0].step.id == step.id
    )
    then = _reported(store, history, unit, step) if history.is_lost else None
    if then:
        item, step_status = then.item, then.step_status
    latest = at.latest_answer(unit)
    answer = latest.answer if latest.own_system else None
    published = answer.steps.get(step.id) if answer else None
    record = at.records.get((unit.code, step.id), EMPTY_RECORD)
    situation = StepSituation(
        unit=unit,
        item=item,
        step_status=step_status,
        record=record,
        answer=published,
        policy=campaign.policy,
        now=at.now,
    )
    return Explanation(
        campaign=campaign.id,
        title=campaign.title,
        unit=unit,
        as_of=at.now,
        item=item,
        step_status=step_status,
        heard_at=step_status.heard_at if latest.own_system else record.last_statement_at,
        reasons=(*status_reasons(situation), *_lost(history, unit, then)),
        rules=rule_texts(campaign.checklist, item, campaign.parameters),
        arithmetic=trace(campaign.checklist, step.id, campaign.anchor, days.get, campaign.parameters),
        checks=tuple(
            UnitCheck(r.id, seen.checked_at.astimezone(campaign.zone), Outcome(seen.outcome), seen.sentence)
            for r, seen in history.runs
        ),
        own_system=latest.own_system,
        system_answer=published,
        system_answer_at=answer.heard_at.astimezone(campaign.zone) if answer else None,
        entries=tuple(
            journal_line(e, campaign_actor_name(e.new.actor, campaign))
            for e in history.entries[unit.code]
            if e.new.step == step.id
        ),
        prerequisites=_before(campaign, item, step_status, days, (province, own)),
        bases=tuple(LegalBasis(basis, campaign.checklist.sources[basis.source]) for basis in step.basis),
        checklist_hash=campaign.checklist.content_hash,
        head=history.head,
        sample=any(r.sample for r in at.records.values()) or bool(answer and answer.sample),
        from_run=then.run if then else "",
    )


def _until(entries: tuple[Entry, ...], until: datetime | None) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if until is None or entry.new.at <= until)


def _head(store: Store, until: datetime | None) -> str:
    last = store.journal.latest(1, matching=JournalFilter(until=until + ONE_SECOND) if until else ANYTHING)
    return last[0].hash if last else GENESIS


def _reported(store: Store, history: _UnitHistory, unit: Unit, step: Step) -> _PastStep | None:
    """Take a step from the last run's report, if nothing was stated about it since and the checklist is the same."""
    campaign = history.assessment.campaign
    found = store.runs.latest_at(campaign.id, history.assessment.now, province=campaign.province.code)
    if found is None or any(e.new.step == step.id and e.new.at > found.as_of for e in history.entries[unit.code]):
        return None
    kept = store.runs.report_dump(found.id) if found.checklist_hash == campaign.checklist.content_hash else None
    of = load_unit_report(kept[0], campaign.checklist, unit.code) if kept else None
    pairs = zip(of.plan, of.step_statuses, strict=True) if of else ()
    return next(
        (_PastStep(found.id, item, step_status) for item, step_status in pairs if step_status.step == step.id), None
    )


def _lost(history: _UnitHistory, unit: Unit, then: _PastStep | None) -> list[Message]:
    if not history.is_lost:
        return []
    if then:
        sentence = M(
            "Phần mềm của {unit} đã trả lời lại sau thời điểm này nên lời trước đó không còn được giữ; tình trạng lấy "
            "từ báo cáo của lượt {run}.",
            unit=unit.full_name,
            run=then.run,
        )
        return [sentence]
    return [
        M(
            "Phần mềm của {unit} đã trả lời lại sau thời điểm này nên lời trước đó không còn được giữ; ở đây chỉ tính "
            "theo nhật ký.",
            unit=unit.full_name,
        )
    ]


def _before(
    campaign: Campaign,
    item: PlannedStep,
    step_status: StepStatus,
    days: dict[str, date | None],
    reports: tuple[UnitReport, UnitReport],
) -> tuple[Prerequisite, ...]:
    """List what is missing: steps to be finished first, then steps on whose completion the dates hang."""
    dates = [s for s in completion_steps(campaign.checklist, item, campaign.parameters) if days.get(s) is None]
    missing = dict.fromkeys(step_ids(step_status.flags.get("waiting_for")), False) | dict.fromkeys(dates, True)
    known = {i.step.id: (r.unit, i, s) for r in reports for i, s in zip(r.plan, r.step_statuses, strict=True)}
    return tuple(Prerequisite(*known[name], hangs) for name, hangs in missing.items() if name in known)
