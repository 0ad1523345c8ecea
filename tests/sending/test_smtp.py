"""What a conversation with a mail server fails with is said in our words, and what the server said in quotes."""

import errno
import re
import smtplib
import socket
import ssl

import pytest

from lotrinh.i18n import say
from lotrinh.sending.smtp import smtp_reason


def lost(cause: OSError | None) -> smtplib.SMTPServerDisconnected:
    """What smtplib raises when the connection goes: its own words, with the cause behind them."""
    made = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    made.__context__ = cause
    return made


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), "từ chối đăng nhập: “535 5.7.8 no”"),
        (smtplib.SMTPConnectError(554, b"go away"), "từ chối kết nối: “554 go away”"),
        (smtplib.SMTPConnectError(-1, b"2.0-OpenSSH_9.2"), "trả lời không như máy chủ thư: “2.0-OpenSSH_9.2”"),
        (smtplib.SMTPResponseException(454, b"TLS not available"), "từ chối: “454 TLS not available”"),
        (smtplib.SMTPResponseException(500, "Line too long."), "trả lời dài quá mức"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), "không có STARTTLS"),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server."), "không nhận đăng nhập"),
        (smtplib.SMTPException("No suitable authentication method found."), "không có cách đăng nhập nào"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "từ chối kết nối ở cổng mạng này"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "kết nối bị ngắt"),
        (TimeoutError("timed out"), "không trả lời trong thời gian cho phép"),
        (lost(TimeoutError("timed out")), "không trả lời trong thời gian cho phép"),
        (lost(None), "kết nối bị ngắt"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "không tìm thấy tên máy chủ này"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "không có đường mạng tới máy chủ"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "kết nối bị ngắt"),
        (UnicodeEncodeError("ascii", "mật", 1, 2, "ordinal not in range(128)"), "host, user hoặc password có ký tự"),
    ],
)
def test_each_failure_has_words_of_ours(error: Exception, said: str) -> None:
    told = say(smtp_reason(error))
    assert told.startswith(said)
    ours = re.sub("“.*”", "", told)
    assert not re.search(r"\b(the|refused|closed|timed|server|supported|known|too|connection)\b", ours, re.IGNORECASE)


def test_what_the_server_said_cannot_leave_its_quotation() -> None:
    told = say(smtp_reason(smtplib.SMTPAuthenticationError(535, "a”\r\nB: “c \u202ed\x1b[2J".encode() + b"\xff" * 500)))
    inside = told.removeprefix("từ chối đăng nhập: “").removesuffix("”")
    assert inside.startswith('535 a" B: "c d [2J')
    assert inside.isprintable()
    assert len(inside) <= 200
    assert not set(inside) & set("“”")
