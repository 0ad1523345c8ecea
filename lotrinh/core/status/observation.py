"""What one HTTP check of one unit said, or how it failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lotrinh.core.text import Message


class Outcome(StrEnum):
    """The three ends of asking a unit."""

    REACHED = "REACHED"
    UNREACHABLE = "UNREACHABLE"
    INVALID = "INVALID"


def outcome_figures(counts: Mapping[Outcome, int] | Mapping[str, int]) -> dict[str, int]:
    """Count the outcomes, each under the name that sentences, programs and tags have for it; also those of none."""
    return {outcome.value.lower(): counts.get(outcome, 0) for outcome in Outcome}


class Reason(StrEnum):
    """Why a unit was not reached or its answer not accepted. The sentence beside it names the details."""

    NONE = ""
    REFUSED = "refused"
    NO_ROUTE = "no_route"
    RESET = "reset"
    TIMEOUT = "timeout"
    CONNECT_TIMEOUT = "connect_timeout"
    DNS = "dns"
    TLS = "tls"
    ADDRESS = "address"
    HTTP = "http"
    REDIRECT = "redirect"
    SIZE = "size"
    PROTOCOL = "protocol"
    TYPE = "type"
    ENCODING = "encoding"
    SCHEMA = "schema"
    TIME = "time"
    UNIT = "unit"


COULD_NOT_CONNECT = frozenset({Reason.REFUSED, Reason.NO_ROUTE, Reason.CONNECT_TIMEOUT, Reason.DNS})
"""Reasons that may lie in our own network; when nearly all units show them, the run is not carried out."""


class StepState(StrEnum):
    """What a unit says of one of its steps in the status contract."""

    NOT_STARTED = "not_started"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    OBSTACLE = "obstacle"


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One step in a valid answer. ``progress`` is (done, of)."""

    id: str
    state: StepState
    completed_on: date | None = None
    reported_at: datetime | None = None
    document_number: str = ""
    document_date: date | None = None
    progress: tuple[int, int] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A valid answer, schema ``lotrinh.status/1``. ``heard_at`` is when we last received exactly this."""

    unit: str
    campaign: str
    generated_at: datetime
    heard_at: datetime
    steps: Mapping[str, StepAnswer]
    sample: bool = False


class ProbeOutcome(StrEnum):
    """What a machine probe found."""

    MET = "met"
    NOT_MET = "not_met"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Observation:
    """One check of one unit. ``answer`` is set exactly when the unit was REACHED.

    ``body`` is the answer as it was received (decoded text), kept so that the record can be read again;
    ``etag`` goes with it. ``not_modified`` says that the unit answered 304 to the stored ``etag``.
    ``probes`` maps step ids to what the machine probe found and a sentence.
    """

    unit: str
    outcome: Outcome
    reason: Reason
    sentence: Message
    checked_at: datetime
    answer: Answer | None = None
    body: str = ""
    etag: str = ""
    not_modified: bool = False
    tries: int = 0
    milliseconds: int = 0
    probes: Mapping[str, tuple[ProbeOutcome, Message]] = field(default_factory=dict)
