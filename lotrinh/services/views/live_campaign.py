"""How a campaign stands this minute: its journal in memory, brought up to date by what has been added since."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from threading import RLock

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report, UnitReport, milestone_rows, obstacles_of
from lotrinh.core.status.journal import Entry, StepRecord, StepRecords, fold
from lotrinh.core.status.observation import Answer
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.assess import Assessment, answer_at_this_minute, answers_of_own_systems, has_own_system
from lotrinh.settings.models import Settings
from lotrinh.store import Store


def _assess_now(
    store: Store, settings: Settings, campaign: Campaign, now: datetime, records: StepRecords
) -> Assessment:
    return Assessment(
        campaign=campaign,
        settings=settings,
        now=now,
        records=records,
        observations=store.runs.last_observations(campaign.id, province=campaign.province.code),
        stored_answers=answers_of_own_systems(store, settings, campaign),
        answer_rule=answer_at_this_minute,
    )


class LiveCampaign:
    """One campaign, kept current. Every method takes the moment for which it answers, and may be called by threads.

    A change in the journal costs its unit's assessment; a new run, or a new minute, all units' assessments.
    """

    def __init__(self, store: Store, settings: Settings, campaign: Campaign) -> None:
        self.campaign = campaign
        self._store, self._settings = store, settings
        self._lock = RLock()
        self._state: Assessment | None = None
        self._key: tuple[str, int, datetime] | None = None
        self._number = 0
        self._units: dict[str, UnitReport] = {}
        self._report: Report | None = None

    def report(self, now: datetime) -> Report:
        """Return the whole report of this minute."""
        with self._lock:
            state = self._refresh(now)
            if self._report is None:
                self._report = self._whole_report(state)
            return self._report

    def unit(self, code: str, now: datetime) -> UnitReport:
        """Return one unit, or the province; ``KeyError`` for a code that takes no part."""
        with self._lock:
            state = self._refresh(now)
            return self._unit(state, self.campaign.by_code[code])

    def report_of_unit(self, code: str, now: datetime) -> Report:
        """Return the report of this minute of one unit, or of the province, and nobody else."""
        with self._lock:
            state = self._refresh(now)
            found = self._unit(state, self.campaign.by_code[code])
            return (
                self._build_report(state, (), found)
                if found.unit.is_province
                else self._build_report(state, (found,), None)
            )

    def record(self, code: str, step: str, now: datetime) -> StepRecord:
        """Return what the journal says of one step in one unit; the copy is the caller's."""
        with self._lock:
            state = self._refresh(now)
            return replace(state.records.get((code, step), StepRecord()))

    def records_of_unit(self, code: str, now: datetime) -> dict[str, StepRecord]:
        """Return what the journal says of each of a unit's steps; the copies are the caller's."""
        with self._lock:
            state = self._refresh(now)
            return {step: replace(record) for (unit, step), record in state.records.items() if unit == code}

    def completion_days(self, code: str, now: datetime) -> dict[str, date | None]:
        """Return the real completion days that the deadlines of a unit hang on, the province's among them."""
        with self._lock:
            state = self._refresh(now)
            unit = self.campaign.by_code[code]
            own = {} if unit.is_province else state.completion_days(unit, state.latest_answer(unit).answer)
            return {**self._province_done(state), **own}

    def answer(self, code: str, now: datetime) -> Answer | None:
        """Return what a unit's own system last said; None where our portal speaks for it or it never answered."""
        with self._lock:
            state = self._refresh(now)
            unit = self.campaign.by_code[code]
            return state.latest_answer(unit).answer if has_own_system(self._settings, unit) else None

    def answers(self, now: datetime) -> dict[str, Answer]:
        """Return what units' own systems last said, by unit; units without such a system are not in it."""
        with self._lock:
            state = self._refresh(now)
            own = (u for u in self.campaign.units if has_own_system(self._settings, u))
            return {unit.code: answer for unit in own if (answer := state.latest_answer(unit).answer)}

    def records(self, now: datetime) -> StepRecords:
        """Return copies of all records."""
        with self._lock:
            state = self._refresh(now)
            return {key: replace(record) for key, record in state.records.items()}

    def select_records(self, now: datetime, is_wanted: Callable[[StepRecord], bool]) -> StepRecords:
        """Return copies of the records that are wanted: far fewer than all, mostly."""
        with self._lock:
            state = self._refresh(now)
            return {key: replace(record) for key, record in state.records.items() if is_wanted(record)}

    def _refresh(self, now: datetime) -> Assessment:
        now = now.astimezone(self.campaign.zone)
        key = (
            *self._store.runs.pulse(self.campaign.id, province=self.campaign.province.code),
            now.replace(second=0, microsecond=0),
        )
        state = self._state
        if state is None or key != self._key:
            records = state.records if state else {}
            state = self._state = _assess_now(self._store, self._settings, self.campaign, now, records)
            self._key = key
            self._forget_units(None)
        news = self._store.journal.entries(self.campaign.id, after=self._number)
        if news:
            self._number = news[-1].number
            fold(news, into=state.records)
            self._forget_units(news)
        return state

    def _forget_units(self, news: Iterable[Entry] | None) -> None:
        """Forget what the news touch: their units, or everybody where the province's own steps are among them."""
        self._report = None
        units = None if news is None else {entry.new.unit for entry in news}
        if units is None or self.campaign.province.code in units:
            self._units.clear()
            return
        for code in units:
            self._units.pop(code, None)

    def _unit(self, state: Assessment, unit: Unit) -> UnitReport:
        if unit.code not in self._units:
            if unit.is_province:
                self._units[unit.code] = state.province()
            else:
                province = self._unit(state, self.campaign.province)
                finished = {s.step: s.status.is_finished for s in province.step_statuses}
                self._units[unit.code] = state.unit(unit, finished, self._province_done(state))
        return self._units[unit.code]

    def _province_done(self, state: Assessment) -> dict[str, date | None]:
        return state.completion_days(self.campaign.province, state.own_answer())

    def _whole_report(self, state: Assessment) -> Report:
        units = tuple(self._unit(state, unit) for unit in self.campaign.units)
        return self._build_report(state, units, self._unit(state, self.campaign.province))

    def _build_report(self, state: Assessment, units: tuple[UnitReport, ...], province: UnitReport | None) -> Report:
        everybody = (*((province,) if province else ()), *units)
        return Report(
            campaign=self.campaign.id,
            title=self.campaign.title,
            province_name=self.campaign.province.full_name,
            as_of=state.now,
            run=self._key[0] if self._key else "",
            checklist=self.campaign.checklist,
            head=self._store.journal.head(),
            sample=state.has_sample(),
            units=units,
            province=province,
            milestones=milestone_rows(self.campaign.checklist, units, province, state.now),
            obstacles=tuple(obstacle for unit in everybody for obstacle in obstacles_of(unit, state.records)),
            schedules=self.campaign.milestone_schedules,
        )
