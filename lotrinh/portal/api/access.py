"""Who asks the API, and what they may: bearer codes of units' own systems, tokens of the office's programs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.roles import PROGRAM_ROLES, Action, Role, Visitor
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError, NotAllowed, NotFound
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.services.access.programs import require_holder
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.views.live_campaign import LiveCampaign

NO_CODE = M("Cần mã truy cập trong tiêu đề Authorization: Bearer …")
UNIT_CODE = HTTPBearer(
    scheme_name="unitCode",
    description="A unit's code, issued by the office (`lotrinh access issue CODE`). It opens that unit alone.",
    auto_error=False,
)
PROGRAM_TOKEN = HTTPBearer(
    scheme_name="programToken",
    description=(
        f"A token of a program of the office (`lotrinh access token NAME --role {'|'.join(PROGRAM_ROLES)}`). A viewer "
        "reads everything; an officer also judges and speaks for the province itself."
    ),
    auto_error=False,
)
CampaignId = Annotated[str, Path(description="Id of the campaign.")]
Code = Annotated[str, Path(description="Code of the unit; the province is one, too.")]
UnitCredentials = Annotated[HTTPAuthorizationCredentials | None, Security(UNIT_CODE)]
ProgramCredentials = Annotated[HTTPAuthorizationCredentials | None, Security(PROGRAM_TOKEN)]


class NotForThisRole(LotrinhError):
    """Who asks is known, but their role does not allow it."""

    http_status = 403


@dataclass(frozen=True)
class ApiContext:
    """What a request is about: the campaign, and the unit that its path names (else the province)."""

    request: Request
    state: PortalState
    visitor: Visitor
    campaign: Campaign
    unit: Unit
    now: datetime

    @cached_property
    def live(self) -> LiveCampaign:
        """The campaign kept current."""
        return self.state.live(self.campaign)


def identify(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Visitor:
    """Return who sent a code; 401 where it is missing or wrong."""
    if credentials is None:
        raise NotAllowed(NO_CODE)
    state, address = portal_state(request), request.client.host if request.client else ""
    return require_holder(state.store, credentials.credentials.strip(), address, state.clock())


def context_of(request: Request, visitor: Visitor, campaign_id: str, code: str = "") -> ApiContext:
    """Find what a path names; another unit's code is as good as none."""
    state = portal_state(request)
    if visitor.role is Role.UNIT and code and code != visitor.unit:
        log_refusal(request, visitor)
        raise NotAllowed(M("Mã truy cập này không phải của đơn vị {code}, hoặc đã bị thu hồi.", code=code))
    campaign = state.campaign(campaign_id)
    unit = find_unit(campaign, code) if code else campaign.province
    return ApiContext(request, state, visitor, campaign, unit, state.clock())


def find_unit(campaign: Campaign, code: str) -> Unit:
    """Return a unit of the campaign, or the province."""
    unit = campaign.by_code.get(code)
    if unit is None:
        raise NotFound(M("Đợt “{campaign}” không có đơn vị mang mã “{code}”.", campaign=campaign.id, code=code))
    return unit


def log_refusal(request: Request, visitor: Visitor) -> None:
    """Leave a line about who tried what; the path in quotes, for it is the sender's text."""
    portal_state(request).log.warning(
        "refused account=%s method=%s path=%r", visitor.account, request.method, request.url.path
    )


def require_permission(request: Request, visitor: Visitor, *, may: bool) -> None:
    """Answer 403, and log it, where the role does not allow what was asked."""
    if not may:
        log_refusal(request, visitor)
        raise NotForThisRole(M("Mã truy cập này không được phép làm việc đó."))


def any_caller(request: Request, credentials: UnitCredentials, token: ProgramCredentials) -> Visitor:
    """Require anybody known."""
    return identify(request, credentials or token)


def any_context(
    request: Request, campaign_id: CampaignId, credentials: UnitCredentials, token: ProgramCredentials
) -> ApiContext:
    """Require anybody known, for what concerns the campaign as a whole."""
    return context_of(request, identify(request, credentials or token), campaign_id)


def own_context(
    request: Request, campaign_id: CampaignId, code: Code, credentials: UnitCredentials, token: ProgramCredentials
) -> ApiContext:
    """Require the unit that the path names, or a program, which sees all."""
    return context_of(request, identify(request, credentials or token), campaign_id, code)


def speaker_context(
    request: Request, campaign_id: CampaignId, code: Code, credentials: UnitCredentials, token: ProgramCredentials
) -> ApiContext:
    """Require who may speak for the unit: itself; an officer for the province."""
    context = own_context(request, campaign_id, code, credentials, token)
    may = context.visitor.can_speak(context.unit.code, province=context.unit.is_province)
    require_permission(request, context.visitor, may=may)
    return context


def viewer_context(request: Request, campaign_id: CampaignId, token: ProgramCredentials) -> ApiContext:
    """Require a program that may see every unit."""
    visitor = identify(request, token)
    require_permission(request, visitor, may=visitor.can(Action.SEE_ALL))
    return context_of(request, visitor, campaign_id)


def reviewing_program(request: Request, token: ProgramCredentials) -> Visitor:
    """Require a program that may review."""
    visitor = identify(request, token)
    require_permission(request, visitor, may=visitor.can(Action.REVIEW))
    return visitor


def reviewer_context(request: Request, campaign_id: CampaignId, code: Code, token: ProgramCredentials) -> ApiContext:
    """Require a program that may review what the unit of the path says."""
    return context_of(request, reviewing_program(request, token), campaign_id, code)


AnyCaller = Annotated[Visitor, Depends(any_caller)]
AnyContext = Annotated[ApiContext, Depends(any_context)]
OwnContext = Annotated[ApiContext, Depends(own_context)]
SpeakerContext = Annotated[ApiContext, Depends(speaker_context)]
ViewerContext = Annotated[ApiContext, Depends(viewer_context)]
ReviewingProgram = Annotated[Visitor, Depends(reviewing_program)]
ReviewerContext = Annotated[ApiContext, Depends(reviewer_context)]
