"""Dependencies of the pages' routes: who asks, what they may, and which campaign and unit the path names."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.status.roles import Action, Visitor
from lotrinh.core.text import M, nfc
from lotrinh.errors import LotrinhError, NotFound, StoreUnavailable
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.services.access.sign_in import visitor_of_token

MASK_BYTES = 8
LONGEST_TEXT = 1_000_000
"""Bytes of one text of a form."""
NO_SUCH_PAGE = M("Không có trang này.")
SECRET = "secret"  # noqa: S105 - the name of the field
NEVER_RETURNED = frozenset({"csrf", SECRET})


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


def cookie_name(state: PortalState) -> str:
    """Name the session's cookie; over HTTPS the browser itself guards the prefix."""
    return "__Host-lotrinh" if state.is_https else "lotrinh"


def session_token(request: Request) -> str:
    """Return the session token that the browser sent."""
    return request.cookies.get(cookie_name(portal_state(request)), "")


def find_visitor(request: Request) -> Visitor | None:
    """Return who is signed in, None for nobody."""
    state, token = portal_state(request), session_token(request)
    found = visitor_of_token(state.store, token, state.clock()) if token else None
    # Every page names the visitor; those about errors are made where no dependency is at hand.
    request.state.visitor = found[0] if found else None
    return request.state.visitor if found else None


def make_csrf(token: str) -> str:
    """Make the hidden field of a form: a fresh mask and a MAC under the session's token, different every time."""
    # Pages are compressed: of a value that never changed, a page's length would tell one character after another.
    mask = secrets.token_hex(MASK_BYTES)
    return mask + _mac(token, mask)


def is_csrf_valid(token: str, given: str) -> bool:
    """Whether a hidden field was made for this session."""
    mask, mac = given[: 2 * MASK_BYTES], given[2 * MASK_BYTES :]
    return bool(token) and hmac.compare_digest(mac.encode(), _mac(token, mask).encode())


def _mac(token: str, mask: str) -> str:
    return hmac.new(token.encode(), f"csrf/{mask}".encode(), hashlib.sha256).hexdigest()


async def read_form(request: Request) -> AsyncIterator[FormData]:
    """Read the form of a POST; its files are closed when the request has been answered.

    A pasted text may be much too long: it is refused beside its field and not here.
    """
    # Whoever answers an error gives back what was typed, and finds it here.
    form = request.state.form = await _received(request)
    try:
        yield form
    finally:
        await form.close()


async def _received(request: Request) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=400, max_part_size=LONGEST_TEXT)
    except OSError as error:  # an upload lies in a temporary file until we have checked it
        raise StoreUnavailable(
            M("Chưa ghi nhận: không nhận được tệp ({reason}).", reason=os_error_reason(error))
        ) from error


Form = Annotated[FormData, Depends(read_form)]


def require_signed_in(request: Request, visitor: Annotated[Visitor | None, Depends(find_visitor)]) -> Visitor:
    """Require somebody; what was typed meanwhile is kept and given back after signing in."""
    if visitor is None:
        raise SignInNeeded(form_texts(getattr(request.state, "form", None)))
    return visitor


def form_texts(form: FormData | None) -> list[tuple[str, str]]:
    """Return a form's texts to give them back, without what belongs to the session and without secrets.

    A file cannot be given back: its name is, so that it is asked for again.
    """
    items = form.multi_items() if form else []
    return [_text(name, value) for name, value in items if name not in NEVER_RETURNED and _is_given(value)]


def _is_given(value: object) -> bool:
    return isinstance(value, str) or bool(getattr(value, "filename", ""))


def _text(name: str, value: Any) -> tuple[str, str]:  # noqa: ANN401 - a text or a file, as the form gave it
    return (name, value) if isinstance(value, str) else (f"lost.{name}", value.filename)


def form_field(form: FormData, name: str) -> str:
    """Return one text of a form: composed, without control characters, trimmed; empty where it is missing."""
    value: Any = form.get(name, "")
    text = nfc(value) if isinstance(value, str) else ""
    return "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c == "\n").strip()


CurrentUser = Annotated[Visitor, Depends(require_signed_in)]


async def require_csrf(request: Request, form: Form, visitor: CurrentUser) -> None:
    """Require that a state-changing form was made for this very session."""
    del visitor
    given = form.get("csrf", "")
    if not isinstance(given, str) or not is_csrf_valid(session_token(request), given):
        raise StaleForm


def require_action(action: Action) -> Any:  # noqa: ANN401 - FastAPI's Depends has no better type
    """Make a dependency that answers 404 to everybody whose role does not allow the action."""

    def check(request: Request, visitor: CurrentUser) -> Visitor:
        if not visitor.can(action):
            refuse(request, visitor)
        return visitor

    return Depends(check)


def refuse(request: Request, visitor: Visitor) -> None:
    """Answer as if the page did not exist, and log who tried."""
    # Quoted, so that no address can write lines of its own into the log.
    path = quote(request.url.path)
    portal_state(request).log.warning("refused account=%s method=%s path=%s", visitor.account, request.method, path)
    raise NotFound(NO_SUCH_PAGE)


class CampaignContext:
    """The campaign, and where the path names one the unit and the step, that a page is about."""

    def __init__(self, request: Request, visitor: CurrentUser) -> None:
        path, state = request.path_params, portal_state(request)
        self.campaign = state.campaign(path["campaign_id"])
        self.live = state.live(self.campaign)
        self.now = state.clock()
        self.visitor = visitor
        self.unit = self.campaign.province
        if code := path.get("code"):
            found = self.campaign.by_code.get(code)
            if found is None or not visitor.can_see(code):
                refuse(request, visitor)
            self.unit = self.campaign.by_code[code]
        elif not visitor.can(Action.SEE_ALL):
            refuse(request, visitor)

    @property
    def can_speak(self) -> bool:
        """Whether the visitor may state something for the unit."""
        return self.visitor.can_speak(self.unit.code, province=self.unit.is_province)


Context = Annotated[CampaignContext, Depends(CampaignContext)]


def require_speaker(request: Request, at: Context) -> CampaignContext:
    """Require a context for whose unit the visitor may speak."""
    if not at.can_speak:
        refuse(request, at.visitor)
    return at


SpeakerContext = Annotated[CampaignContext, Depends(require_speaker)]


def require_reviewer(request: Request, at: Context) -> CampaignContext:
    """Require a context whose unit's statements the visitor may review."""
    if not at.visitor.can(Action.REVIEW):
        refuse(request, at.visitor)
    return at


ReviewerContext = Annotated[CampaignContext, Depends(require_reviewer)]


def require_changer(request: Request, at: Context) -> CampaignContext:
    """Require a context whose campaign the visitor may change."""
    if not at.visitor.can(Action.CHANGE):
        refuse(request, at.visitor)
    return at


ChangerContext = Annotated[CampaignContext, Depends(require_changer)]
