"""What a run was about and how it went, where people look for runs: its tags and its closing sentence."""

import httpx
from prefect import get_client, get_run_logger
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Outcome, outcome_figures
from lotrinh.core.status.silence import is_unreached
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.services.runs.check import CheckRequest
from tasks.context import open_context

NAMED = 60
"""How many units that could not be asked are named in one line of the log."""


async def summarize_run(request: CheckRequest) -> str:
    """Tag the run with what it was about and its counts, name the units that failed; return the closing sentence."""
    shared = open_context(request)
    if shared.report is None:
        raise RuntimeError(request.run)
    await _tag(run_tags(shared.report, shared.campaign.province.code))
    if failed := describe_failures(shared.report):
        get_run_logger().warning("%s", failed)
    return " ".join([say(closing_sentence(shared.report)), *shared.notes])


def run_tags(report: Report, province: str) -> list[str]:
    """Return the tags of a run: campaign, province, and how asking the units ended."""
    counts = [f"{name}:{count}" for name, count in outcome_figures(report.outcomes()).items() if count]
    return [f"campaign:{report.campaign}", f"province:{province}", *counts]


def describe_failures(report: Report) -> str:
    """Name the units that could not be asked, with the reason's code; empty where all could."""
    failed = [u for u in report.units if is_unreached(u.outcome)]
    if not failed:
        return ""
    named = ", ".join(f"{u.unit.code} ({u.reason.value or u.outcome.value})" for u in failed[:NAMED])
    more = M(" và {count} đơn vị nữa", count=len(failed) - NAMED) if failed[NAMED:] else ""
    return say(M("Không hỏi được: {units}{more}.", units=named, more=more))


def closing_sentence(report: Report) -> M:
    """Say how many units answered."""
    counted = report.outcomes()
    reached, asked = counted[Outcome.REACHED], counted.total()
    return M(
        "Lượt {run}: {reached} trên {asked} đơn vị trả lời; {silent} không hỏi được.",
        run=report.run,
        reached=reached,
        asked=asked,
        silent=asked - reached,
    )


async def _tag(tags: list[str]) -> None:
    """Add tags to this run; what Prefect says to that is no matter of the run's."""
    try:
        async with get_client() as client:
            await client.update_flow_run(flow_run.id, tags=sorted({*flow_run.tags, *tags}))
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("%s", type(error).__name__)
