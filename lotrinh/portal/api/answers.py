"""How the API answers a GET: one page of a list at a time, and nothing at all where nothing is new."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from lotrinh.portal.api.problems import OF_READING, problem_responses
from lotrinh.portal.language import preferred_language
from lotrinh.portal.state import portal_state

NOT_MODIFIED, OK = 304, 200
MOST = 200
DIGEST = 32
"""Characters of a SHA-256 in an ETag: 128 bits."""
ETAG = {"ETag": {"description": "Names this content.", "schema": {"type": "string"}, "required": True}}
LINK = {"Link": {"description": 'The next page, `rel="next"`; missing on the last.', "schema": {"type": "string"}}}

Item = TypeVar("Item")


class ApiOutput(BaseModel):
    """A part of an answer. ``VOLATILE`` names what changes though nothing is new, and does not count for the ETag."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset()


class ApiPage(ApiOutput):
    """One page of a list."""

    next: str | None = Field(None, description="Address of the next page; null on the last.")
    total: int | None = Field(None, description="Items on all pages together, where they are counted.")


class Paging(BaseModel):
    """Which page of a list. A parameter that does not exist is an error: a mistyped filter would filter nothing."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MOST, description="Items on one page.")
    after: str = Field("", max_length=300, description="Where the page before ended; take it from its `next`.")


class EntryPaging(Paging):
    """Which page of a list of numbered entries."""

    after: str = Field("", pattern="^[0-9]{0,15}$", description="Number of the entry after which to begin.")


class Responder:
    """Who reads: in which language, and what they have already."""

    def __init__(self, request: Request, tags: str) -> None:
        self.request, self.language, self._tags = request, preferred_language(request), tags
        self.now = portal_state(request).clock()

    def give(self, content: ApiOutput) -> Response:
        """Answer with a model, or 304 where the reader has it."""
        # The tag leaves out what changes by itself: a reader who asks each minute is told of news and not of the time.
        body = content.model_dump_json(by_alias=True).encode()
        volatile = content.VOLATILE
        named = content.model_dump_json(by_alias=True, exclude=set(volatile)).encode() if volatile else body
        headers = {"Link": f'<{content.next}>; rel="next"'} if isinstance(content, ApiPage) and content.next else {}
        return self.send(body, weak_etag(named), headers=headers)

    def send(
        self, body: bytes, tag: str, media: str = "application/json", headers: dict[str, str] | None = None
    ) -> Response:
        """Answer with bytes that have this ETag."""
        always = {
            "ETag": tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization, Accept-Language",
            "Content-Language": self.language,
        } | (headers or {})
        if self.is_current(tag):
            return Response(status_code=NOT_MODIFIED, headers=always)
        return Response(body, OK, always, media)

    def is_current(self, tag: str) -> bool:
        """Whether If-None-Match names this content; weakly, as HTTP asks (RFC 9110, 13.1.2)."""
        sent = {part.strip().removeprefix("W/") for part in self._tags.split(",")}
        return "*" in sent or tag.removeprefix("W/") in sent

    def page(self, items: Sequence[Item], key: Callable[[Item], str], query: Paging) -> tuple[list[Item], str | None]:
        """Cut one page out of items in the order of their keys; return it and the next page's address."""
        rest = [item for item in items if key(item) > query.after] if query.after else list(items)
        shown = rest[: query.limit]
        return shown, self.next_address(key(shown[-1])) if len(rest) > len(shown) else None

    def next_address(self, after: str) -> str:
        """Return the address of the page after this item, with the filters of this one."""
        query = {**self.request.query_params, "after": after}
        return f"{quote(self.request.url.path)}?{urlencode(query)}"


def weak_etag(content: bytes) -> str:
    """Make a weak ETag: compressed or not, the content is the same."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:DIGEST]}"'


async def make_responder(
    request: Request,
    if_none_match: Annotated[str, Header(description="ETags of what the reader has.")] = "",
    accept_language: Annotated[str, Header(description="Language of sentences: `vi` or `en`.")] = "",
) -> Responder:
    """Read the headers that all GETs understand."""
    del accept_language  # declared for the document; preferred_language() reads it
    return Responder(request, if_none_match)


ApiResponder = Annotated[Responder, Depends(make_responder)]


def get_responses(*problems: int, paged: bool = False) -> dict[int | str, dict[str, Any]]:
    """Declare how a GET answers besides its content."""
    return {
        OK: {"headers": ETAG | LINK if paged else ETAG},
        NOT_MODIFIED: {"description": "Nothing new since the ETag that was sent.", "headers": ETAG},
        **problem_responses(*(problems or OF_READING)),
    }
