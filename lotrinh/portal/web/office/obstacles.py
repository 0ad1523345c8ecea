"""What stands in the units' way and what they propose, for the office to answer or hand over."""

from fastapi import APIRouter, Request, Response

from lotrinh.portal.deps import Context
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, render_list
from lotrinh.services.views.office_queues import QueuedObstacle, obstacle_queue

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50


def matches_obstacle(filters: ListFilters, trouble: QueuedObstacle) -> bool:
    """Whether it is among those asked for."""
    wanted = {"": True, "answered": trouble.is_answered, "unanswered": not trouble.is_answered}
    return wanted.get(filters.only, True) and filters.matches(trouble.unit)


@router.get(CAMPAIGN + "/obstacles")
def show_obstacles(request: Request, at: Context, filters: Filters) -> Response:
    """List obstacles and proposals, the unanswered first."""
    found = obstacle_queue(at.live, at.now)
    kept = [trouble for trouble in found if matches_obstacle(filters, trouble)]
    return render_list(
        request,
        "office/obstacles.html",
        at,
        filters,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        unanswered=sum(not trouble.is_answered for trouble in found),
        sample=any(trouble.record.sample for trouble in kept),
    )
