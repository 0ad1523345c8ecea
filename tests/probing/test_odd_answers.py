"""F4, F5, F6, F11: redirects, bodies too large, other types, and statuses other than 200."""

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from lotrinh.core.observation import Answer, Outcome, Reason
from lotrinh.i18n import say
from lotrinh.probing.clients import RECEIVE_BUFFER
from lotrinh.probing.contract import read_answer
from lotrinh.probing.heads import retry_after
from tests.probing.faults import (
    NOW,
    QUICK,
    Behaviour,
    FaultServer,
    answer,
    ask,
    ask_url,
    body,
    endless,
    in_turn,
    question,
    says,
)

MEGABYTE = 1_000_000
LAST = read_answer(body(), question(""), NOW - timedelta(hours=1))


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
    ["/status", "http://127.0.0.1:1/", "https://xa.example.vn/", "http://169.254.169.254/", "//khac.vn/", ""],
    ids=["loop", "loopback", "other host", "metadata", "scheme-less", "nowhere"],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent", "300 Many"])
def test_a_redirect_is_invalid_after_exactly_one_request(where: str, status: str) -> None:
    heard = ask(answer(b"", status, location=where))
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, Reason.REDIRECT)
    assert heard.server.connections == 1


def test_a_redirect_from_https_to_http_is_not_followed_either() -> None:
    async def run() -> None:
        async with FaultServer() as plain:
            heard, _ = await ask_url(f"{plain.origin}/", QUICK)
            assert heard.outcome is Outcome.REACHED
            async with FaultServer(says(answer(b"", "302 Found", location=plain.origin))) as first:
                seen, _ = await ask_url(f"{first.origin}/")
        assert (seen.reason, plain.connections) == (Reason.REDIRECT, 1)

    asyncio.run(run())


SPACES = b" " * 64_000
BOMB = gzip.compress(b" " * 50_000_000)
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
    "brotli": (says(answer(content_encoding="br")), Reason.PROTOCOL),
    "deflate": (says(answer(content_encoding="deflate")), Reason.PROTOCOL),
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
    heard = ask(behaviour, replace(QUICK, total_seconds=2.0))
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, reason)
    assert heard.server.sent < MEGABYTE
    assert heard.server.connections == 1
    assert heard.seconds < 1.5


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


BUSY = "503 Service Unavailable"


@pytest.mark.parametrize("status", ["429 Too Many", BUSY])
@pytest.mark.parametrize(
    ("said", "least"),
    [
        ("0", 0.0),
        ("1", 0.2),
        ("99999999999999999999", 0.0),
        ("86400", 0.2),
        (format_datetime(NOW + timedelta(days=1)), 0.2),
        (format_datetime(NOW - timedelta(days=1)), 0.0),
        ("Thu, 99 Xxx 99999 99:99:99 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_honoured_within_our_patience_and_then_asked_once_more(
    status: str, said: str, least: float
) -> None:
    heard = ask(in_turn(says(answer(b"", status, retry_after=said)), says(answer())))
    assert (heard.observation.outcome, heard.observation.tries) == (Outcome.REACHED, 2)
    assert least <= heard.seconds < least + 0.4


def test_waiting_as_asked_is_not_network_time() -> None:
    patient = replace(QUICK, total_seconds=0.3, retry_after_seconds=0.6)
    heard = ask(in_turn(says(answer(b"", BUSY, retry_after="10")), says(answer())), patient)
    assert heard.observation.outcome is Outcome.REACHED
    assert heard.seconds > 0.6
    assert heard.observation.milliseconds < 300


def test_retry_after_reads_seconds_and_dates() -> None:
    assert retry_after(None, NOW) is None
    assert retry_after("7", NOW) == 7
    assert retry_after(format_datetime(NOW + timedelta(seconds=9), usegmt=True), NOW) == 9
    assert retry_after("Mon, 02 Feb 2026 03:00:09 -0000", NOW) == 9
    assert retry_after("Mon, 99 Feb 2026 03:00:09 GMT", NOW) is None


@pytest.mark.parametrize(
    ("status", "tries", "words"),
    [
        (400, 1, "không nhận câu hỏi"),
        (401, 1, "từ chối"),
        (403, 1, "từ chối"),
        (404, 1, "không còn đúng"),
        (408, 2, "có lỗi"),
        (410, 1, "không còn đúng"),
        (418, 1, "không nhận câu hỏi"),
        (429, 2, "quá nhiều"),
        (500, 2, "có lỗi"),
        (502, 2, "có lỗi"),
        (503, 2, "có lỗi"),
        (511, 2, "có lỗi"),
        (599, 2, "có lỗi"),
    ],
)
def test_an_error_status_is_unreachable_http_named_and_retried_only_where_it_may_pass(
    status: int, tries: int, words: str
) -> None:
    heard = ask(answer(b"{}", f"{status} X"))
    seen = heard.observation
    assert (seen.outcome, seen.reason, seen.tries) == (Outcome.UNREACHABLE, Reason.HTTP, tries)
    assert heard.server.connections == tries
    assert str(status) in say(seen.sentence, "vi")
    assert words in say(seen.sentence, "vi")


@pytest.mark.parametrize("status", ["101 Switching", "201 Created", "204 No Content", "206 Partial", "999 Odd"])
def test_other_statuses_are_invalid(status: str) -> None:
    seen = ask(answer(b"", status)).observation
    assert (seen.outcome, seen.reason) == (Outcome.INVALID, Reason.PROTOCOL)


NOT_MODIFIED = answer(b"", "304 Not Modified", content_type="", content_length="")


def test_an_unchanged_answer_is_reached_with_the_last_one_heard_now() -> None:
    heard = ask(NOT_MODIFIED, etag='"v1"', last=LAST)
    seen = heard.observation
    assert (seen.outcome, seen.not_modified, seen.etag) == (Outcome.REACHED, True, '"v1"')
    assert seen.answer == replace(LAST, heard_at=NOW)
    assert b'If-None-Match: "v1"\r\n' in heard.server.requests[0]


@pytest.mark.parametrize(
    ("etag", "last"), [("", None), ('"v1"', None), ("", LAST), ('bad\r\nX: "y"', LAST), ("v1", LAST)]
)
def test_not_modified_without_having_been_asked_for_is_invalid(etag: str, last: Answer | None) -> None:
    heard = ask(NOT_MODIFIED, etag=etag, last=last)
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, Reason.PROTOCOL)
    assert b"If-None-Match" not in heard.server.requests[0]


def test_a_tag_that_could_not_be_sent_back_is_not_kept() -> None:
    assert ask(answer(etag="naked")).observation.etag == ""
    assert ask(answer(etag='"' + "x" * 300 + '"')).observation.etag == ""
    assert ask(answer(etag='W/"weak"')).observation.etag == 'W/"weak"'


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
