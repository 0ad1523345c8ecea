"""For those who watch the machine: whether the portal can work, and its figures. Pages for programs, not for people."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from lotrinh.portal.state import portal_state
from lotrinh.settings.models import PortalSettings

router = APIRouter(include_in_schema=False)
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""What a proxy adds: whoever asks through one is not on this machine, wherever the proxy is."""


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """Say that what somebody confirms now will be recorded, or in one word why not."""
    word = request.app.state.ready()
    if word:
        return JSONResponse({"status": "not ready", "reason": word}, 503, {"Retry-After": "5"})
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Give all figures; to whoever may not have them, as if there were no such page."""
    if not can_read_metrics(request, portal_state(request).settings.portal):
        raise HTTPException(404)
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def can_read_metrics(request: Request, portal: PortalSettings) -> bool:
    """Whether the settings let this request see the figures."""
    if portal.is_token_guessable:
        return False
    if portal.metrics == "token":
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {portal.metrics_token.get_secret_value()}".encode())
    return portal.metrics == "loopback" and is_from_this_machine(request)


def is_from_this_machine(request: Request) -> bool:
    """Whether a program on this machine asks us directly.

    A proxy on this machine connects from here as well: it is known by what it adds, and by the name that it was
    asked for. So a page of another site in a browser here, which calls us by its own name, learns nothing either.
    """
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    return is_loopback(request.client.host) and is_loopback(host_name(request.headers.get("host", "")))


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
