"""Who asks the API, and what they may: bearer codes of units' own systems, tokens of the office's programs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.roles import Action, Role, Visitor
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError, NotAllowed, NotFound
from lotrinh.portal.state import State, state_of
from lotrinh.services.access.programs import require_holder
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.views.live_campaign import Live

NO_CODE = M("Cần mã truy cập trong tiêu đề Authorization: Bearer …")
UNIT_CODE = HTTPBearer(
    scheme_name="unitCode",
    description="A unit's code, issued by the office (`lotrinh access issue CODE`). It opens that unit alone.",
    auto_error=False,
)
PROGRAM_TOKEN = HTTPBearer(
    scheme_name="programToken",
    description=(
        "A token of a program of the office (`lotrinh access token NAME --role viewer|officer`). A viewer reads "
        "everything; an officer also judges and speaks for the province itself."
    ),
    auto_error=False,
)
CampaignId = Annotated[str, Path(description="Id of the campaign.")]
Code = Annotated[str, Path(description="Code of the unit; the province is one, too.")]
OfUnit = Annotated[HTTPAuthorizationCredentials | None, Security(UNIT_CODE)]
OfProgram = Annotated[HTTPAuthorizationCredentials | None, Security(PROGRAM_TOKEN)]


class NotForThisRole(LotrinhError):
    """Who asks is known, but their role does not allow it."""

    http_status = 403


@dataclass(frozen=True)
class Place:
    """What a request is about: the campaign, and the unit that its path names (else the province)."""

    request: Request
    state: State
    visitor: Visitor
    campaign: Campaign
    unit: Unit
    now: datetime

    @cached_property
    def live(self) -> Live:
        """The campaign kept current."""
        return self.state.live(self.campaign)


def known(request: Request, given: HTTPAuthorizationCredentials | None) -> Visitor:
    """Return who sent a code; 401 where it is missing or wrong."""
    if given is None:
        raise NotAllowed(NO_CODE)
    state, address = state_of(request), request.client.host if request.client else ""
    return require_holder(state.store, given.credentials.strip(), address, state.clock())


def place_of(request: Request, visitor: Visitor, campaign_id: str, code: str = "") -> Place:
    """Find what a path names; another unit's code is as good as none."""
    state = state_of(request)
    if visitor.role is Role.UNIT and code and code != visitor.unit:
        logged(request, visitor)
        raise NotAllowed(M("Mã truy cập này không phải của đơn vị {code}, hoặc đã bị thu hồi.", code=code))
    campaign = state.campaign(campaign_id)
    unit = find(campaign, code) if code else campaign.province
    return Place(request, state, visitor, campaign, unit, state.clock())


def find(campaign: Campaign, code: str) -> Unit:
    """Return a unit of the campaign, or the province."""
    unit = campaign.by_code.get(code)
    if unit is None:
        raise NotFound(M("Đợt “{campaign}” không có đơn vị mang mã “{code}”.", campaign=campaign.id, code=code))
    return unit


def logged(request: Request, visitor: Visitor) -> None:
    """Leave a line about who tried what; the path in quotes, for it is the sender's text."""
    state_of(request).log.warning(
        "refused account=%s method=%s path=%r", visitor.account, request.method, request.url.path
    )


def required(request: Request, visitor: Visitor, *, may: bool) -> None:
    """Answer 403, and log it, where the role does not allow what was asked."""
    if not may:
        logged(request, visitor)
        raise NotForThisRole(M("Mã truy cập này không được phép làm việc đó."))


def someone(request: Request, given: OfUnit, token: OfProgram) -> Visitor:
    """Require anybody known."""
    return known(request, given or token)


def taking_part(request: Request, campaign_id: CampaignId, given: OfUnit, token: OfProgram) -> Place:
    """Require anybody known, for what concerns the campaign as a whole."""
    return place_of(request, known(request, given or token), campaign_id)


def own(request: Request, campaign_id: CampaignId, code: Code, given: OfUnit, token: OfProgram) -> Place:
    """Require the unit that the path names, or a program, which sees all."""
    return place_of(request, known(request, given or token), campaign_id, code)


def speaking(request: Request, campaign_id: CampaignId, code: Code, given: OfUnit, token: OfProgram) -> Place:
    """Require who may speak for the unit: itself; an officer for the province."""
    place = own(request, campaign_id, code, given, token)
    may = place.visitor.may_speak(place.unit.code, province=place.unit.is_province)
    required(request, place.visitor, may=may)
    return place


def seeing(request: Request, campaign_id: CampaignId, token: OfProgram) -> Place:
    """Require a program that may see every unit."""
    visitor = known(request, token)
    required(request, visitor, may=visitor.may(Action.SEE_ALL))
    return place_of(request, visitor, campaign_id)


def judge(request: Request, token: OfProgram) -> Visitor:
    """Require a program that may judge."""
    visitor = known(request, token)
    required(request, visitor, may=visitor.may(Action.JUDGE))
    return visitor


def judging(request: Request, campaign_id: CampaignId, code: Code, token: OfProgram) -> Place:
    """Require a program that may judge what the unit of the path says."""
    return place_of(request, judge(request, token), campaign_id, code)


Someone = Annotated[Visitor, Depends(someone)]
TakingPart = Annotated[Place, Depends(taking_part)]
Own = Annotated[Place, Depends(own)]
Speaking = Annotated[Place, Depends(speaking)]
Seeing = Annotated[Place, Depends(seeing)]
Judge = Annotated[Visitor, Depends(judge)]
Judging = Annotated[Place, Depends(judging)]
