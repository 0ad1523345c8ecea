"""All outstanding steps of all units, those first that keep most others waiting."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response

from lotrinh.core.report.blocking import BlockingStep
from lotrinh.core.status.status_groups import UNDER_WAY, UNKNOWN_BEFORE_COMING
from lotrinh.portal.deps import Context
from lotrinh.portal.web.office.board import boards_of
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, fold_name, render_list

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 100
EVERYTHING = "everything"


def sorts(now: datetime) -> Mapping[str, Callable[[BlockingStep], tuple[object, ...]]]:
    """By how many steps wait, then by how late it is; or the other way round."""
    return {
        "blocks": lambda b: (-b.blocked_count, -b.days_late(now), fold_name(b.unit.name), b.unit.code),
        "late": lambda b: (-b.days_late(now), -b.blocked_count, fold_name(b.unit.name), b.unit.code),
    }


def matches_blocking(filters: ListFilters, row: BlockingStep) -> bool:
    """Whether a row is among those asked for."""
    status = row.step_status.status
    # Unless another status is asked for, what nobody has to work on yet is left out.
    wanted = status.value == filters.status if filters.status else filters.only == EVERYTHING or status in UNDER_WAY
    return wanted and filters.matches(row.unit)


@router.get(CAMPAIGN + "/outstanding")
def show_outstanding(request: Request, at: Context, filters: Filters) -> Response:
    """List what is outstanding."""
    report = at.live.report(at.now)
    local, rows = at.now.astimezone(at.campaign.zone), boards_of(at.live).outstanding(report)
    order = sorts(local)
    kept = sorted((row for row in rows if matches_blocking(filters, row)), key=order.get(filters.sort, order["blocks"]))
    return render_list(
        request,
        "office/outstanding.html",
        at,
        filters,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        choices=UNKNOWN_BEFORE_COMING,
        units=len({row.unit.code for row in kept}),
        sample=report.sample,
    )
