"""What goes wrong, answered: problem documents (RFC 9457) to programs, pages to people."""

from collections.abc import Iterable
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from lotrinh.core.text import M, Message, escape_unprintable
from lotrinh.errors import (
    BadInput,
    Busy,
    ChangedMeanwhile,
    Conflict,
    KeyReused,
    LotrinhError,
    Problem,
    StoreUnavailable,
    TooManyAttempts,
)
from lotrinh.i18n import say
from lotrinh.portal.deps import SECRET, form_texts
from lotrinh.portal.errors.problem import (
    CHANGED,
    KEY_REUSED,
    MALFORMED,
    REFUSED,
    STATE,
    is_api_request,
    problem_response,
)
from lotrinh.portal.errors.validation import validation_problems
from lotrinh.portal.guard import HEADERS, BodyTooLarge
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state

MISSING, WRONG_METHOD, CHANGED_MEANWHILE, TOO_LARGE, FAILED = 404, 405, 412, 413, 500
RETRY_SECONDS, LONGEST_LINE = 60, 500
NOT_NOW = M("Chưa ghi nhận: cổng tạm thời không dùng được cơ sở dữ liệu. Hãy thử lại sau vài phút.")
BROKEN = M("Cổng gặp lỗi ngoài dự kiến. Hãy mở lại trang trước để xem đã ghi nhận chưa, và báo cho văn phòng tỉnh.")
NOT_RECORDED, NOT_MADE = M("Chưa ghi nhận: có mục cần sửa."), M("Chưa lập được: có mục cần sửa.")
NO_PAGE, NO_ADDRESS = M("Không có trang này."), M("Không có địa chỉ này.")
OVER = M("Nội dung gửi lên quá lớn (tệp kèm theo nhiều nhất 10 MB).")
UNREADABLE = M("Yêu cầu không đọc được.")


def error_response(request: Request, status: int, sentence: Message, problems: Iterable[Problem] = ()) -> Response:
    """Answer in the form that whoever asked understands."""
    if is_api_request(request):
        return problem_response(request, status, sentence, problems=problems)
    return render_page(
        request, "shared/error.html", status, sentence=sentence, code=status, details=tuple(problems), again=()
    )


def public_message(request: Request, error: LotrinhError) -> Message:
    """Return what may be said of an error; what is wrong with the database is for the log and not for everybody."""
    if not isinstance(error, StoreUnavailable):
        return error.sentence
    portal_state(request).log.error(
        "503 %s %s", quote(request.url.path), escape_unprintable(say(error.sentence), LONGEST_LINE)
    )
    return NOT_NOW


def unavailable_response(request: Request, error: StoreUnavailable) -> Response:
    """Say that nothing was recorded, and give back what was typed, to be sent again."""
    sentence, headers = public_message(request, error), {"Retry-After": str(RETRY_SECONDS)}
    if is_api_request(request):
        return problem_response(request, error.http_status, sentence, headers=headers)
    form = getattr(request.state, "form", None)
    # A form with a secret is not given back without it: sent again it would be a wrong sign-in.
    again = form_texts(form) if form and SECRET not in form else []
    context = {"sentence": sentence, "code": error.http_status, "details": (), "again": again}
    return render_page(request, "shared/error.html", error.http_status, headers, **context)


async def handle_lotrinh_error(request: Request, error: Exception) -> Response:
    """Answer with one of our own errors."""
    if isinstance(error, StoreUnavailable):
        return unavailable_response(request, error)
    if not isinstance(error, LotrinhError):
        raise error
    if is_api_request(request):
        return api_error_response(request, error)
    if isinstance(error, Busy):
        return busy_response(request, error)
    if isinstance(error, BadInput):
        return error_response(request, error.http_status, headline(request), error.problems)
    return error_response(request, error.http_status, error.sentence)


def headline(request: Request) -> Message:
    """Say that nothing was recorded, or, where nothing was to be, that nothing was made."""
    return NOT_MADE if request.method == "GET" else NOT_RECORDED


def busy_response(request: Request, error: Busy) -> Response:
    """Say when to come again."""
    context = {"sentence": error.sentence, "code": 0, "details": (), "again": ()}
    return render_page(request, "shared/error.html", error.http_status, {"Retry-After": str(error.seconds)}, **context)


def api_error_response(request: Request, error: LotrinhError) -> Response:
    """Answer a program with one of our own errors."""
    status, sentence = error.http_status, error.sentence
    if isinstance(error, BadInput):
        return problem_response(request, status, headline(request), kind=REFUSED, problems=error.problems)
    if isinstance(error, ChangedMeanwhile):
        return changed_meanwhile_response(request, error)
    if isinstance(error, TooManyAttempts | Busy):
        return problem_response(request, status, sentence, headers={"Retry-After": str(error.seconds)})
    if isinstance(error, Conflict):
        return problem_response(request, status, sentence, kind=KEY_REUSED if isinstance(error, KeyReused) else STATE)
    return problem_response(request, status, sentence)


def changed_meanwhile_response(request: Request, error: ChangedMeanwhile) -> Response:
    """Say who changed what meanwhile, in local time, and what the step's version is now."""
    last = error.last
    at = last.new.at.astimezone(portal_state(request).campaign(last.new.campaign).zone)
    sentence = Message(error.sentence.msgid, **{**error.sentence.values, "when": at})
    return problem_response(
        request,
        CHANGED_MEANWHILE,
        sentence,
        kind=CHANGED,
        headers={"ETag": f'"{last.number}"'},
        changed_by=last.new.actor,
        change=last.new.kind.value,
        changed_at=at.isoformat(),
    )


async def handle_validation_error(request: Request, error: Exception) -> Response:
    """Answer to a request whose parts have the wrong shape."""
    if not is_api_request(request):
        return error_response(request, MISSING, NO_PAGE)
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return problem_response(
        request, BadInput.http_status, NOT_RECORDED, kind=MALFORMED, problems=validation_problems(found)
    )


async def handle_body_too_large(request: Request, _: Exception) -> Response:
    """Answer to a body that grew too large while it came."""
    return error_response(request, TOO_LARGE, OVER)


async def handle_http_exception(request: Request, error: Exception) -> Response:
    """Answer where the framework stopped: no such address, no such method, a form that cannot be read."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (FAILED, None)
    if is_body_too_large(error):
        return await handle_body_too_large(request, error)
    api = is_api_request(request)
    sentence = {
        MISSING: NO_ADDRESS if api else NO_PAGE,
        WRONG_METHOD: M("Địa chỉ này không nhận yêu cầu kiểu đó."),
    }.get(status, UNREADABLE)
    return (
        problem_response(request, status, sentence, headers=headers)
        if api
        else error_response(request, status, sentence)
    )


def is_body_too_large(error: Exception) -> bool:
    """Whether the framework stopped reading a body because more came than the route takes."""
    return isinstance(error.__cause__, BodyTooLarge)


async def handle_unexpected_error(request: Request, _: Exception) -> Response:
    """Answer where we failed ourselves; the error itself goes to the log, never to the reader.

    The framework answers this outside of everything else, so the headers of every answer are set here.
    """
    answer = (
        problem_response(request, FAILED, BROKEN)
        if is_api_request(request)
        else PlainTextResponse(say(BROKEN) + "\n", FAILED)
    )
    answer.headers.update({**HEADERS, "Cache-Control": "no-store"})
    return answer
