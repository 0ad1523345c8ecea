"""Confirming: everything wrong is named at once, one record for one request, and a receipt for it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lotrinh.core.checklist.checklist import Evidence, Level, Need
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.journal import Entry, EntryKind, fold
from lotrinh.errors import BadInput, Conflict, NotFound
from lotrinh.i18n import say
from lotrinh.services.statements.confirm import Confirmation, build_receipt, record_confirmation
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import LIEN_SON, LUONG_SON, NOW, PROVINCE, campaign

STRICT = Evidence(documents=("Quyết định",), forms=("Mẫu 01",), number=Need.REQUIRED)
CAMPAIGN = campaign(
    step("a"),
    step("nghiem", evidence=STRICT),
    step("dem", count="polling_areas", evidence=STRICT),
    step("t", level=Level.PROVINCE),
    step("q", level=Level.NATIONAL),
)
DAY = date(2026, 1, 29)


def send(store: Store, said: Confirmation, unit: Unit = LUONG_SON, key: str = "k", now: datetime = NOW) -> Entry:
    return record_confirmation(store, CAMPAIGN, unit, said, actor=f"unit:{unit.code}", key=key, now=now)


def wrong(store: Store, said: Confirmation, now: datetime = NOW) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        send(store, said, now=now)
    assert store.journal.entries() == ()
    return {p.where: say(p.sentence) for p in caught.value.problems}


def test_a_confirmation_is_recorded_with_who_what_when_and_under_which_checklist(store: Store) -> None:
    entry = send(store, Confirmation("nghiem", DAY, "12/QĐ-UBND", DAY, note="kèm biên bản"))
    assert store.journal.entries() == (entry,)
    assert (entry.new.kind, entry.new.actor, entry.new.unit) == (EntryKind.CONFIRMED, "unit:04924", "04924")
    assert (entry.new.checklist_hash, entry.new.at) == ("c" * 64, NOW.astimezone(UTC))
    record = fold(store.journal.entries())["04924", "nghiem"]
    assert (record.completed_on, record.document_number, record.document_date) == (DAY, "12/QĐ-UBND", DAY)


def test_the_receipt_says_what_was_recorded_and_the_hash_the_journal_ends_with(store: Store) -> None:
    send(store, Confirmation("a", DAY), LIEN_SON)
    given = build_receipt(send(store, Confirmation("a", DAY)), LUONG_SON)
    assert given["reference"] == "04924-2"
    assert given["hash"] == store.journal.head()
    assert (given["step"], given["completed_on"]) == ("a", "2026-01-29")
    assert given["recorded_at"] == "2026-02-02T01:00:00+00:00"


def test_everything_that_is_wrong_is_named_at_once_and_nothing_recorded(store: Store) -> None:
    later = date(2026, 2, 3)
    found = wrong(store, Confirmation("nghiem", later, " ", date(2026, 2, 4), (13, 12), "x" * 2001))
    assert found.keys() == {"completed_on", "document.date", "document.number", "progress", "note"}
    assert "Quyết định, Mẫu 01" in found["document.number"]


@pytest.mark.parametrize(("change", "field"), [
    ({"completed_on": date(2026, 2, 3)}, "completed_on"),
    ({"completed_on": date(1899, 12, 31)}, "completed_on"),
    ({"document_date": date(2026, 2, 3)}, "document.date"),
    ({"document_number": ""}, "document.number"),
    ({"document_number": "x" * 201}, "document.number"),
    ({"document_number": "12\0/QĐ"}, "document.number"),
    ({"document_number": "12\ud800"}, "document.number"),
    ({"note": "x\x1b[31m"}, "note"),
    ({"progress": (-1, 12)}, "progress"),
    ({"progress": (0, 0)}, "progress"),
    ({"progress": (13, 12)}, "progress"),
    ({"progress": (12, 10**6)}, "progress"),
])  # fmt: skip
def test_each_bad_field_is_named_alone(store: Store, change: dict[str, Any], field: str) -> None:
    good = Confirmation("dem", DAY, "12/QĐ", progress=(12, 12))
    assert wrong(store, replace(good, **change)).keys() == {field}


def test_today_ends_at_midnight_of_vietnam(store: Store) -> None:
    before, after = (datetime(2026, 2, 1, hour, 59, tzinfo=UTC) for hour in (16, 17))
    said = Confirmation("a", date(2026, 2, 2))
    assert wrong(store, said, before).keys() == {"completed_on"}
    assert send(store, said, now=after).number == 1


def test_lines_of_a_note_may_be_broken(store: Store) -> None:
    assert send(store, Confirmation("a", DAY, note="dòng một\r\n\tdòng hai")).number == 1


def test_decomposed_vietnamese_is_composed(store: Store) -> None:
    entry = send(store, Confirmation("a", DAY, "QĐ", note="To\u0302\u0309 ba\u0302\u0300u cu\u031b\u0309"))
    assert entry.new.body["note"] == "Tổ bầu cử"


def test_part_of_a_count_is_progress_and_needs_no_document(store: Store) -> None:
    entry = send(store, Confirmation("dem", DAY, progress=(7, 12)))
    assert entry.new.kind is EntryKind.PROGRESSED
    assert fold(store.journal.entries())["04924", "dem"].progress == (7, 12)
    full = send(store, Confirmation("dem", DAY, "12/QĐ", progress=(12, 12)), key="k2")
    assert full.new.kind is EntryKind.CONFIRMED


def test_only_a_counted_step_takes_a_count(store: Store) -> None:
    assert wrong(store, Confirmation("a", DAY, progress=(1, 1))).keys() == {"progress"}


@pytest.mark.parametrize(("unit", "name"), [
    (LUONG_SON, "khong-co"), (LUONG_SON, "t"), (LUONG_SON, "q"), (PROVINCE, "a"), (PROVINCE, "q")
])  # fmt: skip
def test_steps_that_are_not_the_units_own_are_not_found(store: Store, unit: Unit, name: str) -> None:
    with pytest.raises(NotFound, match=name):
        send(store, Confirmation(name, DAY), unit)
    assert store.journal.entries() == ()


def test_the_province_confirms_its_own_steps(store: Store) -> None:
    assert send(store, Confirmation("t", DAY), PROVINCE).new.unit == "25"


def test_the_same_request_twenty_times_at_once_is_one_record_with_one_receipt(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: build_receipt(send(store, Confirmation("a", DAY)), LUONG_SON), range(20)))
    assert len(store.journal.entries()) == 1
    assert all(r == receipts[0] for r in receipts)


def test_a_request_repeated_later_gives_the_first_receipt(store: Store) -> None:
    first = send(store, Confirmation("a", DAY))
    assert send(store, Confirmation("a", DAY), now=NOW.replace(hour=20)) == first


def test_a_key_with_another_content_is_a_conflict_and_keys_of_units_never_meet(store: Store) -> None:
    send(store, Confirmation("a", DAY))
    with pytest.raises(Conflict):
        send(store, Confirmation("a", date(2026, 1, 28)))
    assert send(store, Confirmation("a", date(2026, 1, 28)), LIEN_SON).number == 2
