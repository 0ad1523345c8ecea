"""The check of one campaign: load, ask in batches, assess, record, publish."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace

from prefect import flow
from prefect.runtime import flow_run

from lotrinh.clock import now
from lotrinh.core.observation import Observation
from lotrinh.errors import RoundNotCarriedOut
from lotrinh.services.ask import OUR_NETWORK, new_name
from lotrinh.services.check import Request
from tasks import publish, rounds
from tasks.context import asking, close, context


def _run_name() -> str:
    parameters = flow_run.parameters
    return f"{parameters['campaign']} {parameters.get('round') or ''}".strip()


@flow(name="check", flow_run_name=_run_name, persist_result=False)
async def check(campaign: str, as_of: str = "", settings: str = "", units: str = "", round: str = "") -> str:  # noqa: A002 - the word of the field, and the parameter people see in Prefect
    """Check every unit of a campaign and return the round's name; the report is in our own store."""
    request = Request(campaign, as_of, settings, units, round or new_name(now()))
    plain = asdict(request)
    batches = rounds.load(plain)
    async with asking(request):
        first, *_ = await asyncio.gather(*(rounds.ask(plain, codes, n) for n, codes in enumerate(batches, 1)))
        if first["ours_failed"]:
            raise RoundNotCarriedOut(OUR_NETWORK)
    rounds.assess(plain)
    rounds.record(plain)
    publish.publish(plain)
    return request.round


def run(request: Request, heard: Callable[[Observation], None] | None = None) -> str:
    """Run the flow in this process, telling ``heard`` of every unit as it answers."""
    request = replace(request, round=request.round or new_name(now()))
    context(request).heard = heard
    try:
        name: str = asyncio.run(check(**asdict(request)))
        return name
    finally:
        close(request)
