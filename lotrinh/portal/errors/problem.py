"""Problem documents (RFC 9457): how programs are told what went wrong."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from lotrinh.core.text import M, Message
from lotrinh.errors import Problem
from lotrinh.i18n import say
from lotrinh.portal.language import preferred_language

PROBLEM = "application/problem+json"
TYPE = "tag:lotrinh,2026:{}"
MALFORMED, REFUSED = TYPE.format("malformed"), TYPE.format("refused")
KEY_REUSED, STATE, CHANGED = TYPE.format("key-reused"), TYPE.format("state"), TYPE.format("changed-meanwhile")
BLANK = "about:blank"
NO_CODE = 401
TITLES: Mapping[str, M] = {
    MALFORMED: M("Yêu cầu sai mẫu"),
    REFUSED: M("Nội dung không nhận được"),
    KEY_REUSED: M("Mã yêu cầu đã dùng"),
    STATE: M("Không làm được lúc này"),
    CHANGED: M("Đã có thay đổi khác"),
}


def is_api_request(request: Request) -> bool:
    """Whether a program asked rather than a person."""
    return request.url.path.startswith(("/api/", "/healthz")) or request.url.path == "/api"


def problem_response(
    request: Request,
    status: int,
    sentence: Message,
    *,
    kind: str = BLANK,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
    **more: str,
) -> Response:
    """Answer a program; ``problems`` name every field that is wrong, ``more`` are members of this kind alone."""
    language = preferred_language(request)
    title = say(TITLES[kind], language) if kind in TITLES else HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": kind, "title": title, "status": status, "detail": say(sentence, language)}
    if errors := [{"field": p.where, "detail": say(p.sentence, language)} for p in problems]:
        body["errors"] = errors
    always = {"Content-Language": language, "Vary": "Accept-Language"}
    if status == NO_CODE:
        always["WWW-Authenticate"] = "Bearer"
    # A lone surrogate that somebody sent is written as the escape that it came as.
    content = json.dumps(body | more, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status, always | dict(headers or {}), PROBLEM)
