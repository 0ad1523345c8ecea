"""A return sheet: a unit's outstanding steps to fill in without a connection, and the mark it is known again by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import UnitReport
from lotrinh.core.return_sheet.return_codes import codes, short
from lotrinh.core.status.status import Planned, StepStatus, Status, pending
from lotrinh.core.text import Text

FORM = "lotrinh.return/1"
ID_LENGTH = 9
HASH_LENGTH = 12
MOST_DIGITS = 10
PRESSING = (Status.OVERDUE, Status.DUE_SOON, Status.OPEN, Status.UNSCHEDULED, Status.UPCOMING)


class Mark(NamedTuple):
    """What a sheet says of itself in one line.

    ``checklist`` is the beginning of the checklist's hash, ``made_at`` an ISO date-time, ``journal`` the number of
    the unit's newest entry when it was made: what was said after that, the sheet does not know of.
    """

    campaign: str
    unit: str
    checklist: str
    made_at: str
    journal: int

    @property
    def id(self) -> str:
        """The sheet's own code: it changes with everything that the mark says."""
        return short(" ".join(str(part) for part in self), ID_LENGTH)

    @property
    def line(self) -> str:
        """The mark in one line of text."""
        return " ".join((FORM, *(str(part) for part in self), self.id))


def read_mark(line: str) -> Mark | None:
    """Read the line of a mark; None where anything in it was changed."""
    form, *parts = line.split()
    if form != FORM or len(parts) != len(Mark._fields) + 1:
        return None
    campaign, unit, checklist, made_at, journal, sheet = parts
    if not (journal.isascii() and journal.isdigit() and len(journal) <= MOST_DIGITS):
        return None
    mark = Mark(campaign, unit, checklist, made_at, int(journal))
    return mark if mark.id == sheet else None


class SheetRow(NamedTuple):
    """One outstanding step: its code, how it stands, and out of how many as far as any step tells."""

    code: str
    step: Step
    standing: StepStatus
    schedule: Schedule
    of: int | None


@dataclass(frozen=True, slots=True)
class ReturnSheet:
    """One unit's sheet. ``made_at`` is local; ``starts`` the first day on which a step can have been completed."""

    mark: Mark
    title: Text
    province_name: str
    unit: Unit
    made_at: datetime
    starts: date | None
    sample: bool
    rows: tuple[SheetRow, ...]


def rows_of(report: UnitReport, campaign: str, checklist: Checklist, now: datetime) -> tuple[SheetRow, ...]:
    """List a unit's steps that are neither done nor not applicable, most pressing first, then by deadline.

    A step of which nothing is known stands where it would if nothing of it were done.
    """
    known = unit_codes(campaign, report.unit, checklist)
    flags = {standing.step: standing.flags.get("progress") for standing in report.standings}
    left = [pair for pair in zip(report.plan, report.standings, strict=True) if not pair[1].status.finished]
    return tuple(
        SheetRow(known[item.step.id], item.step, standing, item.schedule, _total(item.step, flags, checklist))
        for item, standing in sorted(left, key=lambda pair: _urgency(pair[0], pair[1], now))
    )


def unit_codes(campaign: str, unit: Unit, checklist: Checklist) -> Mapping[str, str]:
    """Return the codes of all of a unit's steps: step -> code."""
    return codes(campaign, unit.code, (step.id for step in checklist.iter_steps() if step.concerns(unit)))


def _total(step: Step, flags: Mapping[str, Any], checklist: Checklist) -> int | None:
    same = (flags[name] for name in flags if checklist.steps[name].count == step.count)
    own = flags[step.id]
    found = own or next((progress for progress in same if progress), None) if step.count else None
    return int(found["of"]) if found else None


def _urgency(item: Planned, standing: StepStatus, now: datetime) -> tuple[int, bool, datetime]:
    status = pending(item, now) if standing.status is Status.UNKNOWN else standing.status
    return PRESSING.index(status), item.due is None, item.due or now
