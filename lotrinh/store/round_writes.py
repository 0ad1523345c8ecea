"""What a round writes into other tables than its own, each within the transaction of its caller."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from lotrinh.core.observation import Answer, Observation
from lotrinh.store.round_rows import Kept, observation_row, text_of
from lotrinh.store.schema import answers, checklists, observations


def keep_checklist(connection: Connection, report: Kept) -> None:
    """Keep a checklist, once however many rounds were made with it."""
    known = select(checklists.c.hash).where(checklists.c.hash == report.checklist_hash)
    if connection.execute(known).first() is None:
        connection.execute(insert(checklists).values(hash=report.checklist_hash, content=report.checklist))


def replace_observations(connection: Connection, round_id: str, seen: Sequence[Observation]) -> None:
    """Record what a round saw of these units, in the place of what it saw of them before."""
    units = [o.unit for o in seen]
    connection.execute(delete(observations).where(observations.c.round == round_id, observations.c.unit.in_(units)))
    connection.execute(insert(observations), [observation_row(round_id, o) for o in seen])


def keep_answers(connection: Connection, campaign: str, seen: Iterable[tuple[Observation, Answer, str]]) -> None:
    """Keep the units' valid answers, with where each came from, in the place of their last ones."""
    fresh: list[dict[str, str]] = []
    for observation, answer, source in seen:
        if observation.not_modified:
            same = (answers.c.campaign == campaign, answers.c.unit == observation.unit)
            connection.execute(update(answers).where(*same).values(true_at=text_of(answer.heard_at)))
            continue
        fresh.append(
            {
                "campaign": campaign,
                "unit": observation.unit,
                "source": source,
                "etag": observation.etag,
                "true_at": text_of(min(answer.generated_at, answer.heard_at)),
                "body": observation.body,
            }
        )
    if fresh:
        units = [row["unit"] for row in fresh]
        connection.execute(delete(answers).where(answers.c.campaign == campaign, answers.c.unit.in_(units)))
        connection.execute(insert(answers), fresh)
