"""Runs of asking: what was asked for, what was seen, the last valid answers, and the report that came out."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, case, exists, func, insert, or_, select, update

from lotrinh.core.days import ONE_SECOND
from lotrinh.core.report.deadline_history import DeadlineComparison
from lotrinh.core.status.observation import Observation
from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.store.engine import reading, writing
from lotrinh.store.runs.deadlines import publish_run_deadlines
from lotrinh.store.runs.order import (
    IN_ORDER,
    NEWEST_FIRST,
    finished_of,
    of_campaign,
    select_recorded_order,
    select_shown_order,
)
from lotrinh.store.runs.rows import (
    FINISHED,
    INTERRUPTED,
    NOT_CARRIED_OUT,
    RUNNING,
    WITHOUT_SNAPSHOT,
    ObservationRow,
    Run,
    StoredAnswer,
    StoredForms,
    StoredReport,
    read_moment,
    read_observation_row,
    read_run_row,
    write_moment,
    write_run_row,
)
from lotrinh.store.runs.writes import replace_observations, store_answers, store_checklist
from lotrinh.store.schema import answers, checklists, leases, observations, run_order, runs

__all__ = [
    "FINISHED",
    "INTERRUPTED",
    "NOT_CARRIED_OUT",
    "RUNNING",
    "ObservationRow",
    "Run",
    "Runs",
    "StoredAnswer",
    "StoredForms",
    "StoredReport",
]
ONE_DAY = timedelta(days=1)
LOOKED_BACK = 10
"""Runs in which the newest observation of a unit is looked for: several may have been cut off in a row."""


class Runs:
    """Runs, observations and last answers.

    One record may hold the runs of several provinces: ``province``, the code of one, narrows an answer to its runs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, new: Run, unless: Collection[str] = ()) -> str:
        """Record that a run begins; the province's runs of the campaign that a killed process left are interrupted.

        One that still holds the campaign's lease is being carried out, and goes on. Where one of the runs
        ``unless`` has finished, nothing begins, and its id is returned; else an empty text.
        """
        held = exists().where(func.substr(leases.c.holder, 1, func.length(runs.c.id) + 1) == runs.c.id + " ")
        left = update(runs).where(*of_campaign(new.campaign, new.province), runs.c.state == RUNNING, ~held)
        done = select(runs.c.id).where(runs.c.id.in_(unless), runs.c.state == FINISHED)
        with writing(self._engine) as connection:
            # First, so that a run which is being closed this very moment is waited for and seen as it ended.
            connection.execute(left.values(state=INTERRUPTED))
            if unless and (finished := connection.execute(done).scalars().first()):
                return str(finished)
            connection.execute(insert(runs).values(**write_run_row(new)))
            connection.execute(insert(run_order).values(round=new.id, of_now=int(new.of_now)))
        return ""

    def finish(
        self,
        run_id: str,
        state: str,
        at: datetime,
        head: str,
        report: StoredReport | None = None,
        deadlines: DeadlineComparison | None = None,
    ) -> None:
        """Close a run, with the report as it was made, and record which deadlines it publishes anew.

        ``Conflict`` where it is closed already: a process taken for dead does not overwrite what came after it.
        """
        values: dict[str, object] = {"state": state, "finished_at": write_moment(at), "head": head}
        with writing(self._engine, chain=deadlines is not None) as connection:
            closed = update(runs).where(runs.c.id == run_id, runs.c.state == RUNNING).values(**values)
            if not connection.execute(closed.values(frozen=report.dump) if report else closed).rowcount:
                raise _closed(run_id)
            if report:
                store_checklist(connection, report)
            if deadlines:
                publish_run_deadlines(connection, deadlines, at)

    def report_dump(self, run_id: str) -> tuple[bytes, str] | None:
        """Return a run's whole report, compressed, and the content of the checklist it was made with."""
        query = (
            select(runs.c.frozen, checklists.c.content)
            .join(checklists, checklists.c.hash == runs.c.checklist_hash)
            .where(runs.c.id == run_id, runs.c.frozen.is_not(None))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
            return (row[0], row[1]) if row else None

    def stored_forms(self, run_id: str) -> StoredForms:
        """Tell what a run left behind, without reading it."""
        there = or_(runs.c.snapshot.is_not(None), runs.c.frozen.is_not(None)), runs.c.frozen.is_not(None)
        with reading(self._engine) as connection:
            row = connection.execute(select(*there).where(runs.c.id == run_id)).first()
            return StoredForms(bool(row[0]), bool(row[1])) if row else StoredForms(report=False, whole=False)

    def interrupt(self, run_id: str, at: datetime) -> None:
        """Record that a run will never finish: its process has ended. A run that is closed stays as it is."""
        cut_off = update(runs).where(runs.c.id == run_id, runs.c.state == RUNNING)
        with writing(self._engine) as connection:
            connection.execute(cut_off.values(state=INTERRUPTED, finished_at=write_moment(at)))

    def get(self, run_id: str) -> Run | None:
        """Return a run by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*WITHOUT_SNAPSHOT).where(runs.c.id == run_id)).mappings().first()
            return read_run_row(row) if row else None

    def states(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the state of each of these runs that has begun."""
        query = select(runs.c.id, runs.c.state).where(runs.c.id.in_(run_ids))
        with reading(self._engine) as connection:
            return {row.id: row.state for row in connection.execute(query)}

    def latest(self, campaign: str, until: date | None = None, *, province: str = "") -> Run | None:
        """Return the finished run recorded last; with ``until`` the last that shows a day up to this one."""
        if until is None:
            return self._one(select_recorded_order(*finished_of(campaign, province)))
        # The moment that a report shows is kept in local time, so its text begins with the local day.
        up_to = runs.c.as_of < (until + ONE_DAY).isoformat()
        return self._one(select_shown_order(*finished_of(campaign, province), among=(up_to,)))

    def latest_at(self, campaign: str, moment: datetime, *, province: str = "") -> Run | None:
        """Return the finished run that shows the latest moment up to this one, which is given in local time."""
        up_to = runs.c.as_of < (moment + ONE_SECOND).isoformat()
        return self._one(select_shown_order(*finished_of(campaign, province), among=(up_to,)))

    def first(self, campaign: str, *, province: str = "") -> Run | None:
        """Return the finished run that shows the earliest moment."""
        query = select(*WITHOUT_SNAPSHOT).where(*finished_of(campaign, province))
        return self._one(query.order_by(runs.c.as_of))

    def finished(self, campaign: str, most: int, *, province: str = "") -> tuple[Run, ...]:
        """Return the finished runs that show the latest moments, latest first: a day in the past is no news."""
        return self._all(select_shown_order(*finished_of(campaign, province)).limit(most))

    def in_order(self, campaign: str, run_ids: Collection[str], *, province: str = "") -> tuple[Run, ...]:
        """Return these finished runs, the one that shows the earliest moment first."""
        these = runs.c.id.in_(run_ids)
        return self._all(select_shown_order(*finished_of(campaign, province), among=(these,)))[::-1]

    def campaigns(self) -> tuple[tuple[str, str], ...]:
        """Return the campaigns that have finished runs, each with the province whose runs they are."""
        query = select(runs.c.campaign, runs.c.province).where(runs.c.state == FINISHED).distinct()
        with reading(self._engine) as connection:
            return tuple((row.campaign, row.province) for row in connection.execute(query))

    def outcomes(self, run_ids: Sequence[str]) -> dict[str, Counter[str]]:
        """Count how asking the units of each run ended."""
        count = select(observations.c.round, observations.c.outcome, func.count())
        query = count.where(observations.c.round.in_(run_ids)).group_by(observations.c.round, observations.c.outcome)
        counted: dict[str, Counter[str]] = {name: Counter() for name in run_ids}
        with reading(self._engine) as connection:
            for name, outcome, number in connection.execute(query):
                counted[name][outcome] = number
        return counted

    def _one(self, query: Select[Any]) -> Run | None:
        return next(iter(self._all(query.limit(1))), None)

    def _all(self, query: Select[Any]) -> tuple[Run, ...]:
        with reading(self._engine) as connection:
            return tuple(read_run_row(row) for row in connection.execute(query).mappings())

    def find_interrupted_before(self, campaign: str, run_id: str, *, province: str = "") -> str:
        """Return the id of the campaign's run just before this one if it was cut off, else an empty text."""
        before = self.newest(campaign, 1, run_id, province=province)
        return before[0].id if before and before[0].state == INTERRUPTED else ""

    def stored_report(self, run_id: str) -> str | bytes | None:
        """Return what programs read a run's report from: the archive, or the JSON that an earlier version stored."""
        # Such a version stored both, and its JSON stays what it gave: the archive is fetched where there is none.
        archive = case((runs.c.snapshot.is_(None), runs.c.frozen))
        with reading(self._engine) as connection:
            row = connection.execute(select(runs.c.snapshot, archive).where(runs.c.id == run_id)).first()
            return next((form for form in row if form is not None), None) if row else None

    def record(self, run_id: str, campaign: str, observations: Iterable[tuple[Observation, str]]) -> None:
        """Record observations, each with the address it came from, and keep the valid answers.

        Recording the same units of a run again replaces what the first try saw. ``Conflict`` where the run is
        closed: a process taken for dead has seen nothing newer than the run that came after it.
        """
        # Of a unit observed twice in one call, the later answer counts.
        latest = tuple({o.unit: (o, source) for o, source in observations}.values())
        if not latest:
            return
        with writing(self._engine) as connection:
            _require_running(connection, run_id)
            replace_observations(connection, run_id, [o for o, _ in latest])
            store_answers(connection, campaign, [(o, o.answer, source) for o, source in latest if o.answer])

    def observations(self, run_id: str) -> dict[str, ObservationRow]:
        """Return what a run saw, by unit."""
        query = select(observations).where(observations.c.round == run_id)
        with reading(self._engine) as connection:
            return {row["unit"]: read_observation_row(row) for row in connection.execute(query).mappings()}

    def pulse(self, campaign: str, *, province: str = "") -> tuple[str, int]:
        """Return the newest run's id and how many units it has observed: changes whenever there is news."""
        newest = select(runs.c.id).select_from(IN_ORDER).where(*of_campaign(campaign, province)).order_by(NEWEST_FIRST)
        with reading(self._engine) as connection:
            run_id = connection.execute(newest.limit(1)).scalar_one_or_none() or ""
            seen = select(func.count()).select_from(observations).where(observations.c.round == run_id)
            return run_id, int(connection.execute(seen).scalar_one())

    def last_observations(self, campaign: str, *, province: str = "") -> dict[str, ObservationRow]:
        """Return the newest observation of each unit among the newest runs that asked anybody.

        A run that ended before it asked, or that our own network kept from asking, tells nothing of anybody.
        """
        asked = exists().where(observations.c.round == runs.c.id)
        carried_out = (*of_campaign(campaign, province), runs.c.state != NOT_CARRIED_OUT, asked)
        newest = select(runs.c.id).select_from(IN_ORDER).where(*carried_out).order_by(NEWEST_FIRST).limit(LOOKED_BACK)
        seen = select(observations).join(run_order, run_order.c.round == observations.c.round)
        query = seen.where(observations.c.round.in_(newest)).order_by(run_order.c.number)
        with reading(self._engine) as connection:
            return {row["unit"]: read_observation_row(row) for row in connection.execute(query).mappings()}

    def unit_observations(
        self, campaign: str, unit: str, most: int, until: datetime | None = None, outcome: str = ""
    ) -> tuple[tuple[Run, ObservationRow], ...]:
        """Return what the newest runs that asked a unit saw of it, newest first, of one outcome if asked.

        Only runs that show a moment up to ``until``, which is given in local time; none that our own network failed.
        """
        of = (runs.c.campaign == campaign, observations.c.unit == unit, runs.c.state != NOT_CARRIED_OUT)
        both = IN_ORDER.join(observations, observations.c.round == runs.c.id)
        query = select(*WITHOUT_SNAPSHOT, *observations.c).select_from(both).where(*of)
        query = query.order_by(NEWEST_FIRST).limit(most)
        if until:
            query = query.where(runs.c.as_of < (until + ONE_SECOND).isoformat())
        if outcome:
            query = query.where(observations.c.outcome == outcome)
        with reading(self._engine) as connection:
            return tuple((read_run_row(row), read_observation_row(row)) for row in connection.execute(query).mappings())

    def newest(self, campaign: str, most: int = 50, before: str = "", *, province: str = "") -> tuple[Run, ...]:
        """Return the campaign's runs, newest first, whatever became of them; ``before`` is where to go on."""
        its_number = select(run_order.c.number).where(run_order.c.round == before).scalar_subquery()
        earlier = [run_order.c.number < its_number] if before else []
        return self._all(select_recorded_order(*of_campaign(campaign, province), *earlier).limit(most))

    def answers(
        self, campaign: str, unit: str = "", *, units: Collection[str] | None = None
    ) -> dict[str, StoredAnswer]:
        """Return the last valid answer of each unit, of one, or of some."""
        query = select(answers).where(answers.c.campaign == campaign)
        query = query.where(answers.c.unit == unit) if unit else query
        query = query.where(answers.c.unit.in_(units)) if units is not None else query
        with reading(self._engine) as connection:
            return {
                row["unit"]: StoredAnswer(row["source"], row["etag"], read_moment(row["true_at"]), row["body"])
                for row in connection.execute(query).mappings()
            }


def _require_running(connection: Connection, run_id: str) -> None:
    """``Conflict`` where a run is closed; one that runs stays so until the transaction ends."""
    state = select(runs.c.state).where(runs.c.id == run_id).with_for_update()
    if connection.execute(state).scalar_one_or_none() != RUNNING:
        raise _closed(run_id)


def _closed(run_id: str) -> Conflict:
    return Conflict(M("Lượt kiểm tra “{run}” đã đóng, hoặc lượt mới hơn đã thay nó: không ghi đè.", run=run_id))
