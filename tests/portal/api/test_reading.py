"""What the office's programs and units' systems read: pages, filters, and nothing twice."""

import re
from datetime import timedelta
from typing import Any

import pytest

from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from tests.portal.api.test_access import ROUTES, here
from tests.portal.api.test_runs import run_once
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, Caller, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal


def pages(caller: Caller, path: str) -> list[Any]:
    found: list[Any] = []
    following: str | None = path
    while following:
        answer = caller.get(following)
        body = answer.json()
        found += body["items"]
        following = body["next"]
        assert answer.headers.get("link") == (f'<{following}>; rel="next"' if following else None)
    return found


@pytest.mark.parametrize("path", [p for m, p in ROUTES if m == "get" and p != "/healthz"])
def test_what_has_not_changed_is_not_sent_again(portal: Portal, path: str) -> None:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    for run in ("r0", "r1"):
        run_once(portal, run)
    us = program_caller(portal)
    first = us.get(here(path))
    assert first.status_code == 200, first.text
    for tags in (first.headers["etag"], f'"x", {first.headers["etag"]}', "*"):
        same = us.get(here(path), **{"If-None-Match": tags})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert us.get(here(path), **{"If-None-Match": '"x"'}).status_code == 200
    assert "no-cache" in first.headers["cache-control"]
    assert "no-store" not in first.headers["cache-control"]


def test_a_change_is_sent_though_the_reader_has_an_older_page(portal: Portal) -> None:
    office = program_caller(portal)
    for path in (f"{CAMPAIGN}/board", UNIT, f"{UNIT}/records", f"{UNIT}/history", f"{UNIT}/status"):
        known = office.get(path).headers["etag"]
        unit_caller(portal).submit(f"{UNIT}/obstacles", {"step": STEP, "note": path})
        assert office.get(path, **{"If-None-Match": known}).status_code == 200, path


def test_a_later_minute_alone_is_nothing_new(portal: Portal) -> None:
    office = program_caller(portal)
    known = office.get(f"{CAMPAIGN}/board").headers["etag"]
    portal.moments.append(NOW + timedelta(minutes=5))
    assert office.get(f"{CAMPAIGN}/board", **{"If-None-Match": known}).status_code == 304


def test_the_board_shows_every_milestone_and_every_unit_once(portal: Portal) -> None:
    portal.store.journal.append(*sample_entries(open_campaign_of(portal), NOW))
    office = program_caller(portal, Role.VIEWER, "xem")
    board = office.read(f"{CAMPAIGN}/board?limit=60")
    rows = pages(office, f"{CAMPAIGN}/board?limit=60")
    assert len({row["code"] for row in rows}) == len(rows) == board["total"] == 148
    assert board["sample"] is True
    for milestone in board["milestones"]:
        cells = [row["milestones"].get(milestone["id"]) for row in rows]
        assert sum(cell in {"done", "done_late"} for cell in cells) == milestone["done"], milestone["id"]
        assert sum(cell == "overdue" for cell in cells) == milestone["overdue"]
    of_units = sum(row["counts"]["done"] for row in rows)
    assert of_units <= board["counts"]["done"]
    assert all(sum(r["counts"].values()) - r["outstanding"] >= r["counts"]["done"] for r in rows)


def open_campaign_of(portal: Portal) -> Any:
    from lotrinh.settings.models import Settings

    assert portal
    return open_campaign_of_files(Settings(), "bau-cu-2026")


def test_units_are_found_without_accents_by_kind_and_by_status(portal: Portal) -> None:
    office = program_caller(portal)
    found = office.read(f"{CAMPAIGN}/units?q=luong son")["items"]
    assert "Xã Lương Sơn" in {u["full_name"] for u in found}
    assert all("luong son" in plain(u["full_name"]) for u in found)
    assert [u["code"] for u in office.read(f"{CAMPAIGN}/units?q=04924")["items"]] == ["04924"]
    kinds = {u["kind"] for u in pages(office, f"{CAMPAIGN}/units?kind=phuong&limit=9")}
    assert kinds == {"phuong"}
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    assert [u["code"] for u in office.read(f"{CAMPAIGN}/units?status=done")["items"]] == ["04924"]
    assert office.read(f"{CAMPAIGN}/board?area=khong-co")["items"] == []


def plain(text: str) -> str:
    from lotrinh.core.text import fold_text

    return fold_text(text)


def test_a_unit_is_shown_with_the_reason_of_each_status(portal: Portal) -> None:
    us = unit_caller(portal)
    number = us.submit(f"{UNIT}/confirmations", DONE)["number"]
    us.submit(f"{UNIT}/obstacles", {"step": "thanh-lap-ban-bau-cu-xa", "note": "Thiếu người"})
    steps = {s["id"]: s for s in us.read(UNIT)["steps"]}
    assert (steps[STEP]["status"], steps[STEP]["completed_on"], steps[STEP]["version"]) == (
        "done",
        "2026-01-29",
        number,
    )
    assert steps[STEP]["flags"]["progress"] == {"done": 12, "of": 12}
    assert steps["thanh-lap-ban-bau-cu-xa"]["flags"]["obstacle"] == "Thiếu người"
    assert re.search(r"quá hạn \d+ ngày", steps["thanh-lap-ubbc-xa"]["reason"])
    english = {s["id"]: s for s in us.read(UNIT, **{"Accept-Language": "en"})["steps"]}
    assert english[STEP]["status_text"] != steps[STEP]["status_text"]


def test_steps_come_with_deadline_basis_and_evidence(portal: Portal) -> None:
    timeline = unit_caller(portal).read(f"{CAMPAIGN}/steps")
    steps = {s["id"]: s for m in timeline["milestones"] for s in m["steps"]}
    assert steps[STEP]["due_at"] == "2026-01-31T23:59:59+07:00"
    assert steps[STEP]["basis"][0].startswith("Điều 25")
    assert steps[STEP]["evidence"]["documents"]
    assert any(s["waiting"] for s in steps.values())


def test_records_come_in_pages_with_what_can_be_stated_next(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    records = {r["step"]: r for r in pages(us, f"{UNIT}/records?limit=10")}
    assert list(records) == sorted(records)
    assert records[STEP]["may"] == ["confirmed", "withdrawn", "accepted", "returned", "proposal"]
    assert records["thanh-lap-ubbc-xa"]["may"] == ["confirmed", "progressed", "excused", "obstacle", "proposal"]


def test_units_see_their_campaigns_and_only_one_page_where_all_fits(portal: Portal) -> None:
    ids = {c["id"] for c in unit_caller(portal).read("/api/v1/campaigns")["items"]}
    assert "bau-cu-2026" in ids
    assert unit_caller(portal).read(CAMPAIGN)["anchor_date"] == "2026-03-15"
