"""Mail over real sockets: what is certain about it after each thing that a server can do."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trustme

from lotrinh.cli.up.processes import free_port
from lotrinh.i18n import say
from lotrinh.sending.mail import Attachment, Mail, Mailer, is_address
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal, UnclearDelivery
from tests.sending.servers import Post, bad_post, post_office

AT = datetime(2026, 2, 2, 0, 30, tzinfo=UTC)
MAIL = Mail(
    to="xa@phutho.example.vn",
    subject="Nhắc việc",
    text="Một dòng.\n.\nHết.\n",
    html="<p>Một dòng</p>",
    id="a1b2",
    at=AT,
)


def context() -> ssl.SSLContext:
    return ssl.create_default_context()


def send(mail: Mail, post: Post, **more: object) -> DeliveryOutcome:
    return Mailer(post.settings(**more), context()).send(mail)


def test_a_mail_arrives_whole_once_with_both_forms_and_its_attachment() -> None:
    word = bytes(range(256)) * 20
    with post_office() as post:
        assert (
            send(replace(MAIL, attachments=[Attachment("bao-cao.docx", "application/x-a", word)]), post) == Delivery()
        )
    (mail,) = post.mails
    assert post.to == ["xa@phutho.example.vn"]
    assert (mail["Message-ID"], mail["Subject"]) == ("<a1b2@phutho.example.vn>", "Nhắc việc")
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert text
    assert html
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert "Một dòng" in html.get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("bao-cao.docx", word)


@pytest.mark.parametrize("bad", ["\r\nBcc: x@y.vn", "\nBcc: x@y.vn", "\rBcc: x@y.vn", "\u2028Bcc: x@y.vn", "\x00"])
def test_no_title_begins_a_header_of_its_own(bad: str) -> None:
    with post_office() as post:
        assert send(replace(MAIL, subject=f"Việc{bad}"), post) == Delivery()
    assert post.mails[0]["Bcc"] is None
    assert post.to == ["xa@phutho.example.vn"]


@pytest.mark.parametrize(
    "to", ["a@b.vn\r\nRCPT TO:<c@d.vn>", "a@b.vn,c@d.vn", "<a@b.vn>", "a@b.vn c@d.vn", "", "a@", "ơ@b.vn", "a@b.vn\n"]
)
def test_what_is_not_one_plain_address_is_never_spoken_to_a_server(to: str) -> None:
    assert not is_address(to)
    outcome = Mailer(Post(free_port()).settings(), context()).send(replace(MAIL, to=to))
    assert isinstance(outcome, Refusal)
    assert outcome.is_permanent
    assert not outcome.is_about_server


@pytest.mark.parametrize(
    ("where", "reply", "permanent"),
    [
        ("RCPT", "450 later", False),
        ("RCPT", "550 nobody", True),
        ("DATA", "451 later", False),
        ("DATA", "554 no", True),
    ],
)
def test_a_refusal_is_certain_and_4xx_may_be_tried_again(where: str, reply: str, *, permanent: bool) -> None:
    with post_office() as post:
        post.replies[where] = [reply]
        outcome = send(MAIL, post)
        assert isinstance(outcome, Refusal)
        assert (outcome.is_permanent, outcome.is_about_server) == (permanent, False)
        assert reply in say(outcome.reason)
        assert not post.mails
        assert send(MAIL, post) == Delivery()


def hang(_: socket.socket) -> None:
    pass


def die(line: socket.socket) -> None:
    line.close()


@pytest.mark.parametrize("then", [hang, die])
@pytest.mark.parametrize("at", [b"", b"EHLO", b"MAIL", b"RCPT", b"DATA"])
def test_a_server_that_falls_silent_before_it_has_the_mail_certainly_has_nothing(
    at: bytes, then: Callable[[socket.socket], None]
) -> None:
    with bad_post(at, then) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=1.0)
    assert isinstance(outcome, Refusal)
    assert (outcome.is_permanent, outcome.is_about_server) == (False, True)


@pytest.mark.parametrize("then", [hang, die])
def test_a_server_that_falls_silent_after_the_whole_mail_leaves_it_unclear(
    then: Callable[[socket.socket], None],
) -> None:
    with bad_post(b".", then) as port:
        assert isinstance(send(MAIL, Post(port), timeout_seconds=6.0), UnclearDelivery)


def test_a_server_that_dies_in_the_middle_of_the_mail_certainly_does_not_have_it() -> None:
    def answer_and_die(line: socket.socket) -> None:
        line.sendall(b"354 go on\r\n")
        line.recv(1000)
        line.close()

    large = replace(MAIL, attachments=[Attachment("a", "application/x-a", b"x" * 30_000_000)])
    with bad_post(b"DATA", answer_and_die) as port:
        outcome = send(large, Post(port))
    assert isinstance(outcome, Refusal)


def test_a_server_that_drips_is_hung_up_on() -> None:
    def drip(line: socket.socket) -> None:
        for _ in range(400):
            line.sendall(b"2")
            time.sleep(0.1)

    started = time.monotonic()
    with bad_post(b"EHLO", drip) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=0.3)
    assert isinstance(outcome, Refusal)
    assert time.monotonic() - started < 20


def endless(word: bytes) -> Callable[[socket.socket], None]:
    def talk(line: socket.socket) -> None:
        for _ in range(400):
            line.sendall(word + b"-more\r\n")
            time.sleep(0.1)

    return talk


def test_a_greeting_without_an_end_is_hung_up_on() -> None:
    started = time.monotonic()
    with bad_post(b"", endless(b"220")) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=0.3)
    assert isinstance(outcome, Refusal)
    assert outcome.is_about_server
    assert time.monotonic() - started < 20


def flood(word: bytes, most: int) -> tuple[Callable[[socket.socket], None], list[int]]:
    """Say the same word for as long as it is taken, as fast as it is, and write down how much was."""
    taken: list[int] = []

    def talk(line: socket.socket) -> None:
        piece = (word + b"-more\r\n") * 10_000
        with contextlib.suppress(OSError):
            while sum(taken) < most:
                taken.append(line.send(piece))

    return talk, taken


@pytest.mark.parametrize(("at", "word"), [(b"", b"220"), (b"EHLO", b"250"), (b"RCPT", b"250")])
def test_an_answer_that_goes_on_and_on_is_hung_up_on_however_fast_it_is(at: bytes, word: bytes) -> None:
    most = 100_000_000
    talk, taken = flood(word, most)
    with bad_post(at, talk) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=30)
    assert isinstance(outcome, Refusal)
    assert (outcome.is_about_server, outcome.is_permanent) == (True, False)
    assert "trả lời dài quá mức" in say(outcome.reason)
    assert sum(taken) < most / 4  # what the two machines' buffers hold, and not all that it had to say


def test_after_the_whole_mail_an_answer_that_goes_on_and_on_leaves_it_unclear() -> None:
    talk, _ = flood(b"250", 100_000_000)
    with bad_post(b".", talk) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=30)
    assert isinstance(outcome, UnclearDelivery)
    assert "trả lời dài quá mức" in say(outcome.reason)


def test_a_good_bye_without_an_end_is_not_waited_for() -> None:
    started = time.monotonic()
    with bad_post(b"QUIT", endless(b"221")) as port:
        assert send(MAIL, Post(port), timeout_seconds=8.0) == Delivery()
        assert time.monotonic() - started < 30


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_drips_inside_tls_is_hung_up_on(security: str) -> None:
    def drip(line: socket.socket) -> None:
        if security == "starttls":
            line.sendall(b"250-here\r\n250 STARTTLS\r\n")
            line.recv(1000)
            line.sendall(b"220 go on\r\n")
        line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        for _ in range(400):
            line.sendall(b"\x03")
            time.sleep(0.1)

    started = time.monotonic()
    with bad_post(b"EHLO" if security == "starttls" else b"", drip) as port:
        outcome = send(MAIL, Post(port), timeout_seconds=0.3, security=security)
    assert isinstance(outcome, Refusal)
    assert time.monotonic() - started < 20


def test_a_port_where_nobody_listens_is_about_everybody() -> None:
    outcome = send(MAIL, Post(free_port()))
    assert isinstance(outcome, Refusal)
    assert outcome.is_about_server


def test_a_certificate_of_nobody_we_trust_stops_the_mail_before_the_password() -> None:
    authority = trustme.CA()
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(own)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with post_office(tls_context=own, require_starttls=True) as post:
        outcome = send(MAIL, post, security="starttls", user="a", password="b")
        assert isinstance(outcome, Refusal)
        assert outcome.is_about_server
        assert not post.mails
        assert Mailer(post.settings(security="starttls"), trusting).send(MAIL) == Delivery()
