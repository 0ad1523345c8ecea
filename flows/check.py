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
from lotrinh.services.runs.ask import OUR_NETWORK, new_name
from lotrinh.services.runs.check import Request
from lotrinh.store.runs.runs import RUNNING
from tasks import preflight, publish, run_summary, runs
from tasks.context import asking, close, context, holding
from tasks.prefect_timeout import PATIENCE_SECONDS, leave_after, within_patience
from tasks.refused_state import refused

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
    return new or old or new_name(now())


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
        request = Request(campaign, as_of, settings, units, _name_of(run, round), province)
        if ended := preflight.aside(request, tick):
            return ended
        async with holding(request, patient=bool(deployment.id)):
            return await carry_out(request)
    except Conflict as error:
        if not deployment.id:
            raise
        name = REFUSED if isinstance(error, Overlapping) else REPLACED
        return Failed(name=name, message=say(error.sentence))
    except LotrinhError as error:
        if not deployment.id:
            raise
        return refused(error)


async def carry_out(request: Request) -> State[Any]:
    """Ask, assess, record, publish; the campaign's lease is ours."""
    plain = asdict(request)
    batches = runs.load(plain)
    if not batches:
        return Completed(data=request.run)
    async with asking(request):
        first, *_ = await asyncio.gather(*(runs.ask(plain, codes, n) for n, codes in enumerate(batches, 1)))
        if first["ours_failed"]:
            raise RunNotCarriedOut(OUR_NETWORK)
    runs.assess(plain)
    runs.record(plain)
    if deployment.id:  # this process is one run's, and a worker's: nobody reads what it prints
        leave_after(PATIENCE_SECONDS)
    publish.publish(plain)
    return Completed(data=request.run, message=await run_summary.tell_counts(request))


def recorded(request: Request) -> bool:
    """Whether the run has ended in our own record."""
    try:
        found = context(request).store.runs.get(request.run)
    except StoreUnavailable:
        return False
    return found is not None and found.state != RUNNING


def run_in_process(request: Request, heard: Callable[[Observation], None] | None = None) -> str:
    """Run the flow in this process, telling ``heard`` of every unit as it answers.

    ``PrefectGone`` where the run has been recorded and Prefect does not come to an end.
    """
    request = replace(request, run=request.run or new_name(now()))
    context(request).heard = heard
    try:
        name: str = within_patience(lambda: asyncio.run(check(**asdict(request))), lambda: recorded(request))
        return name
    finally:
        close(request)


def send_log() -> None:
    """Send to Prefect's server what has been logged of the runs of this process, and wait until it has it."""
    APILogHandler().flush()
