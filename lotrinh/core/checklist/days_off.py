"""The days off that counting working days steps over, by name; for the arithmetic behind a deadline."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from lotrinh.core.checklist.calendar import SATURDAY, Calendar
from lotrinh.core.text import M, Message, Text, join_messages

ONE_DAY = timedelta(days=1)
LISTED = 10
"""Weekend days that are named one by one; of more only the number is told."""
OWN = M("ngày nghỉ do văn phòng đặt")
NAMELESS = M("ngày nghỉ lễ")
WEEKEND = M("thứ Bảy, Chủ nhật")


def days_between(start: date, end: date) -> list[date]:
    """List the days after ``start`` up to and with ``end``, in the order in which they are counted."""
    step = ONE_DAY if end > start else -ONE_DAY
    return [start + step * number for number in range(1, abs((end - start).days) + 1)]


def explain_days_off(days: Sequence[date], calendar: Calendar) -> Iterator[Message]:
    """Tell which of consecutive days are not worked and why, and which are worked though they look like days off."""
    resting = sorted(day for day in days if not calendar.is_working(day))
    named = {day: why for day in resting if (why := _why(day, calendar))}
    weekend = [day for day in resting if day not in named]
    if weekend:
        yield _weekend(weekend)
    for run in _runs(list(named)):
        names = dict.fromkeys(named[day] for day in run)
        span = M("{day}", day=run[0]) if len(run) == 1 else M("{first}–{last}", first=run[0], last=run[-1])
        yield M("Bỏ qua {days}: {names}", days=span, names=join_messages(list(names), ", "))
    if worked := sorted(day for day in days if _looks_off(day, calendar) and calendar.is_working(day)):
        yield M("Tính là ngày làm việc: {days}", days=join_messages(worked, ", "))


def _weekend(days: Sequence[date]) -> Message:
    if len(days) > LISTED:
        return M("Bỏ qua {count} ngày thứ Bảy, Chủ nhật", count=len(days))
    return M("Bỏ qua thứ Bảy, Chủ nhật: {days}", days=join_messages(days, ", "))


def why_off(day: date, calendar: Calendar) -> Message | Text:
    """Say why a day that is not worked is off."""
    return _why(day, calendar) or WEEKEND


def _why(day: date, calendar: Calendar) -> Message | Text | None:
    """Say why a day is off; None for an ordinary weekend."""
    if calendar.own.get(day) is False:
        return OWN
    if day in calendar.off(day.year):
        name = calendar.name_of(day)
        return name if name.vi else NAMELESS
    return None


def _looks_off(day: date, calendar: Calendar) -> bool:
    return day.weekday() >= SATURDAY or day in calendar.off(day.year)


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    run: list[date] = []
    for day in days:
        if run and day - run[-1] != ONE_DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run
