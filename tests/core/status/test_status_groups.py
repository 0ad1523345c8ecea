"""Every group and order of statuses follows from one table, and is what lists and figures have always gone by."""

from collections import Counter

from lotrinh.core.status import status_groups
from lotrinh.core.status.effective_status import count_done, count_work
from lotrinh.core.status.status import STAGES, Stage, Status
from lotrinh.core.status.status_groups import statuses_in

GROUPS = {
    "WORST_FIRST": "overdue unknown due_soon open unscheduled upcoming done_late done not_applicable",
    "PRESSING_STATUSES": "overdue due_soon",
    "WORKABLE_STATUSES": "overdue due_soon open",
    "COMING_STATUSES": "unscheduled upcoming",
    "KNOWN_OUTSTANDING": "overdue due_soon open unscheduled upcoming",
    "UNKNOWN_LAST": "overdue due_soon open unscheduled upcoming unknown",
    "UNKNOWN_BEFORE_COMING": "overdue due_soon open unknown unscheduled upcoming",
}
SETS = {
    "DONE_STATUSES": "done done_late",
    "UNDER_WAY": "overdue due_soon open unknown",
    "NOT_PRESSING": "open unscheduled upcoming",
    "BEGUN": "done done_late overdue due_soon open",
}


def test_orders_are_those_of_the_lists_that_people_know() -> None:
    assert {name: " ".join(getattr(status_groups, name)) for name in GROUPS} == GROUPS


def test_sets_hold_what_is_counted_together() -> None:
    assert {name: {*getattr(status_groups, name)} for name in SETS} == {n: {*s.split()} for n, s in SETS.items()}


def test_every_status_has_a_stage_and_is_in_exactly_the_groups_of_its_stage() -> None:
    assert {*STAGES} == {*Status}
    assert Counter(status for stage in Stage for status in statuses_in(stage)) == Counter(Status)


def test_what_is_finished_done_or_pressing_follows_from_the_stage() -> None:
    for status, stage in STAGES.items():
        facts = status.is_finished, status.is_done, status.is_pressing
        assert facts == (stage in {Stage.DONE, Stage.EXCUSED}, stage is Stage.DONE, stage is Stage.PRESSING)


def test_what_somebody_is_excused_from_is_no_work_and_late_work_is_done() -> None:
    counts = {Status.DONE: 2, Status.DONE_LATE: 3, Status.NOT_APPLICABLE: 5, Status.UNKNOWN: 7}
    assert (count_done(counts), count_work(counts)) == (5, 12)
    assert (count_done({}), count_work({})) == (0, 0)
