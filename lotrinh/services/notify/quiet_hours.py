"""When nothing is sent: quiet hours, and the days that no campaign's calendar works."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.notify.reminders import is_quiet_hour
from lotrinh.settings.models import Settings


class EveryDayCalendar(Calendar):
    """A calendar on which every day is worked: for offices that want to be told on any."""

    def is_working(self, day: date) -> bool:
        """Every day is."""
        del day
        return True


EVERY_DAY = EveryDayCalendar()


class QuietHours:
    """Tells of a moment whether it is quiet."""

    def __init__(self, settings: Settings, calendars: Sequence[Calendar]) -> None:
        self._hours, self._zone = settings.remind.quiet, ZoneInfo(settings.timezone)
        self._calendars = calendars if settings.remind.quiet_days_off else ()

    def __call__(self, now: datetime) -> bool:
        """Whether nothing is sent now."""
        local = now.astimezone(self._zone)
        off = bool(self._calendars) and not any(each.is_working(local.date()) for each in self._calendars)
        return off or is_quiet_hour(self._hours, local)
