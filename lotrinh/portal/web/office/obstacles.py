"""What stands in the units' way and what they propose, for the office to answer or hand over."""

from fastapi import APIRouter, Request, Response

from lotrinh.portal.deps import At
from lotrinh.portal.web.office.lists import CAMPAIGN, Asked, Asking, leaf, office_page
from lotrinh.services.views.office_queues import Trouble, troubles

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50


def keeps(asked: Asked, trouble: Trouble) -> bool:
    """Whether it is among those asked for."""
    wanted = {"": True, "answered": trouble.answered, "unanswered": not trouble.answered}
    return wanted.get(asked.only, True) and asked.keeps(trouble.unit)


@router.get(CAMPAIGN + "/obstacles")
def obstacles(request: Request, at: At, asked: Asking) -> Response:
    """List obstacles and proposals, the unanswered first."""
    found = troubles(at.live, at.now)
    kept = [trouble for trouble in found if keeps(asked, trouble)]
    return office_page(
        request,
        "office/obstacles.html",
        at,
        asked,
        leaf=leaf(kept, asked, ON_A_PAGE),
        unanswered=sum(not trouble.answered for trouble in found),
        sample=any(trouble.record.sample for trouble in kept),
    )
