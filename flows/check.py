"""The check of one campaign: load, ask in batches, assess, record, publish."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from prefect import State, flow
from prefect.logging.handlers import APILogHandler
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed

from lotrinh.clock import now
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, LotrinhError, Overlapping, Problem, RunNotCarriedOut, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.runs.ask import OUR_NETWORK, new_run_name
from lotrinh.services.runs.check import CheckRequest
from lotrinh.store.runs.runs import RUNNING
from tasks import preflight, publish, run_summary, runs
from tasks.context import close_context, hold_run_lease, open_context, share_prober
from tasks.prefect_timeout import PATIENCE_SECONDS, exit_after, run_within_timeout
from tasks.preflight import refused_state

REFUSED, REPLACED = "Refused", "Replaced"
"""Names of the states in which a run ends that found another one, and that was taken for dead and replaced."""


def _run_name() -> str:
    parameters = flow_run.parameters
    name = parameters.get("run") or parameters.get("round")
    return f"{parameters['campaign']} {name or ''}".strip()


def _name_of(new: str, old: str) -> str:
    """Return the name by which a run is asked for, whichever parameter gives it; ``BadInput`` where they differ."""
    if new and old and new != old:
        sentence = M("Hai tham số “run” ({run}) và “round” ({old}) khác nhau; hãy chỉ ghi “run”.", run=new, old=old)
        raise BadInput([Problem("run", 0, 0, sentence)])
    return new or old or new_run_name(now())


@flow(name="check", flow_run_name=_run_name, persist_result=False)
async def check(  # noqa: PLR0913 - parameters that people see in Prefect, one of them by two names
    campaign: str,
    as_of: str = "",
    settings: str = "",
    units: str = "",
    run: str = "",
    province: str = "",
    tick: str = "",
    *,
    round: str = "",  # noqa: A002 - the parameter's older name, by which Prefect may have runs scheduled
) -> State[Any]:
    """Check every unit of a campaign and return the run's name; the report is in our own store.

    ``province`` is another one than the settings', where one record holds several. ``tick`` tells by which of its
    schedules the campaign's moment has come; a run with one steps aside where it is not wanted. ``round`` is what
    ``run`` was called before: deployments and scheduled runs that were made then give it.
    """
    try:
        request = CheckRequest(campaign, as_of, settings, units, _name_of(run, round), province)
        if ended := preflight.skip_state(request, tick):
            return ended
        async with hold_run_lease(request, patient=bool(deployment.id)):
            return await run_tasks(request)
    except Conflict as error:
        if not deployment.id:
            raise
        name = REFUSED if isinstance(error, Overlapping) else REPLACED
        return Failed(name=name, message=say(error.sentence))
    except LotrinhError as error:
        if not deployment.id:
            raise
        return refused_state(error)


async def run_tasks(request: CheckRequest) -> State[Any]:
    """Ask, assess, record, publish; the campaign's lease is ours."""
    plain = asdict(request)
    batches = runs.load_batches(plain)
    if not batches:
        return Completed(data=request.run)
    async with share_prober(request):
        first, *_ = await asyncio.gather(*(runs.ask_batch(plain, codes, n) for n, codes in enumerate(batches, 1)))
        if first["ours_failed"]:
            raise RunNotCarriedOut(OUR_NETWORK)
    runs.assess_run(plain)
    runs.record_run(plain)
    if deployment.id:  # this process is one run's, and a worker's: nobody reads what it prints
        exit_after(PATIENCE_SECONDS)
    publish.publish_run(plain)
    return Completed(data=request.run, message=await run_summary.summarize_run(request))


def is_recorded(request: CheckRequest) -> bool:
    """Whether the run has ended in our own record."""
    try:
        found = open_context(request).store.runs.get(request.run)
    except StoreUnavailable:
        return False
    return found is not None and found.state != RUNNING


def run_in_process(request: CheckRequest, listener: Callable[[Observation], None] | None = None) -> str:
    """Run the flow in this process, and call ``listener`` with every unit as it answers.

    ``PrefectGone`` where the run has been recorded and Prefect does not come to an end.
    """
    request = replace(request, run=request.run or new_run_name(now()))
    open_context(request).listener = listener
    try:
        name: str = run_within_timeout(lambda: asyncio.run(check(**asdict(request))), lambda: is_recorded(request))
        return name
    finally:
        close_context(request)


def send_log() -> None:
    """Send to Prefect's server what has been logged of the runs of this process, and wait until it has it."""
    APILogHandler().flush()
