"""The timeline of the election of 15 March 2026: the offsets that the law gives, against the published dates."""

import csv
from datetime import date, time
from pathlib import Path

import pytest

from lotrinh.core.checklist.deadlines import Schedule, timetable
from lotrinh.core.checklist.rules import Moment
from tests.core.builders import checklist, step

FILE = Path(__file__).parents[2] / "data" / "election-2026.csv"
with FILE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def rule_of(offset: str, hour: str = "") -> str | None:
    if not offset:
        return None
    sign = "-" if offset.startswith("-") else "+"
    return f"election_day {sign} {offset.lstrip('-')} days" + (f" at {hour}" if hour else "")


def schedule(row: dict[str, str]) -> Schedule:
    opening, closing = row["hour"].split("-") if "-" in row["hour"] else ("", row["hour"])
    one = step("x", rule_of(row["to_offset"], closing), rule_of(row["from_offset"], opening))
    return timetable(checklist(one)).steps["x"]


def test_the_file_holds_the_whole_timeline() -> None:
    assert len(ROWS) == 33
    assert len({row["id"] for row in ROWS}) == 33


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_rule_gives_the_published_date(row: dict[str, str]) -> None:
    found = schedule(row)
    assert found.due is not None
    assert found.due.day == date.fromisoformat(row["to_date"])
    assert (found.opens.day.isoformat() if found.opens else "") == row["from_date"]
    assert found.due.hour == (time.fromisoformat(row["hour"][-5:]) if row["hour"] else None)


def test_voting_lasts_from_seven_to_nineteen_hours() -> None:
    found = schedule(next(row for row in ROWS if row["id"] == "E34"))
    day = date(2026, 3, 15)
    assert (found.opens, found.due) == (Moment(day, time(7)), Moment(day, time(19)))
