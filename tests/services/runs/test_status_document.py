"""What the portal says for a unit is what its journal says, and our own checker accepts it."""

import json
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.status.journal import Entry, EntryKind, fold
from lotrinh.core.status.observation import StepState
from lotrinh.errors import BadInput, Conflict
from lotrinh.probing.contract import read_answer
from lotrinh.probing.question import Question
from lotrinh.services.runs.status_document import build_status_answer, format_status_document, own_steps
from lotrinh.services.statements.confirm import Confirmation, record_confirmation
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import LUONG_SON, NOW, PROVINCE, campaign, happened

CAMPAIGN = campaign(step("a"), step("dem", count="x"), step("t", level=Level.PROVINCE), step("q", level=Level.NATIONAL))
QUESTION = Question(LUONG_SON.code, "thu", "http://x", frozenset(CAMPAIGN.checklist.steps))


def states(*entries: Entry) -> dict[str, StepState]:
    return {s.id: s.state for s in build_status_answer(CAMPAIGN, LUONG_SON, fold(entries), NOW).steps.values()}


def test_a_unit_speaks_of_all_its_own_steps_and_of_no_others(store: Store) -> None:
    assert states(*store.journal.entries()) == {"a": StepState.NOT_STARTED, "dem": StepState.NOT_STARTED}
    assert [s.id for s in own_steps(CAMPAIGN, PROVINCE)] == ["t"]


def test_each_state_of_the_contract_comes_from_the_record(store: Store) -> None:
    def then(kind: EntryKind, **body: Any) -> StepState:
        store.journal.append(happened(kind, LUONG_SON, "dem", **body))
        return states(*store.journal.entries())["dem"]

    assert then(EntryKind.PROGRESSED, progress={"done": 7, "of": 12}) is StepState.IN_PROGRESS
    assert then(EntryKind.OBSTACLE, note="thiếu phòng") is StepState.OBSTACLE
    assert then(EntryKind.CONFIRMED) is StepState.DONE
    assert then(EntryKind.RETURNED, reason="x") is not StepState.DONE
    assert then(EntryKind.CONFIRMED) is StepState.DONE
    assert then(EntryKind.WITHDRAWN) is not StepState.DONE


def test_a_step_that_is_not_done_carries_no_day_and_no_document(store: Store) -> None:
    for kind in (EntryKind.CONFIRMED, EntryKind.WITHDRAWN):
        store.journal.append(happened(kind, LUONG_SON, "a", document={"number": "1", "date": "2026-01-29"}))
    said = build_status_answer(CAMPAIGN, LUONG_SON, fold(store.journal.entries()), NOW).steps["a"]
    assert (said.completed_on, said.document_number, said.document_date) == (None, "", None)


def test_sample_data_is_labelled_for_its_own_unit_alone(store: Store) -> None:
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a", sample=True))
    records = fold(store.journal.entries())
    assert format_status_document(build_status_answer(CAMPAIGN, LUONG_SON, records, NOW))["sample"] is True
    assert "sample" not in format_status_document(build_status_answer(CAMPAIGN, PROVINCE, records, NOW))


texts = st.text(max_size=40) | st.sampled_from(["\0", "\ud800", "Số 1\n", "\u0958" * 150, "\x7f", "\u202e", "  "])
confirmations = st.builds(
    Confirmation,
    st.sampled_from(["a", "dem"]),
    st.dates(),
    texts,
    st.none() | st.dates(),
    st.none() | st.tuples(st.integers(-1, 200_000), st.integers(-1, 200_000)),
    texts,
)
plausible = st.builds(
    Confirmation,
    st.just("dem"),
    st.dates(date(2025, 6, 1), date(2026, 2, 2)),
    texts,
    st.none() | st.dates(date(2025, 1, 1), date(2025, 5, 1)),
    st.none() | st.tuples(st.integers(0, 12), st.integers(12, 13)),
    st.just(""),
)


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(confirmations | plausible, st.integers(0, 10**9))
def test_whatever_the_portal_accepts_our_own_checker_can_read(store: Store, said: Confirmation, key: int) -> None:
    """Else one confirmation would make all that the unit says invalid, for good."""
    try:
        record_confirmation(store, CAMPAIGN, LUONG_SON, said, actor="x", key=str(key), now=NOW)
    except (BadInput, Conflict):
        return
    answer = build_status_answer(CAMPAIGN, LUONG_SON, fold(store.journal.entries()), NOW)
    read = read_answer(json.dumps(format_status_document(answer)).encode(), QUESTION, NOW.astimezone(UTC))
    assert read.steps == answer.steps


def test_a_backdated_confirmation_shows_both_days(store: Store) -> None:
    said = Confirmation("a", date(2026, 1, 5))
    record_confirmation(store, CAMPAIGN, LUONG_SON, said, actor="x", key="k", now=NOW)
    written = format_status_document(build_status_answer(CAMPAIGN, LUONG_SON, fold(store.journal.entries()), NOW))
    assert written["steps"][0] == {  # type: ignore[index]
        "id": "a",
        "state": "done",
        "completed_on": "2026-01-05",
        "reported_at": "2026-02-02T01:00:00+00:00",
    }
    assert datetime.fromisoformat(str(written["generated_at"])) == NOW
