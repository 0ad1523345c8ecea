"""The check of a campaign in all provinces: each is one run of the same deployment, on whichever machine."""

from typing import Any

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from lotrinh.clock import now
from lotrinh.services.runs.nation import tick_of
from tasks.nation import run_provinces

PATIENCE_SECONDS = 120
"""A try says nothing while it starts and while it waits for the lease of a dead one on another machine, up to 73 s."""


@flow(name="check-nation", persist_result=False)
async def check_nation(
    campaign: str,
    tick: str = "",
    settings: str = "",
    provinces: list[str] | None = None,
    deployment: str = "check/province",
    within: int = 900,
    patience: int = PATIENCE_SECONDS,
) -> State[Any]:
    """Check every province once for this tick; the state in which the run ends names those that are missing.

    ``tick`` is the moment the nation is checked for, by default when this run was to start: started again with the
    same, it runs only what has not been recorded. ``within`` bounds the whole, ``patience`` how long a province may
    run without news before its machine is taken for dead, both in seconds.
    """
    asked = campaign, tick or tick_of(flow_run.scheduled_start_time or now()), settings, provinces or []
    complete, summary = await run_provinces(*asked, deployment, within, patience)
    return Completed(message=summary) if complete else Failed(message=summary)
