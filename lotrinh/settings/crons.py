"""Cron expressions: what is wrong with one, in words. One that passes means the same to every program that reads cron.

CronSim reads the numbers. What it takes and other programs do not is refused before: last and n-th days, a step from a
single number, ranges of one number, and a day of the month together with a day of the week, of which some programs
want both and others either.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

from cronsim import CronSim, CronSimError

from lotrinh.core.text import M, Message, join_messages, quote_text

LAST = (59, 23, 31, 12, 7)
"""The greatest minute, hour, day of the month, month, day of the week: a longer step would be none."""
VALUES = re.compile(r"\*|(\d{1,2}|[a-z]{3})(-(\d{1,2}|[a-z]{3}))?", re.ASCII | re.IGNORECASE)
STEP = re.compile(r"[1-9]\d?", re.ASCII)
DAY, WEEKDAY = 2, 4
BEGIN, END = datetime(2023, 12, 31), datetime(2028, 1, 2)  # noqa: DTZ001 - cron knows no zones
"""Before a leap year's first day and behind the next one's: between are all days that can follow one another."""
A_DAY = timedelta(days=1)
LEAST = timedelta(minutes=15)
"""Between two runs: a check asks every unit, and a commune's server is a weak one."""
SHOWN = 20
ALLOWED = (
    M("phút “{value}”: chỉ dùng số từ 0 đến 59"),
    M("giờ “{value}”: chỉ dùng số từ 0 đến 23"),
    M("ngày “{value}”: chỉ dùng số từ 1 đến 31"),
    M("tháng “{value}”: chỉ dùng số từ 1 đến 12, hoặc JAN đến DEC"),
    M("thứ “{value}”: chỉ dùng số từ 0 đến 7 (0 và 7 là Chủ nhật), hoặc SUN đến SAT"),
)


def fault_of(cron: str) -> Message | None:
    """Say all that is wrong with an expression, after its name: "must be …"; None where nothing is."""
    fields = cron.split()
    if len(fields) != len(ALLOWED):
        return M(
            "phải có đúng năm phần cách nhau bằng dấu cách: phút, giờ, ngày, tháng, thứ; ở đây có {count}. Ví dụ "
            "“0 7 * * *” là 07:00 mỗi ngày",
            count=len(fields),
        )
    if faults := list(_faults(fields)):
        return M(
            "sai ở {faults}. Mỗi phần là *, một số, danh sách như 7,13, khoảng như 1-5 (số nhỏ trước), hoặc bước như "
            "*/15. Ví dụ “0 7 * * *” là 07:00 mỗi ngày",
            faults=join_messages(faults),
        )
    return None


def too_often(cron: str) -> Message | None:
    """Say, after the name of an expression that has no fault and comes, that two of its runs are too close together."""
    if (gap := _gap(cron)) < LEAST:
        return M(
            "cho chạy hai lần chỉ cách nhau {gap} phút; phải cách ít nhất {least} phút để không dồn lên máy chủ của "
            "các xã và người nhận tin. Hãy viết một số, */15, */20 hoặc */30 ở phần phút, ví dụ “0 7 * * *”",
            gap=gap // timedelta(minutes=1),
            least=LEAST // timedelta(minutes=1),
        )
    return None


def _faults(fields: Sequence[str]) -> Iterator[Message]:
    for place, field in enumerate(fields):
        if not all(_is_term(term, place) for term in field.split(",")):
            yield M(ALLOWED[place].msgid, value=quote_text(field, SHOWN))
    if "*" not in {fields[DAY], fields[WEEKDAY]}:
        day, weekday = quote_text(fields[DAY], SHOWN), quote_text(fields[WEEKDAY], SHOWN)
        yield M("ngày “{day}” và thứ “{weekday}” không dùng cùng lúc: để một phần là *", day=day, weekday=weekday)


def _is_term(term: str, place: int) -> bool:
    values, slash, step = term.partition("/")
    found = VALUES.fullmatch(values)
    if not found or (slash and not (STEP.fullmatch(step) and int(step) <= LAST[place])):
        return False
    count = _count(values, place)
    # One number has no step, and a range has more than one.
    return count > 1 or (count == 1 and not slash and not found[2])


def _count(values: str, place: int) -> int:
    """Return how many numbers stand for a field by itself; 0 where CronSim cannot read it."""
    alone = ["*"] * len(LAST)
    alone[place] = values
    try:
        read = CronSim(" ".join(alone), BEGIN)
    except CronSimError:
        return 0
    return len((read.minutes, read.hours, read.days, read.months, read.weekdays)[place])


def _gap(cron: str) -> timedelta:
    """Return the least time between two runs of a day, or over a night that is too short; else a whole day."""
    read = CronSim(cron, BEGIN)
    at = sorted(timedelta(hours=hour, minutes=minute) for hour in read.hours for minute in read.minutes)
    gaps, night = [later - sooner for sooner, later in pairwise(at)], at[0] + A_DAY - at[-1]
    if night < LEAST and _has_days_that_follow(cron):
        gaps.append(night)
    return min(gaps, default=A_DAY)


def _has_days_that_follow(cron: str) -> bool:
    midnights = CronSim(" ".join(("0 0", *cron.split()[DAY:])), BEGIN)
    days = takewhile(lambda at: at < END, midnights)
    return any(later - sooner == A_DAY for sooner, later in pairwise(days))
