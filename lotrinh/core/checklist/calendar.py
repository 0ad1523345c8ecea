"""Working days: weekends, holidays, extra days off, and days worked in exchange."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from lotrinh.core.checklist.rules import Roll
from lotrinh.core.text import NO_TEXT, Text

SATURDAY = 5
ONE_DAY = timedelta(days=1)
LONGEST_BREAK = 366
"""Days off in a row after which a calendar is taken to have no working day: the search has to end somewhere."""


class NoWorkingDayError(ValueError):
    """The calendar has no working day within a year of the day asked for, or the years that Python knows end."""


DaysOfYear = Callable[[int], frozenset[date]]


def no_days(_year: int) -> frozenset[date]:
    """Name no days at all: a calendar that knows weekends only."""
    return frozenset()


def no_name(_day: date) -> Text:
    """Know no day's name."""
    return NO_TEXT


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Which days are worked.

    ``off`` and ``worked`` give the country's days of one year; ``own`` are the office's days, where True means
    worked. The office's days win over the country's, and a worked day over a weekend or holiday. ``name_of`` tells
    what a country's day off is called.
    """

    off: DaysOfYear = no_days
    worked: DaysOfYear = no_days
    own: dict[date, bool] = field(default_factory=dict)
    name_of: Callable[[date], Text] = no_name

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        own = self.own.get(day)
        if own is not None:
            return own
        if day in self.worked(day.year):
            return True
        return day.weekday() < SATURDAY and day not in self.off(day.year)

    def add_working_days(self, day: date, amount: int) -> date:
        """Step over ``amount`` working days; day 0 is ``day`` itself, worked or not. Raises ``NoWorkingDayError``."""
        step = ONE_DAY if amount >= 0 else -ONE_DAY
        for _ in range(abs(amount)):
            day = self._next_working(_after(day, step), step)
        return day

    def roll(self, day: date, roll: Roll) -> date:
        """``day`` itself where it is worked, else the next or previous working day. Raises ``NoWorkingDayError``."""
        return self._next_working(day, ONE_DAY if roll is Roll.NEXT else -ONE_DAY)

    def _next_working(self, day: date, step: timedelta) -> date:
        for _ in range(LONGEST_BREAK):
            if self.is_working(day):
                return day
            day = _after(day, step)
        raise NoWorkingDayError(day)


def _after(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError as error:
        raise NoWorkingDayError(day) from error
