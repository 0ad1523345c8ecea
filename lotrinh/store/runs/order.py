"""Which of several runs is the newest: clocks are set back, so the order in which they were recorded tells.

A run that shows the moment at which it began is newer than all such runs before it, whatever its clock said. One
that shows a moment that somebody named stands where that moment does.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from lotrinh.store.runs.rows import FINISHED, WITHOUT_SNAPSHOT
from lotrinh.store.schema import run_order, runs

IN_ORDER = runs.join(run_order, run_order.c.round == runs.c.id)
NEWEST_FIRST = run_order.c.number.desc()


def of_campaign(campaign: str, province: str) -> list[ColumnElement[bool]]:
    """Narrow to one campaign, and to one province's part in it where its code is given."""
    return [runs.c.campaign == campaign, *([runs.c.province == province] if province else [])]


def finished_of(campaign: str, province: str) -> list[ColumnElement[bool]]:
    """Narrow to the finished runs of a campaign, as ``of_campaign`` does."""
    return [*of_campaign(campaign, province), runs.c.state == FINISHED]


def select_recorded_order(*where: ColumnElement[bool]) -> Select[Any]:
    """Select runs, the one recorded last first."""
    return select(*WITHOUT_SNAPSHOT).select_from(IN_ORDER).where(*where).order_by(NEWEST_FIRST)


def select_shown_order(*where: ColumnElement[bool], among: tuple[ColumnElement[bool], ...] = ()) -> Select[Any]:
    """Select runs, the one that shows the latest moment first; ``among`` narrows further what is returned.

    A clock was ahead where a run shows a later moment than one recorded after it: it counts as if it showed that
    one's. A run that shows a moment that was named says nothing of clocks.
    """
    of_now = run_order.c.of_now == 1
    since = func.min(case((of_now, runs.c.as_of))).over(order_by=NEWEST_FIRST, rows=(None, 0))
    moment = case((of_now, since), else_=runs.c.as_of).label("moment")
    ordered = select(run_order.c.round, run_order.c.number, moment).select_from(IN_ORDER).where(*where).subquery()
    chosen = select(*WITHOUT_SNAPSHOT).join(ordered, ordered.c.round == runs.c.id).where(*among)
    return chosen.order_by(ordered.c.moment.desc(), ordered.c.number.desc())
