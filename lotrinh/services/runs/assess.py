"""From the record to the report: timetables, journal, answers and this run's observations, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report, UnitReport, milestone_rows, obstacles_of
from lotrinh.core.status.conflict import completion_day
from lotrinh.core.status.journal import EMPTY_RECORD, GENESIS, StepRecords, fold
from lotrinh.core.status.observation import Answer, Outcome, ProbeOutcome, Reason
from lotrinh.core.status.status import (
    LatestAnswer,
    PlannedStep,
    UnitView,
    assess_steps,
    plan_steps,
    steps_of_unit,
)
from lotrinh.core.text import Message
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.ask import build_questions, read_stored_answer, status_address
from lotrinh.services.runs.status_document import build_status_answer
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import ObservationRow, Run, StoredAnswer

NOT_ASKED = Message("chưa hỏi trong lượt này")
OWN_JOURNAL = Message("theo nhật ký của chính văn phòng tỉnh")


class TimetableCache:
    """Timetables of one campaign, shared by all units whose awaited completion days are the same."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._plans: dict[tuple[date | None, ...], tuple[PlannedStep, ...]] = {}

    def of(self, completed: Mapping[str, date | None]) -> tuple[PlannedStep, ...]:
        """Return the plan for these completion days of the awaited steps."""
        key = tuple(completed.get(step) for step in self._campaign.awaited_steps)
        if key not in self._plans:
            campaign = self._campaign
            dates = timetable(campaign.checklist, campaign.anchor, completed.get, campaign.parameters)
            self._plans[key] = plan_steps(campaign.checklist, dates, campaign.zone, campaign.policy)
        return self._plans[key]


LatestAnswerRule = Callable[["Assessment", Unit], LatestAnswer]
"""What counts as a unit's latest answer: ``answer_in_run`` or ``answer_at_this_minute``."""


@dataclass(kw_only=True)
class Assessment:
    """All that the statuses of a campaign are computed from at one moment.

    ``now`` is in the campaign's time zone; ``observations`` and ``stored_answers`` are by unit code.
    """

    campaign: Campaign
    settings: Settings
    now: datetime
    records: StepRecords
    observations: Mapping[str, ObservationRow]
    stored_answers: Mapping[str, StoredAnswer]
    answer_rule: LatestAnswerRule
    plans: TimetableCache = field(init=False)
    _read_answers: dict[str, Answer | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no timetable computed."""
        self.plans = TimetableCache(self.campaign)

    def has_sample(self) -> bool:
        """Whether sample data is anywhere in what the report says."""
        codes = {u.code for u in self.campaign.units} | {self.campaign.province.code}
        said = any(r.sample for (unit, _), r in self.records.items() if unit in codes)
        return said or any(a and a.sample for u in self.campaign.units if (a := self.stored_answer(u)))

    def province(self) -> UnitReport:
        """The province's own steps, from our own journal: what nobody entered there is not done."""
        unit, answer = self.campaign.province, self.own_answer()
        planned = steps_of_unit(self.plans.of(self.completion_days(unit, answer)), unit)
        view = UnitView(unit.code, self.now, self.campaign.policy, self.records, LatestAnswer(answer, is_fresh=True))
        step_statuses = assess_steps(planned, view)
        return UnitReport(
            unit=unit,
            outcome=Outcome.REACHED,
            reason=Reason.NONE,
            sentence=OWN_JOURNAL,
            checked_at=self.now,
            last_answer_at=self.now,
            plan=planned,
            step_statuses=step_statuses,
        )

    def unit(self, unit: Unit, province: Mapping[str, bool], province_done: Mapping[str, date | None]) -> UnitReport:
        """One commune in this run."""
        seen, latest = self.observations.get(unit.code), self.latest_answer(unit)
        completed = {**province_done, **self.completion_days(unit, latest.answer)}
        planned = steps_of_unit(self.plans.of(completed), unit)
        step_statuses = assess_steps(
            planned, UnitView(unit.code, self.now, self.campaign.policy, self.records, latest, province)
        )
        last = min(latest.answer.heard_at, self.now) if latest.answer else None
        return UnitReport(unit, *_outcome(seen), last, planned, step_statuses)

    def latest_answer(self, unit: Unit) -> LatestAnswer:
        """What is known of a commune besides the journal."""
        return self.answer_rule(self, unit)

    def own_answer(self) -> Answer:
        """What the province's own journal says of its own steps."""
        return build_status_answer(self.campaign, self.campaign.province, self.records, self.now)

    def stored_answer(self, unit: Unit) -> Answer | None:
        """Return the last valid answer that came from where the unit is asked now; read once."""
        if unit.code not in self._read_answers:
            kept = self.stored_answers.get(unit.code)
            current = kept and kept.source == status_address(self.settings, self.campaign, unit)
            self._read_answers[unit.code] = self._read(unit, kept) if kept and current else None
        return self._read_answers[unit.code]

    def _read(self, unit: Unit, stored: StoredAnswer) -> Answer | None:
        question = build_questions(self.settings, self.campaign, [unit.code], {})[0]
        answer = read_stored_answer(question, stored)
        return replace(answer, heard_at=stored.true_at) if answer else None

    def completion_days(self, unit: Unit, answer: Answer | None) -> dict[str, date | None]:
        """The days on which the unit really completed the steps that deadlines hang on."""
        days: dict[str, date | None] = {}
        for name in self.campaign.awaited_steps:
            step = self.campaign.checklist.steps[name]
            if (step.level is Level.PROVINCE) is not unit.is_province:
                continue
            record = self.records.get((unit.code, name), EMPTY_RECORD)
            days[name] = completion_day(step, record, answer.steps.get(name) if answer else None, self.now.date())
        return days


def answer_in_run(assessment: Assessment, unit: Unit) -> LatestAnswer:
    """Take what the unit last answered where it is asked; fresh where this run reached it."""
    seen = assessment.observations.get(unit.code)
    return LatestAnswer(
        assessment.stored_answer(unit),
        is_fresh=seen is not None and seen.outcome == Outcome.REACHED.value,
        own_system=has_own_system(assessment.settings, unit),
        probes=_probes(seen),
    )


def answer_at_this_minute(assessment: Assessment, unit: Unit) -> LatestAnswer:
    """Take our own journal where our portal speaks for the unit, as fresh as can be; else its system's last answer."""
    latest = answer_in_run(assessment, unit)
    if latest.own_system:
        return latest
    answer = build_status_answer(assessment.campaign, unit, assessment.records, assessment.now)
    return latest._replace(answer=answer, is_fresh=True)


def answers_of_own_systems(
    store: Store, settings: Settings, campaign: Campaign, unit: str = ""
) -> Mapping[str, StoredAnswer]:
    """Read the last answers of units, or of one, with software of its own.

    What our portal once answered for the others is older than our journal, which speaks for them.
    """
    stored = store.runs.answers(campaign.id, unit, units=campaign.by_code)
    return {code: answer for code, answer in stored.items() if has_own_system(settings, campaign.by_code[code])}


def has_own_system(settings: Settings, unit: Unit) -> bool:
    """Whether the unit answers from software of its own rather than through our portal."""
    return bool(unit.status_url) and not unit.status_url.startswith(f"{settings.portal.origin}/")


def _probes(seen: ObservationRow | None) -> dict[str, ProbeOutcome]:
    return {step: ProbeOutcome(found) for step, found in seen.probes.items()} if seen else {}


def _outcome(seen: ObservationRow | None) -> tuple[Outcome, Reason, Message, datetime | None]:
    if seen is None:
        return Outcome.UNREACHABLE, Reason.NONE, NOT_ASKED, None
    # The sentence is stored in words already: braces in it are text, not places for values.
    sentence = Message("{sentence}", sentence=seen.sentence)
    return Outcome(seen.outcome), Reason(seen.reason), sentence, seen.checked_at


def make_report(store: Store, settings: Settings, campaign: Campaign, run: Run) -> Report:
    """Compute the report of a run from the record."""
    now = run.as_of.astimezone(campaign.zone)
    last = store.journal.latest(1)
    head, number = (last[0].hash, last[0].number) if last else (GENESIS, 0)
    entries = store.journal.entries(campaign.id, units=campaign.by_code)
    # Of this moment all tells that has been recorded, whatever the clock said then: it may have been set back.
    until = None if run.of_now else now
    assessment = Assessment(
        campaign=campaign,
        settings=settings,
        now=now,
        records=fold((entry for entry in entries if entry.number <= number), until=until),
        observations=store.runs.observations(run.id),
        stored_answers=store.runs.answers(campaign.id, units=campaign.by_code),
        answer_rule=answer_in_run,
    )
    province = assessment.province()
    finished = {s.step: s.status.is_finished for s in province.step_statuses}
    done = assessment.completion_days(campaign.province, assessment.own_answer())
    units = tuple(assessment.unit(unit, finished, done) for unit in campaign.units)
    return Report(
        campaign=campaign.id,
        title=campaign.title,
        province_name=campaign.province.full_name,
        as_of=now,
        run=run.id,
        checklist=campaign.checklist,
        head=head,
        sample=assessment.has_sample(),
        units=units,
        province=province,
        milestones=milestone_rows(campaign.checklist, units, province, now),
        interrupted=store.runs.find_interrupted_before(campaign.id, run.id, province=campaign.province.code),
        obstacles=tuple(each for unit in (province, *units) for each in obstacles_of(unit, assessment.records)),
        schedules=campaign.milestone_schedules,
    )
