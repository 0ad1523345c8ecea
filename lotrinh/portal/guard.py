"""What holds for every answer and every request: headers, sizes, and where a state-changing request comes from."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lotrinh.core.text import M
from lotrinh.i18n import say

LARGEST_JSON, LARGEST_FORM = 64_000, 11_000_000
"""Bytes of a request's body: an upload is at most 10 MB, and its form comes on top."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class TooLarge(Exception):
    """More came than this route takes."""


class Guard:
    """ASGI middleware. Pages' POSTs must come from our own pages; the API knows no cookies and needs no such rule."""

    def __init__(self, app: ASGIApp, origin: str, *, https: bool) -> None:
        self.app, self.origin, self.https = app, origin, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it before anything of it is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, is_api = Headers(scope=scope), scope["path"].startswith("/api/")
        if scope["method"] not in SAFE and not is_api and not came_from_us(headers):
            await self._refuse(403, M("Yêu cầu này không đến từ trang của cổng nên không được nhận."), scope, send)
            return
        most = LARGEST_JSON if is_api else LARGEST_FORM
        if int(headers.get("content-length") or 0) > most:
            await self._refuse(413, M("Nội dung gửi lên quá lớn (tệp kèm theo nhiều nhất 10 MB)."), scope, send)
            return
        await self.app(scope, limited(receive, most), self._sealed(send))

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
        answer = PlainTextResponse(say(sentence) + "\n", status, {"Connection": "close"})

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        await answer(scope, nothing, self._sealed(send))


def came_from_us(headers: Headers) -> bool:
    """Whether a browser says that a form was sent from a page of this very host.

    Sec-Fetch-Site is set by every current browser and cannot be set by pages; older ones send Origin with a POST. A
    request with neither does not come from a browser's form, and is refused.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def limited(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    """Count what really comes, whatever Content-Length said."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise TooLarge
        return message

    return counted
