"""One step across all units: who has done it, who is late, of whom nothing is known."""

from collections import Counter
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.status import PlannedStep, StepStatus
from lotrinh.core.status.status_groups import WORST_FIRST
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.deps import Context
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, cut_page, fold_name, render_list

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 200
RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


class UnitStepRow(NamedTuple):
    """How the step stands in one unit."""

    unit: UnitReport
    item: PlannedStep
    step_status: StepStatus


def list_unit_steps(report: Report, step: Step) -> list[UnitStepRow]:
    """Find the step in every unit whose work it is, what presses first."""
    found = [
        UnitStepRow(unit, item, step_status)
        for unit in report.everybody
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True)
        if step_status.step == step.id
    ]
    return sorted(found, key=lambda r: (RANK[r.step_status.status], fold_name(r.unit.unit.name), r.unit.unit.code))


@router.get(CAMPAIGN + "/steps/{step_id}")
def show_step_overview(request: Request, at: Context, filters: Filters, step_id: str) -> Response:
    """Show one step in all units."""
    step = at.campaign.checklist.steps.get(step_id)
    if step is None:
        raise NotFound(M("Đợt này không có đầu việc “{step}”.", step=step_id))
    report = at.live.report(at.now)
    rows = list_unit_steps(report, step)
    kept = [r for r in rows if filters.matches(r.unit.unit) and filters.status in {"", r.step_status.status.value}]
    milestone = next(m for m in at.campaign.checklist.milestones if m.id == step.milestone)
    counts = Counter(r.step_status.status for r in rows)
    return render_list(
        request,
        "office/step_overview.html",
        at,
        filters,
        step=step,
        milestone=milestone,
        rows=rows,
        list_page=cut_page(kept, filters, ON_A_PAGE),
        counts=[(status, counts[status]) for status in WORST_FIRST if counts[status]],
        sample=report.sample,
    )
