"""Real servers on loopback that take what is sent, or do what servers do when they do not."""

import contextlib
import email
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lotrinh.cli.up.processes import free_port
from lotrinh.settings.models import MailSettings


@dataclass
class Post:
    """A mail server: ``replies`` are its answers to RCPT and to the mail itself, while there are any."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=lambda: {"RCPT": [], "DATA": []})

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if self.replies["RCPT"]:
            return self.replies["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.replies["DATA"]:
            return self.replies["DATA"].pop(0)
        assert isinstance(envelope.content, bytes)
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        self.to += envelope.rcpt_tos
        return "250 OK"

    def settings(self, **more: Any) -> MailSettings:
        known = {"host": "127.0.0.1", "port": self.port, "security": "none", "sender": "lotrinh@phutho.example.vn"}
        return MailSettings(**{**known, "timeout_seconds": 60, **more})


@contextlib.contextmanager
def post_office(**more: Any) -> Iterator[Post]:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


GREETING = b"220 here\r\n"
TALK = {b"EHLO": b"250 here\r\n", b"MAIL": b"250 OK\r\n", b"RCPT": b"250 OK\r\n", b"DATA": b"354 go on\r\n"}


@contextlib.contextmanager
def bad_post(at: bytes, then: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one conversation that goes well up to the command ``at``; ``.`` stands for the end of the mail."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            line, _ = server.accept()
            with line:
                talk(line, at, then)
                over.wait(20)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def talk(line: socket.socket, at: bytes, then: Callable[[socket.socket], None]) -> None:
    if at == b"":
        then(line)
        return
    line.sendall(GREETING)
    inside, seen = False, b""
    while piece := line.recv(4096):
        seen += piece
        while inside or b"\r\n" in seen:
            end = b"\r\n.\r\n" if inside else b"\r\n"
            if end not in seen:
                break
            said, _, seen = seen.partition(end)
            word = b"." if inside else said[:4].upper()
            if word == at:
                then(line)
                return
            inside = word == b"DATA"
            line.sendall(b"250 OK\r\n" if word == b"." else TALK.get(word, b"221 bye\r\n"))


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """A web server that answers POST: with the replies given, while there are any, else 200."""

    port: int
    got: list[Got] = field(default_factory=list)
    replies: list[tuple[int, bytes]] = field(default_factory=list)
    always: tuple[int, bytes] = (200, b'{"ok": true}')

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def web_server(at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.got.append(Got(self.path, dict(self.headers), body))
            status, answer = known.replies.pop(0) if known.replies else known.always
            if not status:
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(at, Handler)
    known = Web(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
