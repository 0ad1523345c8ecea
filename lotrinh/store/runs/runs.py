"""Rounds of asking: what was asked for, what was seen, the last valid answers, and the report that came out."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, exists, func, insert, select, update

from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.deadline_history import News
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.store.engine import reading, writing
from lotrinh.store.runs.deadlines import tell_round
from lotrinh.store.runs.order import IN_ORDER, NEWEST_FIRST, recorded, shown
from lotrinh.store.runs.rows import (
    FINISHED,
    INTERRUPTED,
    NOT_CARRIED_OUT,
    RUNNING,
    WITHOUT_SNAPSHOT,
    Kept,
    KeptAnswer,
    Left,
    Round,
    SeenUnit,
    moment_of,
    round_of,
    round_row,
    seen_of,
    text_of,
)
from lotrinh.store.runs.writes import keep_answers, keep_checklist, replace_observations
from lotrinh.store.schema import answers, checklists, leases, observations, round_order, rounds

__all__ = [
    "FINISHED",
    "INTERRUPTED",
    "NOT_CARRIED_OUT",
    "RUNNING",
    "Kept",
    "KeptAnswer",
    "Left",
    "Round",
    "Rounds",
    "SeenUnit",
]
ONE_DAY = timedelta(days=1)
LOOKED_BACK = 10
"""Rounds in which the newest observation of a unit is looked for: several may have been cut off in a row."""


class Rounds:
    """Rounds, observations and last answers.

    One record may hold the rounds of several provinces: what is asked with ``province``, the code of one, is answered
    from its rounds alone.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, new: Round, unless: Collection[str] = ()) -> str:
        """Record that a round begins; the province's rounds of the campaign that a killed process left are interrupted.

        A round whose run still holds the campaign's lease is being carried out, and goes on. Where one of the rounds
        ``unless`` has finished, nothing begins, and its id is returned; else an empty text.
        """
        held = exists().where(func.substr(leases.c.holder, 1, func.length(rounds.c.id) + 1) == rounds.c.id + " ")
        left = update(rounds).where(*_of(new.campaign, new.province), rounds.c.state == RUNNING, ~held)
        done = select(rounds.c.id).where(rounds.c.id.in_(unless), rounds.c.state == FINISHED)
        with writing(self._engine) as connection:
            # First, so that a round which is being closed this very moment is waited for and seen as it ended.
            connection.execute(left.values(state=INTERRUPTED))
            if unless and (finished := connection.execute(done).scalars().first()):
                return str(finished)
            connection.execute(insert(rounds).values(**round_row(new)))
            connection.execute(insert(round_order).values(round=new.id, of_now=int(new.of_now)))
        return ""

    def finish(
        self, round_id: str, state: str, at: datetime, head: str, report: Kept | None = None, news: News | None = None
    ) -> None:
        """Close a round, with the report as it was made, and record which deadlines it tells anew.

        ``Conflict`` where it is closed already: a process taken for dead does not overwrite what came after it.
        """
        made = {"snapshot": report.snapshot, "frozen": report.frozen} if report else {}
        with writing(self._engine, chain=news is not None) as connection:
            closed = update(rounds).where(rounds.c.id == round_id, rounds.c.state == RUNNING)
            values = {"state": state, "finished_at": text_of(at), "head": head, **made}
            if not connection.execute(closed.values(**values)).rowcount:
                raise _closed(round_id)
            if report:
                keep_checklist(connection, report)
            if news:
                tell_round(connection, news, at)

    def frozen(self, round_id: str) -> tuple[bytes, str] | None:
        """Return a round's report, laid down whole, and the content of the checklist it was made with."""
        query = (
            select(rounds.c.frozen, checklists.c.content)
            .join(checklists, checklists.c.hash == rounds.c.checklist_hash)
            .where(rounds.c.id == round_id, rounds.c.frozen.is_not(None))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
            return (row[0], row[1]) if row else None

    def left(self, round_id: str) -> Left:
        """Tell what a round left behind, without reading it: a province's report is megabytes."""
        there = rounds.c.snapshot.is_not(None), rounds.c.frozen.is_not(None)
        with reading(self._engine) as connection:
            row = connection.execute(select(*there).where(rounds.c.id == round_id)).first()
            return Left(bool(row[0]), bool(row[1])) if row else Left(snapshot=False, whole=False)

    def interrupt(self, round_id: str, at: datetime) -> None:
        """Record that a round will never finish: its process has ended. A round that is closed stays as it is."""
        cut_off = update(rounds).where(rounds.c.id == round_id, rounds.c.state == RUNNING)
        with writing(self._engine) as connection:
            connection.execute(cut_off.values(state=INTERRUPTED, finished_at=text_of(at)))

    def get(self, round_id: str) -> Round | None:
        """Return a round by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*WITHOUT_SNAPSHOT).where(rounds.c.id == round_id)).mappings().first()
            return round_of(row) if row else None

    def states(self, round_ids: Collection[str]) -> dict[str, str]:
        """Return the state of each of these rounds that has begun."""
        query = select(rounds.c.id, rounds.c.state).where(rounds.c.id.in_(round_ids))
        with reading(self._engine) as connection:
            return {row.id: row.state for row in connection.execute(query)}

    def latest(self, campaign: str, until: date | None = None, *, province: str = "") -> Round | None:
        """Return the finished round recorded last; with ``until`` the last that shows a day up to this one."""
        if until is None:
            return self._one(recorded(*_finished(campaign, province)))
        # The moment that a report shows is kept in local time, so its text begins with the local day.
        up_to = rounds.c.as_of < (until + ONE_DAY).isoformat()
        return self._one(shown(*_finished(campaign, province), among=(up_to,)))

    def latest_at(self, campaign: str, moment: datetime, *, province: str = "") -> Round | None:
        """Return the finished round that shows the latest moment up to this one, which is given in local time."""
        up_to = rounds.c.as_of < (moment + ONE_SECOND).isoformat()
        return self._one(shown(*_finished(campaign, province), among=(up_to,)))

    def first(self, campaign: str, *, province: str = "") -> Round | None:
        """Return the finished round that shows the earliest moment."""
        query = select(*WITHOUT_SNAPSHOT).where(*_finished(campaign, province))
        return self._one(query.order_by(rounds.c.as_of))

    def finished(self, campaign: str, most: int, *, province: str = "") -> tuple[Round, ...]:
        """Return the finished rounds that show the latest moments, latest first: a day in the past is no news."""
        return self._all(shown(*_finished(campaign, province)).limit(most))

    def in_order(self, campaign: str, round_ids: Collection[str], *, province: str = "") -> tuple[Round, ...]:
        """Return these finished rounds, the one that shows the earliest moment first."""
        these = rounds.c.id.in_(round_ids)
        return self._all(shown(*_finished(campaign, province), among=(these,)))[::-1]

    def campaigns(self) -> tuple[tuple[str, str], ...]:
        """Return the campaigns that have finished rounds, each with the province whose rounds they are."""
        query = select(rounds.c.campaign, rounds.c.province).where(rounds.c.state == FINISHED).distinct()
        with reading(self._engine) as connection:
            return tuple((row.campaign, row.province) for row in connection.execute(query))

    def outcomes(self, round_ids: Sequence[str]) -> dict[str, Counter[str]]:
        """Count how asking the units of each round ended."""
        count = select(observations.c.round, observations.c.outcome, func.count())
        query = count.where(observations.c.round.in_(round_ids)).group_by(observations.c.round, observations.c.outcome)
        counted: dict[str, Counter[str]] = {name: Counter() for name in round_ids}
        with reading(self._engine) as connection:
            for name, outcome, number in connection.execute(query):
                counted[name][outcome] = number
        return counted

    def _one(self, query: Select[Any]) -> Round | None:
        return next(iter(self._all(query.limit(1))), None)

    def _all(self, query: Select[Any]) -> tuple[Round, ...]:
        with reading(self._engine) as connection:
            return tuple(round_of(row) for row in connection.execute(query).mappings())

    def interrupted_before(self, campaign: str, round_id: str, *, province: str = "") -> str:
        """Return the id of the campaign's round just before this one if it was cut off, else an empty text."""
        before = self.newest(campaign, 1, round_id, province=province)
        return before[0].id if before and before[0].state == INTERRUPTED else ""

    def snapshot(self, round_id: str) -> str | None:
        """Return the report that a round left behind."""
        with reading(self._engine) as connection:
            return connection.execute(select(rounds.c.snapshot).where(rounds.c.id == round_id)).scalar_one_or_none()

    def record(self, round_id: str, campaign: str, seen: Iterable[tuple[Observation, str]]) -> None:
        """Record observations, each with the address it came from, and keep the valid answers.

        Recording the same units of a round again replaces what the first try saw. ``Conflict`` where the round is
        closed: a process taken for dead has not heard anything newer than the round that came after it.
        """
        # Of a unit heard twice in one call, the later answer counts.
        latest = tuple({o.unit: (o, source) for o, source in seen}.values())
        if not latest:
            return
        with writing(self._engine) as connection:
            _require_running(connection, round_id)
            replace_observations(connection, round_id, [o for o, _ in latest])
            keep_answers(connection, campaign, [(o, o.answer, source) for o, source in latest if o.answer])

    def seen(self, round_id: str) -> dict[str, SeenUnit]:
        """Return what a round saw, by unit."""
        query = select(observations).where(observations.c.round == round_id)
        with reading(self._engine) as connection:
            return {row["unit"]: seen_of(row) for row in connection.execute(query).mappings()}

    def pulse(self, campaign: str, *, province: str = "") -> tuple[str, int]:
        """Return the newest round's id and how many units it has heard: changes whenever there is news."""
        of = select(rounds.c.id).select_from(IN_ORDER).where(*_of(campaign, province))
        newest = of.order_by(NEWEST_FIRST).limit(1)
        with reading(self._engine) as connection:
            round_id = connection.execute(newest).scalar_one_or_none() or ""
            seen = select(func.count()).select_from(observations).where(observations.c.round == round_id)
            return round_id, int(connection.execute(seen).scalar_one())

    def last_seen(self, campaign: str, *, province: str = "") -> dict[str, SeenUnit]:
        """Return the newest observation of each unit among the newest rounds that asked anybody.

        A round that ended before it asked, or that our own network kept from asking, tells nothing of anybody.
        """
        asked = exists().where(observations.c.round == rounds.c.id)
        carried_out = (*_of(campaign, province), rounds.c.state != NOT_CARRIED_OUT, asked)
        newest = select(rounds.c.id).select_from(IN_ORDER).where(*carried_out).order_by(NEWEST_FIRST).limit(LOOKED_BACK)
        seen = select(observations).join(round_order, round_order.c.round == observations.c.round)
        query = seen.where(observations.c.round.in_(newest)).order_by(round_order.c.number)
        with reading(self._engine) as connection:
            return {row["unit"]: seen_of(row) for row in connection.execute(query).mappings()}

    def of_unit(
        self, campaign: str, unit: str, most: int, until: datetime | None = None, outcome: str = ""
    ) -> tuple[tuple[Round, SeenUnit], ...]:
        """Return what the newest rounds that asked a unit saw of it, newest first, of one outcome if asked.

        Only rounds that show a moment up to ``until``, which is given in local time; none that our own network failed.
        """
        of = (rounds.c.campaign == campaign, observations.c.unit == unit, rounds.c.state != NOT_CARRIED_OUT)
        both = IN_ORDER.join(observations, observations.c.round == rounds.c.id)
        query = select(*WITHOUT_SNAPSHOT, *observations.c).select_from(both).where(*of)
        query = query.order_by(NEWEST_FIRST).limit(most)
        if until:
            query = query.where(rounds.c.as_of < (until + ONE_SECOND).isoformat())
        if outcome:
            query = query.where(observations.c.outcome == outcome)
        with reading(self._engine) as connection:
            return tuple((round_of(row), seen_of(row)) for row in connection.execute(query).mappings())

    def newest(self, campaign: str, most: int = 50, before: str = "", *, province: str = "") -> tuple[Round, ...]:
        """Return the campaign's rounds, newest first, whatever became of them; ``before`` is where to go on."""
        its_number = select(round_order.c.number).where(round_order.c.round == before).scalar_subquery()
        earlier = [round_order.c.number < its_number] if before else []
        return self._all(recorded(*_of(campaign, province), *earlier).limit(most))

    def answers(self, campaign: str, unit: str = "", *, units: Collection[str] | None = None) -> dict[str, KeptAnswer]:
        """Return the last valid answer of each unit, of one, or of some."""
        query = select(answers).where(answers.c.campaign == campaign)
        query = query.where(answers.c.unit == unit) if unit else query
        query = query.where(answers.c.unit.in_(units)) if units is not None else query
        with reading(self._engine) as connection:
            return {
                row["unit"]: KeptAnswer(row["source"], row["etag"], moment_of(row["true_at"]), row["body"])
                for row in connection.execute(query).mappings()
            }


def _of(campaign: str, province: str) -> list[ColumnElement[bool]]:
    """Narrow to one campaign, and to one province's part in it where its code is given."""
    return [rounds.c.campaign == campaign, *([rounds.c.province == province] if province else [])]


def _finished(campaign: str, province: str) -> list[ColumnElement[bool]]:
    return [*_of(campaign, province), rounds.c.state == FINISHED]


def _require_running(connection: Connection, round_id: str) -> None:
    """``Conflict`` where a round is closed; one that runs stays so until the transaction ends."""
    state = select(rounds.c.state).where(rounds.c.id == round_id).with_for_update()
    if connection.execute(state).scalar_one_or_none() != RUNNING:
        raise _closed(round_id)


def _closed(round_id: str) -> Conflict:
    return Conflict(M("Lượt kiểm tra “{run}” đã đóng, hoặc lượt mới hơn đã thay nó: không ghi đè.", run=round_id))
