"""Several counts at once: one transaction, a key for each step, every problem at its field."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from lotrinh.core.checklist.checklist import Evidence, Need
from lotrinh.core.status.journal import Entry, EntryKind, fold
from lotrinh.errors import BadInput, ChangedMeanwhile, Conflict, KeyReused, NotFound
from lotrinh.i18n import say
from lotrinh.services.statements.bulk import Counts, record_counts
from lotrinh.services.statements.confirm import Confirmation, record_confirmation
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import LUONG_SON, NOW, campaign

STRICT = Evidence(documents=("Quyết định",), number=Need.REQUIRED)
CAMPAIGN = campaign(
    step("a", count="areas"),
    step("b", count="areas", evidence=STRICT),
    step("c", count="areas", evidence=STRICT),
    step("khong", count="areas", evidence=Evidence(number=Need.NONE)),
    step("tep", count="areas", evidence=Evidence(file=Need.REQUIRED)),
    step("le"),
)
DAY = date(2026, 1, 29)


def send(store: Store, said: Counts, key: str = "k", **seen: int) -> tuple[Entry, ...]:
    return record_counts(store, CAMPAIGN, LUONG_SON, said, actor="unit:04924", key=key, now=NOW, expected_versions=seen)


def wrong(store: Store, said: Counts) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        send(store, said)
    assert store.journal.entries() == ()
    return [(p.where, say(p.sentence)) for p in caught.value.problems]


def test_each_step_has_its_own_entry_with_what_concerns_it(store: Store) -> None:
    entries = send(store, Counts({"a": (7, 12), "b": (12, 12), "khong": (3, 3)}, DAY, "12/QĐ"))
    assert store.journal.entries() == entries
    assert [e.new.kind for e in entries] == [EntryKind.PROGRESSED, EntryKind.CONFIRMED, EntryKind.CONFIRMED]
    assert [e.new.key for e in entries] == ["thu/04924/k/a", "thu/04924/k/b", "thu/04924/k/khong"]
    records = fold(entries)
    assert records["04924", "a"].progress == (7, 12)
    assert records["04924", "b"].document_number == "12/QĐ"
    assert records["04924", "khong"].document_number == ""


def test_what_all_share_is_named_once_and_what_is_wrong_with_a_step_beside_it(store: Store) -> None:
    found = wrong(store, Counts({"a": (13, 12), "b": (2, 2), "c": (2, 2), "tep": (1, 1)}, date(2026, 2, 3)))
    assert [where for where, _ in found] == ["completed_on", "done.a", "document.number", "document.number", "done.tep"]
    assert found[2][1].startswith(f"“{say(CAMPAIGN.checklist.steps['b'].title)}”:")


def test_saying_nothing_is_named(store: Store) -> None:
    assert [where for where, _ in wrong(store, Counts({}, DAY))] == ["counted"]


def test_a_step_that_is_not_counted_takes_no_count_and_an_unknown_one_is_not_found(store: Store) -> None:
    assert [where for where, _ in wrong(store, Counts({"le": (1, 2)}, DAY))] == ["done.le"]
    with pytest.raises(NotFound, match="khac"):
        send(store, Counts({"a": (1, 2), "khac": (1, 2)}, DAY))
    assert store.journal.entries() == ()


def test_one_step_that_cannot_change_stops_all(store: Store) -> None:
    record_confirmation(
        store, CAMPAIGN, LUONG_SON, Confirmation("b", DAY, "12/QĐ"), actor="unit:04924", key="x", now=NOW
    )
    with pytest.raises(Conflict, match="rút xác nhận trước"):
        send(store, Counts({"a": (1, 2), "b": (1, 2)}, DAY))
    assert len(store.journal.entries()) == 1


def test_one_step_that_somebody_else_changed_stops_all_and_is_named(store: Store) -> None:
    send(store, Counts({"b": (1, 4)}, DAY), key="other")
    with pytest.raises(ChangedMeanwhile) as caught:
        send(store, Counts({"a": (1, 2), "b": (2, 4)}, DAY), a=0, b=0)
    assert caught.value.last.new.step == "b"
    assert "Xã Lương Sơn đã báo tiến độ" in say(caught.value.sentence)
    assert len(store.journal.entries()) == 1


def test_the_same_request_twenty_times_at_once_is_recorded_once(store: Store) -> None:
    said = Counts({"a": (7, 12), "b": (3, 12)}, DAY)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: send(store, said), range(20)))
    assert len(store.journal.entries()) == 2
    assert all(r == receipts[0] for r in receipts)


def test_a_key_with_other_counts_is_refused_whole(store: Store) -> None:
    send(store, Counts({"a": (7, 12)}, DAY))
    with pytest.raises(KeyReused):
        send(store, Counts({"b": (1, 12), "a": (8, 12)}, DAY))
    assert len(store.journal.entries()) == 1
