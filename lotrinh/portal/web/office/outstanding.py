"""All outstanding steps of all units, those first that keep most others waiting."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response

from lotrinh.core.report.blocking import Blocking
from lotrinh.core.report.report import OUTSTANDING_NOW
from lotrinh.core.status.status import Status
from lotrinh.portal.deps import At
from lotrinh.portal.web.office.board import boards_of
from lotrinh.portal.web.office.lists import CAMPAIGN, Asked, Asking, folded, leaf, office_page

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 100
NOW = frozenset({*OUTSTANDING_NOW, Status.UNKNOWN})
"""What is listed unless another status is asked for: the rest is not yet due to be worked on."""
EVERYTHING = "everything"
CHOICES = (Status.OVERDUE, Status.DUE_SOON, Status.OPEN, Status.UNKNOWN, Status.UNSCHEDULED, Status.UPCOMING)


def sorts(now: datetime) -> Mapping[str, Callable[[Blocking], tuple[object, ...]]]:
    """By how many steps wait, then by how late it is; or the other way round."""
    return {
        "blocks": lambda b: (-b.blocks, -b.days_late(now), folded(b.unit.name), b.unit.code),
        "late": lambda b: (-b.days_late(now), -b.blocks, folded(b.unit.name), b.unit.code),
    }


def keeps(asked: Asked, row: Blocking) -> bool:
    """Whether a row is among those asked for."""
    status = row.standing.status
    wanted = status.value == asked.status if asked.status else asked.only == EVERYTHING or status in NOW
    return wanted and asked.keeps(row.unit)


@router.get(CAMPAIGN + "/outstanding")
def outstanding(request: Request, at: At, asked: Asking) -> Response:
    """List what is outstanding."""
    report = at.live.report(at.now)
    local, rows = at.now.astimezone(at.campaign.zone), boards_of(at.live).outstanding(report)
    order = sorts(local)
    kept = sorted((row for row in rows if keeps(asked, row)), key=order.get(asked.sort, order["blocks"]))
    return office_page(
        request,
        "office/outstanding.html",
        at,
        asked,
        leaf=leaf(kept, asked, ON_A_PAGE),
        choices=CHOICES,
        units=len({row.unit.code for row in kept}),
        sample=report.sample,
    )
