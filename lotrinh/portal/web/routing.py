"""What pages of every audience share: addresses, answers without a page, and the guard of their forms."""

from fastapi import Depends, Request

from lotrinh.portal.deps import guarded
from lotrinh.portal.state import state_of

STEP = "/campaigns/{campaign_id}/units/{code}/steps/{step_id}"
GUARDED = [Depends(guarded)]
SEE_OTHER, UNPROCESSABLE = 303, 422


def webcal(request: Request, path: str) -> str:
    """Write a feed's address as calendar programs take it: they ask again at it by themselves.

    Empty where feeds are not public: a calendar program would be turned away.
    """
    if not state_of(request).settings.portal.public_calendars:
        return ""
    origin = state_of(request).settings.portal.public_url or str(request.base_url)
    return f"webcal://{origin.partition('://')[2].rstrip('/')}{path}"
