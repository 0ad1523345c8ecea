"""Days, weeks, months, working days and hours added to a moment."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.rules import Moment, Offset, TimeUnit

HOURS_OF_DAY = 24
MONTHS_OF_YEAR = 12
ONE_DAY = timedelta(days=1)


def add_offset(moment: Moment, offset: Offset, calendar: Calendar) -> Moment:
    """Add one offset. Raises ``OverflowError`` or ``NoWorkingDayError`` where no such day exists.

    Days, weeks, months and working days keep the hour, and months end on the month's last day where the day is
    missing. Hours start from the 24:00 of a day without an hour; whole days of hours leave it without one.
    """
    match offset.unit:
        case TimeUnit.DAYS:
            return moment._replace(day=moment.day + timedelta(days=offset.amount))
        case TimeUnit.WEEKS:
            return moment._replace(day=moment.day + timedelta(weeks=offset.amount))
        case TimeUnit.MONTHS:
            return moment._replace(day=_months_later(moment.day, offset.amount))
        case TimeUnit.WORKING_DAYS:
            return moment._replace(day=calendar.add_working_days(moment.day, offset.amount))
        case TimeUnit.HOURS:
            return _hours_later(moment, offset.amount)


def _months_later(day: date, amount: int) -> date:
    year, month = divmod(day.year * MONTHS_OF_YEAR + day.month - 1 + amount, MONTHS_OF_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _hours_later(moment: Moment, amount: int) -> Moment:
    if moment.hour is None and amount % HOURS_OF_DAY == 0:
        return Moment(moment.day + timedelta(hours=amount))
    start = datetime.combine(moment.day, moment.hour or time()) + (timedelta() if moment.hour is not None else ONE_DAY)
    later = start + timedelta(hours=amount)
    return Moment(later.date(), later.time())
