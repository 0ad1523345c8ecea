"""The four rules by which a unit counts as silent, and where they differ."""

import pytest

from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.silence import has_never_answered, has_sent_nothing, is_out_of_touch, is_unreached
from lotrinh.core.status.status import Status, StepStatus
from tests.services.office import NOW

NOTHING, STATED = StepRecord(), StepRecord(last_statement_at=NOW)


def steps(*statuses: Status, stale: bool = False) -> tuple[StepStatus, ...]:
    return tuple(StepStatus("a", status, None, {"stale": NOW} if stale else {}) for status in statuses)


KNOWN, PARTLY, NEVER = steps(Status.OPEN), steps(Status.OPEN, Status.UNKNOWN), steps(Status.UNKNOWN, Status.UNKNOWN)
STALE = steps(Status.OPEN, stale=True)


@pytest.mark.parametrize(
    ("outcome", "of", "rules"),
    [
        (Outcome.REACHED, KNOWN, (False, False, False, False)),
        (Outcome.REACHED, PARTLY, (False, False, False, False)),
        (Outcome.REACHED, NEVER, (False, True, False, True)),
        (Outcome.REACHED, STALE, (False, False, False, False)),
        (Outcome.UNREACHABLE, KNOWN, (True, False, False, True)),
        (Outcome.UNREACHABLE, PARTLY, (True, False, True, True)),
        (Outcome.INVALID, NEVER, (True, True, True, True)),
        (Outcome.INVALID, STALE, (True, False, True, True)),
        (Outcome.UNREACHABLE, (), (True, False, False, True)),
        (Outcome.REACHED, (), (False, False, False, False)),
    ],
)
def test_each_rule_goes_by_what_its_name_says(
    outcome: Outcome, of: tuple[StepStatus, ...], rules: tuple[bool, ...]
) -> None:
    found = (
        is_unreached(outcome),
        has_never_answered(of),
        is_out_of_touch(outcome, of),
        has_sent_nothing(outcome, of, (), own_system=True),
    )
    assert found == rules


@pytest.mark.parametrize("outcome", Outcome)
def test_a_unit_that_uses_the_portal_has_sent_nothing_until_it_states_something_there(outcome: Outcome) -> None:
    assert has_sent_nothing(outcome, KNOWN, (NOTHING, NOTHING), own_system=False)
    assert not has_sent_nothing(outcome, NEVER, (NOTHING, STATED), own_system=False)
