"""Asking units: questions in, observations out. One unit's fault is a value and never an exception."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Self

from lotrinh.core.status.observation import COULD_NOT_CONNECT, Observation, Outcome, Reason
from lotrinh.core.text import M, Message, escape_unprintable
from lotrinh.i18n import say
from lotrinh.logs import known
from lotrinh.probing.addresses import portal_origin, read_target
from lotrinh.probing.contract import read_answer
from lotrinh.probing.exchange import PageResponse
from lotrinh.probing.failures import OUR_FAULT, ProbeFailure, no_answer
from lotrinh.probing.network import Network, ProbeCost
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.pages import Finding, compare_page, failed_finding, page_check
from lotrinh.probing.question import MachineProbe, Question
from lotrinh.probing.resolver import Resolver, system_resolver
from lotrinh.probing.response_checks import NOT_MODIFIED, status_check, usable_etag
from lotrinh.traces import span

__all__ = ["MachineProbe", "Prober", "Question"]

WAITING = 4
"""Questions under way for each connection: one slow host's queue must not keep the others from starting."""

REACHED = M("Đơn vị đã trả lời.")
UNCHANGED = M("Đơn vị đã trả lời: không có gì thay đổi.")
READ = M("Đã đọc những gì đơn vị ghi trên cổng lộ trình.")
READ_AGAIN = M("Đã đọc những gì đơn vị ghi trên cổng lộ trình: không có gì thay đổi.")
"""Of a unit for which our own portal speaks: it has answered nothing itself."""

_log = logging.getLogger("lotrinh.probing")
Clock = Callable[[], datetime]


class Prober:
    """Asks units within the limits of its options. An async context manager.

    ``BadInput`` when ``ca_file`` cannot be read. ``clock`` gives aware moments; ``resolver`` looks names up
    (the system's way unless another is given).
    """

    def __init__(self, options: HttpOptions, clock: Clock, resolver: Resolver = system_resolver) -> None:
        self._options = options
        self._clock = clock
        self._network = Network(options, resolver)
        self._own = portal_origin(options)
        self._workers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop what is still under way and close the clients."""
        await _stop(self._workers)
        await self._network.close()

    async def ask(self, question: Question) -> Observation:
        """Ask one unit. Whatever happens is in the observation; only cancelling raises."""
        with span("unit", unit=question.unit, campaign=question.campaign) as add:
            seen, error = await self._ask(question)
            add(outcome=seen.outcome.value, reason=seen.reason.value, tries=seen.tries)
        _log_observation(question, seen, error)
        return seen

    async def _ask(self, question: Question) -> tuple[Observation, Exception | None]:
        spent, error = ProbeCost(), None
        try:
            seen = await self._ask_status(question, spent)
        except Exception as fault:  # noqa: BLE001 - a fault of ours must not stop the run either
            error = fault
            seen = self._failed(question, no_answer(Reason.PROTOCOL, OUR_FAULT))
        found = await self._look(question, seen)
        return replace(seen, tries=spent.tries, milliseconds=round(spent.seconds * 1000), probes=found), error

    async def ask_all(self, questions: Iterable[Question]) -> AsyncIterator[Observation]:
        """Ask many units side by side and give each observation as it comes."""
        waiting = deque(questions)
        results: asyncio.Queue[Observation | BaseException] = asyncio.Queue()
        left, most = len(waiting), WAITING * self._options.shards * self._options.per_shard
        workers = {asyncio.create_task(self._work(waiting, results)) for _ in range(min(left, most))}
        self._workers |= workers
        try:
            for _ in range(left):
                seen = await results.get()
                if isinstance(seen, BaseException):
                    raise seen
                yield seen
        finally:
            await _stop(workers)
            self._workers -= workers

    async def _work(self, waiting: deque[Question], results: asyncio.Queue[Observation | BaseException]) -> None:
        try:
            while waiting:
                results.put_nowait(await self.ask(waiting.popleft()))
        except BaseException as fault:
            # Nobody may wait for ever for what will not come.
            results.put_nowait(fault)
            raise

    async def _ask_status(self, question: Question, spent: ProbeCost) -> Observation:
        etag = usable_etag(question.etag) if question.last else ""
        headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
        check = status_check(self._clock, conditional=bool(etag))
        try:
            page = await self._network.get(question.url, headers, check, spent)
            return self._read_response(question, page)
        except ProbeFailure as failure:
            return self._failed(question, failure)

    def _read_response(self, question: Question, page: PageResponse) -> Observation:
        now, ours = self._clock(), read_target(question.url).origin == self._own
        reached = Observation(question.unit, Outcome.REACHED, Reason.NONE, READ if ours else REACHED, now)
        if page.status == NOT_MODIFIED and question.last:
            again = replace(question.last, heard_at=now)
            return replace(
                reached, sentence=READ_AGAIN if ours else UNCHANGED, answer=again, etag=question.etag, not_modified=True
            )
        answer = read_answer(page.body, question, now, self._options)
        text = page.body.decode("utf-8-sig")
        return replace(reached, answer=answer, body=text, etag=usable_etag(page.headers.get("etag", "")))

    def _failed(self, question: Question, failure: ProbeFailure) -> Observation:
        return Observation(question.unit, failure.outcome, failure.reason, failure.sentence, self._clock())

    async def _look(self, question: Question, status: Observation) -> dict[str, Finding]:
        """Look at the pages of all machine probes; a host that could not be connected to is not tried again."""
        dead: dict[tuple[str, str, int], Message] = {}
        if question.probes and status.reason in COULD_NOT_CONNECT:
            dead[read_target(question.url).origin] = status.sentence
        return {probe.step: await self._look_at(question.unit, probe, dead) for probe in question.probes}

    async def _look_at(self, unit: str, probe: MachineProbe, dead: dict[tuple[str, str, int], Message]) -> Finding:
        try:
            origin = read_target(probe.url).origin
            if origin in dead:
                return failed_finding(dead[origin])
            page = await self._network.get(probe.url, {"Accept": "*/*"}, page_check(probe), ProbeCost(), tries=1)
            return compare_page(probe, page)
        except ProbeFailure as failure:
            if failure.reason in COULD_NOT_CONNECT:
                dead[read_target(probe.url).origin] = failure.sentence
            return failed_finding(failure.sentence)
        except Exception:  # noqa: BLE001 - as above: a page must not cost the unit its answer
            _log.exception("unit=%s page=%s", escape_unprintable(unit), escape_unprintable(probe.url, 200))
            return failed_finding(OUR_FAULT)


async def _stop(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_observation(question: Question, seen: Observation, error: Exception | None) -> None:
    """Write the one log line of a unit, in Vietnamese, nothing in it able to start another line."""
    _log.log(
        logging.INFO if seen.outcome is Outcome.REACHED else logging.WARNING,
        "unit=%s campaign=%s run=%s outcome=%s reason=%s tries=%d ms=%d probes=%d %s",
        escape_unprintable(question.unit),
        escape_unprintable(question.campaign),
        escape_unprintable(known("run")) or "-",
        seen.outcome,
        seen.reason or "-",
        seen.tries,
        seen.milliseconds,
        len(seen.probes),
        escape_unprintable(say(seen.sentence, "vi"), 500),
        exc_info=error,
        extra={"unit": question.unit, "campaign": question.campaign},
    )
