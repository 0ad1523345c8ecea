"""The portal's API over real sockets."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lotrinh.probing.contract import read_answer
from lotrinh.probing.prober import Question
from tests.portal.conftest import NOW, Portal

BODY = {
    "step": "quyet-dinh-to-bau-cu",
    "completed_on": "2026-01-29",
    "document": {"number": "12/QĐ-UBND", "date": "2026-01-29"},
    "progress": {"done": 12, "of": 12},
}


def said(portal: Portal, unit: str) -> dict[str, dict[str, object]]:
    return {s["id"]: s for s in portal.status(unit).json()["steps"]}


def test_the_status_of_a_unit_that_said_nothing_is_not_started_everywhere(portal: Portal) -> None:
    answer = portal.status("04924")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert {s["state"] for s in answer.json()["steps"]} == {"not_started"}


def test_our_own_checker_accepts_what_the_portal_says(portal: Portal) -> None:
    portal.confirm("04924", BODY)
    answer = portal.status("04924")
    steps = frozenset(s["id"] for s in answer.json()["steps"])
    question = Question(unit="04924", campaign="bau-cu-2026", url="http://x", steps=steps)
    assert read_answer(answer.content, question, NOW).steps["quyet-dinh-to-bau-cu"].document_number == "12/QĐ-UBND"


def test_a_confirmation_gives_a_receipt_and_changes_the_status(portal: Portal) -> None:
    receipt = portal.confirm("04924", BODY)
    assert receipt.status_code == 201, receipt.text
    assert receipt.json()["hash"] == portal.store.journal.head()
    step = said(portal, "04924")["quyet-dinh-to-bau-cu"]
    assert (step["state"], step["completed_on"]) == ("done", "2026-01-29")
    assert {s["state"] for s in portal.status("04960").json()["steps"]} == {"not_started"}


def test_the_same_key_gives_the_same_receipt_and_one_entry(portal: Portal) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: portal.confirm("04924", BODY).json(), range(20)))
    assert all(r == receipts[0] for r in receipts)
    assert len(portal.store.journal.entries()) == 1


def test_the_same_key_with_another_body_is_a_conflict(portal: Portal) -> None:
    portal.confirm("04924", BODY)
    other = portal.confirm("04924", BODY | {"completed_on": "2026-01-30"})
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert portal.confirm("04960", BODY | {"completed_on": "2026-01-30"}).status_code == 201


def test_a_part_of_the_count_is_progress_and_not_done(portal: Portal) -> None:
    portal.confirm("04924", BODY | {"progress": {"done": 7, "of": 12}})
    step = said(portal, "04924")["quyet-dinh-to-bau-cu"]
    assert (step["state"], step["progress"]) == ("in_progress", {"done": 7, "of": 12})


def test_only_the_units_own_unrevoked_code_opens(portal: Portal) -> None:
    for code in ("wrong", portal.codes["04960"]):
        refused = portal.confirm("04924", BODY, code=code)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    portal.store.access.revoke("04924", NOW)
    assert portal.confirm("04924", BODY).status_code == 401
    assert portal.store.journal.entries() == ()


def test_everything_wrong_with_a_confirmation_is_named_at_once_and_nothing_recorded(portal: Portal) -> None:
    bad = {
        "step": "quyet-dinh-to-bau-cu",
        "completed_on": "2026-02-03",
        "document": {"number": " ", "date": "2026-02-04"},
        "progress": {"done": 13, "of": 12},
    }
    answer = portal.confirm("04924", bad)
    assert answer.status_code == 422
    fields = {e["field"] for e in answer.json()["errors"]}
    assert fields == {"completed_on", "document.date", "document.number", "progress"}
    assert portal.store.journal.entries() == ()


@pytest.mark.parametrize("change", [{"step": 3}, {"completed_on": "31/01/2026"}, {"colour": "x"}, {"note": "x" * 2001}])
def test_a_malformed_confirmation_names_its_field(portal: Portal, change: dict[str, object]) -> None:
    answer = portal.confirm("04924", BODY | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in change


def test_a_key_is_required(portal: Portal) -> None:
    url = "/api/v1/campaigns/bau-cu-2026/units/04924/confirmations"
    answer = portal.client.post(url, json=BODY, headers={"Authorization": f"Bearer {portal.codes['04924']}"})
    assert answer.status_code == 422


def test_steps_of_others_and_unknown_ones_are_not_found(portal: Portal) -> None:
    assert portal.confirm("04924", BODY | {"step": "khong-co"}).status_code == 404
    assert portal.status("99999").status_code == 404
    assert portal.client.get("/api/v1/campaigns/khong-co/units/04924/status").status_code == 404


def test_an_unchanged_status_is_not_sent_again(portal: Portal) -> None:
    tag = portal.status("04924").headers["etag"]
    same = portal.status("04924", **{"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    portal.confirm("04924", BODY)
    assert portal.status("04924", **{"If-None-Match": tag}).status_code == 200


def test_health_says_that_the_database_can_be_read(portal: Portal) -> None:
    assert portal.client.get("/healthz").json()["status"] == "ok"
