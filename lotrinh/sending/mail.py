"""Mail by SMTP. The standard library's parts, so that it is certain at each moment whether the server has the mail."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

from lotrinh.core.text import M, Message
from lotrinh.sending.outcomes import LONGEST_QUOTE, Delivery, DeliveryOutcome, Refusal, UnclearDelivery, one_line
from lotrinh.sending.smtp import SmtpConversation, smtp_reason
from lotrinh.settings.models import MailSettings

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
"""What is sent to: one plain address, in which nothing can begin a new header, a new receiver or an option."""
PERMANENT, CLOSING, GO_ON, FIRST_GOOD, FIRST_BAD = 500, 421, 354, 200, 300
"""SMTP's own numbers."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail; ``media`` as ``application/pdf``."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Carries the refusal out of the conversation; ``why`` in our words, where it is no answer about a mail."""

    def __init__(self, refusal: Refusal, why: Message | None = None) -> None:
        super().__init__(refusal)
        self.refusal, self.why = refusal, why


def is_address(text: str) -> bool:
    """Whether mail can be sent there."""
    return bool(ADDRESS.fullmatch(text))


class Mailer:
    """Sends mails through one server, each in a conversation of its own."""

    def __init__(self, settings: MailSettings, context: ssl.SSLContext) -> None:
        self._settings, self._context = settings, context

    def send(self, mail: Mail) -> DeliveryOutcome:
        """Send one mail. Never raises for the server's sake."""
        if not is_address(mail.to):
            return Refusal(M("Địa chỉ thư không dùng được. Hãy sửa trong danh sách đơn vị."), is_permanent=True)
        content = bytes(self.compose(mail))
        try:
            with self._conversation() as server:
                _begin(server, self._settings.sender, mail.to)
                return _hand_over(server, content)
        except _NotSentError as error:
            return error.refusal

    def greet(self) -> Message | None:
        """Greet the server, and sign in where a user is set; return why that failed. Nothing is sent."""
        try:
            with self._conversation() as server, _about_everybody():
                server.ehlo_or_helo_if_needed()
        except _NotSentError as error:
            return error.why
        return None

    def compose(self, mail: Mail) -> EmailMessage:
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
            server = SmtpConversation(settings, self._domain, self._context)
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


@contextlib.contextmanager
def _about_everybody() -> Iterator[None]:
    """Say of what fails before a mail is spoken of that the server takes none."""
    try:
        yield
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = M("Máy chủ gửi thư không dùng được: {reason}", reason=smtp_reason(error))
        raise _NotSentError(Refusal(reason, is_about_server=True), smtp_reason(error)) from error


def _begin(server: smtplib.SMTP, sender: str, to: str) -> None:
    """Say from whom to whom. A server that falls silent here has no mail."""
    try:
        server.ehlo_or_helo_if_needed()
        _require(*server.mail(sender), everybody=True)
        _require(*server.rcpt(to))
        _require(*server.docmd("DATA"))
    except (smtplib.SMTPException, OSError) as error:
        reason = M("Máy chủ gửi thư ngắt giữa chừng: {reason}", reason=smtp_reason(error))
        raise _NotSentError(Refusal(reason, is_about_server=True)) from error


def _require(code: int, answer: bytes, *, everybody: bool = False) -> None:
    """Go on only where the server says so. A refused sender is about all mails: none is given up for it."""
    if FIRST_GOOD <= code < FIRST_BAD or code == GO_ON:
        return
    refused = _refusal(code, answer)
    if everybody or code == CLOSING:
        refused = refused._replace(is_permanent=False, is_about_server=True)
    raise _NotSentError(refused)


def _refusal(code: int, answer: bytes) -> Refusal:
    said = one_line(f"{code} {answer.decode('utf-8', 'replace')}")[:LONGEST_QUOTE]
    return Refusal(M("Máy chủ gửi thư từ chối: {reason}", reason=said), is_permanent=code >= PERMANENT)


def _hand_over(server: smtplib.SMTP, content: bytes) -> DeliveryOutcome:
    """Hand the mail over. Until its last byte is out, nobody has it; after that, only the answer tells."""
    try:
        server.send(_framed(content))
    except (smtplib.SMTPException, OSError) as error:
        return Refusal(M("Máy chủ gửi thư ngắt giữa chừng: {reason}", reason=smtp_reason(error)), is_about_server=True)
    try:
        code, answer = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return UnclearDelivery(M("Máy chủ nhận thư rồi không trả lời rõ: {reason}", reason=smtp_reason(error)))
    return Delivery() if FIRST_GOOD <= code < FIRST_BAD else _refusal(code, answer)


def _framed(content: bytes) -> bytes:
    """Write a mail as SMTP wants it: lines end in CRLF, one that begins with a dot gets another, a dot ends it."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines).removesuffix(b"\r\n") + b"\r\n.\r\n"
