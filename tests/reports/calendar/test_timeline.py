"""A timetable as table, JSON and calendar feed."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.text import Text
from lotrinh.reports.calendar import timeline
from lotrinh.reports.text.tables import clean
from tests.core.builders import milestone, rule
from tests.reports.samples import PROVINCE, TEAMS, commune, the_checklist


def draw_timeline(form: str, of: Checklist | None = None, anchor: date | None = None, *, units: bool = False) -> str:
    of = of or the_checklist()
    dates = timetable(of, anchor).steps
    everybody = (commune(), PROVINCE)
    rows = [
        timeline.TimelineRow(s, dates[s.id], tuple(u for u in everybody if s.is_work_of(u)) if units else None)
        for s in of.iter_steps()
    ]
    return timeline.render_timeline(of, rows, form, 180)


def events(feed: str) -> dict[str, Any]:
    return {str(event["UID"]): event for event in Calendar.from_ical(feed).walk("VEVENT")}


def test_json_has_the_promised_keys_with_offset_and_null_where_unscheduled() -> None:
    rows = {row["step"]: row for row in json.loads(draw_timeline("json"))}
    assert list(rows) == ["lap-to", "niem-yet", "ho-so", "khieu-nai", "hoi-nghi", "cua-tinh", "trung-uong"]
    promised = {"milestone", "step", "opens_at", "due_at", "rule", "last_working_day"}
    assert all(set(row) == promised | {"level", "waiting"} for row in rows.values())
    assert rows["ho-so"] == {
        "milestone": "ho-so", "step": "ho-so", "opens_at": None, "due_at": "2026-02-01T17:00:00+07:00",
        "rule": "election_day - 42 days at 17:00", "last_working_day": "2026-01-30",
        "level": "commune", "waiting": None,
    }  # fmt: skip
    assert (rows["khieu-nai"]["due_at"], rows["khieu-nai"]["last_working_day"]) == (None, None)
    assert "niem-yet" in rows["khieu-nai"]["waiting"]


def test_a_window_opens_at_the_beginning_of_its_day() -> None:
    step = replace(TEAMS, opens=rule("election_day - 60 days"), milestone="m")
    of = the_checklist(milestones=(milestone("m", steps=(step,)),))
    assert json.loads(draw_timeline("json", of))[0]["opens_at"] == "2026-01-14T00:00:00+07:00"
    assert "14/01/2026" in draw_timeline("table", of)


def test_with_a_roster_json_names_whose_work_each_step_is_and_the_table_counts() -> None:
    rows = {row["step"]: row["units"] for row in json.loads(draw_timeline("json", units=True))}
    assert (rows["lap-to"], rows["cua-tinh"], rows["trung-uong"]) == (["04924"], ["25"], [])
    assert "Số đơn vị" in draw_timeline("table", units=True)
    assert "Số đơn vị" not in draw_timeline("table")


def test_the_table_marks_unverified_facts_and_explains_the_mark() -> None:
    text = draw_timeline("table")
    assert "Nghị định về họp thôn (?)" in text
    assert text.count("(?) căn cứ hoặc thời hạn chưa kiểm chứng") == 1
    of = the_checklist(milestones=(milestone("m", steps=(TEAMS,)),))
    assert "(?)" not in draw_timeline("table", of)


def test_the_table_shows_the_last_working_day_only_where_the_deadline_is_none() -> None:
    lines = [line for line in draw_timeline("table").splitlines() if "Việc" in line]
    days = {line.split()[2]: re.findall(r"\d\d/\d\d/2026", line) for line in lines}
    assert days["ho-so"] == ["01/02/2026", "30/01/2026"]
    assert days["hoi-nghi"] == ["03/03/2026"]


def test_the_feed_has_an_event_for_each_scheduled_step_and_none_for_what_waits() -> None:
    made = events(draw_timeline("ics"))
    assert set(made) == {
        f"{step}@thu.lotrinh" for step in ("lap-to", "niem-yet", "ho-so", "hoi-nghi", "cua-tinh", "trung-uong")
    }
    whole_day = made["lap-to@thu.lotrinh"]
    assert (whole_day["DTSTART"].dt, whole_day["DTEND"].dt) == (date(2026, 1, 31), date(2026, 2, 1))
    assert made["ho-so@thu.lotrinh"]["DTSTART"].dt == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert str(whole_day["SUMMARY"]) == "Việc lap-to"
    assert str(whole_day["DESCRIPTION"]) == "UBND xã. election_day - 43 days"


def test_the_same_timetable_gives_the_same_bytes() -> None:
    assert draw_timeline("ics") == draw_timeline("ics")


def test_another_anchor_moves_the_events_and_keeps_their_names() -> None:
    before, after = events(draw_timeline("ics")), events(draw_timeline("ics", anchor=date(2026, 3, 22)))
    assert set(before) == set(after)
    assert {(after[uid]["DTSTART"].dt - before[uid]["DTSTART"].dt).days for uid in before} == {7}


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(";,:\\\n\r\"'")))
def test_no_title_can_add_to_the_feed(text: str) -> None:
    step = replace(TEAMS, title=Text(f"x{text}x"), milestone="m")
    of = the_checklist(title=Text(f"{text}\r\nEND:VCALENDAR"), milestones=(milestone("m", steps=(step,)),))
    feed = draw_timeline("ics", of)
    (event,) = events(feed).values()
    assert str(event["SUMMARY"]) == clean(f"x{text}x")
    assert feed.count("BEGIN:VEVENT") == feed.count("\nEND:VCALENDAR") == 1
    assert all(len(line.encode()) <= 75 for line in feed.split("\r\n"))


def test_levels_are_in_words() -> None:
    text = draw_timeline("table")
    assert {"trung ương", "tỉnh", "xã"} <= {words for words in ("trung ương", "tỉnh", "xã") if f" {words} " in text}
