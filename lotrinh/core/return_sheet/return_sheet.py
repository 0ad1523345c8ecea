"""A return sheet: a unit's outstanding steps to fill in without a connection, and the mark it is known again by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import UnitReport
from lotrinh.core.return_sheet.return_codes import short_code, step_codes
from lotrinh.core.status.status import PlannedStep, Status, StepStatus, pending_status
from lotrinh.core.status.status_groups import KNOWN_OUTSTANDING
from lotrinh.core.text import Text

FORM = "lotrinh.return/1"
ID_LENGTH = 9
HASH_LENGTH = 12
MOST_DIGITS = 10


class SheetMark(NamedTuple):
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
        return short_code(" ".join(str(part) for part in self), ID_LENGTH)

    @property
    def line(self) -> str:
        """The mark in one line of text."""
        return " ".join((FORM, *(str(part) for part in self), self.id))


def read_mark(line: str) -> SheetMark | None:
    """Read the line of a mark; None where anything in it was changed."""
    form, *parts = line.split()
    if form != FORM or len(parts) != len(SheetMark._fields) + 1:
        return None
    campaign, unit, checklist, made_at, journal, sheet = parts
    if not (journal.isascii() and journal.isdigit() and len(journal) <= MOST_DIGITS):
        return None
    mark = SheetMark(campaign, unit, checklist, made_at, int(journal))
    return mark if mark.id == sheet else None


class SheetRow(NamedTuple):
    """One outstanding step: its code, how it stands, and out of how many as far as any step tells."""

    code: str
    step: Step
    step_status: StepStatus
    schedule: Schedule
    of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSheet:
    """One unit's sheet. ``made_at`` is local; ``earliest_day`` the first on which a step can have been completed."""

    mark: SheetMark
    title: Text
    province_name: str
    unit: Unit
    made_at: datetime
    earliest_day: date | None
    sample: bool
    rows: tuple[SheetRow, ...]


def sheet_rows(report: UnitReport, campaign: str, checklist: Checklist, now: datetime) -> tuple[SheetRow, ...]:
    """List a unit's steps that are neither done nor not applicable, most pressing first, then by deadline.

    A step of which nothing is known stands where it would if nothing of it were done.
    """
    known = unit_codes(campaign, report.unit, checklist)
    flags = {step_status.step: step_status.flags.get("progress") for step_status in report.step_statuses}
    left = [pair for pair in zip(report.plan, report.step_statuses, strict=True) if not pair[1].status.is_finished]
    return tuple(
        SheetRow(known[item.step.id], item.step, step_status, item.schedule, _total(item.step, flags, checklist))
        for item, step_status in sorted(left, key=lambda pair: _urgency(pair[0], pair[1], now))
    )


def unit_codes(campaign: str, unit: Unit, checklist: Checklist) -> Mapping[str, str]:
    """Return the codes of all of a unit's steps: step -> code."""
    return step_codes(campaign, unit.code, (step.id for step in checklist.iter_steps() if step.is_work_of(unit)))


def _total(step: Step, flags: Mapping[str, Any], checklist: Checklist) -> int | None:
    same = (flags[name] for name in flags if checklist.steps[name].count == step.count)
    own = flags[step.id]
    found = own or next((progress for progress in same if progress), None) if step.count else None
    return int(found["of"]) if found else None


def _urgency(item: PlannedStep, step_status: StepStatus, now: datetime) -> tuple[int, bool, datetime]:
    status = pending_status(item, now) if step_status.status is Status.UNKNOWN else step_status.status
    return KNOWN_OUTSTANDING.index(status), item.due is None, item.due or now
