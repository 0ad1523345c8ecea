"""Calendar feeds: deadlines and what is done. Calendar programs cannot sign in, so whoever has the address may read.

An office that does not want that sets ``[portal] public_calendars = false``: then a feed is a page like any other.
"""

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.roles import Action
from lotrinh.errors import NotFound
from lotrinh.portal.api.answers import Reading, digest
from lotrinh.portal.deps import NO_SUCH_PAGE, refuse, whoever
from lotrinh.portal.render import language_of
from lotrinh.portal.state import state_of
from lotrinh.reports.documents import FORMATS
from lotrinh.services.views.feeds import Feed, of_office, of_unit

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
OFFICE = CAMPAIGN + "/calendar.ics"
UNIT = CAMPAIGN + "/units/{code}/calendar.ics"


@router.get(OFFICE)
def office(request: Request, reading: Reading, campaign_id: str) -> Response:
    """Give the office's feed: the milestones with their counts, and the province's own steps."""
    state = state_of(request)
    _open_to(request)
    live = state.live(state.campaign(campaign_id))
    return _answer(request, reading, of_office(state.store, live, reading.now))


@router.get(UNIT)
def unit(request: Request, reading: Reading, campaign_id: str, code: str) -> Response:
    """Give one unit's feed, or that of the province's own steps."""
    state = state_of(request)
    _open_to(request, code)
    campaign = state.campaign(campaign_id)
    found = campaign.by_code.get(code)
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return _answer(request, reading, of_unit(state.store, state.live(campaign), found, reading.now))


def _open_to(request: Request, code: str = "") -> None:
    """Answer 404 where feeds are not public, except to those who may see the unit, or all of them."""
    if state_of(request).settings.portal.public_calendars:
        return
    visitor = whoever(request)
    if visitor is None:
        raise NotFound(NO_SUCH_PAGE)
    if not (visitor.may_see(code) if code else visitor.may(Action.SEE_ALL)):
        refuse(request, visitor)


def _answer(request: Request, reading: Reading, feed: Feed) -> Response:
    """Answer with the feed, or 304 where nothing but the time has changed since."""
    from lotrinh.reports.calendar.feed import calendar  # noqa: PLC0415 - only whoever asks for a feed pays for the library
    from lotrinh.reports.calendar.ics import lasting  # noqa: PLC0415 - as above

    language = language_of(request)
    made = calendar(feed.report, language, feed.told, state_of(request).settings.portal.public_url)
    public = state_of(request).settings.portal.public_calendars
    cache = "no-cache" if public else "private, no-cache"
    headers = {"Cache-Control": cache, "Vary": "Cookie", "Content-Language": language}
    return reading.send(made, digest(lasting(made)), FORMATS["ics"].media, headers)
