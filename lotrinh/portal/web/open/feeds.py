"""Calendar feeds: deadlines and what is done. Calendar programs cannot sign in, so whoever has the address may read.

An office that does not want that sets ``[portal] public_calendars = false``: then a feed is a page like any other.
"""

from fastapi import APIRouter, Request, Response

from lotrinh.core.status.roles import Action
from lotrinh.errors import NotFound
from lotrinh.portal.api.answers import ApiResponder, weak_etag
from lotrinh.portal.deps import NO_SUCH_PAGE, find_visitor, refuse
from lotrinh.portal.render import language_of
from lotrinh.portal.state import portal_state
from lotrinh.reports.documents import FORMATS
from lotrinh.services.views.feeds import Feed, build_office_feed, build_unit_feed

router = APIRouter(include_in_schema=False)
CAMPAIGN = "/campaigns/{campaign_id}"
OFFICE = CAMPAIGN + "/calendar.ics"
UNIT = CAMPAIGN + "/units/{code}/calendar.ics"


@router.get(OFFICE)
def office_feed(request: Request, responder: ApiResponder, campaign_id: str) -> Response:
    """Give the office's feed: the milestones with their counts, and the province's own steps."""
    state = portal_state(request)
    _require_reader(request)
    live = state.live(state.campaign(campaign_id))
    return _answer(request, responder, build_office_feed(state.store, live, responder.now))


@router.get(UNIT)
def unit_feed(request: Request, responder: ApiResponder, campaign_id: str, code: str) -> Response:
    """Give one unit's feed, or that of the province's own steps."""
    state = portal_state(request)
    _require_reader(request, code)
    campaign = state.campaign(campaign_id)
    found = campaign.by_code.get(code)
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return _answer(request, responder, build_unit_feed(state.store, state.live(campaign), found, responder.now))


def _require_reader(request: Request, code: str = "") -> None:
    """Answer 404 where feeds are not public, except to those who may see the unit, or all of them."""
    if portal_state(request).settings.portal.public_calendars:
        return
    visitor = find_visitor(request)
    if visitor is None:
        raise NotFound(NO_SUCH_PAGE)
    if not (visitor.can_see(code) if code else visitor.can(Action.SEE_ALL)):
        refuse(request, visitor)


def _answer(request: Request, responder: ApiResponder, feed: Feed) -> Response:
    """Answer with the feed, or 304 where nothing but the time has changed since."""
    from lotrinh.reports.calendar.feed import calendar  # noqa: PLC0415 - only whoever asks for a feed pays for the library
    from lotrinh.reports.calendar.ics import without_stamps  # noqa: PLC0415 - as above

    language = language_of(request)
    made = calendar(feed.report, language, feed.history, portal_state(request).settings.portal.public_url)
    public = portal_state(request).settings.portal.public_calendars
    cache = "no-cache" if public else "private, no-cache"
    headers = {"Cache-Control": cache, "Vary": "Cookie", "Content-Language": language}
    return responder.send(made, weak_etag(without_stamps(made)), FORMATS["ics"].media, headers)
