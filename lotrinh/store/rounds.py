"""Rounds of asking: what was asked for, what was seen, the last valid answers, and the report that came out."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update

from lotrinh.core.observation import Observation
from lotrinh.i18n import say
from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import answers, observations, rounds

RUNNING, FINISHED, INTERRUPTED, NOT_CARRIED_OUT = "running", "finished", "interrupted", "not_carried_out"


class Round(NamedTuple):
    """One round. ``request`` is what was asked for, enough to go on in another process."""

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


class KeptAnswer(NamedTuple):
    """A unit's last valid answer as it was received, and the moment for which it was true."""

    source: str
    etag: str
    true_at: datetime
    body: str


class SeenUnit(NamedTuple):
    """What one round saw of one unit; the sentence in the language in which it was recorded."""

    unit: str
    checked_at: datetime
    outcome: str
    reason: str
    sentence: str
    probes: Mapping[str, str]


class Rounds:
    """Rounds, observations and last answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, new: Round) -> None:
        """Record that a round begins; rounds of the campaign left running by a killed process are interrupted."""
        with writing(self._engine) as connection:
            connection.execute(
                update(rounds)
                .where(rounds.c.campaign == new.campaign, rounds.c.state == RUNNING)
                .values(state=INTERRUPTED)
            )
            connection.execute(insert(rounds).values(**_round_row(new)))

    def finish(self, round_id: str, state: str, at: datetime, head: str, snapshot: str | None = None) -> None:
        """Close a round, with the report as it was made."""
        with writing(self._engine) as connection:
            connection.execute(
                update(rounds)
                .where(rounds.c.id == round_id)
                .values(state=state, finished_at=_text(at), head=head, snapshot=snapshot)
            )

    def get(self, round_id: str) -> Round | None:
        """Return a round by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(rounds).where(rounds.c.id == round_id)).mappings().first()
            return _round(row) if row else None

    def latest(self, campaign: str) -> Round | None:
        """Return the campaign's latest finished round."""
        query = (
            select(rounds)
            .where(rounds.c.campaign == campaign, rounds.c.state == FINISHED)
            .order_by(rounds.c.started_at.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
            return _round(row) if row else None

    def interrupted_before(self, campaign: str, round_id: str) -> str:
        """Return the id of the campaign's round just before this one if it was cut off, else an empty text."""
        this = select(rounds.c.started_at).where(rounds.c.id == round_id).scalar_subquery()
        query = (
            select(rounds.c.id, rounds.c.state)
            .where(rounds.c.campaign == campaign, rounds.c.id != round_id, rounds.c.started_at <= this)
            .order_by(rounds.c.started_at.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
            return str(row[0]) if row and row[1] == INTERRUPTED else ""

    def snapshot(self, round_id: str) -> str | None:
        """Return the report that a round left behind."""
        with reading(self._engine) as connection:
            return connection.execute(select(rounds.c.snapshot).where(rounds.c.id == round_id)).scalar_one_or_none()

    def record(self, round_id: str, campaign: str, seen: Iterable[tuple[Observation, str]]) -> None:
        """Record observations, each with the address it came from, and keep the valid answers.

        Recording the same units of a round again replaces what the first try saw.
        """
        seen = tuple(seen)
        with writing(self._engine) as connection:
            for observation, source in seen:
                _record(connection, round_id, campaign, observation, source)

    def seen(self, round_id: str) -> dict[str, SeenUnit]:
        """Return what a round saw, by unit."""
        query = select(observations).where(observations.c.round == round_id)
        with reading(self._engine) as connection:
            return {row["unit"]: _seen(row) for row in connection.execute(query).mappings()}

    def pulse(self, campaign: str) -> tuple[str, int]:
        """Return the newest round's id and how many units it has heard: changes whenever there is news."""
        newest = select(rounds.c.id).where(rounds.c.campaign == campaign).order_by(rounds.c.started_at.desc()).limit(1)
        with reading(self._engine) as connection:
            round_id = connection.execute(newest).scalar_one_or_none() or ""
            seen = select(func.count()).select_from(observations).where(observations.c.round == round_id)
            return round_id, int(connection.execute(seen).scalar_one())

    def last_seen(self, campaign: str) -> dict[str, SeenUnit]:
        """Return the newest observation of each unit among the newest rounds; the newest may still be running."""
        newest = select(rounds.c.id).where(rounds.c.campaign == campaign).order_by(rounds.c.started_at.desc()).limit(3)
        query = select(observations).where(observations.c.round.in_(newest)).order_by(observations.c.checked_at)
        with reading(self._engine) as connection:
            return {row["unit"]: _seen(row) for row in connection.execute(query).mappings()}

    def newest(self, campaign: str, most: int = 50) -> tuple[Round, ...]:
        """Return the campaign's rounds, newest first, whatever became of them."""
        query = select(rounds).where(rounds.c.campaign == campaign).order_by(rounds.c.started_at.desc()).limit(most)
        with reading(self._engine) as connection:
            return tuple(_round(row) for row in connection.execute(query).mappings())

    def answers(self, campaign: str) -> dict[str, KeptAnswer]:
        """Return the last valid answer of each unit."""
        query = select(answers).where(answers.c.campaign == campaign)
        with reading(self._engine) as connection:
            return {
                row["unit"]: KeptAnswer(row["source"], row["etag"], _moment(row["true_at"]), row["body"])
                for row in connection.execute(query).mappings()
            }


def _record(connection: Connection, round_id: str, campaign: str, seen: Observation, source: str) -> None:
    connection.execute(delete(observations).where(observations.c.round == round_id, observations.c.unit == seen.unit))
    connection.execute(insert(observations).values(**_observation_row(round_id, seen)))
    if seen.answer is None:
        return
    same = (answers.c.campaign == campaign, answers.c.unit == seen.unit)
    if seen.not_modified:
        connection.execute(update(answers).where(*same).values(true_at=_text(seen.answer.heard_at)))
        return
    connection.execute(delete(answers).where(*same))
    connection.execute(
        insert(answers).values(
            campaign=campaign,
            unit=seen.unit,
            source=source,
            etag=seen.etag,
            true_at=_text(min(seen.answer.generated_at, seen.answer.heard_at)),
            body=seen.body,
        )
    )


def _observation_row(round_id: str, seen: Observation) -> dict[str, object]:
    return {
        "round": round_id,
        "unit": seen.unit,
        "checked_at": _text(seen.checked_at),
        "outcome": seen.outcome.value,
        "reason": seen.reason.value,
        "sentence": say(seen.sentence),
        "tries": seen.tries,
        "milliseconds": seen.milliseconds,
        "probes": json.dumps({step: found.value for step, (found, _) in seen.probes.items()}),
    }


def _round_row(new: Round) -> dict[str, object]:
    row = new._asdict()
    row |= {"as_of": new.as_of.isoformat(), "started_at": _text(new.started_at)}
    row |= {"finished_at": None, "request": json.dumps(new.request, ensure_ascii=False)}
    return row


def _round(row: RowMapping) -> Round:
    return Round(
        row["id"],
        row["campaign"],
        row["province"],
        _moment(row["as_of"]),
        _moment(row["started_at"]),
        _moment(row["finished_at"]) if row["finished_at"] else None,
        row["state"],
        row["checklist_hash"],
        row["head"],
        json.loads(row["request"]),
    )


def _seen(row: RowMapping) -> SeenUnit:
    return SeenUnit(
        row["unit"],
        _moment(row["checked_at"]),
        row["outcome"],
        row["reason"],
        row["sentence"],
        json.loads(row["probes"]),
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
