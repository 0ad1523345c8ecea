"""What a unit's own system states through the API: withdrawals, obstacles, proposals, and lost races."""

import pytest

from lotrinh.core.status.roles import Role
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import Portal


def test_a_confirmation_can_be_withdrawn_with_its_reason(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    receipt = us.submit(f"{UNIT}/withdrawals", {"step": STEP, "reason": "Gửi nhầm văn bản"})
    assert (receipt["kind"], receipt["completed_on"]) == ("withdrawn", None)
    record = us.read(f"{UNIT}/records/{STEP}")
    assert (record["state"], record["completed_on"], record["version"]) == ("progress", None, receipt["number"])
    history = us.read(f"{UNIT}/history")["items"]
    assert [e["kind"] for e in history] == ["confirmed", "withdrawn"]
    assert history[1]["body"] == {"reason": "Gửi nhầm văn bản"}
    assert history[1]["actor"] == "unit:04924"


def test_what_the_steps_state_does_not_allow_is_a_conflict_that_says_why(portal: Portal) -> None:
    answer = unit_caller(portal).post(f"{UNIT}/withdrawals", {"step": STEP, "reason": "x"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "tag:lotrinh,2026:state")
    assert problem["detail"] == "Đầu việc này chưa được xác nhận."
    assert portal.store.journal.entries() == ()


def test_obstacle_and_proposal_are_reported_and_cleared(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/obstacles", {"step": STEP, "note": "Chưa có dữ liệu dân cư"})
    us.submit(f"{UNIT}/proposals", {"step": STEP, "note": "Đề nghị tỉnh cấp"})
    record = us.read(f"{UNIT}/records/{STEP}")
    assert (record["obstacle"], record["proposal"]) == ("Chưa có dữ liệu dân cư", "Đề nghị tỉnh cấp")
    assert portal.status("04924").json()["steps"][0]["state"] == "not_started"
    us.submit(f"{UNIT}/clearances", {"step": STEP})
    record = us.read(f"{UNIT}/records/{STEP}")
    assert (record["obstacle"], record["proposal"]) == ("", "")


def test_who_was_slower_learns_who_changed_what_and_nothing_is_recorded(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    known = us.get(f"{UNIT}/records/{STEP}").headers["etag"]
    program_caller(portal).submit(f"{UNIT}/returns", {"step": STEP, "reason": "Thiếu dấu"})
    late = us.post(f"{UNIT}/withdrawals", {"step": STEP, "reason": "x"}, **{"If-Match": known})
    problem = late.json()
    assert (late.status_code, problem["type"]) == (412, "tag:lotrinh,2026:changed-meanwhile")
    assert (problem["changed_by"], problem["change"]) == ("program:can-bo", "returned")
    assert problem["changed_at"] == "2026-02-02T08:00:00+07:00"
    assert "08:00 02/02/2026" in problem["detail"]
    assert late.headers["etag"] == us.get(f"{UNIT}/records/{STEP}").headers["etag"] != known
    assert len(portal.store.journal.entries("bau-cu-2026")) == 2


def test_a_repeat_with_an_old_version_still_gives_its_receipt(portal: Portal) -> None:
    us, guard = unit_caller(portal), {"If-Match": '"0"', "Idempotency-Key": "mot"}
    first = us.post(f"{UNIT}/confirmations", DONE, **guard)
    assert first.status_code == 201, first.text
    again = us.post(f"{UNIT}/confirmations", DONE, **guard)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]


def test_a_receipt_stands_at_its_address(portal: Portal) -> None:
    us = unit_caller(portal)
    given = us.post(f"{UNIT}/obstacles", {"step": STEP, "note": "x"})
    assert us.read(given.headers["location"]) == given.json()
    assert us.get(f"{UNIT}/receipts/999").status_code == 404
    other = unit_caller(portal, "04960")
    assert other.get(f"{CAMPAIGN}/units/04960/receipts/{given.json()['number']}").status_code == 404


def test_the_signer_is_kept(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE | {"signer": "Người ký mẫu"})
    assert us.read(f"{UNIT}/records/{STEP}")["signer"] == "Người ký mẫu"


@pytest.mark.parametrize("version", ["1", '"x"', 'W/"1"', '"1", "2"', "*"])
def test_a_version_that_is_none_is_refused_rather_than_overlooked(portal: Portal, version: str) -> None:
    answer = unit_caller(portal).post(f"{UNIT}/confirmations", DONE, **{"If-Match": version})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match")


def test_history_comes_in_pages_by_number(portal: Portal) -> None:
    us = unit_caller(portal)
    for step in (STEP, "thanh-lap-ubbc-xa", "hiep-thuong-lan-1-xa"):
        us.post(f"{UNIT}/obstacles", {"step": step, "note": "x"})
    entries, page = [], f"{UNIT}/history?limit=2"
    while page:
        answer = us.read(page)
        entries += answer["items"]
        assert len(answer["items"]) <= 2
        page = answer["next"]
    assert [e["number"] for e in entries] == sorted({e["number"] for e in entries})
    assert len(entries) == len(portal.store.journal.entries("bau-cu-2026", "04924"))


def test_the_office_speaks_for_the_province_and_for_no_commune(portal: Portal) -> None:
    office, step = program_caller(portal), "thanh-lap-ubbc-tinh"
    said = {"step": step, "completed_on": "2025-11-28", "document": {"number": "1/QĐ", "date": "2025-11-28"}}
    assert office.submit(f"{CAMPAIGN}/units/25/confirmations", said)["unit"] == "25"
    assert office.post(f"{UNIT}/confirmations", DONE).status_code == 403
    viewer = program_caller(portal, Role.VIEWER, "xem")
    assert viewer.post(f"{CAMPAIGN}/units/25/confirmations", said).status_code == 403
