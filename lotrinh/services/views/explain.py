"""Why a step stands as it does in one unit, at this moment or at one in the past: all that is known, put together."""

from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.deadlines import trace
from lotrinh.core.checklist.units import Unit
from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.explanation import Asked, Before, Explanation, Ground, hangs_on, rules_told, told
from lotrinh.core.report.report import UnitReport
from lotrinh.core.report.status_reasons import Case, because, list_of
from lotrinh.core.status.journal import EMPTY_RECORD, GENESIS, Entry, fold
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.core.text import M, Message
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.campaigns.naming import named
from lotrinh.services.runs.assess import Plans, has_own_system
from lotrinh.services.runs.report_archive import thaw_one
from lotrinh.services.views.live_campaign import Now
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.journal import ANYTHING, Sought

RUNS = 5
"""Runs that are shown: the last that asked the unit."""


class _Then(NamedTuple):
    """How a step stood in the report of a run."""

    run: str
    item: PlannedStep
    standing: StepStatus


class _Unit(Now):
    """One unit and the province: all that is recorded, or the journal and the runs until a moment in the past."""

    def __init__(
        self, store: Store, settings: Settings, campaign: Campaign, unit: Unit, now: datetime, *, past: bool
    ) -> None:
        self.campaign, self.settings = campaign, settings
        self.now = now.astimezone(campaign.zone)
        codes = dict.fromkeys((campaign.province.code, unit.code))
        until = self.now if past else None
        self.entries = {code: _until(store.journal.entries(campaign.id, code), until) for code in codes}
        self.head = _head(store, until)
        self.records = fold(entry for entries in self.entries.values() for entry in entries)
        self.plans = Plans(campaign)
        self.runs = store.runs.of_unit(campaign.id, unit.code, RUNS, until)
        self.seen = {seen.unit: seen for _, seen in self.runs[:1]}
        self.lost = past and has_own_system(settings, unit) and self._answered_since(store, unit)
        self.kept = {} if self.lost else store.runs.answers(campaign.id, unit.code)
        self._known = {}

    def _answered_since(self, store: Store, unit: Unit) -> bool:
        """Whether the unit's system has answered again after this moment: only its last answer is kept."""
        last = store.runs.of_unit(self.campaign.id, unit.code, 1, outcome=Outcome.REACHED.value)
        return bool(last) and last[0][0].as_of >= self.now + ONE_SECOND

    def of(self, unit: Unit) -> tuple[UnitReport, UnitReport, dict[str, date | None]]:
        """Return the unit, the province, and the real completion days that the unit's deadlines hang on."""
        province = self.province()
        done = self.completed(self.campaign.province, self.own_answer())
        if unit.is_province:
            return province, province, done
        finished = {s.step: s.status.is_finished for s in province.standings}
        return self.unit(unit, finished, done), province, {**done, **self.completed(unit, self.heard(unit).answer)}


def explain(
    store: Store, settings: Settings, campaign: Campaign, unit: Unit, step: Step, now: datetime, *, past: bool = False
) -> Explanation:
    """Explain one of the unit's own steps as of ``now``; the rules are the campaign's of today.

    Where ``now`` is a moment in the ``past``, the journal until then speaks. What a unit's own system said then is kept
    only until it answers again: after that, the report of the last run before that moment is taken at its word.
    """
    at = _Unit(store, settings, campaign, unit, now, past=past)
    own, province, days = at.of(unit)
    item, standing = next(pair for pair in zip(own.plan, own.standings, strict=True) if pair[0].step.id == step.id)
    then = _reported(store, at, unit, step) if at.lost else None
    if then:
        item, standing = then.item, then.standing
    heard = at.heard(unit)
    answer = heard.answer if heard.own_system else None
    published = answer.steps.get(step.id) if answer else None
    record = at.records.get((unit.code, step.id), EMPTY_RECORD)
    case = Case(unit, item, standing, record, published, campaign.policy, at.now)
    return Explanation(
        campaign=campaign.id,
        title=campaign.title,
        unit=unit,
        as_of=at.now,
        item=item,
        standing=standing,
        heard_at=standing.heard_at if heard.own_system else record.last_statement_at,
        because=(*because(case), *_lost(at, unit, then)),
        rules=rules_told(campaign.checklist, item, campaign.parameters),
        arithmetic=trace(campaign.checklist, step.id, campaign.anchor, days.get, campaign.parameters),
        asked=tuple(
            Asked(r.id, seen.checked_at.astimezone(campaign.zone), Outcome(seen.outcome), seen.sentence)
            for r, seen in at.runs
        ),
        own_system=heard.own_system,
        published=published,
        published_at=answer.heard_at.astimezone(campaign.zone) if answer else None,
        entries=tuple(told(e, named(e.new.actor, campaign)) for e in at.entries[unit.code] if e.new.step == step.id),
        before=_before(campaign, item, standing, days, (province, own)),
        grounds=tuple(Ground(basis, campaign.checklist.sources[basis.source]) for basis in step.basis),
        checklist_hash=campaign.checklist.content_hash,
        head=at.head,
        sample=any(r.sample for r in at.records.values()) or bool(answer and answer.sample),
        then=then.run if then else "",
    )


def _until(entries: tuple[Entry, ...], until: datetime | None) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if until is None or entry.new.at <= until)


def _head(store: Store, until: datetime | None) -> str:
    last = store.journal.latest(1, sought=Sought(until=until + ONE_SECOND) if until else ANYTHING)
    return last[0].hash if last else GENESIS


def _reported(store: Store, at: _Unit, unit: Unit, step: Step) -> _Then | None:
    """Take a step from the last run's report, if nothing was stated about it since and the checklist is the same."""
    found = store.runs.latest_at(at.campaign.id, at.now, province=at.campaign.province.code)
    if found is None or any(e.new.step == step.id and e.new.at > found.as_of for e in at.entries[unit.code]):
        return None
    kept = store.runs.frozen(found.id) if found.checklist_hash == at.campaign.checklist.content_hash else None
    of = thaw_one(kept[0], at.campaign.checklist, unit.code) if kept else None
    pairs = zip(of.plan, of.standings, strict=True) if of else ()
    return next((_Then(found.id, item, standing) for item, standing in pairs if standing.step == step.id), None)


def _lost(at: _Unit, unit: Unit, then: _Then | None) -> list[Message]:
    if not at.lost:
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
    standing: StepStatus,
    days: dict[str, date | None],
    reports: tuple[UnitReport, UnitReport],
) -> tuple[Before, ...]:
    """List what is missing: steps to be finished first, then steps on whose completion the dates hang."""
    dates = [s for s in hangs_on(campaign.checklist, item, campaign.parameters) if days.get(s) is None]
    missing = dict.fromkeys(list_of(standing.flags.get("waiting_for")), False) | dict.fromkeys(dates, True)
    known = {i.step.id: (r.unit, i, s) for r in reports for i, s in zip(r.plan, r.standings, strict=True)}
    return tuple(Before(*known[name], hangs) for name, hangs in missing.items() if name in known)
