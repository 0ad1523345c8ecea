"""Calendars: a country's holidays, then the office's own days."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

from lotrinh.core.checklist.calendar import Calendar, DaysOfYear, no_days
from lotrinh.core.text import M, Message, Text
from lotrinh.errors import Problem

OFF, WORKED = "off", "worked"
HEADER = ["date", "kind", "note"]


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """What a checklist, a milestone or a step says of its calendar."""

    country: str = ""
    subdivision: str = ""
    own: dict[date, bool] = field(default_factory=dict)

    def over(self, base: "CalendarSpec") -> "CalendarSpec":
        """Lay this over another: what it says wins."""
        country = self.country or base.country
        subdivision = self.subdivision or ("" if self.country else base.subdivision)
        return CalendarSpec(country, subdivision, base.own | self.own)


def calendar_of(spec: CalendarSpec) -> Calendar:
    """Make the calendar; the country must have been found good by ``country_problem``."""
    if not spec.country:
        return Calendar(no_days, no_days, spec.own)
    off, worked = country_days(spec.country, spec.subdivision)
    return Calendar(off, worked, spec.own, partial(country_name, spec.country, spec.subdivision))


@lru_cache(maxsize=64)
def country_days(country: str, subdivision: str) -> tuple[DaysOfYear, DaysOfYear]:
    """Return the days off and the weekend days worked in exchange of a country, each by year."""
    import holidays  # noqa: PLC0415 - 0.3 s that only deadlines need

    @lru_cache(maxsize=512)
    def days(year: int) -> tuple[frozenset[date], frozenset[date]]:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
        exchanged: set[date] = getattr(found, "weekend_workdays", set())
        return frozenset(found), frozenset(d for d in exchanged if d.year == year)

    return lambda year: days(year)[0], lambda year: days(year)[1]


def country_name(country: str, subdivision: str, day: date) -> Text:
    """Return what a country calls its day off, in both languages where it has them; empty for a day without name."""
    return Text(*(_names(country, subdivision, day.year, language).get(day, "") for language in ("vi", "en_US")))


@lru_cache(maxsize=64)
def _names(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - as above

    # A country without names in this language gives those of its own.
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language))


def country_problem(country: str, subdivision: str) -> tuple[str, Message] | None:
    """Say which field names a country or subdivision that nobody knows, and what is known."""
    import holidays  # noqa: PLC0415 - as above

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return "country", M("Không có lịch của nước “{code}”. Việt Nam là VN.", code=country)
    if subdivision and subdivision not in known[country]:
        parts = ", ".join(known[country]) or "—"
        return "subdivision", M("Nước này không có vùng “{code}”. Có: {parts}.", code=subdivision, parts=parts)
    return None


def read_days(path: Path) -> tuple[dict[date, bool], list[Problem]]:
    """Read the office's own days: CSV ``date,kind,note`` with kind off or worked; True means worked."""
    days: dict[date, bool] = {}
    problems: list[Problem] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return days, [Problem(str(path), 0, 0, M("Không đọc được tệp lịch. Hãy kiểm tra đường dẫn và lưu UTF-8."))]
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        faults = [Problem(str(path), number, 0, sentence) for sentence in _row_problems(row, number)]
        problems += faults
        if number > 1 and row and not faults:
            days[date.fromisoformat(row[0].strip())] = row[1].strip() == WORKED
    return days, problems


def _row_problems(row: list[str], number: int) -> Iterator[Message]:
    if number == 1:
        if [cell.strip() for cell in row[:2]] != HEADER[:2]:
            yield M("Dòng đầu phải là: date,kind,note")
        return
    if not row:
        return
    if len(row) not in {2, 3}:
        yield M("Dòng phải có 2 hoặc 3 ô: ngày, off hoặc worked, ghi chú.")
        return
    try:
        date.fromisoformat(row[0].strip())
    except ValueError:
        yield M("“{value}” không phải ngày có thật. Hãy viết dạng 2026-03-15.", value=row[0])
    if row[1].strip() not in {OFF, WORKED}:
        yield M("“{value}” phải là off (nghỉ) hoặc worked (làm bù).", value=row[1])
