"""Zalo, Apprise and webhooks against real servers on loopback."""

import hashlib
import hmac
import json
import logging
import socket
import time
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from lotrinh.i18n import say
from lotrinh.probing.options import HttpOptions
from lotrinh.sending import channels, zalo
from lotrinh.sending.outcomes import Outcome, Refused, Sent, Unknown
from lotrinh.sending.webhook import Hooks
from lotrinh.sending.zalo import ZaloBot
from lotrinh.settings.models import Zalo
from tests.sending.servers import bad_post, free_port, web_server

AT = datetime(2026, 2, 2, 0, 30, tzinfo=UTC)
HERE = HttpOptions(allow_networks=(ip_network("127.0.0.0/8"),), total_seconds=2)


def kind(outcome: Outcome) -> tuple[str, bool]:
    return type(outcome).__name__, isinstance(outcome, Refused) and outcome.permanent


def bot(url: str) -> ZaloBot:
    return ZaloBot(Zalo.model_validate({"token": "1:bi-mat", "api_url": url}))


def test_zalo_is_told_chat_and_text_no_longer_than_it_takes() -> None:
    with web_server() as web:
        assert bot(web.url()).send("c1", "x" * 3000) == Sent()
    (got,) = web.got
    assert got.path == "/bot1:bi-mat/sendMessage"
    assert json.loads(got.body) == {"chat_id": "c1", "text": "x" * 2000}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"ok": false, "error_code": 400, "description": "chat"}', ("Refused", True)),
        (200, b'{"ok": false, "error_code": 429}', ("Refused", False)),
        (503, b"<html>", ("Refused", False)),
        (200, b"<html>", ("Unknown", False)),
        (200, b"[" * 5000, ("Unknown", False)),
        (0, b"", ("Unknown", False)),
    ],
)
def test_zalo_says_no_or_nothing(status: int, body: bytes, expected: tuple[str, bool]) -> None:
    with web_server() as web:
        web.replies = [(status, body)]
        assert kind(bot(web.url()).send("c1", "x")) == expected


def test_the_token_of_the_bot_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    outcome = bot(f"http://127.0.0.1:{free_port()}").send("c1", "x")
    assert isinstance(outcome, Refused)
    assert "bi-mat" not in caplog.text + repr(outcome)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [((200, b""), "Sent"), ((403, b""), "Refused"), ((500, b""), "Refused"), ((0, b""), "Unknown")],
)
@pytest.mark.filterwarnings("ignore")
def test_apprise_says_what_is_certain(reply: tuple[int, bytes], expected: str) -> None:
    with web_server() as web:
        web.always = reply
        outcome = channels.send(f"json://127.0.0.1:{web.port}/tin", "Lộ trình", "Bạn có 3 đầu việc.")
    assert type(outcome).__name__ == expected
    assert json.loads(web.got[0].body)["message"] == "Bạn có 3 đầu việc."


@pytest.mark.filterwarnings("ignore")
def test_apprise_where_nobody_listens_and_where_nothing_can_be_read() -> None:
    assert kind(channels.send(f"json://127.0.0.1:{free_port()}/", "a", "b")) == ("Refused", False)
    assert kind(channels.send("khong-phai://", "a", "b")) == ("Refused", True)


@pytest.mark.filterwarnings("ignore")
def test_what_apprise_and_its_client_log_reaches_no_other_handler(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    own = logging.getLogger("apprise")
    before = own.level, own.propagate, own.handlers[:]
    with web_server() as web:
        for always in ((200, b""), (403, b"")):
            web.always = always
            channels.send(f"json://127.0.0.1:{web.port}/bi-mat", "Lộ trình", "Lời nhắn kín")
    channels.send("khong-phai://bi-mat", "a", "b")
    assert "bi-mat" not in caplog.text
    assert "Lời nhắn kín" not in caplog.text
    assert (own.level, own.propagate, own.handlers) == before


@pytest.mark.filterwarnings("ignore")
def test_a_channel_that_takes_too_long_leaves_it_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "WHOLE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = channels.send(f"json://127.0.0.1:{silent.getsockname()[1]}/", "a", "b")
    assert isinstance(outcome, Unknown)


def test_zalo_that_never_ends_its_answer_is_read_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as web:
        web.replies = [(200, b'{"ok": true, "more": "' + b"x" * 1_000_000 + b'"}')]
        assert kind(bot(web.url()).send("c1", "x")) == ("Unknown", False)
    monkeypatch.setattr(zalo, "WHOLE_SECONDS", 0.5)
    started = time.monotonic()

    def drip(line: socket.socket) -> None:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            line.sendall(b" ")
            time.sleep(0.1)

    with bad_post(b"", drip) as port:
        assert kind(bot(f"http://127.0.0.1:{port}").send("c1", "x")) == ("Unknown", False)
        assert time.monotonic() - started < 3


def hook(url: str, options: HttpOptions = HERE, **more: Any) -> Outcome:
    return Hooks(options, **more).send(url, "khoa", "17", b'{"number": 17}', AT)


def test_a_webhook_is_signed_over_moment_and_body_and_says_which_delivery_it_is() -> None:
    with web_server() as web:
        assert hook(web.url("/lo-trinh")) == Sent()
    (got,) = web.got
    assert got.headers["X-Lotrinh-Delivery"] == "17"
    stamp = got.headers["X-Lotrinh-Timestamp"]
    assert stamp == str(int(AT.timestamp()))
    wanted = hmac.new(b"khoa", stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Lotrinh-Signature"] == f"sha256={wanted}"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(301, True), (400, True), (410, True), (408, False), (429, False), (500, False), (0, False)],
)
def test_a_webhook_that_is_refused_is_tried_again_where_that_may_help(status: int, *, permanent: bool) -> None:
    with web_server() as web:
        web.always = (status, b"")
        assert kind(hook(web.url())) == ("Refused", permanent)
        assert len(web.got) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://noi-bo.vn:{port}/"])
def test_a_webhook_inside_our_network_is_refused_before_a_byte_is_sent(url: str) -> None:
    async def inside(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    with web_server() as web:
        assert kind(hook(url.format(port=web.port), HttpOptions(), resolver=inside)) == ("Refused", True)
        assert not web.got
    assert kind(hook("ftp://x.vn/")) == ("Refused", True)


@pytest.mark.parametrize(
    "found", [socket.gaierror(socket.EAI_NONAME, "unknown"), socket.gaierror(socket.EAI_AGAIN, "")]
)
def test_a_webhook_whose_name_is_not_found_is_not_said_to_lie_inside(found: Exception) -> None:
    async def nobody(_: str, __: int) -> list[str]:
        raise found

    outcome = hook("http://khong-co.vn/", resolver=nobody)
    assert isinstance(outcome, Refused)
    assert not outcome.permanent
    assert say(outcome.reason).startswith("Không tra được tên miền của phần mềm nhận tin.")
