"""What a unit says of itself: its status document, made from the journal."""

from collections.abc import Iterable
from datetime import datetime

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import StepRecord, StepRecords
from lotrinh.core.status.observation import Answer, StepAnswer, StepState
from lotrinh.services.campaigns.campaigns import Campaign


def own_steps(campaign: Campaign, unit: Unit) -> tuple[Step, ...]:
    """Return the steps that are this unit's own work."""
    return tuple(s for s in campaign.checklist.iter_steps() if s.is_work_of(unit))


def build_status_answer(campaign: Campaign, unit: Unit, records: StepRecords, now: datetime) -> Answer:
    """Say of each of the unit's steps what its journal says; a step nobody spoke of is not started."""
    steps = own_steps(campaign, unit)
    said = {s.id: build_step_answer(s, records.get((unit.code, s.id)), now) for s in steps}
    return Answer(unit.code, campaign.id, now, now, said, has_sample(records, unit, said))


def has_sample(records: StepRecords, unit: Unit, steps: Iterable[str]) -> bool:
    """Whether any of it is sample data."""
    return any(r.sample for s in steps if (r := records.get((unit.code, s))))


def build_step_answer(step: Step, record: StepRecord | None, now: datetime) -> StepAnswer:
    """Put one record into the words of the status contract.

    What was said while the clock was ahead was said by now: no answer tells of the future.
    """
    if record is None:
        return StepAnswer(step.id, StepState.NOT_STARTED)
    return StepAnswer(
        id=step.id,
        state=_state(record),
        completed_on=record.completed_on if record.done else None,
        reported_at=record.last_statement_at and min(record.last_statement_at, now),
        document_number=record.document_number if record.done else "",
        document_date=record.document_date if record.done else None,
        progress=record.progress,
        note=record.obstacle,
    )


def _state(record: StepRecord) -> StepState:
    if record.done:
        return StepState.DONE
    if record.obstacle:
        return StepState.OBSTACLE
    return StepState.IN_PROGRESS if record.progress else StepState.NOT_STARTED


def format_status_document(answer: Answer) -> dict[str, object]:
    """Write an answer as a status document, ``lotrinh.status/1``; what is not known is left out."""
    written: dict[str, object] = {
        "schema": "lotrinh.status/1",
        "unit": answer.unit,
        "campaign": answer.campaign,
        "generated_at": answer.generated_at.isoformat(timespec="seconds"),
        "steps": [_step_document(step) for step in answer.steps.values()],
    }
    return written | ({"sample": True} if answer.sample else {})


def _step_document(step: StepAnswer) -> dict[str, object]:
    written: dict[str, object] = {"id": step.id, "state": step.state.value}
    if step.completed_on:
        written["completed_on"] = step.completed_on.isoformat()
    if step.reported_at:
        written["reported_at"] = step.reported_at.isoformat()
    if step.document_number or step.document_date:
        day = step.document_date
        written["document"] = {"number": step.document_number} | ({"date": day.isoformat()} if day else {})
    if step.progress:
        written["progress"] = {"done": step.progress[0], "of": step.progress[1]}
    if step.note:
        written["note"] = step.note
    return written
