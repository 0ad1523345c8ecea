"""When a campaign runs by itself: which ticks of its schedules count, and a schedule in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.days_off import why_off
from lotrinh.core.text import M, Message, join_messages

A_WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CampaignSchedule:
    """When a campaign is checked and its report sent, as cron in the checklist's time zone; empty: not by itself.

    ``last_week`` takes the place of ``cron`` in the seven days before the anchor.
    """

    cron: str = ""
    last_week: str = ""
    skip_days_off: bool = False
    paused: bool = False
    report: str = ""


class Tick(StrEnum):
    """By which of its schedules a campaign's moment has come."""

    USUAL = "usual"
    DENSE = "dense"
    REPORT = "report"


class LastWeek(NamedTuple):
    """The last week before an anchor, first and last day."""

    first: date
    last: date

    def contains(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def last_week(anchor: date) -> LastWeek:
    """Return the seven days before an anchor."""
    return LastWeek(anchor - A_WEEK, anchor - ONE_DAY)


def reason_to_skip(
    schedule: CampaignSchedule, tick: Tick, moment: datetime, anchor: date | None, calendar: Calendar
) -> Message | None:
    """Say why nothing runs at a tick, None where something does; ``moment`` is when it was due, in local time.

    Of the usual and the dense schedule never both are wanted on one day.
    """
    day = moment.date()
    if schedule.paused:
        return M("Lịch của đợt này đang tạm dừng.")
    if schedule.skip_days_off and not calendar.is_working(day):
        return M("Ngày {day} là ngày nghỉ ({why}).", day=day, why=why_off(day, calendar))
    return _of_the_other_week(schedule, tick, day, anchor)


def _of_the_other_week(schedule: CampaignSchedule, tick: Tick, day: date, anchor: date | None) -> Message | None:
    """Say that a tick belongs to a week in which the other schedule runs."""
    if tick is Tick.REPORT or (tick is Tick.USUAL and not schedule.last_week):
        return None
    if anchor is None:
        return M("Đợt chưa có ngày gốc nên chưa có tuần cuối.") if tick is Tick.DENSE else None
    week = last_week(anchor)
    if week.contains(day) == (tick is Tick.DENSE):
        return None
    return (
        M("Lịch tuần cuối chỉ chạy từ {first} đến {last}.", **week._asdict())
        if tick is Tick.DENSE
        else M("Từ {first} đến {last} đợt chạy theo lịch tuần cuối.", **week._asdict())
    )


class WeeklyHours(NamedTuple):
    """Hours of the day (07:00) on days of the week (0 is Monday): what most schedules are."""

    hours: tuple[str, ...]
    weekdays: tuple[int, ...]


EVERY_DAY, WORKDAYS = tuple(range(7)), tuple(range(5))
WEEKDAYS = (
    M("thứ Hai"),
    M("thứ Ba"),
    M("thứ Tư"),
    M("thứ Năm"),
    M("thứ Sáu"),
    M("thứ Bảy"),
    M("Chủ nhật"),
)
_HOUR, _SPAN = r"(?:[01]?\d|2[0-3])", r"0?[0-7](?:-0?[0-7])?"
SIMPLE = re.compile(rf"([0-5]?\d) ({_HOUR}(?:,{_HOUR})*) \* \* (\*|{_SPAN}(?:,{_SPAN})*)", re.ASCII)


def weekly_hours(cron: str) -> WeeklyHours | None:
    """Read an expression that the settings accept as hours on weekdays; None where it says more than that."""
    match = SIMPLE.fullmatch(" ".join(cron.split()))
    if match is None:
        return None
    minute, hours, weekdays = match.groups()
    at = sorted({int(hour) for hour in hours.split(",")})
    return WeeklyHours(tuple(f"{hour:02d}:{int(minute):02d}" for hour in at), _weekdays(weekdays))


def _weekdays(field: str) -> tuple[int, ...]:
    if field == "*":
        return EVERY_DAY
    found: set[int] = set()
    for term in field.split(","):
        low, _, high = term.partition("-")
        found |= {(number - 1) % 7 for number in range(int(low), int(high or low) + 1)}
    return tuple(sorted(found))


def cron_of(hours: WeeklyHours) -> str | None:
    """Write hours on weekdays as cron; None where the hours' minutes differ, for which cron has no words."""
    minutes = {hour.split(":")[1] for hour in hours.hours}
    if len(minutes) != 1:
        return None
    days = "*" if hours.weekdays == EVERY_DAY else ",".join(str((day + 1) % 7) for day in hours.weekdays)
    at = ",".join(str(int(hour.split(":")[0])) for hour in sorted(set(hours.hours)))
    return f"{int(minutes.pop())} {at} * * {days}"


def stored_schedule_words(content: Mapping[str, Any]) -> Message:
    """Say a schedule as the journal keeps it, with its report."""
    # Entries of other versions lack what was added since, and may hold what is gone.
    schedule = CampaignSchedule(**{name: content[name] for name in CampaignSchedule.__slots__ if name in content})
    if not schedule.report:
        return schedule_words(schedule)
    return M("{checks}; báo cáo {when}", checks=schedule_words(schedule), when=cron_words(schedule.report))


def cron_words(cron: str) -> Message:
    """Say when an expression runs."""
    hours = weekly_hours(cron)
    if hours is None:
        return M("theo cron “{cron}”", cron=cron)
    return M("{days} lúc {hours}", days=_days(hours.weekdays), hours=", ".join(hours.hours))


def _days(weekdays: Sequence[int]) -> Message:
    if tuple(weekdays) == EVERY_DAY:
        return M("mỗi ngày")
    if tuple(weekdays) == WORKDAYS:
        return M("thứ Hai đến thứ Sáu")
    return join_messages([WEEKDAYS[day] for day in weekdays], ", ")


def schedule_words(schedule: CampaignSchedule) -> Message:
    """Say when a campaign is checked by itself."""
    if schedule.paused:
        return M("tạm dừng")
    parts = [cron_words(schedule.cron)] if schedule.cron else []
    if schedule.last_week:
        parts.append(M("bảy ngày trước ngày gốc: {when}", when=cron_words(schedule.last_week)))
    if not parts:
        return M("chỉ khi có người bấm")
    if schedule.skip_days_off:
        parts.append(M("bỏ ngày nghỉ"))
    return join_messages(parts)
