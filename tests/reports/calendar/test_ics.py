"""Calendars as they are written: every line, every letter, every day as two other programs read them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment
from lotrinh.reports.calendar.ics import CalendarEntry, without_stamps, write_calendar
from lotrinh.reports.text.tables import clean
from tests.reports.calendars import ReadEvent, name_of, read

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STAMP = datetime(2026, 2, 2, 1, tzinfo=UTC)
LONG = "Thành lập Tổ bầu cử, niêm yết danh sách cử tri, kiểm tra nghiệp vụ ở những khu vực bỏ phiếu còn vướng mắc " * 4
ANY = st.characters(exclude_categories=["Cs"]) | st.sampled_from(";,:\\\n\r\"'\u2028\x85\x0b\u0301ệ")


def entry(
    title: str = "Việc", note: tuple[str, ...] = ("Ghi chú",), due: Moment | None = None, **more: object
) -> CalendarEntry:
    return CalendarEntry(
        uid="viec.04924@dot.lotrinh", title=title, note=note, due=due or Moment(date(2026, 1, 31)), stamp=STAMP, **more
    )  # type: ignore[arg-type]


def feed(*entries: CalendarEntry, name: str = "Lịch") -> bytes:
    return write_calendar(name, entries, ZONE)


def only(*entries: CalendarEntry) -> ReadEvent:
    (event,) = read(feed(*entries)).values()
    return event


@given(st.text(ANY, min_size=1), st.lists(st.text(ANY), min_size=1), st.text(ANY, min_size=1))
def test_whatever_a_text_holds_it_comes_out_as_text(title: str, note: list[str], name: str) -> None:
    made = feed(entry(f"x{title}x", (*note, "."), url=f"https://a.vn/{title}"), name=f"x{name}x")
    (event,) = read(made).values()
    assert event.title == clean(f"x{title}x")
    assert event.note == "\n".join(map(clean, (*note, ".")))
    assert name_of(made) == clean(f"x{name}x")
    assert made.count(b"BEGIN:") == made.count(b"\r\nEND:") == 2


@given(st.text(ANY, max_size=300), st.sampled_from(["", "a", "ạ", "\U0001f4c5"]))
def test_lines_have_75_octets_at_most_and_end_inside_no_letter(text: str, shift: str) -> None:
    made = feed(entry(f"x{shift}{text}x", (text, ".")), name=f"x{text}x")
    assert b"\r" not in made.replace(b"\r\n", b"")
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert made.endswith(b"END:VCALENDAR\r\n")
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        assert line.decode("utf-8") is not None


def test_a_long_vietnamese_title_is_folded_and_read_whole() -> None:
    made = feed(entry(LONG))
    assert read(made)["viec.04924@dot.lotrinh"].title == LONG
    folded = re.search(rb"SUMMARY:.*?(?=\r\n[A-Z])", made, re.DOTALL)
    assert folded
    assert folded[0].count(b"\r\n ") >= len(LONG.encode()) // 75


@pytest.mark.parametrize(
    "text",
    ["a\r\nEND:VEVENT\r\nBEGIN:VEVENT", "a\nATTACH:https://x.vn", "a\\nb", "a;b,c:d\\;e\\,f", '"=cmd()', "a\x00b\x1bc"],
)
def test_no_text_adds_a_line_or_loses_a_sign(text: str) -> None:
    made = feed(entry(text, (text,), url=text), name=text)
    (event,) = read(made).values()
    assert (event.title, event.note) == (clean(text), clean(text))
    names = {line.split(b":")[0].split(b";")[0] for line in made.split(b"\r\n") if line[:1] not in {b" ", b""}}
    assert b"ATTACH" not in names
    assert made.count(b"\r\nBEGIN:VEVENT\r\n") == 1


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)))
def test_a_day_is_the_whole_day_and_its_end_the_next(day: date) -> None:
    event = only(entry(due=Moment(day)))
    assert (event.start, event.end) == (day, day + timedelta(days=1))


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 2, 17), date(2026, 12, 31)], ids=["leap", "Tết", "year"])
def test_odd_days_are_themselves(day: date) -> None:
    made = feed(entry(due=Moment(day)))
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\n".encode() in made
    assert read(made)["viec.04924@dot.lotrinh"].start == day


def test_an_hour_is_that_of_the_province_wherever_it_is_read() -> None:
    event = only(entry(due=Moment(date(2028, 2, 29), time(6, 30))))
    assert (event.start, event.end) == (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("due", "day"),
    [
        (Moment(date(2026, 1, 31)), date(2026, 1, 28)),
        (Moment(date(2026, 2, 17)), date(2026, 2, 10)),
        (Moment(date(2026, 2, 1), time(17)), date(2026, 1, 30)),
    ],
)
def test_a_reminder_is_at_eight_in_the_morning_of_its_day(due: Moment, day: date) -> None:
    event = only(entry(due=due, remind_on=day))
    assert event.alarm is not None
    assert datetime.combine(due.day, due.hour or time()) + event.alarm == datetime.combine(day, time(8))


def test_the_same_entries_give_the_same_bytes_and_only_the_stamp_tells_when() -> None:
    later = replace(entry(), stamp=STAMP + timedelta(days=1))
    assert feed(entry()) == feed(entry())
    assert feed(entry()) != feed(later)
    assert without_stamps(feed(entry())) == without_stamps(feed(later))
    assert without_stamps(feed(entry(number=1))) != without_stamps(feed(entry()))


def test_programs_are_told_how_often_to_ask() -> None:
    made = feed()
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in made
    assert b"X-PUBLISHED-TTL:PT6H\r\n" in made
