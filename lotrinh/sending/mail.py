"""Mail by SMTP. The standard library's parts, so that it is certain at each moment whether the server has the mail."""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

from lotrinh.core.text import M
from lotrinh.sending.outcomes import Outcome, Refused, Sent, Unknown
from lotrinh.settings.models import Mail as MailSettings

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
"""What is sent to: one plain address, in which nothing can begin a new header, a new receiver or an option."""
PERMANENT, CLOSING, GO_ON, FIRST_GOOD, FIRST_BAD = 500, 421, 354, 200, 300
"""SMTP's own numbers."""
WHOLE, LONGEST_SECONDS = 6, 1200
"""How many times the longest wait a whole conversation may last, and in seconds at most: a server that drips is hung
up on."""
LONGEST = 200
"""Characters of a server's answer that are kept."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail; ``media`` as ``application/pdf``."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address. ``id`` stands before the @ of its Message-ID: a mail that comes twice is one."""

    to: str
    subject: str
    text: str
    html: str
    id: str
    at: datetime
    attachments: Sequence[Attachment] = ()


class _NotSentError(Exception):
    """Carries the refusal out of the conversation."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused


def is_address(text: str) -> bool:
    """Whether mail can be sent there."""
    return bool(ADDRESS.fullmatch(text))


class Mailer:
    """Sends mails through one server, each in a conversation of its own."""

    def __init__(self, settings: MailSettings, context: ssl.SSLContext) -> None:
        self._settings, self._context = settings, context

    def send(self, mail: Mail) -> Outcome:
        """Send one mail. Never raises for the server's sake."""
        if not is_address(mail.to):
            return Refused(M("Địa chỉ thư không dùng được. Hãy sửa trong danh sách đơn vị."), permanent=True)
        content = bytes(self.written(mail))
        try:
            with self._conversation() as server:
                _begin(server, self._settings.sender, mail.to)
                return _hand_over(server, content)
        except _NotSentError as error:
            return error.refused

    def written(self, mail: Mail) -> EmailMessage:
        """Write a mail down; what would break a header out of its line is taken away."""
        made = EmailMessage(POLICY)
        made["From"], made["To"] = self._settings.sender, mail.to
        made["Subject"] = one_line(mail.subject)
        made["Date"] = format_datetime(mail.at)
        made["Message-ID"] = f"<{mail.id}@{self._domain}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(mail.text)
        made.add_alternative(mail.html, subtype="html")
        for file in mail.attachments:
            kind, _, sub = file.media.partition("/")
            made.add_attachment(file.content, maintype=kind, subtype=sub, filename=one_line(file.name))
        return made

    @property
    def _domain(self) -> str:
        return self._settings.sender.rpartition("@")[2]

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """Connect, protect the line, sign in; in the end hang up, whatever became of it."""
        settings = self._settings
        with _about_everybody():
            server = _Line(settings, self._domain, self._context)
        try:
            with _about_everybody():
                if settings.security == "starttls":
                    server.starttls(context=self._context)
                if settings.user:
                    server.login(settings.user, settings.password.get_secret_value())
            yield server
        finally:
            # The mail was taken over, or was not: what the server says to our good-bye changes nothing, nor is it read.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.putcmd("quit")
            server.close()


class _Line(smtplib.SMTP):
    """A conversation that is hung up on when it lasts too long, from the first byte to the last."""

    def __init__(self, settings: MailSettings, own: str, context: ssl.SSLContext) -> None:
        self._tls = context if settings.security == "tls" else None
        self._longest = min(settings.timeout_seconds * WHOLE, LONGEST_SECONDS)
        self._watch: threading.Timer | None = None
        super().__init__(settings.host, settings.port, own, settings.timeout_seconds)

    def connect(self, host: str = "localhost", port: int = 0, source_address: object = None) -> tuple[int, bytes]:
        """Connect and hear the greeting, with the watch set before."""
        del source_address  # none is ever chosen
        line = socket.create_connection((host, port), self.timeout)
        # A second handle on the same connection: it stays good when TLS takes the first one over.
        self._held = line.dup()
        self._watch = threading.Timer(self._longest, _hang_up, [self._held])
        self._watch.daemon = True
        self._watch.start()
        try:
            self.sock = self._tls.wrap_socket(line, server_hostname=host) if self._tls else line
        except BaseException:
            line.close()
            self.close()
            raise
        return self.getreply()

    def close(self) -> None:
        """Hang up; only then nobody watches any more."""
        super().close()
        if self._watch:
            self._watch.cancel()
            self._held.close()


def one_line(text: str) -> str:
    """Take line ends and control characters out of what stands in a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@contextlib.contextmanager
def _about_everybody() -> Iterator[None]:
    """Say of what fails before a mail is spoken of that the server takes none."""
    try:
        yield
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = M("Máy chủ gửi thư không dùng được: {reason}", reason=_words(error))
        raise _NotSentError(Refused(reason, everybody=True)) from error


def _begin(server: smtplib.SMTP, sender: str, to: str) -> None:
    """Say from whom to whom. A server that falls silent here has no mail."""
    try:
        server.ehlo_or_helo_if_needed()
        _require(*server.mail(sender), everybody=True)
        _require(*server.rcpt(to))
        _require(*server.docmd("DATA"))
    except (smtplib.SMTPException, OSError) as error:
        reason = M("Máy chủ gửi thư ngắt giữa chừng: {reason}", reason=_words(error))
        raise _NotSentError(Refused(reason, everybody=True)) from error


def _require(code: int, answer: bytes, *, everybody: bool = False) -> None:
    """Go on only where the server says so. A refused sender is about all mails: none is given up for it."""
    if FIRST_GOOD <= code < FIRST_BAD or code == GO_ON:
        return
    refused = _refusal(code, answer)
    if everybody or code == CLOSING:
        refused = refused._replace(permanent=False, everybody=True)
    raise _NotSentError(refused)


def _refusal(code: int, answer: bytes) -> Refused:
    said = one_line(f"{code} {answer.decode('utf-8', 'replace')}")[:LONGEST]
    return Refused(M("Máy chủ gửi thư từ chối: {reason}", reason=said), permanent=code >= PERMANENT)


def _hand_over(server: smtplib.SMTP, content: bytes) -> Outcome:
    """Hand the mail over. Until its last byte is out, nobody has it; after that, only the answer tells."""
    try:
        server.send(_framed(content))
    except (smtplib.SMTPException, OSError) as error:
        return Refused(M("Máy chủ gửi thư ngắt giữa chừng: {reason}", reason=_words(error)), everybody=True)
    try:
        code, answer = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Unknown(M("Máy chủ nhận thư rồi không trả lời: {reason}", reason=_words(error)))
    return Sent() if FIRST_GOOD <= code < FIRST_BAD else _refusal(code, answer)


def _framed(content: bytes) -> bytes:
    """Write a mail as SMTP wants it: lines end in CRLF, one that begins with a dot gets another, a dot ends it."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _words(error: Exception) -> str:
    said = error.smtp_error if isinstance(error, smtplib.SMTPResponseException) else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return one_line(text)[:LONGEST] or type(error).__name__
