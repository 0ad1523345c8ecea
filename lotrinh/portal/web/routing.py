"""What pages of every audience share: addresses, answers without a page, and the guard of their forms."""

from fastapi import Depends, Request

from lotrinh.portal.deps import require_csrf
from lotrinh.portal.state import portal_state

STEP = "/campaigns/{campaign_id}/units/{code}/steps/{step_id}"
CSRF_GUARD = [Depends(require_csrf)]
SEE_OTHER, UNPROCESSABLE = 303, 422


def webcal(request: Request, path: str) -> str:
    """Write a feed's address as calendar programs take it: they ask again at it by themselves.

    Empty where feeds are not public: a calendar program would be turned away.
    """
    if not portal_state(request).settings.portal.public_calendars:
        return ""
    origin = portal_state(request).settings.portal.public_url or str(request.base_url)
    return f"webcal://{origin.partition('://')[2].rstrip('/')}{path}"
