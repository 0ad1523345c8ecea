"""A conversation with a mail server, bounded in time and in size; what it fails with, in our words."""

import contextlib
import errno
import smtplib
import socket
import ssl
import threading
from typing import BinaryIO

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M, Message
from lotrinh.probing.failures import tls_details
from lotrinh.sending.outcomes import short_quote
from lotrinh.settings.models import MailSettings

WHOLE, LONGEST_SECONDS = 6, 1200
"""How many times the longest wait a whole conversation may last, and in seconds at most: a server that drips is hung
up on."""
LONGEST_ANSWER = 1 << 16
"""Bytes of one answer, all its lines together: a server that goes on and on is hung up on, however fast it is."""
NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
CUT = M("kết nối bị ngắt")


class TooLongError(OSError):
    """An answer that goes on and on."""


WORDS: tuple[tuple[type[Exception], Message], ...] = (
    (TooLongError, M("trả lời dài quá mức")),
    (TimeoutError, M("không trả lời trong thời gian cho phép")),
    (socket.gaierror, M("không tìm thấy tên máy chủ này")),
    (ConnectionRefusedError, M("từ chối kết nối ở cổng mạng này")),
    (ConnectionError, CUT),
    (ssl.SSLEOFError, CUT),
    (smtplib.SMTPServerDisconnected, CUT),
)
"""The first that fits is said."""


class SmtpConversation(smtplib.SMTP):
    """A conversation that is hung up on when it lasts too long, from the first byte to the last.

    ``own`` is the name we introduce ourselves by; empty: this machine's.
    """

    def __init__(self, settings: MailSettings, own: str, context: ssl.SSLContext) -> None:
        self._tls = context if settings.security == "tls" else None
        self._longest = min(settings.timeout_seconds * WHOLE, LONGEST_SECONDS)
        self._watch: threading.Timer | None = None
        super().__init__(settings.host, settings.port, own or None, settings.timeout_seconds)

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
            return self.getreply()
        except BaseException:  # whoever made us has nothing to close yet
            line.close()
            self.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """Hear one answer, of bounded size."""
        if self.file is None and self.sock:
            self.file = _BoundedReader(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = LONGEST_ANSWER
        return super().getreply()

    def close(self) -> None:
        """Hang up; only then nobody watches any more."""
        super().close()
        if self._watch:
            self._watch.cancel()
            self._held.close()


class _BoundedReader:
    """What a server says, of which only so many bytes are read as are ``left``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.left = file, LONGEST_ANSWER

    def readline(self, most: int) -> bytes:
        line = self._file.readline(most)
        self.left -= len(line)
        if self.left < 0:
            raise TooLongError
        return line

    def close(self) -> None:
        self._file.close()


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def smtp_reason(error: Exception) -> Message:
    """Say what a conversation failed with; what the server itself said stands in quotation marks."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error)
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib puts its own words before it
    for kind, words in WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, ssl.SSLError):
        return M("kết nối TLS không thành: {details}", details=tls_details(error))
    if isinstance(error, smtplib.SMTPException):
        return _not_offered(error)
    if isinstance(error, OSError):
        return M("không có đường mạng tới máy chủ") if error.errno in NO_ROUTE else os_error_reason(error)
    return M("host, user hoặc password có ký tự không dùng được")


def _answered(error: smtplib.SMTPResponseException) -> Message:
    answer = error.smtp_error
    if isinstance(answer, str):  # smtplib's own words: a line without an end
        return WORDS[0][1]
    text = answer.decode("utf-8", "replace")
    if error.smtp_code < 0:
        return M("trả lời không như máy chủ thư: “{said}”", said=short_quote(text))
    said = short_quote(f"{error.smtp_code} {text}")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return M("từ chối đăng nhập: “{said}”", said=said)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return M("từ chối kết nối: “{said}”", said=said)
    return M("từ chối: “{said}”", said=said)


def _not_offered(error: smtplib.SMTPException) -> Message:
    if not isinstance(error, smtplib.SMTPNotSupportedError):
        return M("không có cách đăng nhập nào mà lotrinh biết")
    if "STARTTLS" in str(error):
        return M("không có STARTTLS; hãy xem lại port và security")
    return M("không nhận đăng nhập ở cổng mạng này; hãy xem lại port và security, hoặc bỏ user")
