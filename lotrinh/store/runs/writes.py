"""What a run writes into other tables than its own, each within the transaction of its caller."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from lotrinh.core.status.observation import Answer, Observation
from lotrinh.store.runs.rows import StoredReport, read_moment, write_moment, write_observation_row
from lotrinh.store.schema import answers, checklists, observations


def store_checklist(connection: Connection, report: StoredReport) -> None:
    """Keep a checklist, once however many runs were made with it."""
    store_checklist_content(connection, report.checklist_hash, report.checklist)


def store_checklist_content(connection: Connection, hash_: str, content: str) -> None:
    """Keep the content of a checklist under its hash, once."""
    known = select(checklists.c.hash).where(checklists.c.hash == hash_)
    if connection.execute(known).first() is None:
        connection.execute(insert(checklists).values(hash=hash_, content=content))


def replace_observations(connection: Connection, run_id: str, observed: Sequence[Observation]) -> None:
    """Record what a run saw of these units, in the place of what it saw of them before."""
    units = [o.unit for o in observed]
    connection.execute(delete(observations).where(observations.c.round == run_id, observations.c.unit.in_(units)))
    connection.execute(insert(observations), [write_observation_row(run_id, o) for o in observed])


def store_answers(connection: Connection, campaign: str, observed: Iterable[tuple[Observation, Answer, str]]) -> None:
    """Keep the units' valid answers, with where each came from, in the place of their last ones.

    An answer that was made before the kept one stays out: something between us and the unit gave an old copy.
    """
    observed = tuple(observed)
    known = _kept(connection, campaign, [o.unit for o, _, _ in observed])
    fresh: list[dict[str, str]] = []
    for observation, answer, source in observed:
        if observation.not_modified:
            same = (answers.c.campaign == campaign, answers.c.unit == observation.unit)
            connection.execute(update(answers).where(*same).values(true_at=write_moment(answer.heard_at)))
            continue
        if _is_old(answer, source, known.get(observation.unit)):
            continue
        fresh.append(
            {
                "campaign": campaign,
                "unit": observation.unit,
                "source": source,
                "etag": observation.etag,
                "true_at": write_moment(min(answer.generated_at, answer.heard_at)),
                "body": observation.body,
            }
        )
    if fresh:
        units = [row["unit"] for row in fresh]
        connection.execute(delete(answers).where(answers.c.campaign == campaign, answers.c.unit.in_(units)))
        connection.execute(insert(answers), fresh)


def _kept(connection: Connection, campaign: str, units: Sequence[str]) -> dict[str, RowMapping]:
    query = select(answers).where(answers.c.campaign == campaign, answers.c.unit.in_(units))
    return {row["unit"]: row for row in connection.execute(query).mappings()}


def _is_old(answer: Answer, source: str, kept: RowMapping | None) -> bool:
    """Whether the same place has said something newer. What lies in the future was dated by a clock set right since."""
    made = _made_at(kept["body"]) if kept and kept["source"] == source else None
    return made is not None and answer.generated_at < made <= answer.heard_at


def _made_at(body: str) -> datetime | None:
    """When a kept answer was made, as it says; not since when it holds, which an unchanged answer moves on."""
    try:
        made = read_moment(json.loads(body)["generated_at"])
    except (ValueError, TypeError, LookupError):
        return None
    return made if made.tzinfo else None
