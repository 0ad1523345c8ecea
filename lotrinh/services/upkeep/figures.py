"""What those who watch the machine want to know of the database: figures, cheap enough to ask every few seconds."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.errors import LotrinhError
from lotrinh.services.access.sign_in import SLOW, next_attempt_at
from lotrinh.services.runs.archived_snapshot import extract_summary
from lotrinh.store import Store

BEGINNING = 20_000
"""Characters or bytes of a report in which its totals stand: they come before units and milestones."""
TOTALS = '\n"summary": '
"""What stands before them in the JSON that earlier versions stored.

No text of anybody can say it: within a text, quotes and line ends are escaped.
"""
REMEMBERED = 200
GUESSES = ("account", "secret", "address")


class RunFigures(NamedTuple):
    """The newest finished run of a campaign in a province: seconds since then, units by outcome, steps by status."""

    campaign: str
    province: str
    age: float
    units: Mapping[str, int]
    steps: Mapping[str, int]


class CurrentFigures(NamedTuple):
    """The figures at one moment. ``slow_sign_ins`` counts accounts, secrets and addresses whose sign-in has to wait."""

    entries: Mapping[str, int]
    runs: tuple[RunFigures, ...]
    states: Mapping[tuple[str, str], int]
    outbox: Mapping[str, int]
    size: int
    slow_sign_ins: Mapping[str, int]


class FigureReader:
    """Looks at one record again and again, remembering what cannot change: old entries, and what runs reported."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._last, self._entries = 0, Counter[str]()
        self._steps: dict[str, Mapping[str, int]] = {}

    def read(self, campaigns: tuple[str, ...], now: datetime) -> CurrentFigures | None:
        """Return the figures; None where the database does not answer."""
        try:
            with self._lock:
                return CurrentFigures(
                    self._kinds(),
                    self._runs(campaigns, now),
                    self._store.figures.count_runs(campaigns),
                    self._store.outbox.counts(),
                    self._store.figures.size(),
                    self._slowed(now),
                )
        except LotrinhError:
            return None

    def _kinds(self) -> Mapping[str, int]:
        last, new = self._store.figures.count_kinds(self._last)
        if last < self._last:  # an older backup was restored under us
            last, self._entries = 0, Counter()
            last, new = self._store.figures.count_kinds(0)
        self._last = last
        self._entries += new
        return dict(self._entries)

    def _runs(self, campaigns: tuple[str, ...], now: datetime) -> tuple[RunFigures, ...]:
        newest = self._store.figures.newest_runs(campaigns)
        outcomes = self._store.runs.outcomes([run.id for run in newest])
        return tuple(
            RunFigures(
                run.campaign,
                run.province,
                max(0.0, (now - run.finished_at).total_seconds()),
                {outcome.value: outcomes[run.id][outcome.value] for outcome in Outcome},
                self._totals(run.id),
            )
            for run in newest
        )

    def _totals(self, run: str) -> Mapping[str, int]:
        if run not in self._steps:
            while len(self._steps) >= REMEMBERED:
                del self._steps[next(iter(self._steps))]
            self._steps[run] = read_totals(self._store.figures.report_beginning(run, BEGINNING))
        return self._steps[run]

    def _slowed(self, now: datetime) -> Mapping[str, int]:
        failing = self._store.figures.failures(SLOW).items()
        waiting = [key for key, failures in failing if next_attempt_at(key, failures) > now]
        counted = Counter(key.partition("/")[0] for key in waiting)
        return {kind: counted[kind] for kind in GUESSES}


def read_totals(beginning: str | bytes) -> Mapping[str, int]:
    """Read the totals of steps by status out of the beginning of a report; nothing where they are not there."""
    try:
        summary = extract_summary(beginning) if isinstance(beginning, bytes) else _summary_of_text(beginning)
    except ValueError:
        return {}
    steps = summary.get("statuses", {})
    return {status.value: int(steps.get(status.value, 0)) for status in Status} if summary else {}


def _summary_of_text(beginning: str) -> Mapping[str, Any]:
    at = beginning.find(TOTALS)
    summary, _ = json.JSONDecoder().raw_decode(beginning, at + len(TOTALS)) if at >= 0 else ({}, 0)
    return dict(summary)
