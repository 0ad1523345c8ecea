"""Whose word counts where the portal and the unit's own system say different things of a step."""

from collections.abc import Mapping
from datetime import date

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import StepAnswer, StepState


def completion_day(step: Step, record: StepRecord, answer: StepAnswer | None, today: date) -> date | None:
    """Return the day in the document, if somebody who may say so said that the step is done.

    What the unit stated in the portal goes before what its own system publishes; the difference is a conflict.
    """
    prefers_system = answer is not None and is_system_preferred(record, answer)
    if step.acceptance and not record.accepted and not prefers_system:
        return None
    if is_decided_by_portal(record, answer):
        completed = record.completed_on if record.done else None
    else:
        completed = answer.completed_on if answer and answer.state is StepState.DONE else None
    # A day that has not come yet is a slip of the pen or a promise, and no completion.
    return completed if completed and completed <= today else None


def is_decided_by_portal(record: StepRecord, answer: StepAnswer | None) -> bool:
    """Whether what was said in the portal decides, rather than what the unit's own system publishes."""
    return (record.was_confirmed or bool(record.returned)) and not (
        answer is not None and is_system_preferred(record, answer)
    )


def answer_fingerprint(answer: StepAnswer) -> Mapping[str, object]:
    """What a resolution of a conflict is tied to: when the unit's own system says something else, it is void."""
    return {"state": answer.state.value, "completed_on": answer.completed_on and answer.completed_on.isoformat()}


def _resolution(record: StepRecord, answer: StepAnswer) -> str:
    """Return "portal" or "system" where the province's resolution still fits what both say, else an empty text."""
    resolved = record.resolution
    return str(resolved["in_favour"]) if resolved and resolved["system"] == answer_fingerprint(answer) else ""


def is_system_preferred(record: StepRecord, answer: StepAnswer) -> bool:
    """Whether the province resolved to believe the unit's own system rather than the portal."""
    return _resolution(record, answer) == "system"


def is_conflicting(record: StepRecord, answer: StepAnswer | None, *, own_system: bool) -> bool:
    """Whether portal and own system disagree about a step, and the province has not resolved it."""
    if answer is None or not own_system or not record.was_confirmed:
        return False
    published = answer.completed_on if answer.state is StepState.DONE else None
    return (record.completed_on if record.done else None) != published and not _resolution(record, answer)
