"""What a scheduled run does first: step aside where it is not wanted, or where a newer one is due already."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from prefect import State, get_client, get_run_logger
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectException
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed

from lotrinh.clock import now
from lotrinh.core.notify.schedules import CampaignSchedule, Tick, reason_to_skip
from lotrinh.core.text import M, Message
from lotrinh.errors import LotrinhError
from lotrinh.i18n import error_lines, say
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.campaigns.schedules import effective_schedule
from lotrinh.services.runs.check import CheckRequest
from tasks.context import open_context

SKIPPED, SUPERSEDED, DONE = "Skipped", "Superseded", "Completed"
COMING = frozenset({StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING})
MOST_NEWER = 100
ONE_SECOND = timedelta(seconds=1)


def skip_state(request: CheckRequest, tick: str) -> State[None] | None:
    """Return the state in which a run ends that steps aside, with the sentence why; None where it is to go on.

    A run without ``tick`` was asked for by somebody, and always goes on.
    """
    if not tick:
        return None
    shared = open_context(request)
    schedule = effective_schedule(shared.store, shared.loaded.settings, shared.campaign.id).schedule
    due = flow_run.scheduled_start_time or now()
    if why := _unwanted(schedule, tick, due, shared.campaign):
        return _ended(SKIPPED, why)
    if newer := _newer(schedule, due, shared.campaign):
        when = newer.astimezone(shared.campaign.zone)
        return _ended(SUPERSEDED, M("Lượt này trễ: đã đến giờ của lượt mới hơn, {when}.", when=when))
    return None


def _unwanted(schedule: CampaignSchedule, tick: str, due: datetime, campaign: Campaign) -> Message | None:
    local, calendar = due.astimezone(campaign.zone), campaign.checklist.calendar
    return reason_to_skip(schedule, Tick(tick), local, campaign.anchor, calendar)


def _ended(name: str, why: Message) -> State[None]:
    get_run_logger().warning("%s", say(why))
    return Completed(name=name, message=say(why))


def _newer(schedule: CampaignSchedule, due: datetime, campaign: Campaign) -> datetime | None:
    """Return when the newest run of this deployment was due that will be, or was, carried out itself."""
    for run in _runs_since(due):
        at = run.expected_start_time
        own = str(run.parameters.get("tick") or "")
        if at and at > due and (not own or _unwanted(schedule, own, at, campaign) is None):
            return at
    return None


def _runs_since(due: datetime) -> Iterator[FlowRun]:
    """Return this deployment's runs that were due after a moment and have not ended otherwise than done, newest first.

    Where the server cannot say, none: a late run does no harm that our own record would not survive.
    """
    if not deployment.id:
        return
    period = FlowRunFilterExpectedStartTime(after_=due + ONE_SECOND, before_=now())
    of = DeploymentFilter(id=DeploymentFilterId(any_=[UUID(deployment.id)]))
    try:
        with get_client(sync_client=True) as client:
            found = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(expected_start_time=period),
                deployment_filter=of,
                sort=FlowRunSort.EXPECTED_START_TIME_DESC,
                limit=MOST_NEWER,
            )
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("%s", type(error).__name__)
        return
    yield from (run for run in found if run.state_type in COMING or run.state_name == DONE)


def refused_state(error: LotrinhError) -> State[Any]:
    """Return the state of a run that ended so: every problem in a line of its own, and no traceback."""
    return Failed(message="\n".join(error_lines(error)))
