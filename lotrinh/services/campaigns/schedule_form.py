"""A schedule as people fill it in: hours and days of the week, or cron for those who know it."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from lotrinh.core.notify.schedules import EVERY_DAY, CampaignSchedule, WeeklyHours, cron_of, weekly_hours
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Problem
from lotrinh.settings.kinds import cron as accepted

CRONS = ("cron", "last_week", "report")
"""The fields of a schedule that say when."""
HOUR = re.compile(r"(\d{1,2})(?:[:h.g](\d{2})?)?", re.ASCII | re.IGNORECASE)
HOURS_A_DAY, MINUTES = 24, 60
SHOWN = 60


class CronInput(NamedTuple):
    """What was typed for one of the crons: hours in one line, days of the week by number (0 is Monday), cron."""

    hours: str = ""
    days: tuple[int, ...] = EVERY_DAY
    cron: str = ""


def fill_form(schedule: CampaignSchedule) -> dict[str, CronInput]:
    """Fill the form in from a schedule."""
    return {name: _fill_cron(getattr(schedule, name)) for name in CRONS}


def _fill_cron(cron: str) -> CronInput:
    if not cron:
        return CronInput()
    if hours := weekly_hours(cron):
        return CronInput(", ".join(hours.hours), hours.weekdays)
    return CronInput(cron=cron)


def read_schedule_form(
    inputs: Mapping[str, CronInput], current: CampaignSchedule, *, skip_days_off: bool, paused: bool
) -> CampaignSchedule:
    """Read the form; ``BadInput`` names each field that is wrong as cron_hours, cron_days or cron_cron.

    What is left as in the ``current`` schedule is kept, also where it could not be written now: it can be paused at
    least.
    """
    problems, content, left = list[Problem](), dict[str, str](), fill_form(current)
    for name in CRONS:
        try:
            content[name] = getattr(current, name) if inputs[name] == left[name] else _cron(name, inputs[name])
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return CampaignSchedule(**content, skip_days_off=skip_days_off, paused=paused)


def _cron(name: str, cron_input: CronInput) -> str:
    hours, cron = cron_input.hours.strip(), cron_input.cron.strip()
    if hours and cron:
        raise _wrong(f"{name}_cron", M("Chỉ điền giờ hoặc cron, không điền cả hai."))
    if not hours:
        return _checked(name, cron)
    found = tuple(_hour(name, word) for word in re.split(r"[\s,;]+", hours.strip(" ,;")))
    if not cron_input.days:
        raise _wrong(f"{name}_days", M("Hãy chọn ít nhất một ngày trong tuần."))
    made = cron_of(WeeklyHours(found, cron_input.days))
    if made is None:
        sentence = M("Các giờ phải cùng số phút, ví dụ 07:00, 13:00; nếu không, chỉ chọn một giờ.")
        raise _wrong(f"{name}_hours", sentence)
    return _checked(name, made)


def _checked(name: str, cron: str) -> str:
    """Check an expression by the rules of the settings file, and say what is wrong beside the form's field."""
    try:
        return accepted(cron)
    except PydanticCustomError as error:
        sentence = (error.context or {})["sentence"]
        raise _wrong(f"{name}_cron", M("“{key}” {sentence}.", key=cron[:SHOWN], sentence=sentence)) from error


def _hour(name: str, word: str) -> str:
    match = HOUR.fullmatch(word)
    hour, minute = (int(part or 0) for part in match.groups()) if match else (HOURS_A_DAY, 0)
    if hour >= HOURS_A_DAY or minute >= MINUTES:
        sentence = M(
            "“{text}” không phải một giờ. Hãy viết dạng 07:00, nhiều giờ thì cách nhau dấu phẩy.", text=word[:SHOWN]
        )
        raise _wrong(f"{name}_hours", sentence)
    return f"{hour:02d}:{minute:02d}"


def _wrong(field: str, sentence: Message) -> BadInput:
    return BadInput([Problem(field, 0, 0, sentence)])


def checked_days(numbers: Iterable[str]) -> tuple[int, ...]:
    """Read the check boxes of the days; what is none of them is left out."""
    return tuple(sorted({int(n) for n in numbers if n.isascii() and n.isdigit() and int(n) in EVERY_DAY}))
