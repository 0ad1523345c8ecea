"""What waits for the office: obstacles and proposals, confirmations to review, statements that disagree."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.conflict import answer_fingerprint, is_conflicting
from lotrinh.core.status.journal import EMPTY_RECORD, StepRecord
from lotrinh.core.status.observation import Answer, StepAnswer
from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.services.views.live_campaign import LiveCampaign


class PendingReview(NamedTuple):
    """A step of a unit about which the office has to say something."""

    unit: Unit
    item: PlannedStep
    step_status: StepStatus
    record: StepRecord


class QueuedObstacle(NamedTuple):
    """An obstacle or a proposal. ``published_text`` comes from the unit's own system and can be read here only."""

    unit: Unit
    step: Step
    record: StepRecord
    published_text: str
    since: datetime | None

    @property
    def is_answered(self) -> bool:
        """Whether the office has answered it."""
        return bool(self.record.answer) and not self.published_text


class Dispute(NamedTuple):
    """A step about which the unit's own system and the portal say different things."""

    unit: Unit
    step: Step
    record: StepRecord
    answer: StepAnswer
    heard_at: datetime | None
    is_resolved: bool


RecordFilter = Callable[[StepRecord], bool]


def each_step(
    live: LiveCampaign, now: datetime, is_wanted: RecordFilter
) -> Iterator[tuple[UnitReport, PlannedStep, StepStatus, StepRecord]]:
    """Go through all steps of everybody; a record that is not selected is given as one that says nothing."""
    report, records = live.report(now), live.select_records(now, is_wanted)
    for unit in report.everybody:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            yield unit, item, step_status, records.get((unit.unit.code, step_status.step), EMPTY_RECORD)


def is_pending_review(record: StepRecord) -> bool:
    """Whether a confirmation stands that nobody reviewed."""
    return record.done and not record.accepted and not record.excused


def has_obstacle(record: StepRecord) -> bool:
    """Whether something stands in the way or was proposed."""
    return bool(record.obstacle or record.proposal)


def is_stated(record: StepRecord) -> bool:
    """Whether the unit ever confirmed or withdrew: without that nothing can disagree."""
    return record.was_confirmed


def review_queue(live: LiveCampaign, now: datetime) -> list[PendingReview]:
    """List the confirmations that nobody reviewed: those whose step asks for it first, the oldest first.

    The province's own are among them only where their step asks for acceptance.
    """
    found = [
        PendingReview(unit.unit, item, step_status, record)
        for unit, item, step_status, record in each_step(live, now, is_pending_review)
        if is_pending_review(record)
        if item.step.acceptance or not unit.unit.is_province
    ]
    return sorted(found, key=lambda w: (not w.item.step.acceptance, w.record.number))


def obstacle_queue(live: LiveCampaign, now: datetime) -> list[QueuedObstacle]:
    """List what stands in the units' way and what they propose: unanswered first, the oldest first."""
    found = []
    for unit, item, step_status, record in each_step(live, now, has_obstacle):
        if has_obstacle(record):
            moments = (record.obstacle and record.obstacle_at, record.proposal and record.proposal_at)
            since = min((moment for moment in moments if moment), default=None)
            found.append(QueuedObstacle(unit.unit, item.step, record, "", since))
        elif text := step_status.flags.get("obstacle"):
            found.append(QueuedObstacle(unit.unit, item.step, record, str(text), step_status.heard_at))
    return sorted(found, key=lambda t: (t.is_answered, t.since is None, t.since or now, t.unit.code))


def disputes(live: LiveCampaign, now: datetime) -> list[Dispute]:
    """List where portal and own system disagree: unresolved first."""
    answers = live.answers(now)
    found = [
        made
        for unit, item, step_status, record in each_step(live, now, is_stated)
        if "conflict" in step_status.flags or record.resolution
        if (made := _dispute(unit.unit, item.step, record, answers.get(unit.unit.code)))
    ]
    return sorted(found, key=lambda d: (d.is_resolved, d.unit.code))


def dispute(live: LiveCampaign, unit: Unit, step: Step, now: datetime) -> Dispute | None:
    """Return both statements about a step where they disagree, None where they do not."""
    return _dispute(unit, step, live.record(unit.code, step.id, now), live.answer(unit.code, now))


def _dispute(unit: Unit, step: Step, record: StepRecord, answer: Answer | None) -> Dispute | None:
    published = answer.steps.get(step.id) if answer else None
    if answer is None or published is None:
        return None
    if not is_conflicting(replace(record, resolution=None), published, own_system=True):
        return None
    resolved = not is_conflicting(record, published, own_system=True)
    return Dispute(unit, step, record, published, answer.heard_at, resolved)


def seal(answer: StepAnswer) -> str:
    """Write what a system says in one short text, to see later whether it still says the same."""
    content = answer_fingerprint(answer)
    return f"{content['state']}/{content['completed_on'] or ''}"
