"""How asking fails: one exception with outcome, reason and sentence, and which error of the network means which."""

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import Enum, auto

import httpx

from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.text import M, Message


class ProbeFailure(Exception):
    """Why there is no answer.

    ``is_retryable``: a second try may help; ``wait_seconds`` is how long the other side asked us to wait before it.
    """

    def __init__(
        self,
        outcome: Outcome,
        reason: Reason,
        sentence: Message,
        *,
        is_retryable: bool = False,
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(outcome, reason, sentence)
        self.outcome = outcome
        self.reason = reason
        self.sentence = sentence
        self.is_retryable = is_retryable
        self.wait_seconds = wait_seconds


class InvalidAnswer(ProbeFailure):
    """An answer came and is not valid."""

    def __init__(self, reason: Reason, sentence: Message) -> None:
        super().__init__(Outcome.INVALID, reason, sentence)


def no_answer(
    reason: Reason, sentence: Message, *, is_retryable: bool = False, wait_seconds: float | None = None
) -> ProbeFailure:
    """No answer came."""
    return ProbeFailure(Outcome.UNREACHABLE, reason, sentence, is_retryable=is_retryable, wait_seconds=wait_seconds)


class Phase(Enum):
    """How far a request had come when it failed."""

    CONNECT = auto()
    TLS = auto()
    ANSWER = auto()


REFUSED = M("Máy chủ của đơn vị từ chối kết nối. Đề nghị đơn vị kiểm tra phần mềm trả lời có đang chạy không.")
NO_ROUTE = M("Không có đường mạng tới máy chủ của đơn vị. Hãy kiểm tra mạng của nơi hỏi, rồi tới mạng của đơn vị.")
RESET = M("Máy chủ của đơn vị ngắt kết nối giữa chừng. Lượt sau sẽ hỏi lại; nếu lặp lại, đề nghị đơn vị kiểm tra.")
CONNECT_TIMEOUT = M("Không kết nối được tới máy chủ của đơn vị trong thời gian cho phép. Đề nghị đơn vị kiểm tra mạng.")
TIMEOUT = M("Đơn vị không trả lời xong trong thời gian cho phép. Lượt sau sẽ hỏi lại.")
NOT_HTTP = M("Máy chủ của đơn vị trả lời không đúng giao thức HTTP. Đề nghị đơn vị kiểm tra phần mềm trả lời.")
CUT_OFF = M("Câu trả lời của đơn vị bị cắt giữa chừng. Đề nghị đơn vị kiểm tra phần mềm trả lời.")
OUR_FAULT = M("Phần mềm kiểm tra gặp lỗi khi hỏi đơn vị này. Hãy gửi nhật ký cho người quản trị.")
TLS_DETAILS = (
    ("expired", M("chứng thư đã hết hạn")),
    ("not yet valid", M("chứng thư chưa tới ngày có hiệu lực")),
    ("mismatch", M("chứng thư cấp cho tên miền khác")),
    ("not valid for", M("chứng thư cấp cho tên miền khác")),
    ("self-signed", M("chứng thư tự ký")),
    ("self signed", M("chứng thư tự ký")),
    ("issuer", M("không rõ nơi cấp chứng thư")),
    ("protocol", M("phiên bản bảo mật quá cũ")),
)
"""What OpenSSL says, and how we say it; an unknown fault is shown as a failed handshake."""

NO_ROUTE_ERRNOS = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
NAME_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an error to what caused it, through groups too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__context__, one.__cause__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def failure_of_http(error: httpx.HTTPError, phase: Phase) -> ProbeFailure:
    """Say what an error of httpx means, given how far the request had come; its own time limits are not used."""
    chain = list(walk_causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            return no_answer(Reason.TLS, _not_trusted(tls_details(cause)))
    if phase is Phase.CONNECT:
        return _not_connected({c.errno for c in chain if isinstance(c, OSError)})
    if phase is Phase.TLS or isinstance(error, httpx.NetworkError) or _hung_up(error):
        return no_answer(Reason.RESET, RESET, is_retryable=True)
    if "complete message body" in str(error):
        return InvalidAnswer(Reason.PROTOCOL, CUT_OFF)
    return InvalidAnswer(Reason.PROTOCOL, NOT_HTTP)


def _not_connected(numbers: set[int | None]) -> ProbeFailure:
    if numbers & NO_ROUTE_ERRNOS:
        return no_answer(Reason.NO_ROUTE, NO_ROUTE, is_retryable=True)
    if errno.ETIMEDOUT in numbers:
        return no_answer(Reason.CONNECT_TIMEOUT, CONNECT_TIMEOUT, is_retryable=True)
    if errno.ECONNRESET in numbers:
        return no_answer(Reason.RESET, RESET, is_retryable=True)
    return no_answer(Reason.REFUSED, REFUSED, is_retryable=True)


def _hung_up(error: httpx.HTTPError) -> bool:
    """Whether the other side closed before its headers were complete; httpcore has these words alone for it."""
    return isinstance(error, httpx.RemoteProtocolError) and str(error).startswith("Server disconnected")


def _not_trusted(details: Message) -> Message:
    return M(
        "Kết nối bảo mật tới đơn vị không đáng tin ({details}). "
        "Đề nghị đơn vị kiểm tra chứng thư số của trang; không được chuyển sang http.",
        details=details,
    )


def tls_details(error: ssl.SSLError) -> Message:
    """Say what is wrong with the other side's certificate or protocol."""
    text = f"{getattr(error, 'verify_message', '')} {error.reason} {error}".lower().replace("_", " ")
    for word, said in TLS_DETAILS:
        if word in text:
            return said
    return M("bắt tay bảo mật không thành")


def failure_of_lookup(error: Exception, host: str) -> ProbeFailure:
    """Say what a failed look-up means; a server's failure is worth a second try, an unknown name is not."""
    number = error.errno if isinstance(error, socket.gaierror) else None
    if number in NAME_UNKNOWN or isinstance(error, UnicodeError):
        not_found = M("Không tìm thấy tên miền {host}. Đề nghị đơn vị kiểm tra lại địa chỉ.", host=host)
        return no_answer(Reason.DNS, not_found)
    return no_answer(Reason.DNS, lookup_failure(host), is_retryable=True)


def lookup_failure(host: str) -> Message:
    """Say that the name server did not do its work."""
    return M(
        "Không tra được tên miền {host} (máy chủ tên miền không trả lời đúng). Lượt sau sẽ hỏi lại.",
        host=host,
    )
