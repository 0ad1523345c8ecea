"""Runs, answers and observations as rows of their tables."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping

from lotrinh.core.status.observation import Observation
from lotrinh.i18n import say
from lotrinh.store.schema import runs

RUNNING, FINISHED, INTERRUPTED, NOT_CARRIED_OUT = "running", "finished", "interrupted", "not_carried_out"


class Run(NamedTuple):
    """One run. ``request`` is what was asked for, enough to go on in another process."""

    id: str
    campaign: str
    province: str
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    state: str
    checklist_hash: str
    head: str
    request: Mapping[str, Any]

    @property
    def of_now(self) -> bool:
        """Whether it shows the moment at which it began, rather than one that somebody named."""
        return self.as_of == self.started_at


class KeptAnswer(NamedTuple):
    """A unit's last valid answer as it was received, and the moment for which it was true."""

    source: str
    etag: str
    true_at: datetime
    body: str


class Kept(NamedTuple):
    """A report as it was made: as JSON for other programs, laid down whole for us, and its checklist's content."""

    snapshot: str
    frozen: bytes
    checklist_hash: str
    checklist: str


class Left(NamedTuple):
    """What a run left behind: its report as JSON, and laid down whole, as older versions of lotrinh did not."""

    snapshot: bool
    whole: bool


class SeenUnit(NamedTuple):
    """What one run saw of one unit; the sentence in the language in which it was recorded."""

    unit: str
    checked_at: datetime
    outcome: str
    reason: str
    sentence: str
    probes: Mapping[str, str]


WITHOUT_SNAPSHOT = tuple(column for column in runs.c if column.name not in {"snapshot", "frozen"})
"""A snapshot is a megabyte for a province: lists and look-ups leave it where it is."""


def observation_row(run_id: str, seen: Observation) -> dict[str, object]:
    """Write an observation."""
    return {
        "round": run_id,
        "unit": seen.unit,
        "checked_at": text_of(seen.checked_at),
        "outcome": seen.outcome.value,
        "reason": seen.reason.value,
        "sentence": say(seen.sentence),
        "tries": seen.tries,
        "milliseconds": seen.milliseconds,
        "probes": json.dumps({step: found.value for step, (found, _) in seen.probes.items()}),
    }


def run_row(new: Run) -> dict[str, object]:
    """Write a run that begins."""
    row = new._asdict()
    row |= {"as_of": new.as_of.isoformat(), "started_at": text_of(new.started_at)}
    row |= {"finished_at": None, "request": json.dumps(new.request, ensure_ascii=False)}
    return row


def run_of(row: RowMapping) -> Run:
    """Read a run."""
    return Run(
        row["id"],
        row["campaign"],
        row["province"],
        moment_of(row["as_of"]),
        moment_of(row["started_at"]),
        moment_of(row["finished_at"]) if row["finished_at"] else None,
        row["state"],
        row["checklist_hash"],
        row["head"],
        json.loads(row["request"]),
    )


def seen_of(row: RowMapping) -> SeenUnit:
    """Read what a run saw of one unit."""
    return SeenUnit(
        row["unit"],
        moment_of(row["checked_at"]),
        row["outcome"],
        row["reason"],
        row["sentence"],
        json.loads(row["probes"]),
    )


def text_of(at: datetime) -> str:
    """Write a moment, in UTC."""
    return at.astimezone(UTC).isoformat()


def moment_of(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text)
