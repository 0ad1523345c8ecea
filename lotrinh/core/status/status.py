"""The status of each step in a unit at one moment: computed from timetable, journal and answers, never stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.deadlines import Schedule, Timetable
from lotrinh.core.checklist.rules import is_past
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.conflict import completion_day, is_conflicting, is_decided_by_portal
from lotrinh.core.status.journal import EMPTY_RECORD, StepRecord
from lotrinh.core.status.observation import Answer, ProbeOutcome, StepAnswer, StepState


class Status(StrEnum):
    """What a step is in a unit at one moment."""

    DONE = "done"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    UPCOMING = "upcoming"
    UNSCHEDULED = "unscheduled"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do: every other status is outstanding."""
        return self in FINISHED_STATUSES

    @property
    def is_done(self) -> bool:
        """Whether the work is done, in time or late."""
        return STAGES[self] is Stage.DONE

    @property
    def is_pressing(self) -> bool:
        """Whether a step with this status presses; one that is unclear presses too, see ``is_pressing`` of reports."""
        return STAGES[self] is Stage.PRESSING


class Stage(Enum):
    """What a status means for the work. ``status_groups`` makes every group and order of statuses of these."""

    PRESSING = auto()
    OPEN = auto()
    COMING = auto()
    UNKNOWN = auto()
    DONE = auto()
    EXCUSED = auto()


STAGES: Mapping[Status, Stage] = {
    Status.OVERDUE: Stage.PRESSING,
    Status.UNKNOWN: Stage.UNKNOWN,
    Status.DUE_SOON: Stage.PRESSING,
    Status.OPEN: Stage.OPEN,
    Status.UNSCHEDULED: Stage.COMING,
    Status.UPCOMING: Stage.COMING,
    Status.DONE_LATE: Stage.DONE,
    Status.DONE: Stage.DONE,
    Status.NOT_APPLICABLE: Stage.EXCUSED,
}
"""Every status, the worst first: of several steps together the first of these counts."""
FINISHED_STATUSES = frozenset(status for status, stage in STAGES.items() if stage in {Stage.DONE, Stage.EXCUSED})
NO_FLAGS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Policy:
    """When a step counts as due soon, as open without a window, and when an answer is stale."""

    warning: timedelta = timedelta(days=7)
    horizon: timedelta = timedelta(days=30)
    stale: timedelta = timedelta(hours=48)


class StepStatus(NamedTuple):
    """One step in one unit. ``heard_at`` is when the unit last said something valid about it.

    ``reported_at`` is when it first said that the step is completed; None where it is not, or where a system of the
    unit's own does not tell.
    """

    step: str
    status: Status
    due: datetime | None
    flags: Mapping[str, object] = NO_FLAGS
    completed_on: date | None = None
    heard_at: datetime | None = None
    reported_at: datetime | None = None


class PlannedStep(NamedTuple):
    """A step with its schedule as instants, made once for all units that share the timetable."""

    step: Step
    schedule: Schedule
    opens: datetime | None
    due: datetime | None
    due_soon_from: datetime | None
    open_from: datetime | None


class LatestAnswer(NamedTuple):
    """What we know of a unit besides the journal.

    ``answer`` is its last valid answer, ``is_fresh`` whether it was given in this run, ``own_system`` whether it
    comes from software of the unit's own rather than from our portal.
    """

    answer: Answer | None = None
    is_fresh: bool = False
    own_system: bool = False
    probes: Mapping[str, ProbeOutcome] = MappingProxyType({})


NO_ANSWER = LatestAnswer()


def plan_steps(checklist: Checklist, timetable: Timetable, zone: tzinfo, policy: Policy) -> tuple[PlannedStep, ...]:
    """Turn a timetable into instants of ``zone``, in the checklist's order."""
    return tuple(_planned(step, timetable.steps[step.id], zone, policy) for step in checklist.iter_steps())


def _planned(step: Step, schedule: Schedule, zone: tzinfo, policy: Policy) -> PlannedStep:
    opens = schedule.opens.start_in(zone) if schedule.opens else None
    due = schedule.due.end_in(zone) if schedule.due else None
    if due is None:
        return PlannedStep(step, schedule, opens, None, None, opens)
    # Without an opening of its own a step is open for a while before its deadline, and at least as long as it is
    # due soon.
    open_from = opens or due - max(policy.horizon, policy.warning)
    return PlannedStep(step, schedule, opens, due, max(due - policy.warning, open_from), open_from)


def steps_of_unit(planned: Sequence[PlannedStep], unit: Unit) -> tuple[PlannedStep, ...]:
    """Keep the steps that are this unit's own work."""
    return tuple(p for p in planned if p.step.is_work_of(unit))


@dataclass(frozen=True, slots=True)
class UnitView:
    """From where one unit is looked at. ``now`` is aware and in the checklist's zone.

    ``province`` says of the province's own steps whether they are finished, for the steps that wait for them.
    """

    unit: str
    now: datetime
    policy: Policy
    records: Mapping[tuple[str, str], StepRecord]
    latest: LatestAnswer = NO_ANSWER
    province: Mapping[str, bool] = field(default_factory=dict)


class _StepFacts(NamedTuple):
    item: PlannedStep
    status: Status
    completed: date | None
    heard_at: datetime | None
    record: StepRecord
    answer: StepAnswer | None


def assess_steps(planned: Sequence[PlannedStep], view: UnitView) -> tuple[StepStatus, ...]:
    """Compute the status of every step of one unit, in the order of ``planned``."""
    answered_at, fresh = _answered_at(view)
    answers = view.latest.answer.steps if view.latest.answer else {}
    known = [_step_facts(item, view, answers.get(item.step.id), answered_at, fresh=fresh) for item in planned]
    finished = dict(view.province)
    finished.update((facts.item.step.id, facts.status.is_finished) for facts in known)
    return tuple(
        StepStatus(
            step=facts.item.step.id,
            status=facts.status,
            due=facts.item.due,
            flags=_flags(facts, view, finished, fresh=fresh),
            completed_on=facts.completed,
            heard_at=facts.heard_at,
            reported_at=_reported_at(facts),
        )
        for facts in known
    )


def _reported_at(facts: _StepFacts) -> datetime | None:
    """When the completion was first said, by the portal's journal or, as it claims, by the unit's own system."""
    if facts.completed is None:
        return None
    if is_decided_by_portal(facts.record, facts.answer):
        return facts.record.confirmed_at
    return facts.answer.reported_at if facts.answer else None


def _answered_at(view: UnitView) -> tuple[datetime | None, bool]:
    """When the last valid answer was true, and whether it may count as said now.

    An answer that its own system made long ago is as old as it says, even if we received it today.
    """
    answer = view.latest.answer
    if answer is None:
        return None, False
    heard_at = min(answer.heard_at, view.now)
    return heard_at, view.latest.is_fresh and view.now - heard_at <= view.policy.stale


def _step_facts(
    item: PlannedStep, view: UnitView, answer: StepAnswer | None, answered_at: datetime | None, *, fresh: bool
) -> _StepFacts:
    record = view.records.get((view.unit, item.step.id), EMPTY_RECORD)
    completed = completion_day(item.step, record, answer, view.now.date())
    heard_at = answered_at if answer else None
    if record.last_statement_at and (heard_at is None or record.last_statement_at > heard_at):
        heard_at = record.last_statement_at
    if record.excused:
        status = Status.NOT_APPLICABLE
    elif completed:
        # A completion is known by its day alone: on the due day it is in time, whatever the hour (ADR 3).
        late = item.schedule.due is not None and completed > item.schedule.due.day
        status = Status.DONE_LATE if late else Status.DONE
    elif heard_at is None:
        status = Status.UNKNOWN
    else:
        # A unit that could not be asked keeps the status of the moment for which we know it: a deadline that has
        # passed since then makes nothing overdue (ADR 2).
        status = pending_status(item, view.now if fresh else min(heard_at, view.now))
    return _StepFacts(item, status, completed, heard_at, record, answer)


def pending_status(item: PlannedStep, at: datetime) -> Status:
    """Tell the status of a step that is not done, as of the moment for which we know that it is not."""
    if item.due is None or item.open_from is None or item.due_soon_from is None:
        if item.schedule.waiting:
            return Status.UNSCHEDULED
        return Status.OPEN if item.opens is None or at >= item.opens else Status.UPCOMING
    if is_past(item.due, at):
        return Status.OVERDUE
    if at < item.open_from:
        return Status.UPCOMING
    return Status.DUE_SOON if at >= item.due_soon_from else Status.OPEN


def _flags(facts: _StepFacts, view: UnitView, finished: Mapping[str, bool], *, fresh: bool) -> Mapping[str, object]:
    flags: dict[str, object] = {}
    if facts.record is not EMPTY_RECORD or facts.answer:
        _add_statement_flags(flags, facts, view)
    if not facts.status.is_finished:
        waiting = [step for step in facts.item.step.requires if finished.get(step) is False]
        if waiting:
            flags["waiting_for"] = waiting
    in_journal = facts.record.done and facts.completed is not None
    if facts.heard_at and not fresh and not in_journal and _is_stale(facts, view):
        flags["stale"] = facts.heard_at.astimezone(view.now.tzinfo)
    if view.latest.probes and facts.item.step.id in view.latest.probes:
        flags["probe"] = view.latest.probes[facts.item.step.id].value
    return flags or NO_FLAGS


def _add_statement_flags(flags: dict[str, object], facts: _StepFacts, view: UnitView) -> None:
    record, answer = facts.record, facts.answer
    obstacle = record.obstacle or (answer.note if answer and answer.state is StepState.OBSTACLE else "")
    progress = record.progress or (answer.progress if answer else None)
    if obstacle and not facts.status.is_finished:
        flags["obstacle"] = obstacle
    if record.returned:
        flags["returned"] = record.returned
    if record.excused:
        flags["excused"] = record.excused
    if progress:
        flags["progress"] = {"done": progress[0], "of": progress[1]}
    if record.done and not record.accepted and facts.item.step.acceptance:
        flags["awaiting"] = True
    if is_conflicting(record, answer, own_system=view.latest.own_system):
        flags["conflict"] = True


def _is_stale(facts: _StepFacts, view: UnitView) -> bool:
    """Old, or older than a change of status that we could not ask about."""
    if facts.heard_at is None or view.now - facts.heard_at > view.policy.stale:
        return True
    return not facts.status.is_finished and facts.status is not pending_status(facts.item, view.now)
