"""Whatever goes wrong under /api is a problem document (RFC 9457) in the language that was asked for."""

import socket
from typing import Any

import httpx
import pytest

from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import Portal


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == answer.status_code
    return body


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/x", "/api/v1/campaigns/khong-co/units/04924/status"])
def test_an_unknown_address_is_a_problem(portal: Portal, path: str) -> None:
    assert problem(portal.client.get(path))["status"] == 404


def test_a_wrong_method_names_the_right_one(portal: Portal) -> None:
    answer = portal.client.delete(f"{UNIT}/confirmations")
    assert (problem(answer)["status"], answer.headers["allow"]) == (405, "POST")


def test_a_body_that_is_not_json_is_refused_by_its_type(portal: Portal) -> None:
    headers = {"Authorization": f"Bearer {portal.codes['04924']}", "Idempotency-Key": "1"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = portal.client.post(f"{UNIT}/confirmations", content=b"{}", headers=headers | {"Content-Type": kind})
        assert problem(answer)["status"] == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b"", 422),
        (b'"x"', 422),
        (b"\xc3(", 400),
        (b"[" * 60_000, 400),
        (b"1" * 5000, 400),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(portal: Portal, body: bytes, status: int) -> None:
    headers = {
        "Authorization": f"Bearer {portal.codes['04924']}",
        "Idempotency-Key": "1",
        "Content-Type": "application/json",
    }
    answer = portal.client.post(f"{UNIT}/confirmations", content=body, headers=headers)
    assert problem(answer)["status"] == status
    assert portal.store.journal.entries("bau-cu-2026") == ()


def test_a_body_that_is_too_large_is_a_problem_whether_it_says_so_or_not(portal: Portal) -> None:
    us = unit_caller(portal)
    assert problem(us.post(f"{UNIT}/confirmations", DONE | {"note": "x" * 70_000}))["status"] == 413
    headers = {
        "Authorization": f"Bearer {us.token}",
        "Idempotency-Key": "1",
        "Content-Type": "application/json",
    }
    chunks = (b'{"step": "' if not n else b"x" * 1000 for n in range(80))
    assert problem(portal.client.post(f"{UNIT}/confirmations", content=chunks, headers=headers))["status"] == 413


MALFORMED = [
    ({"completed_on": "31/01/2026"}, "completed_on", "“completed_on” phải là ngày có thật, viết như 2026-01-29."),
    ({"completed_on": 1769644800}, "completed_on", "“completed_on” phải là ngày có thật, viết như 2026-01-29."),
    ({"step": 3}, "step", "“step” phải là văn bản."),
    ({"note": "\ud800"}, "note", "“note” có ký tự không hợp lệ."),
    ({"colour": 1}, "colour", "Không có mục “colour”. Hãy bỏ đi hoặc sửa lại tên."),
    ({"\ud800": 1}, "", "Nội dung có ký tự không hợp lệ."),
    ({"mùa xuân": 1}, "mùa xuân", "Không có mục “mùa xuân”. Hãy bỏ đi hoặc sửa lại tên."),
    ({"note": "x" * 2001}, "note", "“note” dài quá 2000 ký tự."),
    ({"progress": {"done": 1.5, "of": 2}}, "progress.done", "“progress.done” phải là số nguyên."),
    ({"progress": {"done": -1, "of": 2}}, "progress.done", "“progress.done” phải từ 0 trở lên."),
    ({"progress": {"done": 1, "of": 100_001}}, "progress.of", "“progress.of” không được quá 100000."),
    ({"progress": {"done": 1}}, "progress.of", "Còn thiếu “progress.of”."),
    ({"document": 1}, "document", "“document” phải là một đối tượng JSON, viết trong dấu ngoặc nhọn."),
]


@pytest.mark.parametrize(("change", "field", "detail"), MALFORMED, ids=lambda v: str(v)[:30].encode("ascii", "replace"))
def test_a_wrong_shape_is_named_in_words(portal: Portal, change: dict[str, Any], field: str, detail: str) -> None:
    answer = unit_caller(portal).post(f"{UNIT}/confirmations", DONE | change)
    said = problem(answer)
    assert (said["status"], said["type"]) == (422, "tag:lotrinh,2026:malformed")
    assert said["errors"] == [{"field": field, "detail": detail}]
    assert portal.store.journal.entries("bau-cu-2026") == ()


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=201", "“limit” không được quá 200."),
        ("limit=x", "“limit” phải là số nguyên."),
        ("staus=overdue", "Không có mục “staus”. Hãy bỏ đi hoặc sửa lại tên."),
        ("kind=huyen", "“kind” phải là một trong: xa, phuong, dac_khu, tinh, thanh_pho."),
    ],
)
def test_a_wrong_parameter_is_named_in_words(portal: Portal, query: str, detail: str) -> None:
    said = problem(program_caller(portal).get(f"{CAMPAIGN}/board?{query}"))
    assert [e["detail"] for e in said["errors"]] == [detail]


def test_a_key_that_is_missing_is_named(portal: Portal) -> None:
    headers = {"Authorization": f"Bearer {portal.codes['04924']}"}
    said = problem(portal.client.post(f"{UNIT}/confirmations", json=DONE, headers=headers))
    assert said["errors"] == [{"field": "Idempotency-Key", "detail": "Còn thiếu “Idempotency-Key”."}]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.8,vi;q=0.9", "en"),
        ("vi;q=0.2, en;q=0.1", "vi"),
        ("fr, *", "vi"),
        ("en;q=x", "vi"),
    ],
)
def test_sentences_come_in_the_language_asked_for(portal: Portal, asked: str, language: str) -> None:
    answer = unit_caller(portal).get(f"{UNIT}/receipts/999", **{"Accept-Language": asked})
    assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")
    assert problem(answer)["status"] == 404


def test_what_a_service_refuses_names_every_field(portal: Portal) -> None:
    bad = {"step": STEP, "completed_on": "2026-02-03", "document": {"number": "", "date": "2026-02-04"}}
    said = problem(unit_caller(portal).post(f"{UNIT}/confirmations", bad))
    assert said["type"] == "tag:lotrinh,2026:refused"
    assert {e["field"] for e in said["errors"]} == {"completed_on", "document.date", "document.number"}


def test_a_database_that_cannot_be_written_says_that_nothing_was_recorded(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable(M("disk full at /secret"))

    monkeypatch.setattr(type(portal.store.journal), "append", fails)
    answer = unit_caller(portal).post(f"{UNIT}/confirmations", DONE)
    said = problem(answer)
    assert (said["status"], "Chưa ghi nhận" in said["detail"], "secret" in answer.text) == (503, True, False)


def test_a_fault_of_our_own_is_a_problem_that_gives_nothing_away(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr(type(portal.store.journal), "append", fails)
    answer = unit_caller(portal).post(f"{UNIT}/confirmations", DONE)
    assert (problem(answer)["status"], "secret" in answer.text) == (500, False)


def test_a_header_of_nonsense_does_not_stop_the_server(portal: Portal) -> None:
    url = portal.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=5) as line:
        line.sendall(b"GET /api/v1/campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n")
        assert line.recv(20).startswith(b"HTTP/1.1 401")
    assert portal.client.get("/healthz").status_code == 200
