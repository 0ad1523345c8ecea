"""Judging status and headers of an answer before its body is read."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M, Message, escape_unprintable
from lotrinh.probing.exchange import HeadCheck
from lotrinh.probing.failures import InvalidAnswer, ProbeFailure, no_answer

OK, NOT_MODIFIED = 200, 304
TOO_MANY, UNAVAILABLE = 429, 503
REQUEST_TIMEOUT = 408
REFUSES = frozenset({401, 403, 407, 451})
GONE = frozenset({404, 410})

_SECONDS = re.compile(r"[0-9]+")
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,200}"')

ENCODED = M("Đơn vị gửi câu trả lời đã nén, trong khi không được hỏi như vậy. Đề nghị đơn vị tắt nén cho địa chỉ này.")
NOT_ASKED_304 = M("Đơn vị báo “không có gì mới” (304) trong khi chưa từng trả lời. Đề nghị đơn vị sửa phần mềm.")


def usable_etag(etag: str) -> str:
    """Return the tag if it may be sent back one day, else nothing."""
    return etag if _ETAG.fullmatch(etag) else ""


def status_check(clock: Callable[[], datetime], *, conditional: bool) -> HeadCheck:
    """Make the check of an answer to the status question; ``conditional``: 304 is an answer to what we sent."""

    def check(response: httpx.Response) -> None:
        status = response.status_code
        if status == NOT_MODIFIED and conditional:
            return
        if status != OK:
            raise status_failure(response, clock())
        require_uncompressed(response)
        _check_type(response.headers.get("content-type", ""))

    return check


def status_failure(response: httpx.Response, now: datetime) -> ProbeFailure:
    """Say what a status other than 200 means, and whether and when to try again."""
    status = response.status_code
    if status == NOT_MODIFIED:
        return InvalidAnswer(Reason.PROTOCOL, NOT_ASKED_304)
    if status // 100 == 3:  # noqa: PLR2004 - the class of redirects
        return redirect_failure(response)
    if status // 100 not in {4, 5}:
        return InvalidAnswer(Reason.PROTOCOL, M("Đơn vị trả lời bằng mã {status}, không phải 200.", status=status))
    again = status in {REQUEST_TIMEOUT, TOO_MANY} or status // 100 == 5  # noqa: PLR2004 - the class of server errors
    wait = read_retry_after(response.headers.get("retry-after"), now) if status in {TOO_MANY, UNAVAILABLE} else None
    return no_answer(Reason.HTTP, _in_words(status), is_retryable=again, wait_seconds=wait)


def redirect_failure(response: httpx.Response) -> ProbeFailure:
    """Say that a redirect is never followed, and where it pointed."""
    sentence = M(
        "Đơn vị chuyển hướng sang địa chỉ khác ({where}). Đề nghị đơn vị cho biết địa chỉ đúng để ghi vào danh sách.",
        where=escape_unprintable(response.headers.get("location", ""), 100) or str(response.status_code),
    )
    return InvalidAnswer(Reason.REDIRECT, sentence)


def _in_words(status: int) -> Message:
    if status in REFUSES:
        return M(
            "Hệ thống của đơn vị từ chối cho tỉnh hỏi (mã {status}). Đề nghị đơn vị mở quyền truy cập.", status=status
        )
    if status in GONE:
        return M("Địa chỉ hỏi tiến độ không còn đúng (mã {status}). Đề nghị đơn vị cho địa chỉ mới.", status=status)
    if status == TOO_MANY:
        return M("Hệ thống của đơn vị báo bị hỏi quá nhiều (mã {status}). Lượt sau sẽ hỏi lại.", status=status)
    if status // 100 == 4 and status != REQUEST_TIMEOUT:  # noqa: PLR2004 - the class of refused requests
        return M("Hệ thống của đơn vị không nhận câu hỏi (mã {status}). Đề nghị đơn vị kiểm tra.", status=status)
    return M("Hệ thống của đơn vị đang có lỗi (mã {status}). Lượt sau sẽ hỏi lại.", status=status)


def require_uncompressed(response: httpx.Response) -> None:
    """Refuse compressed bodies, unread: a few kilobytes may unfold into gigabytes."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise InvalidAnswer(Reason.PROTOCOL, ENCODED)


def _check_type(said: str) -> None:
    if not is_json(said):
        sentence = M(
            "Địa chỉ này trả về “{type}” chứ không phải dữ liệu tiến độ (application/json). "
            "Có thể là trang đăng nhập hoặc trang chặn của mạng; đề nghị đơn vị kiểm tra.",
            type=escape_unprintable(said) or "—",
        )
        raise InvalidAnswer(Reason.TYPE, sentence)


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is application/json, in UTF-8 if it names a character set."""
    kind, *parameters = content_type.lower().split(";")
    named = [p.partition("=")[2].strip(' "') for p in parameters if p.partition("=")[0].strip() == "charset"]
    return kind.strip() == "application/json" and all(charset in {"utf-8", "utf8"} for charset in named)


def read_retry_after(said: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for; 0 when its moment has passed, None when it says nothing."""
    if said is None:
        return None
    if _SECONDS.fullmatch(said.strip()):
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
