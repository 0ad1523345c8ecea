"""Who is reminded of what on a day: one digest for each receiver, over all campaigns together."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from lotrinh.core.checklist.calendar import LONGEST_BREAK, Calendar
from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.rules import Moment, is_past
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.silence import is_out_of_touch
from lotrinh.core.status.status import PlannedStep, Status, StepStatus
from lotrinh.core.text import Text

ONE_DAY = timedelta(days=1)


class ReminderRhythm(NamedTuple):
    """On which days: so many days before a deadline, every so many once overdue, to the office after so many."""

    before_days: Sequence[int]
    overdue_every: int
    escalate_after: int


class ReminderReason(StrEnum):
    """Why a step is in a digest. Only ``OVERDUE`` says that it is not done."""

    DUE = "due"
    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"


class DigestItem(NamedTuple):
    """One step of a digest. ``days`` are left until the deadline, below 0 once it has passed.

    ``is_known`` is False where the unit never said anything valid about the step.
    """

    step: Step
    due: Moment
    days: int
    reason: ReminderReason
    is_known: bool


class DigestSection(NamedTuple):
    """What one campaign asks of one unit; ``last_answer_at`` is when what we know of it was true, None: never."""

    campaign: str
    title: Text
    last_answer_at: datetime | None
    items: tuple[DigestItem, ...]
    sample: bool = False


class LateUnit(NamedTuple):
    """One unit with steps that have been overdue for too long; ``last_answer_at`` as in ``DigestSection``."""

    unit: Unit
    last_answer_at: datetime | None
    items: tuple[DigestItem, ...]


class Escalation(NamedTuple):
    """What the office hears of one campaign. ``silent`` could not be asked: nothing is said of their steps."""

    campaign: str
    title: Text
    as_of: datetime
    late: tuple[LateUnit, ...]
    silent: tuple[Unit, ...]
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """All that one receiver is told on one day; the office is the province's own unit."""

    unit: Unit
    day: date
    sections: tuple[DigestSection, ...]
    escalations: tuple[Escalation, ...] = ()

    @property
    def items(self) -> tuple[DigestItem, ...]:
        """The steps of all campaigns."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def sample(self) -> bool:
        """Whether sample data is in what it says."""
        return any(part.sample for part in self.sections) or any(each.sample for each in self.escalations)


class CampaignView(NamedTuple):
    """One campaign as it stands, and the calendar of days on which people are reminded of it."""

    report: Report
    calendar: Calendar


ReminderDays = Mapping[str, Collection[date]]
"""The days on which each receiver had a digest, by unit code. What today says does not depend on today's own."""


def build_digests(
    campaigns: Iterable[CampaignView], rhythm: ReminderRhythm, today: date, reminded: ReminderDays
) -> tuple[Digest, ...]:
    """Make the digests of a day, the office's first, the others by unit code; nobody has two.

    A step is in one where a day of reminding of it has come since its receiver was told last: a day on which nothing
    could be sent is made up for on the next.
    """
    made: dict[str, Digest] = {}
    for report, calendar in campaigns:
        if calendar.is_working(today):
            day = _Day(today, report.as_of, rhythm, calendar)
            for digest in _of_campaign(report, day, reminded):
                known = made.get(digest.unit.code)
                made[digest.unit.code] = _together(known, digest) if known else digest
    return tuple(sorted(made.values(), key=lambda digest: (not digest.unit.is_province, digest.unit.code)))


def _of_campaign(report: Report, day: "_Day", reminded: ReminderDays) -> Iterator[Digest]:
    for unit in report.everybody:
        gap = day.since(reminded.get(unit.unit.code, ()))
        items = tuple(sorted(gap.items(unit), key=lambda item: item.due.day))
        section = DigestSection(report.campaign, report.title, _last_answer_at(unit, report), items, report.sample)
        escalation = _escalation(report, gap) if unit.unit.is_province else None
        if items or escalation:
            escalations = (escalation,) if escalation else ()
            yield Digest(unit.unit, day.today, (section,) if items else (), escalations)


def _together(first: Digest, second: Digest) -> Digest:
    sections, escalations = first.sections + second.sections, first.escalations + second.escalations
    return replace(first, sections=sections, escalations=escalations)


def _escalation(report: Report, gap: "_Gap") -> Escalation | None:
    late = [
        LateUnit(u.unit, _last_answer_at(u, report), items) for u in report.units if (items := tuple(gap.escalated(u)))
    ]
    silent = tuple(unit.unit for unit in report.units if is_out_of_touch(unit.outcome, unit.step_statuses))
    late.sort(key=lambda found: (min(item.days for item in found.items), found.unit.code))
    if not late and not silent:
        return None
    return Escalation(report.campaign, report.title, report.as_of, tuple(late), silent, report.sample)


def _last_answer_at(unit: UnitReport, report: Report) -> datetime | None:
    return unit.last_answer_at and unit.last_answer_at.astimezone(report.as_of.tzinfo)


class _Day(NamedTuple):
    """A working day, on which people are reminded."""

    today: date
    now: datetime
    rhythm: ReminderRhythm
    calendar: Calendar

    def since(self, reminded: Collection[date]) -> "_Gap":
        """Return what has come for somebody who was reminded on these days; on a quiet one nothing of this campaign."""
        before = (day for day in reminded if day < self.today and self.calendar.is_working(day))
        last = max(before, default=None)
        return _Gap(self, last or date.min, self._end(last) if last else date.min, self._end(self.today))

    def _end(self, day: date) -> date:
        """Return the last of the quiet days after one that is worked: reminders that fall on them go out on it."""
        for _ in range(LONGEST_BREAK):
            if self.calendar.is_working(day + ONE_DAY):
                break
            day += ONE_DAY
        return day


class _Gap(NamedTuple):
    """The days that somebody is reminded of today: those after the last on which they were reminded.

    What became overdue on quiet days is told after them, up to today; what comes before a deadline is told before
    them, so that reaches from ``after`` to ``end``, the last quiet days after the last time and after today.
    """

    day: _Day
    last: date
    after: date
    end: date

    def items(self, unit: UnitReport) -> Iterator[DigestItem]:
        """Find what a unit is reminded of."""
        for planned, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            if (why := self._why(planned, step_status)) and (item := _item(planned, step_status, why, self.day.today)):
                yield item

    def escalated(self, unit: UnitReport) -> Iterator[DigestItem]:
        """Find what the office hears of: known to be overdue, and for long enough."""
        first = max(1, self.day.rhythm.escalate_after)
        for planned, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            if step_status.status is not Status.OVERDUE or not planned.schedule.due:
                continue
            if self._has_come(planned.schedule.due.day, first) and (
                item := _item(planned, step_status, ReminderReason.OVERDUE, self.day.today)
            ):
                yield item

    def _why(self, planned: PlannedStep, step_status: StepStatus) -> ReminderReason | None:
        due = planned.schedule.due
        if step_status.status.is_finished or due is None or planned.due is None:
            return None
        if not is_past(planned.due, self.day.now):
            return ReminderReason.DUE if self._is_before(due.day) else None
        if not self._has_come(due.day, 1):
            return None
        # A deadline that passed after we last heard of the unit says nothing of whether the step is done.
        return ReminderReason.OVERDUE if step_status.status is Status.OVERDUE else ReminderReason.UNCONFIRMED

    def _is_before(self, due: date) -> bool:
        """Whether a day of reminding before a deadline has come; a deadline on a quiet day is one too."""
        least, most = (due - self.end).days, (due - self.after).days
        quiet = least <= 0 < most and not self.day.calendar.is_working(due)
        return quiet or any(least <= days < most for days in self.day.rhythm.before_days)

    def _has_come(self, due: date, first: int) -> bool:
        """Whether the first day after a deadline, or one of those that come round after it, has come."""
        late = (self.day.today - due).days - first
        return late >= 0 and late % self.day.rhythm.overdue_every < (self.day.today - self.last).days


def _item(planned: PlannedStep, step_status: StepStatus, why: ReminderReason, today: date) -> DigestItem | None:
    due = planned.schedule.due
    return due and DigestItem(planned.step, due, (due.day - today).days, why, step_status.status is not Status.UNKNOWN)


def is_quiet_hour(hours: str, now: datetime) -> bool:
    """Whether a local moment lies in the quiet hours, written 20:00-06:30; they may go over midnight."""
    if not hours:
        return False
    begin, _, end = hours.partition("-")
    at = now.strftime("%H:%M")
    return begin <= at < end if begin <= end else at >= begin or at < end


def end_of_quiet_hours(hours: str, now: datetime) -> datetime:
    """Return the first local moment, from this one on, that does not lie in the quiet hours."""
    if not is_quiet_hour(hours, now):
        return now
    end = datetime.combine(now.date(), time.fromisoformat(hours.partition("-")[2]), now.tzinfo)
    return end if end > now else end + ONE_DAY
