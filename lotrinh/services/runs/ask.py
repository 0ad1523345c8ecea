"""Asking the units of one run, batch by batch; every answer is in the store before anything else hears of it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.observation import COULD_NOT_CONNECT, Answer, Observation
from lotrinh.core.text import M, Message
from lotrinh.errors import AlreadyRecorded
from lotrinh.logs import about
from lotrinh.probing.contract import InvalidAnswer, read_answer
from lotrinh.probing.prober import MachineProbe, Prober, Question
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import NOT_CARRIED_OUT, RUNNING, Run, StoredAnswer
from lotrinh.traces import span

FIRST = 20
"""The units that are asked before all others: when nearly all of them fail to connect, it is our network."""
BATCH = 32
"""Units in one later batch: few enough to repeat, enough to keep the number of task runs small."""
AFTER_ALL = datetime(2999, 12, 31, tzinfo=UTC)
"""A moment after all that a unit can have said."""

OUR_NETWORK = M(
    "Lượt kiểm tra không thực hiện được: gần như không kết nối được tới đơn vị nào trong 20 đơn vị đầu. "
    "Hãy xem lại mạng hoặc cổng lotrinh của nơi kiểm tra. Không đơn vị nào bị ghi là im lặng."
)
OWN_NETWORK_PERCENT = 80
"""Of the first units: where so many cannot be connected to, it is our network."""


def begin_run(
    store: Store, campaign: Campaign, now: datetime, as_of: datetime, request: Mapping[str, Any], name: str = ""
) -> Run:
    """Record that a run begins, under the given name or a new one.

    ``AlreadyRecorded`` where it is a further try of a province's run of a nation-wide check that has finished.
    """
    new = Run(
        id=name or new_run_name(now),
        campaign=campaign.id,
        province=campaign.province.code,
        as_of=as_of.astimezone(campaign.zone),
        started_at=now,
        finished_at=None,
        state=RUNNING,
        checklist_hash=campaign.checklist.content_hash,
        head=store.journal.head(),
        request=request,
    )
    if finished := store.runs.start(new, earlier_tries(new.id)):
        sentence = M("Tỉnh này đã có lượt “{run}” chạy xong cho cùng lần kiểm tra toàn quốc.", run=finished)
        raise AlreadyRecorded(sentence, finished)
    return new


def new_run_name(now: datetime) -> str:
    """Name a run by its moment (UTC) and two random bytes."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def try_name(tick: str, province: str, number: int) -> str:
    """Name the n-th try, from 1, of a province's run in a nation-wide check: the same for whoever starts it."""
    return f"{tick}-{province}.{number}"


def earlier_tries(name: str) -> tuple[str, ...]:
    """Name the tries before this one; a run of another name has none."""
    first, _, number = name.partition(".")
    return tuple(f"{first}.{n}" for n in range(1, int(number))) if number.isdecimal() else ()


def split_batches(codes: Sequence[str]) -> list[list[str]]:
    """Divide units into the first twenty and batches of the others."""
    first, rest = list(codes[:FIRST]), codes[FIRST:]
    return [first, *(list(rest[i : i + BATCH]) for i in range(0, len(rest), BATCH))]


def status_address(settings: Settings, campaign: Campaign, unit: Unit) -> str:
    """Return where a unit is asked: at its own address, or else at our portal."""
    return unit.status_url or f"{settings.portal.origin}/api/v1/campaigns/{campaign.id}/units/{unit.code}/status"


def build_questions(
    settings: Settings, campaign: Campaign, codes: Sequence[str], stored_answers: Mapping[str, StoredAnswer]
) -> list[Question]:
    """Make the questions for some units, with what we know already so that an unchanged answer stays small."""
    return [_question(settings, campaign, campaign.by_code[code], stored_answers.get(code)) for code in codes]


def _question(settings: Settings, campaign: Campaign, unit: Unit, stored: StoredAnswer | None) -> Question:
    url = status_address(settings, campaign, unit)
    question = Question(
        unit=unit.code,
        campaign=campaign.id,
        url=url,
        steps=frozenset(campaign.checklist.steps),
        probes=tuple(build_machine_probes(campaign, unit)),
    )
    if stored and stored.source == url and stored.etag:
        question.etag, question.last = stored.etag, read_stored_answer(question, stored)
    return question


def build_machine_probes(campaign: Campaign, unit: Unit) -> list[MachineProbe]:
    """List what the machine looks for on the unit's own website, if it has one."""
    return [
        MachineProbe(
            step.id,
            step.probe.get.format(website=unit.website.rstrip("/"), code=unit.code, name=unit.name),
            step.probe.status,
            step.probe.contains,
        )
        for step in campaign.checklist.iter_steps()
        if step.probe and step.is_work_of(unit) and (unit.website or "{website}" not in step.probe.get)
    ]


def read_stored_answer(question: Question, stored: StoredAnswer) -> Answer | None:
    """Read a kept answer again; None when the checklist has changed so that it does not fit any more.

    Its days and moments were judged when it was heard, by our clock; the moment it was true may lie before them.
    """
    try:
        return replace(read_answer(stored.body.encode(), question, AFTER_ALL), heard_at=stored.true_at)
    except InvalidAnswer:
        return None


Listener = Callable[[Observation], None]


async def ask_units(
    store: Store,
    prober: Prober,
    run: Run,
    questions: Sequence[Question],
    listener: Listener | None = None,
) -> list[Observation]:
    """Ask some units and record what they said. Never raises for a unit's sake."""
    with about(run=run.id, campaign=run.campaign), span("batch", run=run.id, units=len(questions)):
        return await _ask(store, prober, run, questions, listener)


async def _ask(
    store: Store, prober: Prober, run: Run, questions: Sequence[Question], listener: Listener | None
) -> list[Observation]:
    addresses = {q.unit: q.url for q in questions}
    seen: list[Observation] = []
    recorded = 0
    async for observation in prober.ask_all(questions):
        seen.append(observation)
        if listener:
            listener(observation)
        if len(seen) - recorded >= BATCH:
            store.runs.record(run.id, run.campaign, [(o, addresses[o.unit]) for o in seen[recorded:]])
            recorded = len(seen)
    store.runs.record(run.id, run.campaign, [(o, addresses[o.unit]) for o in seen[recorded:]])
    return seen


def close_if_own_network_failed(store: Store, run: Run, first: Sequence[Observation], now: datetime) -> Message | None:
    """Close the run as not carried out when its first answers show that our own network failed."""
    if not is_own_network_down(first):
        return None
    store.runs.finish(run.id, NOT_CARRIED_OUT, now, store.journal.head())
    return OUR_NETWORK


def is_own_network_down(first: Sequence[Observation]) -> bool:
    """Whether nearly all of the first twenty could not be connected to: then the run was not carried out."""
    looked_at = first[:FIRST]
    failed = sum(o.reason in COULD_NOT_CONNECT for o in looked_at)
    return len(looked_at) == FIRST and failed * 100 >= OWN_NETWORK_PERCENT * FIRST
