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


class StoredAnswer(NamedTuple):
    """A unit's last valid answer as it was received, and the moment for which it was true."""

    source: str
    etag: str
    true_at: datetime
    body: str


class StoredReport(NamedTuple):
    """A report as it was made: the whole of it, compressed, and its checklist's content."""

    dump: bytes
    checklist_hash: str
    checklist: str


class StoredForms(NamedTuple):
    """What a run left behind: any report, and a whole one; the first versions of lotrinh left JSON alone."""

    report: bool
    whole: bool


class ObservationRow(NamedTuple):
    """What one run saw of one unit; the sentence in the language in which it was recorded."""

    unit: str
    checked_at: datetime
    outcome: str
    reason: str
    sentence: str
    probes: Mapping[str, str]


WITHOUT_SNAPSHOT = tuple(column for column in runs.c if column.name not in {"snapshot", "frozen"})
"""Reports are large, in runs of earlier versions a megabyte for a province: lists and look-ups leave them alone."""


def write_observation_row(run_id: str, observation: Observation) -> dict[str, object]:
    """Write an observation."""
    return {
        "round": run_id,
        "unit": observation.unit,
        "checked_at": write_moment(observation.checked_at),
        "outcome": observation.outcome.value,
        "reason": observation.reason.value,
        "sentence": say(observation.sentence),
        "tries": observation.tries,
        "milliseconds": observation.milliseconds,
        "probes": json.dumps({step: found.value for step, (found, _) in observation.probes.items()}),
    }


def write_run_row(new: Run) -> dict[str, object]:
    """Write a run that begins."""
    row = new._asdict()
    row |= {"as_of": new.as_of.isoformat(), "started_at": write_moment(new.started_at)}
    row |= {"finished_at": None, "request": json.dumps(new.request, ensure_ascii=False)}
    return row


def read_run_row(row: RowMapping) -> Run:
    """Read a run."""
    return Run(
        id=row["id"],
        campaign=row["campaign"],
        province=row["province"],
        as_of=read_moment(row["as_of"]),
        started_at=read_moment(row["started_at"]),
        finished_at=read_moment(row["finished_at"]) if row["finished_at"] else None,
        state=row["state"],
        checklist_hash=row["checklist_hash"],
        head=row["head"],
        request=json.loads(row["request"]),
    )


def read_observation_row(row: RowMapping) -> ObservationRow:
    """Read what a run saw of one unit."""
    return ObservationRow(
        row["unit"],
        read_moment(row["checked_at"]),
        row["outcome"],
        row["reason"],
        row["sentence"],
        json.loads(row["probes"]),
    )


def write_moment(at: datetime) -> str:
    """Write a moment, in UTC."""
    return at.astimezone(UTC).isoformat()


def read_moment(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text)
