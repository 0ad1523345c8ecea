"""Cron expressions: what is wrong with one, in words. One that passes means the same to every program that reads cron.

Five fields of numbers, names, ranges, lists and steps. Where a day of the month and a day of the week are both asked
for, some programs want both and others either; last and n-th days are not known to all.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from lotrinh.core.text import M, Message, quoted, together

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Of minute, hour, day of the month, month, day of the week."""
NAMES = {
    3: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    4: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}
STEP = re.compile(r"[1-9]\d?", re.ASCII)
NUMBER = re.compile(r"\d{1,2}", re.ASCII)
MINUTE, OF_DAY, DAY, MONTH, WEEKDAY = range(5)
HOUR, A_DAY = 60, 1440
FIRST, FOUR_YEARS = date(2024, 1, 1), 1462
"""Days from a leap year's first to the next one's: among them are all that can follow one another."""
LEAST_MINUTES = 15
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
    if len(fields) != len(BOUNDS):
        return M(
            "phải có đúng năm phần cách nhau bằng dấu cách: phút, giờ, ngày, tháng, thứ; ở đây có {count}. Ví dụ "
            "“0 7 * * *” là 07:00 mỗi ngày",
            count=len(fields),
        )
    if faults := list(_faults(fields)):
        return M(
            "sai ở {faults}. Mỗi phần là *, một số, danh sách như 7,13, khoảng như 1-5 (số nhỏ trước), hoặc bước như "
            "*/15. Ví dụ “0 7 * * *” là 07:00 mỗi ngày",
            faults=together(faults),
        )
    return None


def too_often(cron: str) -> Message | None:
    """Say, after the name of an expression that has no fault and comes, that two of its runs are too close together."""
    if (gap := _gap(cron.split())) < LEAST_MINUTES:
        return M(
            "cho chạy hai lần chỉ cách nhau {gap} phút; phải cách ít nhất {least} phút để không dồn lên máy chủ của "
            "các xã và người nhận tin. Hãy viết một số, */15, */20 hoặc */30 ở phần phút, ví dụ “0 7 * * *”",
            gap=gap,
            least=LEAST_MINUTES,
        )
    return None


def _faults(fields: Sequence[str]) -> Iterator[Message]:
    for place, field in enumerate(fields):
        if not all(_is_term(term, place) for term in field.split(",")):
            yield M(ALLOWED[place].msgid, value=quoted(field, SHOWN))
    if "*" not in {fields[DAY], fields[WEEKDAY]}:
        day, weekday = quoted(fields[DAY], SHOWN), quoted(fields[WEEKDAY], SHOWN)
        yield M("ngày “{day}” và thứ “{weekday}” không dùng cùng lúc: để một phần là *", day=day, weekday=weekday)


def _is_term(term: str, place: int) -> bool:
    whole, slash, step = term.partition("/")
    if slash and not (STEP.fullmatch(step) and int(step) <= BOUNDS[place][1]):
        return False
    if whole == "*":
        return True
    low, dash, high = whole.partition("-")
    first = _number(low, place)
    if first is None or not dash:
        return first is not None and not slash
    last = _number(high, place)
    return last is not None and first < last


def _number(text: str, place: int) -> int | None:
    low, high = BOUNDS[place]
    known = NUMBER.fullmatch(text) or text.upper() in NAMES.get(place, [])
    return value if known and low <= (value := _value(text, place)) <= high else None


def _value(text: str, place: int) -> int:
    names = NAMES.get(place, [])
    return names.index(text.upper()) + BOUNDS[place][0] if text.upper() in names else int(text)


def _gap(fields: Sequence[str]) -> int:
    """Return the fewest minutes between two runs of a day, or over a night that is too short; else those of a day."""
    minutes, hours = _numbers(fields[MINUTE], MINUTE), _numbers(fields[OF_DAY], OF_DAY)
    at = sorted(HOUR * hour + minute for hour in hours for minute in minutes)
    gaps, night = [later - sooner for sooner, later in pairwise(at)], at[0] + A_DAY - at[-1]
    if night < LEAST_MINUTES and _on_days_that_follow(fields):
        gaps.append(night)
    return min(gaps, default=A_DAY)


def _on_days_that_follow(fields: Sequence[str]) -> bool:
    days, months = _numbers(fields[DAY], DAY), _numbers(fields[MONTH], MONTH)
    weekdays = {number % 7 for number in _numbers(fields[WEEKDAY], WEEKDAY)}  # 0 and 7 are Sunday
    dates = (FIRST + timedelta(days=number) for number in range(FOUR_YEARS))
    runs = (each.day in days and each.month in months and each.isoweekday() % 7 in weekdays for each in dates)
    return any(today and tomorrow for today, tomorrow in pairwise(runs))


def _numbers(field: str, place: int) -> set[int]:
    """Spell out a field that has no fault."""
    found = set[int]()
    for term in field.split(","):
        whole, _, step = term.partition("/")
        low, _, high = whole.partition("-")
        first, last = BOUNDS[place] if whole == "*" else (_value(low, place), _value(high or low, place))
        found |= set(range(first, last + 1, int(step or 1)))
    return found
