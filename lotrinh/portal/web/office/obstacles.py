"""What stands in the units' way and what they propose, for the office to answer or hand over."""

from fastapi import APIRouter, Request, Response

from lotrinh.portal.deps import Context
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, render_list
from lotrinh.services.views.office_queues import QueuedObstacle, obstacle_queue

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50


def matches_obstacle(filters: ListFilters, obstacle: QueuedObstacle) -> bool:
    """Whether it is among those asked for."""
    wanted = {"": True, "answered": obstacle.is_answered, "unanswered": not obstacle.is_answered}
    return wanted.get(filters.only, True) and filters.matches(obstacle.unit)


@router.get(CAMPAIGN + "/obstacles")
def show_obstacles(request: Request, at: Context, filters: Filters) -> Response:
    """List obstacles and proposals, the unanswered first."""
    found = obstacle_queue(at.live, at.now)
    kept = [obstacle for obstacle in found if matches_obstacle(filters, obstacle)]
    return render_list(
        request,
        "office/obstacles.html",
        at,
        filters,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        unanswered=sum(not obstacle.is_answered for obstacle in found),
        sample=any(obstacle.record.sample for obstacle in kept),
    )
