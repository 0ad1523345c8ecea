"""What programs of the office state about units, and what wants an answer."""

from typing import Any

import pytest

from lotrinh.core.status.roles import Role
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, Caller, program_caller, unit_caller
from tests.portal.conftest import Portal

JUDGEMENTS: dict[str, dict[str, Any]] = {
    "acceptances": {"step": STEP},
    "returns": {"step": STEP, "reason": "Thiếu dấu"},
    "excuses": {"step": STEP, "reason": "Không có tổ bầu cử"},
    "reinstatements": {"step": STEP},
    "answers": {"step": STEP, "note": "Đã cấp"},
    "hand-overs": {"step": STEP, "office": "Công an tỉnh"},
}


def state(caller: Caller) -> str:
    return str(caller.read(f"{UNIT}/records/{STEP}")["state"])


def test_a_confirmation_is_accepted_and_returned(portal: Portal) -> None:
    us, office = unit_caller(portal), program_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    assert office.submit(f"{UNIT}/acceptances", JUDGEMENTS["acceptances"])["kind"] == "accepted"
    assert state(us) == "accepted"
    office.submit(f"{UNIT}/returns", JUDGEMENTS["returns"])
    record = us.read(f"{UNIT}/records/{STEP}")
    assert (record["state"], record["returned"]) == ("returned", "Thiếu dấu")


def test_a_unit_is_excused_and_the_excuse_taken_back(portal: Portal) -> None:
    office = program_caller(portal)
    office.submit(f"{UNIT}/excuses", JUDGEMENTS["excuses"])
    assert state(office) == "excused"
    office.submit(f"{UNIT}/reinstatements", JUDGEMENTS["reinstatements"])
    assert state(office) == "silent"


def test_an_obstacle_waits_until_it_is_answered(portal: Portal) -> None:
    us, office = unit_caller(portal), program_caller(portal)
    us.submit(f"{UNIT}/obstacles", {"step": STEP, "note": "Chưa có dữ liệu"})
    (waiting,) = office.read(f"{CAMPAIGN}/obstacles?answered=false")["items"]
    assert (waiting["unit"], waiting["obstacle"], waiting["from_own_system"]) == ("04924", "Chưa có dữ liệu", False)
    guard = {"If-Match": f'"{waiting["version"]}"'}
    office.submit(f"{UNIT}/hand-overs", JUDGEMENTS["hand-overs"], **guard)
    assert office.post(f"{UNIT}/answers", JUDGEMENTS["answers"], **guard).status_code == 412
    office.submit(f"{UNIT}/answers", JUDGEMENTS["answers"])
    assert office.read(f"{CAMPAIGN}/obstacles?answered=false")["items"] == []
    (answered,) = office.read(f"{CAMPAIGN}/obstacles")["items"]
    assert (answered["answer"], answered["handed_to"]) == ("Đã cấp", "Công an tỉnh")
    assert us.read(f"{UNIT}/records/{STEP}")["answer"] == "Đã cấp"


def test_obstacles_come_in_pages_those_that_wait_longest_first(portal: Portal) -> None:
    office, notes = program_caller(portal), ["a", "b", "c"]
    for note, step in zip(notes, (STEP, "thanh-lap-ubbc-xa", "hiep-thuong-lan-1-xa"), strict=True):
        unit_caller(portal).post(f"{UNIT}/obstacles", {"step": step, "note": note})
    first = office.read(f"{CAMPAIGN}/obstacles?limit=2")
    second = office.read(first["next"])
    assert (first["total"], second["next"]) == (3, None)
    assert {o["obstacle"] for o in first["items"] + second["items"]} == set(notes)


@pytest.mark.parametrize("path", JUDGEMENTS)
def test_only_officers_judge(portal: Portal, path: str) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    for caller, status in ((us, 403), (program_caller(portal, Role.VIEWER, "xem"), 403)):
        assert caller.post(f"{UNIT}/{path}", JUDGEMENTS[path]).status_code == status
    assert len(portal.store.journal.entries("bau-cu-2026")) == 1


def test_the_same_key_of_a_unit_and_of_the_office_are_two(portal: Portal) -> None:
    same = {"Idempotency-Key": "1"}
    us, office = unit_caller(portal), program_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE, **same)
    first = office.submit(f"{UNIT}/acceptances", JUDGEMENTS["acceptances"], **same)
    assert office.submit(f"{UNIT}/acceptances", JUDGEMENTS["acceptances"], **same) == first
    reused = office.post(f"{UNIT}/returns", JUDGEMENTS["returns"], **same)
    assert (reused.status_code, reused.json()["type"]) == (409, "tag:lotrinh,2026:key-reused")


@pytest.mark.parametrize(("path", "field"), [("returns", "reason"), ("answers", "note"), ("hand-overs", "office")])
def test_a_judgement_without_its_words_names_the_field(portal: Portal, path: str, field: str) -> None:
    office = program_caller(portal)
    blank = office.post(f"{UNIT}/{path}", JUDGEMENTS[path] | {field: " "})
    assert (blank.status_code, [e["field"] for e in blank.json()["errors"]]) == (422, [field])
    assert blank.json()["type"] == "tag:lotrinh,2026:refused"
    missing = {name: value for name, value in JUDGEMENTS[path].items() if name != field}
    answer = office.post(f"{UNIT}/{path}", missing).json()
    assert answer["type"] == "tag:lotrinh,2026:malformed"
    assert answer["errors"] == [{"field": field, "detail": f"Còn thiếu “{field}”."}]
