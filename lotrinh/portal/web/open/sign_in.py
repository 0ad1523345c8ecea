"""Signing in and out, the slip's QR address, reading links, and going on after a session has ended."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.status.roles import Action, Visitor
from lotrinh.core.text import M
from lotrinh.errors import NotAllowed, NotFound, Problem, TooManyAttempts
from lotrinh.portal.deps import (
    SECRET,
    CurrentUser,
    Form,
    SignInNeeded,
    StaleForm,
    cookie_name,
    form_field,
    form_texts,
    session_token,
)
from lotrinh.portal.errors.handlers import error_response
from lotrinh.portal.render import render_page
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.access.accounts import follow_link
from lotrinh.services.access.sign_in import LONGEST, sign_in

router = APIRouter(include_in_schema=False)
PENDING = "kept."
"""Before the names of fields that had been typed before signing in again."""


@router.get("/")
def show_home(request: Request, visitor: CurrentUser) -> Response:
    """Lead everybody to where their work is; with several campaigns, let them choose."""
    campaigns = portal_state(request).campaigns()
    mine = [c for c in campaigns if not visitor.unit or visitor.unit in c.by_code]
    if len(mine) == 1:
        return RedirectResponse(entrance_path(visitor, mine[0].id), SEE_OTHER)
    return render_page(request, "open/home.html", campaigns=mine, entrance=entrance_path)


def entrance_path(visitor: Visitor, campaign: str) -> str:
    """Return the first page of a campaign for this visitor."""
    if visitor.can(Action.SEE_ALL):
        return f"/campaigns/{campaign}/board"
    return f"/campaigns/{campaign}/units/{visitor.unit}"


@router.get("/sign-in")
def show_form(request: Request) -> Response:
    """Show the form; the address on a printed slip fills it in."""
    params = request.query_params
    return render_page(
        request, "open/sign_in.html", name=params.get("unit", ""), secret=params.get("code", ""), go="/", pending=[]
    )


@router.post("/sign-in")
def submit(request: Request, form: Form) -> Response:
    """Open a session, and give back what had been typed before the last one ended."""
    state = portal_state(request)
    name, secret, go = form_field(form, "name"), form_field(form, "secret"), local_path(form_field(form, "go"))
    pending = [(key.removeprefix(PENDING), value) for key, value in form_texts(form) if key.startswith(PENDING)]
    try:
        token, _ = sign_in(state.store, name, secret, client_address(request), state.clock())
    except (NotAllowed, TooManyAttempts) as error:
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyAttempts) else None
        problems = (Problem("secret", 0, 0, error.sentence),)
        context = {"name": name, "secret": "", "go": go, "pending": pending, "problems": problems}
        return render_page(request, "open/sign_in.html", error.http_status, headers, **context)
    if not pending:
        return set_session_cookie(RedirectResponse(go, SEE_OTHER), state, token)
    # The page is made for the new session: its hidden field must fit the new token.
    request.cookies[cookie_name(state)] = token
    request.state.visitor = None
    return set_session_cookie(render_page(request, "open/go_on.html", go=go, pending=pending, stale=None), state, token)


def set_session_cookie(answer: Response, state: PortalState, token: str) -> Response:
    """Let an answer carry the session's cookie."""
    answer.set_cookie(
        cookie_name(state),
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        httponly=True,
        secure=state.is_https,
        samesite="lax",  # "strict" would leave the cookie out when a link in a mail leads to a page
    )
    return answer


def local_path(target: str) -> str:
    """Return a path of this portal: never another site's address."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if inside else "/"


def client_address(request: Request) -> str:
    """Return where a request comes from, as far as the server behind which we stand tells us."""
    return request.client.host if request.client else "?"


@router.post("/sign-out", dependencies=CSRF_GUARD)
def submit_sign_out(request: Request) -> Response:
    """End the session: its token opens nothing any more."""
    state = portal_state(request)
    state.store.sessions.close(session_token(request))
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    answer.delete_cookie(cookie_name(state), path="/", httponly=True, secure=state.is_https, samesite="lax")
    return answer


@router.get("/read/{token}")
def open_link(request: Request, token: str) -> Response:
    """Open a reading session for the holder of a link."""
    state = portal_state(request)
    session = follow_link(state.store, token, state.clock())
    if session is None:
        raise NotFound(M("Liên kết này đã hết hạn hoặc bị thu hồi. Hãy xin văn phòng tỉnh liên kết mới."))
    return set_session_cookie(RedirectResponse("/", SEE_OTHER), state, session)


async def handle_sign_in_needed(request: Request, error: Exception) -> Response:
    """Ask to sign in, keeping what had been typed and where it was going."""
    fields = error.fields if isinstance(error, SignInNeeded) else []
    ended = request.method != "GET"
    go = request.url.path if ended else request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.url.path == "/sign-out":
        # Whoever wanted to leave has left already; nothing is left to do there.
        go = "/"
    status = SignInNeeded.http_status if ended or request.url.path != "/" else 200
    return render_page(request, "open/sign_in.html", status, name="", secret="", go=go, pending=fields)


async def handle_stale_form(request: Request, error: Exception) -> Response:
    """Answer to a form of an earlier session: nothing is recorded, and what was typed can be sent again."""
    if not isinstance(error, StaleForm):
        raise error
    form = getattr(request.state, "form", None)
    if not form or SECRET in form:
        return error_response(request, error.http_status, error.sentence)
    go, pending = request.url.path, form_texts(form)
    return render_page(request, "open/go_on.html", error.http_status, go=go, pending=pending, stale=error.sentence)
