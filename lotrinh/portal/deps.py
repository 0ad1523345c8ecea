"""Who asks, and what they may: dependencies of the routes."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData

from lotrinh.core.os_errors import reason_of
from lotrinh.core.status.roles import Action, Visitor
from lotrinh.core.text import M, nfc
from lotrinh.errors import LotrinhError, NotFound, StoreUnavailable
from lotrinh.portal.state import State, state_of
from lotrinh.services.access.sign_in import visitor_of

MASK_BYTES = 8
LONGEST_TEXT = 1_000_000
"""Bytes of one text of a form."""
NO_SUCH_PAGE = M("Không có trang này.")
SECRET = "secret"  # noqa: S105 - the name of the field
NEVER_GIVEN_BACK = frozenset({"csrf", SECRET})


class SignInNeeded(LotrinhError):
    """Nobody is signed in, or the session is over; ``fields`` is what had been typed."""

    http_status = 401

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__(M("Anh/chị cần đăng nhập để tiếp tục."))
        self.fields = fields


class StaleForm(LotrinhError):
    """The form was not made for this session."""

    http_status = 403

    def __init__(self) -> None:
        super().__init__(M("Biểu mẫu này thuộc một phiên khác, nên chưa ghi nhận. Hãy xem lại rồi gửi lại."))


def cookie_name(state: State) -> str:
    """Name the session's cookie; over HTTPS the browser itself guards the prefix."""
    return "__Host-lotrinh" if state.https else "lotrinh"


def token_of(request: Request) -> str:
    """Return the session token that the browser sent."""
    return request.cookies.get(cookie_name(state_of(request)), "")


def whoever(request: Request) -> Visitor | None:
    """Return who is signed in, None for nobody."""
    state, token = state_of(request), token_of(request)
    found = visitor_of(state.store, token, state.clock()) if token else None
    request.state.visitor = found[0] if found else None
    return request.state.visitor if found else None


def csrf(token: str) -> str:
    """Make the hidden field of a form: a fresh mask and a MAC under the session's token, different every time."""
    mask = secrets.token_hex(MASK_BYTES)
    return mask + _mac(token, mask)


def csrf_fits(token: str, given: str) -> bool:
    """Whether a hidden field was made for this session."""
    mask, mac = given[: 2 * MASK_BYTES], given[2 * MASK_BYTES :]
    return bool(token) and hmac.compare_digest(mac.encode(), _mac(token, mask).encode())


def _mac(token: str, mask: str) -> str:
    return hmac.new(token.encode(), f"csrf/{mask}".encode(), hashlib.sha256).hexdigest()


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """Read the form of a POST; its files are closed when the request has been answered.

    A pasted text may be much too long: it is judged beside its field and not refused here.
    """
    form = request.state.form = await _received(request)
    try:
        yield form
    finally:
        await form.close()


async def _received(request: Request) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=400, max_part_size=LONGEST_TEXT)
    except OSError as error:  # an upload lies in a temporary file until we have judged it
        raise StoreUnavailable(M("Chưa ghi nhận: không nhận được tệp ({reason}).", reason=reason_of(error))) from error


Form = Annotated[FormData, Depends(form_of)]


def signed_in(request: Request, visitor: Annotated[Visitor | None, Depends(whoever)]) -> Visitor:
    """Require somebody; what was typed meanwhile is kept and given back after signing in."""
    if visitor is None:
        raise SignInNeeded(typed(getattr(request.state, "form", None)))
    return visitor


def typed(form: FormData | None) -> list[tuple[str, str]]:
    """Return a form's texts to give them back, without what belongs to the session and without secrets.

    A file cannot be given back: its name is, so that it is asked for again.
    """
    items = form.multi_items() if form else []
    return [_text(name, value) for name, value in items if name not in NEVER_GIVEN_BACK and _given(value)]


def _given(value: object) -> bool:
    return isinstance(value, str) or bool(getattr(value, "filename", ""))


def _text(name: str, value: Any) -> tuple[str, str]:  # noqa: ANN401 - a text or a file, as the form gave it
    return (name, value) if isinstance(value, str) else (f"lost.{name}", value.filename)


def field(form: FormData, name: str) -> str:
    """Return one text of a form: composed, without control characters, trimmed; empty where it is missing."""
    value: Any = form.get(name, "")
    text = nfc(value) if isinstance(value, str) else ""
    return "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c == "\n").strip()


Someone = Annotated[Visitor, Depends(signed_in)]


async def guarded(request: Request, form: Form, visitor: Someone) -> None:
    """Require that a state-changing form was made for this very session."""
    del visitor
    given = form.get("csrf", "")
    if not isinstance(given, str) or not csrf_fits(token_of(request), given):
        raise StaleForm


def allowed(action: Action) -> Any:  # noqa: ANN401 - FastAPI's Depends has no better type
    """Make a dependency that answers 404 to everybody whose role does not allow the action."""

    def check(request: Request, visitor: Someone) -> Visitor:
        if not visitor.may(action):
            refuse(request, visitor)
        return visitor

    return Depends(check)


def refuse(request: Request, visitor: Visitor) -> None:
    """Answer as if the page did not exist, and log who tried."""
    # Quoted, so that no address can write lines of its own into the log.
    path = quote(request.url.path)
    state_of(request).log.warning("refused account=%s method=%s path=%s", visitor.account, request.method, path)
    raise NotFound(NO_SUCH_PAGE)


class Place:
    """The campaign, and where the path names one the unit and the step, that a page is about."""

    def __init__(self, request: Request, visitor: Someone) -> None:
        path, state = request.path_params, state_of(request)
        self.campaign = state.campaign(path["campaign_id"])
        self.live = state.live(self.campaign)
        self.now = state.clock()
        self.visitor = visitor
        self.unit = self.campaign.province
        if code := path.get("code"):
            found = self.campaign.by_code.get(code)
            if found is None or not visitor.may_see(code):
                refuse(request, visitor)
            self.unit = self.campaign.by_code[code]
        elif not visitor.may(Action.SEE_ALL):
            refuse(request, visitor)

    @property
    def speaks(self) -> bool:
        """Whether the visitor may state something for the unit."""
        return self.visitor.may_speak(self.unit.code, province=self.unit.is_province)


At = Annotated[Place, Depends(Place)]


def speaking(request: Request, at: At) -> Place:
    """Require a place for whose unit the visitor may speak."""
    if not at.speaks:
        refuse(request, at.visitor)
    return at


Speaking = Annotated[Place, Depends(speaking)]


def judging(request: Request, at: At) -> Place:
    """Require a place whose unit's statements the visitor may judge."""
    if not at.visitor.may(Action.JUDGE):
        refuse(request, at.visitor)
    return at


Judging = Annotated[Place, Depends(judging)]
