"""The provinces of a nation-wide check: started as runs of one deployment, and waited for with a bound."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

import httpx
from prefect import get_client, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import StateType
from prefect.deployments import arun_deployment
from prefect.exceptions import PrefectException
from prefect.states import Crashed

from lotrinh.clock import now
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.runs.nation import NationRun, Try, TryStage, list_participants
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store

POLL_SECONDS = 3.0
MOST_RUNS = 200
TRY_STATES: Mapping[StateType, TryStage] = {
    StateType.SCHEDULED: TryStage.WAITING,
    StateType.PENDING: TryStage.RUNNING,
    StateType.RUNNING: TryStage.RUNNING,
    StateType.CANCELLING: TryStage.RUNNING,
    StateType.PAUSED: TryStage.WAITING,
}
"""Any other state is an end."""
LOST = M("Máy chạy lượt này không còn cho biết gì: coi như đã dừng, tỉnh này được chạy lại.")


@task(name="provinces", cache_policy=NO_CACHE, persist_result=False)
async def run_provinces(
    campaign: str, tick: str, settings: str, provinces: list[str], deployment: str, within: int, patience: int
) -> tuple[bool, str]:
    """Run every province once and return whether all have been recorded, and what there is to say of them."""
    loaded = load_settings(settings or None).settings
    with open_store(loaded.database_url) as store:
        nation = NationRun(store, tick, timedelta(seconds=patience))
        nation.begin(list_participants(loaded, campaign, provinces), now())
        end = now() + timedelta(seconds=within)
        runs: Mapping[str, TryStage] = {}
        while not nation.is_over(runs) and now() < end:
            await _start(nation, campaign, settings, deployment)
            await asyncio.sleep(POLL_SECONDS)
            runs = await _look(nation, runs)
        return not any(nation.open_tries), say(nation.summary())


async def _start(nation: NationRun, campaign: str, settings: str, deployment: str) -> None:
    """Start what is to be started; a run that was started before by the same name is found again."""
    for each in nation.unstarted_tries:
        each.flow_run = await _run_of(
            nation.run_name(each), each, {"campaign": campaign, "settings": settings}, deployment
        )


async def _run_of(name: str, of: Try, parameters: dict[str, str], deployment: str) -> str:
    code = of.province.code
    try:
        run = await arun_deployment(
            deployment,
            parameters={**parameters, "run": name, "province": code},
            flow_run_name=f"{parameters['campaign']} {of.province.slug} {name}",
            timeout=0,
            tags=[f"campaign:{parameters['campaign']}", f"province:{code}"],
            idempotency_key=name,
        )
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("%s: %s", name, type(error).__name__)
        return ""
    return str(run.id)


async def _look(nation: NationRun, known: Mapping[str, TryStage]) -> Mapping[str, TryStage]:
    """Look at Prefect's runs and at our record; where one of them is not there, what it said last stands."""
    try:
        runs = await _states([t.flow_run for t in nation.open_tries if t.flow_run])
        for run in nation.update(runs, now()):
            await _give_up(run)
    except (httpx.HTTPError, PrefectException, StoreUnavailable) as error:
        get_run_logger().warning("%s: %s", nation.tick, type(error).__name__)
        return known
    return runs


async def _states(ids: Iterable[str]) -> dict[str, TryStage]:
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(run) for run in ids]))
    async with get_client() as client:
        found = await client.read_flow_runs(flow_run_filter=wanted, limit=MOST_RUNS)
    return {
        str(run.id): TRY_STATES.get(run.state_type, TryStage.ENDED) if run.state_type else TryStage.WAITING
        for run in found
    }


async def _give_up(run: str) -> None:
    """Tell Prefect that a run is dead: nobody else would."""
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run), Crashed(message=say(LOST)), force=True)
