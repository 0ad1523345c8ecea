"""F4, F5, F6: redirects, bodies too large, and other types."""

import asyncio
import gzip
import unicodedata
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.probing.clients import RECEIVE_BUFFER
from lotrinh.probing.prober import Prober
from tests.probing.faults import (
    NOW,
    QUICK,
    Behaviour,
    FaultServer,
    answer,
    ask,
    body,
    endless,
    question,
    resolves_to,
    says,
)

MEGABYTE = 1_000_000


def test_a_good_answer_is_reached_with_its_body_and_tag() -> None:
    seen = ask(answer(etag='"v1"')).observation
    assert (seen.outcome, seen.reason, seen.tries) == (Outcome.REACHED, Reason.NONE, 1)
    assert seen.answer is not None
    assert seen.answer.heard_at == seen.checked_at == NOW
    assert (seen.body.encode(), seen.etag, seen.not_modified) == (body(), '"v1"', False)


def test_the_question_asks_for_plain_json_and_nothing_else() -> None:
    request = ask(answer()).server.requests[0].lower()
    for line in (b"accept: application/json", b"accept-encoding: identity", b"user-agent: lotrinh/"):
        assert line in request
    assert b"if-none-match" not in request


@pytest.mark.parametrize(
    "where",
    [
        "/status",
        "http://127.0.0.1:1/",
        "https://xa.example.vn/",
        "http://169.254.169.254/",
        "http://0177.0.0.1/",
        "http://xa.vn:cong/",
        "http://[/",
        "file:///etc/passwd",
        "//khac.vn/",
        "",
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent", "300 Many"])
def test_a_redirect_is_invalid_after_exactly_one_request(where: str, status: str) -> None:
    heard = ask(answer(b"", status, location=where))
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, Reason.REDIRECT)
    assert heard.server.connections == 1


SPACES = b" " * 64_000
BOMB = gzip.compress(b" " * 50_000_000)
DEFLATED = zlib.compress(b" " * 50_000_000)
CHUNKED = answer(b"", content_length="", transfer_encoding="chunked")
CHUNK = b"fa00\r\n" + SPACES + b"\r\n"
TOO_LARGE: dict[str, tuple[Behaviour, Reason]] = {
    "declared": (endless(SPACES, answer(b"", content_length="300000000")), Reason.SIZE),
    "absurdly declared": (endless(SPACES, answer(b"", content_length="9" * 19)), Reason.SIZE),
    "no length": (endless(SPACES, answer(b"", content_length="")), Reason.SIZE),
    "chunked": (endless(CHUNK, CHUNKED), Reason.SIZE),
    "tiny chunks": (endless(b"1\r\n \r\n" * 10_000, CHUNKED), Reason.SIZE),
    "chunk extensions": (endless(b"1;" + b"x" * 40_000 + b"\r\n \r\n", CHUNKED), Reason.SIZE),
    "interim answers": (endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), Reason.SIZE),
    "one byte over": (says(answer(b" " * 256_001)), Reason.SIZE),
    "gzip bomb": (says(answer(BOMB, content_encoding="gzip")), Reason.PROTOCOL),
    "deflate bomb": (says(answer(DEFLATED, content_encoding="deflate")), Reason.PROTOCOL),
    "endless brotli": (endless(SPACES, answer(b"", content_encoding="br", content_length="")), Reason.PROTOCOL),
    "endless zstd": (endless(CHUNK, answer(b"", content_encoding="zstd", content_length="")), Reason.PROTOCOL),
    "hidden bomb": (says(answer(BOMB)), Reason.ENCODING),
    "endless answer to 304": (endless(SPACES, answer(b"", "304 Same", content_length="")), Reason.PROTOCOL),
    "endless error": (endless(SPACES, answer(b"", "201 Made", content_length="")), Reason.PROTOCOL),
    "twice": (says(answer(content_encoding="identity, gzip")), Reason.PROTOCOL),
    "endless headers": (endless(b"x: " + b"y" * 8000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), Reason.PROTOCOL),
    "longer than said": (says(answer(content_length=str(len(body()) - 10))), Reason.PROTOCOL),
    "shorter than said": (says(answer(content_length=str(len(body()) + 10))), Reason.PROTOCOL),
    "two lengths": (says(answer(content_length="10\r\nContent-Length: 20")), Reason.PROTOCOL),
    "length and chunks": (says(answer(transfer_encoding="chunked")), Reason.PROTOCOL),
    "no number": (says(answer(content_length="-1")), Reason.PROTOCOL),
    "not HTTP": (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Reason.PROTOCOL),
    "empty": (says(answer(b"")), Reason.PROTOCOL),
}


@pytest.mark.parametrize("fault", TOO_LARGE)
def test_a_body_too_large_or_lying_is_invalid_with_less_than_a_megabyte_read(fault: str) -> None:
    behaviour, reason = TOO_LARGE[fault]
    heard = ask(behaviour, replace(QUICK, total_seconds=8.0))
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, reason)
    assert heard.server.sent < MEGABYTE
    assert heard.server.connections == 1


def test_the_largest_body_allowed_is_read() -> None:
    full = body() + b" " * (256_000 - len(body()))
    assert ask(answer(full)).observation.outcome is Outcome.REACHED
    assert len(full) > RECEIVE_BUFFER


LOGIN = "<!doctype html><title>Đăng nhập</title>".encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LOGIN, "text/html; charset=utf-8"),
        (body(), "text/html"),
        (body(), "text/plain"),
        (body(), ""),
        (body(), "application/json; charset=utf-16"),
        (body(), "application/json, text/html"),
        (body(), "application/jsonp"),
        (body(), "application/json\r\nContent-Type: text/html"),
    ],
)
def test_an_answer_of_another_type_is_invalid_and_nothing_is_done(content: bytes, kind: str) -> None:
    seen = ask(answer(content, content_type=kind)).observation
    assert (seen.outcome, seen.reason, seen.answer) == (Outcome.INVALID, Reason.TYPE, None)


def test_a_login_page_that_says_json_is_invalid_too() -> None:
    assert ask(answer(LOGIN)).observation.reason is Reason.SCHEMA


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"; v=1']
)
def test_json_with_parameters_in_utf8_is_read(kind: str) -> None:
    assert ask(answer(content_type=kind)).observation.outcome is Outcome.REACHED


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xef\xbb\xbf" + body(), Reason.NONE),
        (unicodedata.normalize("NFD", body().decode()).encode(), Reason.NONE),
        (body().decode().encode("utf-16"), Reason.ENCODING),
        (body().replace(b"Ch", b"\x00"), Reason.ENCODING),
        (body().replace(b"Ch", b"\\ud800"), Reason.ENCODING),
        (body().replace(b'"of": 12', b'"of": NaN'), Reason.SCHEMA),
        (b"[" * 200_000, Reason.SCHEMA),
        (body(generated_at="2026-02-02T08:00:00"), Reason.TIME),
    ],
    ids=["mark", "decomposed", "UTF-16", "NUL", "surrogate", "NaN", "deep", "no zone"],
)
def test_what_the_contract_refuses_is_not_asked_for_again(content: bytes, reason: Reason) -> None:
    heard = ask(answer(content))
    assert (heard.observation.reason, heard.server.connections) == (reason, 1)
    assert (heard.observation.body, heard.observation.answer is None) == (
        ("", True) if reason else (content.decode("utf-8-sig"), False)
    )


def test_what_a_unit_wants_remembered_is_not_told_to_another_at_the_same_address() -> None:
    async def run() -> None:
        tells = says(answer(set_cookie="session=secret; Path=/"))
        one = replace(QUICK, shards=1)
        async with FaultServer(tells) as server, Prober(one, lambda: NOW, resolves_to("127.0.0.1")) as prober:
            for host in ("xa.vn", "khac.vn", "xa.vn"):
                await prober.ask(question(f"http://{host}:{server.port}/"))
            assert not any(b"secret" in request for request in server.requests)

    asyncio.run(run())


def test_settings_of_the_environment_do_not_lead_questions_astray(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    heard = ask(answer())
    assert heard.observation.outcome is Outcome.REACHED
    assert b"authorization" not in heard.server.requests[0].lower()
