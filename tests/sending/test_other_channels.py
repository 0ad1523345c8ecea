"""Zalo, Apprise and webhooks against real servers on loopback."""

import hashlib
import hmac
import json
import logging
import re
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.clock import now
from lotrinh.i18n import say
from lotrinh.probing.options import HttpOptions
from lotrinh.sending import apprise_channel, zalo
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal, UnclearDelivery
from lotrinh.sending.webhook import WebhookSender
from lotrinh.sending.zalo import ZaloBot
from lotrinh.settings.models import ZaloSettings
from tests.conftest import TOP
from tests.probing.faults import black_hole
from tests.sending.servers import bad_post, web_server

AT = datetime(2026, 2, 2, 0, 30, tzinfo=UTC)
HERE = HttpOptions(allow_networks=(ip_network("127.0.0.0/8"),), total_seconds=30)


def kind(outcome: DeliveryOutcome) -> tuple[str, bool]:
    return type(outcome).__name__, isinstance(outcome, Refusal) and outcome.is_permanent


def bot(url: str) -> ZaloBot:
    return ZaloBot(ZaloSettings.model_validate({"token": "1:bi-mat", "api_url": url}))


def test_zalo_is_told_chat_and_text_no_longer_than_it_takes() -> None:
    with web_server() as web:
        assert bot(web.url()).send("c1", "x" * 3000) == Delivery()
    (got,) = web.got
    assert got.path == "/bot1:bi-mat/sendMessage"
    assert json.loads(got.body) == {"chat_id": "c1", "text": "x" * 2000}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"ok": false, "error_code": 400, "description": "chat"}', ("Refusal", True)),
        (200, b'{"ok": false, "error_code": 429}', ("Refusal", False)),
        (200, b'{"ok": false, "error_code": "?"}', ("Refusal", True)),
        (429, b"<html>", ("Refusal", False)),
        (403, b"<html>", ("Refusal", True)),
        # A gateway says so whose service may have taken the message; the service itself says that it did not.
        (503, b"<html>", ("UnclearDelivery", False)),
        (504, b'{"description": "gateway"}', ("UnclearDelivery", False)),
        (504, b'{"ok": null}', ("UnclearDelivery", False)),
        (503, b'{"ok": false, "error_code": 503}', ("Refusal", False)),
        (200, b"<html>", ("UnclearDelivery", False)),
        (200, b"[" * 5000, ("UnclearDelivery", False)),
        (0, b"", ("UnclearDelivery", False)),
    ],
)
def test_zalo_says_no_or_nothing(status: int, body: bytes, expected: tuple[str, bool]) -> None:
    with web_server() as web:
        web.replies = [(status, body)]
        assert kind(bot(web.url()).send("c1", "x")) == expected


def test_the_token_of_the_bot_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    outcome = bot(f"http://127.0.0.1:{free_port()}").send("c1", "x")
    assert isinstance(outcome, Refusal)
    assert "bi-mat" not in caplog.text + repr(outcome)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ((200, b""), ("Delivery", False)),
        ((403, b""), ("Refusal", True)),
        ((429, b""), ("Refusal", False)),
        ((500, b""), ("UnclearDelivery", False)),
        ((504, b""), ("UnclearDelivery", False)),
        ((0, b""), ("UnclearDelivery", False)),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_apprise_says_what_is_certain(reply: tuple[int, bytes], expected: tuple[str, bool]) -> None:
    with web_server() as web:
        web.always = reply
        outcome = apprise_channel.send(f"json://127.0.0.1:{web.port}/tin", "Lộ trình", "Bạn có 3 đầu việc.")
    assert kind(outcome) == expected
    assert json.loads(web.got[0].body)["message"] == "Bạn có 3 đầu việc."


@pytest.mark.parametrize("status", [403, 429, 502])
@pytest.mark.parametrize(
    "url",
    ["ntfy://127.0.0.1:{port}/a/b", "json://127.0.0.1:{port}/a, json://127.0.0.1:{port}/b"],
    ids=["two places", "two addresses"],
)
@pytest.mark.filterwarnings("ignore")
def test_where_one_of_two_places_took_it_nobody_says_that_it_was_not_sent(url: str, status: int) -> None:
    with web_server() as web:
        web.replies = [(200, b"{}"), (status, b"{}")]
        outcome = apprise_channel.send(url.format(port=web.port), "a", "b")
        assert len(web.got) == 2
    assert isinstance(outcome, UnclearDelivery)
    assert "mỗi nơi nhận một url" in say(outcome.reason)


@pytest.mark.filterwarnings("ignore")
def test_nor_where_a_long_text_was_sent_in_pieces_or_again_by_apprise_itself() -> None:
    with web_server() as web:
        web.always = (429, b"")
        for more in ("overflow=split", "retry=1"):
            assert kind(apprise_channel.send(f"json://127.0.0.1:{web.port}/?{more}", "a", "b")) == (
                "UnclearDelivery",
                False,
            )


@pytest.mark.filterwarnings("ignore")
def test_apprise_where_nobody_listens_and_where_nothing_can_be_read() -> None:
    assert kind(apprise_channel.send(f"json://127.0.0.1:{free_port()}/", "a", "b")) == ("Refusal", False)
    assert kind(apprise_channel.send("khong-phai://", "a", "b")) == ("Refusal", True)


@pytest.mark.filterwarnings("ignore")
def test_what_apprise_and_its_client_log_reaches_no_other_handler(caplog: pytest.LogCaptureFixture) -> None:
    import apprise  # noqa: F401 - it gives its logger a handler of its own when it is first imported

    caplog.set_level(0)
    own = logging.getLogger("apprise")
    before = own.level, own.propagate, own.handlers[:]
    with web_server() as web:
        for always in ((200, b""), (403, b"")):
            web.always = always
            apprise_channel.send(f"json://127.0.0.1:{web.port}/bi-mat", "Lộ trình", "Lời nhắn kín")
    apprise_channel.send("khong-phai://bi-mat", "a", "b")
    assert "bi-mat" not in caplog.text
    assert "Lời nhắn kín" not in caplog.text
    assert (own.level, own.propagate, own.handlers) == before


@pytest.mark.filterwarnings("ignore")
def test_a_channel_that_takes_too_long_leaves_it_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_channel, "WHOLE_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = apprise_channel.send(f"json://127.0.0.1:{silent.getsockname()[1]}/", "a", "b")
    assert isinstance(outcome, UnclearDelivery)
    for thread in threading.enumerate():
        if thread.name == "lotrinh-channel":
            thread.join()  # nobody answers any more


def test_zalo_that_never_ends_its_answer_is_read_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as web:
        web.replies = [(200, b'{"ok": true, "more": "' + b"x" * 1_000_000 + b'"}')]
        assert kind(bot(web.url()).send("c1", "x")) == ("UnclearDelivery", False)
    monkeypatch.setattr(zalo, "WHOLE_SECONDS", 2.0)
    started = time.monotonic()

    def drip(line: socket.socket) -> None:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            line.sendall(b" ")
            time.sleep(0.1)

    with bad_post(b"", drip) as port:
        assert kind(bot(f"http://127.0.0.1:{port}").send("c1", "x")) == ("UnclearDelivery", False)
        assert time.monotonic() - started < 5


def hook(url: str, options: HttpOptions = HERE, **more: Any) -> DeliveryOutcome:
    return WebhookSender(options, **more).send(url, "khoa", "17", b'{"number": 17}', AT)


def test_a_webhook_is_signed_over_moment_number_and_body() -> None:
    with web_server() as web:
        assert hook(web.url("/lo-trinh")) == Delivery()
    (got,) = web.got
    assert got.headers["X-Lotrinh-Delivery"] == "17"
    stamp = got.headers["X-Lotrinh-Timestamp"]
    assert stamp == str(int(AT.timestamp()))
    wanted = hmac.new(b"khoa", stamp.encode() + b".17." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Lotrinh-Signature"] == f"sha256={wanted}"


def test_the_example_of_the_documents_takes_what_we_send_and_nothing_that_was_altered() -> None:
    text = (TOP / "docs" / "reminders.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own document
    verified = names["verified"]
    with web_server() as web:
        WebhookSender(HERE).send(web.url(), "khoa", "17", b'{"number": 17}', now())
    (got,) = web.got
    assert verified(got.headers, got.body, "khoa") == "17"
    assert verified(got.headers, got.body + b" ", "khoa") is None
    assert verified(got.headers, got.body, "khac") is None
    for name, value in (("X-Lotrinh-Delivery", "18"), ("X-Lotrinh-Timestamp", "1770000000")):
        assert verified({**got.headers, name: value}, got.body, "khoa") is None
    # The same again, long after: genuine, and too old.
    assert verified(got.headers, got.body, "khoa", seconds=-1) is None


FINAL = (300, 301, 302, 307, 308, 400, 402, 405, 409, 410, 411, 413, 415, 422)
PASSING = (401, 403, 404, 408, 425, 429, 500, 502, 503, 504)


@pytest.mark.parametrize("status", [*FINAL, *PASSING, 0])
def test_a_webhook_that_is_refused_is_tried_again_where_that_may_help(status: int) -> None:
    with web_server() as web:
        web.always = (status, b"")
        assert kind(hook(web.url())) == ("Refusal", status in FINAL)
        assert len(web.got) == 1


def test_the_documents_name_the_answers_after_which_a_webhook_is_tried_again() -> None:
    text = (TOP / "docs" / "reminders.md").read_text(encoding="utf-8")
    again, final = (next(row for row in text.splitlines() if row.startswith(f"| {n}")) for n in ("401", "3xx"))
    said = {int(code) for code in re.findall(r"\b[1-5]\d\d\b", again.split("|")[1])}
    assert said == {code for code in PASSING if code < 500}
    assert "5xx" in again
    assert {int(code) for code in re.findall(r"\b[1-5]\d\d\b", final.split("|")[1])} <= set(FINAL)


def test_the_next_address_of_a_webhook_is_tried_where_one_cannot_be_connected_to() -> None:
    with web_server() as web:

        async def two(_: str, __: int) -> list[str]:
            return ["127.0.0.2", "127.0.0.3", "127.0.0.1"]

        assert hook(f"http://nhan-tin.vn:{web.port}/", resolver=two) == Delivery()
        assert len(web.got) == 1

        async def dead(_: str, __: int) -> list[str]:
            return ["127.0.0.2", "127.0.0.3"]

        assert kind(hook(f"http://nhan-tin.vn:{web.port}/", resolver=dead)) == ("Refusal", False)


def test_an_address_of_a_webhook_that_swallows_knocks_does_not_use_up_the_whole_time() -> None:
    async def two(_: str, __: int) -> list[str]:
        return ["127.0.0.1", "127.0.0.2"]

    quick = replace(HERE, connect_seconds=5.0)
    with black_hole() as port, web_server(("127.0.0.2", port)) as web:
        assert hook(f"http://nhan-tin.vn:{port}/", quick, resolver=two) == Delivery()
        assert len(web.got) == 1


def test_a_webhook_that_answered_is_not_asked_at_its_next_address() -> None:
    with web_server() as web:
        web.always = (500, b"")

        async def twice(_: str, __: int) -> list[str]:
            return ["127.0.0.1", "::ffff:127.0.0.1"]

        assert kind(hook(f"http://nhan-tin.vn:{web.port}/", resolver=twice)) == ("Refusal", False)
        assert len(web.got) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://noi-bo.vn:{port}/"])
def test_a_webhook_inside_our_network_is_refused_before_a_byte_is_sent(url: str) -> None:
    async def inside(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    with web_server() as web:
        assert kind(hook(url.format(port=web.port), HttpOptions(), resolver=inside)) == ("Refusal", True)
        assert not web.got
    assert kind(hook("ftp://x.vn/")) == ("Refusal", True)


@pytest.mark.parametrize(
    "found", [socket.gaierror(socket.EAI_NONAME, "unknown"), socket.gaierror(socket.EAI_AGAIN, "")]
)
def test_a_webhook_whose_name_is_not_found_is_not_said_to_lie_inside(found: Exception) -> None:
    async def nobody(_: str, __: int) -> list[str]:
        raise found

    outcome = hook("http://khong-co.vn/", resolver=nobody)
    assert isinstance(outcome, Refusal)
    assert not outcome.is_permanent
    assert say(outcome.reason).startswith("Không tra được tên miền của phần mềm nhận tin.")
