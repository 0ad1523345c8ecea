"""What goes wrong, answered: problem documents (RFC 9457) to programs, pages to people."""

from collections.abc import Iterable
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.i18n import say
from lotrinh.portal.render import page

PROBLEM = "application/problem+json"
NO_CODE, MISSING, WRONG_METHOD, TOO_LARGE = 401, 404, 405, 413
NOT_RECORDED = M("Chưa ghi nhận: có mục cần sửa.")


def problem(status: int, title: str, problems: list[dict[str, str]] | None = None) -> JSONResponse:
    """Answer with a problem document whose ``errors`` name every field that is wrong."""
    body: dict[str, Any] = {"type": "about:blank", "status": status, "title": title}
    if problems:
        body["errors"] = problems
    headers = {"WWW-Authenticate": "Bearer"} if status == NO_CODE else None
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def of_api(request: Request) -> bool:
    """Whether a program asked rather than a person."""
    return request.url.path.startswith(("/api/", "/healthz"))


def trouble(request: Request, status: int, said: Message, problems: Iterable[Problem] = ()) -> Response:
    """Answer in the form that whoever asked understands."""
    if of_api(request):
        return problem(status, say(said), [{"field": p.where, "detail": say(p.sentence)} for p in problems])
    return page(request, "trouble.html", status, sentence=said, code=status, details=tuple(problems))


async def sentence(request: Request, error: Exception) -> Response:
    """Answer with one of our own errors."""
    if isinstance(error, BadInput):
        return trouble(request, error.http_status, NOT_RECORDED, error.problems)
    if isinstance(error, LotrinhError):
        return trouble(request, error.http_status, error.sentence)
    raise error


async def mistyped(request: Request, error: Exception) -> Response:
    """Answer to a request whose parts have the wrong shape."""
    items: list[dict[str, Any]] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    if not of_api(request):
        return trouble(request, MISSING, M("Không có trang này."))
    fields = [{"field": ".".join(str(p) for p in i["loc"][1:]), "detail": str(i["msg"])} for i in items]
    return problem(BadInput.http_status, say(NOT_RECORDED), fields)


async def over_size(request: Request, _: Exception) -> Response:
    """Answer to a body that grew too large while it came."""
    return trouble(request, TOO_LARGE, M("Nội dung gửi lên quá lớn (tệp kèm theo nhiều nhất 10 MB)."))


async def stopped(request: Request, error: Exception) -> Response:
    """Answer where the framework stopped: no such address, no such method, a form that cannot be read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {MISSING: M("Không có trang này."), WRONG_METHOD: M("Địa chỉ này không nhận yêu cầu kiểu đó.")}
    return trouble(request, status, said.get(status, M("Yêu cầu không đọc được.")))
