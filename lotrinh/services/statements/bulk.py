"""A unit reports several counted steps at once: checked whole, and recorded together or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lotrinh.core.checklist.checklist import Need, Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.statements.confirm import Confirmation, confirmation_entry, confirmation_problems
from lotrinh.services.statements.journal_writer import append_entries, own_step
from lotrinh.store import Store

NOTHING = M("Chưa có số nào thay đổi. Hãy ghi số đã xong của ít nhất một đầu việc.")
SHARED = frozenset({"completed_on", "document.number"})
"""What holds for all the steps, and is wrong for all of them at once."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a unit says of several steps: step -> (done, of), the day all of it was so, the document that shows it."""

    progress_by_step: Mapping[str, tuple[int, int]]
    day: date
    document_number: str = ""


def split_counts(campaign: Campaign, unit: Unit, counts: Counts) -> Iterator[tuple[Step, Confirmation]]:
    """Make each step's own statement; only what is complete with it rests on the document."""
    for name, progress in counts.progress_by_step.items():
        step = own_step(campaign, unit, name)
        proven = progress[0] >= progress[1] and step.evidence.number is not Need.NONE
        yield step, Confirmation(name, counts.day, counts.document_number if proven else "", progress=progress)


def require_valid_counts(campaign: Campaign, unit: Unit, counts: Counts, now: datetime) -> None:
    """Raise ``BadInput`` with everything that is wrong.

    Fields are ``completed_on`` and ``document.number`` for all steps, ``done.STEP`` for one.
    """
    if not counts.progress_by_step:
        raise BadInput([Problem("counted", 0, 0, NOTHING)])
    today = now.astimezone(campaign.zone).date()
    each = [
        (step, confirmation_problems(step, one, today, campaign.starts))
        for step, one in split_counts(campaign, unit, counts)
    ]
    problems = dict.fromkeys(_place_problem(step, problem) for step, found in each for problem in found)
    if problems:
        raise BadInput(problems)


def _place_problem(step: Step, problem: Problem) -> Problem:
    if problem.where == "completed_on":
        return problem
    if problem.where in SHARED:
        sentence = M("“{step}”: {sentence}", step=step.title, sentence=problem.sentence)
        return Problem(problem.where, 0, 0, sentence)
    if problem.where == "file":
        sentence = M("Đầu việc này cần tệp văn bản kèm theo: hãy xác nhận ở trang của đầu việc.")
        return Problem(f"done.{step.id}", 0, 0, sentence)
    return Problem(f"done.{step.id}", 0, 0, problem.sentence)


def record_counts(  # noqa: PLR0913 - who says what of whom, when, and what they had before their eyes
    store: Store,
    campaign: Campaign,
    unit: Unit,
    counts: Counts,
    *,
    actor: str,
    key: str,
    now: datetime,
    expected_versions: Mapping[str, int],
) -> tuple[Entry, ...]:
    """Record all of it in one transaction, in the order of the steps; the same key gives the same entries again.

    ``expected_versions`` by step is its newest entry that the person knew, as for ``append_entry``.
    """
    require_valid_counts(campaign, unit, counts, now)
    new = [
        confirmation_entry(campaign, unit, one, actor=actor, key=f"{key}/{step.id}" if key else "", now=now)
        for step, one in split_counts(campaign, unit, counts)
    ]
    return append_entries(store, campaign, new, expected_versions)
