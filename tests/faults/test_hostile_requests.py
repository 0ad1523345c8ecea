"""Requests that no browser sends: lines for the log, huge headers, sockets that say nothing (fault F28)."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

import httpx
import pytest

from tests.faults.portals import CAMPAIGN, HOME, OTHER, PDF, STEP, Person, Portal

IDLE = 200
FORGED = "INFO refused account=officer:quan-tri"
CONTROLS = ("\n", "\r\n", "\r", "\0", "\x1b[2J", "\x7f", "\u2028", "\u0085", "\u202e", "\u200b", "\ue000")


@pytest.mark.parametrize("control", CONTROLS, ids=repr)
def test_no_address_writes_a_line_of_its_own_into_the_log(
    portal: Portal, caplog: pytest.LogCaptureFixture, control: str
) -> None:
    caplog.set_level(logging.DEBUG)
    person = portal.person()
    for path in (
        f"/campaigns/{CAMPAIGN}/units/{OTHER}{control}{FORGED}",
        f"/campaigns/{CAMPAIGN}/units/{OTHER}/steps/{control}{FORGED}",
        f"/receipts/{OTHER}{control}-1",
        f"/files/{control}{FORGED}",
        f"/read/{control}{FORGED}",
        f"/{control}{FORGED}",
        f"/api/v1/campaigns/{control}/units/{OTHER}/records",
    ):
        assert 400 <= person.get(quote(path)).status_code < 500, path
    said = [r.getMessage() for r in caplog.records if r.name.startswith(("lotrinh", "uvicorn"))]
    assert all(line.isprintable() for line in said)
    assert not any(line.startswith(FORGED) for line in said)


def test_who_tries_another_units_page_is_still_named_in_the_log(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    assert portal.person().get(f"/campaigns/{CAMPAIGN}/units/{OTHER}?{FORGED}").status_code == 404
    line = f"refused account=unit:04960 method=GET path=/campaigns/{CAMPAIGN}/units/{OTHER}"
    assert [r.getMessage() for r in caplog.records if r.name == "lotrinh.portal"] == [line]


def said_to(portal: Portal, sent: bytes) -> bytes:
    """Send bytes as they are, and return what comes back before the connection is closed."""
    host, port = portal.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        try:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            received = b""
            while part := raw.recv(65_536):
                received += part
        except ConnectionError:
            return received
    return received


LARGE = b"x" * 70_000
HEAD = b"GET /sign-in HTTP/1.1\r\nHost: x\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"X-Large: " + LARGE + b"\r\n\r\n",
        HEAD + b"Cookie: lotrinh=" + LARGE + b"\r\n\r\n",
        HEAD + b"Cookie: " + b"a=b; " * 14_000 + b"\r\n\r\n",
        HEAD + b"X: y\r\n" * 12_000 + b"\r\n",
        b"GET /" + LARGE + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"X-Bad: a\0b\r\n\r\n",
        HEAD + b"X Bad: a\r\n\r\n",
        b"GET /sign-in\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /sign-in HTTP/1.1\r\n\r\n",
        HEAD + b"Host: y\r\n\r\n",
        FORM + b"Content-Length: -1\r\n\r\n",
        FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        FORM + b"Content-Length: 9e9\r\n\r\n",
        FORM + b"Content-Length: 99999999999999999999\r\n\r\nabc",
        FORM + b"Content-Length: 99999999999999999999999999999\r\n\r\nabc",
        FORM + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"TRACE /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n\r\n",
        b"PUT /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=range(20),
)
def test_a_request_that_is_none_is_refused_and_the_next_one_is_answered(portal: Portal, sent: bytes) -> None:
    answer = said_to(portal, sent)
    assert answer == b"" or b" 40" in answer[:13] or b" 41" in answer[:13], answer[:200]
    assert b"Traceback" not in answer
    assert portal.client().get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "lotrinh=" + "x" * 30_000},
        {"Cookie": "; ".join(f"c{n}=v" for n in range(3000))},
        {"Cookie": "lotrinh=\udcff\udcfe"},
        {"Cookie": "=;;=;lotrinh"},
        {"Accept-Language": "vi," * 8000},
        {"Accept-Language": "en;q=" + "9" * 5000},
        {"If-None-Match": '"x",' * 5000},
        {"Authorization": "Bearer " + "x" * 30_000},
        {"Authorization": "Basic eDp4"},
        {"Accept-Encoding": "gzip;q=" + "1" * 3000},
        {"Range": "bytes=" + "0-1," * 5000},
        {"X-Forwarded-For": "1.1.1.1," * 2000},
    ],
    ids=range(12),
)
def test_headers_of_any_content_are_a_stranger_s_and_break_nothing(portal: Portal, headers: dict[str, str]) -> None:
    client = portal.client()
    raw = {name.encode(): value.encode("utf-8", "surrogateescape") for name, value in headers.items()}
    for path in (HOME, f"/api/v1/campaigns/{CAMPAIGN}/units/{OTHER}/records"):
        answer = client.get(path, headers=raw)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
    assert client.get("/static/style.css", headers=raw).status_code < 500
    assert client.get("/sign-in", headers=raw).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seen", "9" * 5000),
        ("key", "x" * 50_000),
        ("completed_on", "9" * 5000),
        ("file_id", "\0" * 100),
        ("note", "\U0001f600" * 3000),
        ("edit", "1" * 10_000),
    ],
    ids=range(6),
)
def test_a_field_of_any_content_is_judged_and_breaks_nothing(any_portal: Portal, name: str, value: str) -> None:
    person = any_portal.person()
    form = person.check() | {name: value}
    for path in ("confirm", "confirm/send", "withdraw", "obstacle", "clear"):
        assert person.send(f"{HOME}/steps/{STEP}/{path}", form).status_code < 500, path


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "9" * 30, "9" * 5000, "1e9", "٣"])
def test_an_address_with_any_number_is_a_missing_page(any_portal: Portal, number: str) -> None:
    person = any_portal.person()
    for path in (f"/receipts/04960-{number}", f"{HOME}/count/{number}-{number}"):
        assert person.get(path).status_code == 404, path


@pytest.fixture
def idle(portal: Portal) -> Iterator[int]:
    """Hold sockets open that say nothing, half a head, or half a form."""
    host, port = portal.url.removeprefix("http://").split(":")
    upload = FORM.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x")
    begun = (
        b"",
        HEAD,
        FORM + b"Content-Length: 500\r\n\r\nname=04960",
        upload + b"Content-Length: 9000000\r\n\r\n--x\r\n",
    )
    with ExitStack() as held:
        for n in range(IDLE):
            raw = held.enter_context(socket.create_connection((host, int(port)), timeout=10))
            raw.sendall(begun[n % len(begun)])
        yield IDLE


def seconds(person: Person, path: str) -> float:
    began = time.perf_counter()
    assert person.get(path).status_code == 200
    return time.perf_counter() - began


@pytest.mark.usefixtures("idle")
def test_two_hundred_sockets_that_say_nothing_hold_nobody_up(portal: Portal) -> None:
    person = portal.person()
    assert person.get(HOME).status_code == 200
    took = sorted(seconds(person, path) for path in (HOME, "/healthz", "/sign-in") * 20)
    assert took[int(len(took) * 0.95)] < 1
    form = person.form(f"{HOME}/steps/{STEP}/confirm")
    answer = person.send(f"{HOME}/steps/{STEP}/confirm", form, files={"file": ("a.pdf", PDF)})
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 422
