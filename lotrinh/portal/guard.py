"""What holds for every answer and every request: headers, sizes, and where a state-changing request comes from."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lotrinh.core.text import M
from lotrinh.i18n import say

LARGEST_JSON, LARGEST_FORM = 64_000, 32_000_000
"""Bytes of a request's body. A file may have 10 MB; a form with one that is somewhat larger is read, so that what was
typed is kept and the answer stands beside the field."""
DIGITS = 18
"""More need not be read of a number to see that it is too large."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # No path: the address of a printed slip holds its secret. Not "no-referrer": forms would then come from "null".
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class BodyTooLarge(Exception):
    """More came than this route takes."""


class RequestGuard:
    """ASGI middleware. Pages' POSTs must come from our own pages; the API knows no cookies and needs no such rule."""

    def __init__(self, app: ASGIApp, origin: str, *, https: bool) -> None:
        self.app, self.origin, self.https = app, origin, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it before anything of it is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, is_api = Headers(scope=scope), scope["path"].startswith(("/api/", "/healthz"))
        if not scope["path"].isprintable():
            await self._refuse(404, M("Không có trang này."), scope, send)
            return
        if scope["method"] not in SAFE and not self._welcome(headers, is_api=is_api):
            await self._refuse(403, M("Yêu cầu này không đến từ trang của cổng nên không được nhận."), scope, send)
            return
        most = LARGEST_JSON if is_api else LARGEST_FORM
        await self.app(scope, limit_body(receive, most, announced_length(headers)), self._sealed(send))

    def _welcome(self, headers: Headers, *, is_api: bool) -> bool:
        """Programs say nothing of where they come from; a browser that does must come from our own pages."""
        if is_api and "origin" not in headers and "sec-fetch-site" not in headers:
            return True
        return is_from_own_page(headers, self.origin)

    def _sealed(self, send: Send) -> Send:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self.https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        return sealed

    async def _refuse(self, status: int, sentence: M, scope: Scope, send: Send) -> None:
        # The body is not read, so the connection cannot be used again.
        answer = _refusal(status, sentence, is_api=scope["path"].startswith("/api/"))
        answer.headers["Connection"] = "close"

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        await answer(scope, nothing, self._sealed(send))


def _refusal(status: int, sentence: M, *, is_api: bool) -> Response:
    if not is_api:
        return PlainTextResponse(say(sentence) + "\n", status)
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": say(sentence)}
    return JSONResponse(body, status, media_type="application/problem+json")


def is_from_own_page(headers: Headers, ours: str) -> bool:
    """Whether a browser says that a form was sent from a page of this very host, or of ``ours``, the public address.

    Sec-Fetch-Site is set by every current browser and cannot be set by pages; older ones send Origin with a POST. A
    request with neither does not come from a browser's form, and is refused.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and (origin == ours or host_of(origin) == headers.get("host"))


def host_of(origin: str) -> str:
    """Return the host and port of an origin; empty where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def announced_length(headers: Headers) -> int:
    """Return how many bytes a request says it brings; what it really brings is counted as it comes."""
    length = headers.get("content-length", "")
    return int(length[:DIGITS]) if length.isascii() and length.isdigit() else 0


def limit_body(receive: Receive, most: int, announced: int = 0) -> Receive:
    """Count what really comes, whatever Content-Length said; the first byte too many, or announced, is too large.

    The server throws the rest away while the answer is on its way, so that browsers, which send first, show it.
    """
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if max(received, announced) > most:
            raise BodyTooLarge
        return message

    return counted
