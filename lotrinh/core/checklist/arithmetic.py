"""The units in which a rule counts: what each is called, which days it counts, and how it is added to a moment."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import NamedTuple

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.rules import Moment, Offset, TimeUnit
from lotrinh.core.text import M, Message

HOURS_OF_DAY = 24
MONTHS_OF_YEAR = 12
ONE_DAY = timedelta(days=1)


class CountedDays(Enum):
    """Which days an offset goes over: people are told so beside the arithmetic."""

    ALL = auto()
    """Days off as well as others."""
    WORKING = auto()
    NONE = auto()
    """It goes by the clock."""


class TimeUnitFacts(NamedTuple):
    """One unit of time. ``add`` adds a number of it to a moment by a calendar."""

    word: Message
    counted: CountedDays
    add: Callable[[Moment, int, Calendar], Moment]


def add_offset(moment: Moment, offset: Offset, calendar: Calendar) -> Moment:
    """Add one offset. Raises ``OverflowError`` or ``NoWorkingDayError`` where no such day exists.

    Days, weeks, months and working days keep the hour, and months end on the month's last day where the day is
    missing. Hours start from the 24:00 of a day without an hour; whole days of hours leave it without one.
    """
    return TIME_UNITS[offset.unit].add(moment, offset.amount, calendar)


def _add_days(moment: Moment, amount: int, _: Calendar) -> Moment:
    return moment._replace(day=moment.day + timedelta(days=amount))


def _add_weeks(moment: Moment, amount: int, _: Calendar) -> Moment:
    return moment._replace(day=moment.day + timedelta(weeks=amount))


def _add_working_days(moment: Moment, amount: int, calendar: Calendar) -> Moment:
    return moment._replace(day=calendar.add_working_days(moment.day, amount))


def _add_months(moment: Moment, amount: int, _: Calendar) -> Moment:
    year, month = divmod(moment.day.year * MONTHS_OF_YEAR + moment.day.month - 1 + amount, MONTHS_OF_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return moment._replace(day=date(year, month + 1, min(moment.day.day, monthrange(year, month + 1)[1])))


def _add_hours(moment: Moment, amount: int, _: Calendar) -> Moment:
    if moment.hour is None and amount % HOURS_OF_DAY == 0:
        return Moment(moment.day + timedelta(hours=amount))
    start = datetime.combine(moment.day, moment.hour or time()) + (timedelta() if moment.hour is not None else ONE_DAY)
    later = start + timedelta(hours=amount)
    return Moment(later.date(), later.time())


TIME_UNITS: Mapping[TimeUnit, TimeUnitFacts] = {
    TimeUnit.HOURS: TimeUnitFacts(M("giờ"), CountedDays.NONE, _add_hours),
    TimeUnit.DAYS: TimeUnitFacts(M("ngày"), CountedDays.ALL, _add_days),
    TimeUnit.WORKING_DAYS: TimeUnitFacts(M("ngày làm việc"), CountedDays.WORKING, _add_working_days),
    TimeUnit.WEEKS: TimeUnitFacts(M("tuần"), CountedDays.ALL, _add_weeks),
    TimeUnit.MONTHS: TimeUnitFacts(M("tháng"), CountedDays.ALL, _add_months),
}
"""All that a unit of time is: rules read it by its value, with or without the plural's s."""
