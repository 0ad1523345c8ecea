"""Load, ask, assess, record: the tasks of a check. They take and give plain values."""

from typing import Any

from prefect import State, get_run_logger, task
from prefect.cache_policies import NO_CACHE

from lotrinh.clock import now
from lotrinh.core.status.observation import Outcome
from lotrinh.errors import AlreadyRecorded, Conflict
from lotrinh.i18n import say
from lotrinh.services.runs import ask as asking
from lotrinh.services.runs.assess import make_report
from lotrinh.services.runs.check import CheckRequest, close_run
from lotrinh.services.runs.roster_mismatch import describe_roster_mismatch
from tasks.context import open_context

PLAIN: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
"""Nothing that touches the world is cached or persisted: Prefect's copy is not the record.

No task has tags of its own: Prefect's server is asked for a slot of each tag, and a task of a run whose server has
just gone would fail for the want of it.
"""


@task(name="load", **PLAIN)
def load_batches(request: dict[str, str]) -> list[list[str]]:
    """Begin the run and return the batches of unit codes, the first twenty first; none where nothing is left."""
    wanted = CheckRequest(**request)
    shared = open_context(wanted)
    moment = now()
    try:
        asking.begin_run(shared.store, shared.campaign, moment, wanted.moment(moment), request, wanted.run)
    except AlreadyRecorded as error:
        get_run_logger().warning("%s", say(error.sentence))
        return []
    if not wanted.units and (mismatch := describe_roster_mismatch(shared.store, shared.campaign)):
        get_run_logger().warning("%s", say(mismatch))
        shared.notes.append(say(mismatch))
    return asking.split_batches([u.code for u in shared.campaign.units])


def _worth_again(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a batch that failed is asked again: not where a newer run has taken this one's place."""
    return not isinstance(state.data, Conflict)


@task(
    name="ask",
    task_run_name="ask-{number}",
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=_worth_again,
    **PLAIN,
)
async def ask_batch(request: dict[str, str], codes: list[str], number: int) -> dict[str, int]:
    """Ask one batch of units, record what they said, and return how many ended how.

    Batch 1 is the first twenty units, by which our own network is judged.
    """
    shared = open_context(CheckRequest(**request))
    run = shared.find_run(request["run"])
    kept = shared.store.runs.answers(shared.campaign.id, units=codes)
    questions = asking.build_questions(shared.loaded.settings, shared.campaign, codes, kept)
    if shared.prober is None:
        raise RuntimeError(number)
    seen = await asking.ask_units(shared.store, shared.prober, run, questions, shared.listener)
    ours = number == 1 and asking.close_if_own_network_failed(shared.store, run, seen, now()) is not None
    return {outcome.value: sum(o.outcome is outcome for o in seen) for outcome in Outcome} | {"ours_failed": ours}


@task(name="assess", **PLAIN)
def assess_run(request: dict[str, str]) -> dict[str, Any]:
    """Compute every step's status from the record and return the totals."""
    shared = open_context(CheckRequest(**request))
    shared.report = make_report(shared.store, shared.loaded.settings, shared.campaign, shared.find_run(request["run"]))
    return shared.report.summary()


@task(name="record", **PLAIN)
def record_run(request: dict[str, str]) -> str:
    """Close the run with its report in our own store, before Prefect is told anything."""
    shared = open_context(CheckRequest(**request))
    report = shared.report
    if report is None:
        raise RuntimeError(request["run"])
    close_run(shared.store, shared.campaign, report, now())
    return report.head
