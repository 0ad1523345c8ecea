"""When a campaign runs by itself: one schedule a day at most, not on days off, not while paused; said in words."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.notify.schedules import (
    EVERY_DAY,
    CampaignSchedule,
    Tick,
    WeeklyHours,
    cron_of,
    last_week,
    reason_to_skip,
    schedule_words,
    stored_schedule_words,
    weekly_hours,
)
from lotrinh.core.text import Text
from lotrinh.i18n import say
from lotrinh.settings.crons import fault_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ANCHOR = date(2026, 3, 15)
TET = {date(2026, 2, 16) + timedelta(days=n) for n in range(5)}
CALENDAR = Calendar(lambda _: frozenset(TET), name_of=lambda _: Text("Tết Nguyên đán"))
BOTH = CampaignSchedule("0 7 * * *", "0 7,13 * * *", report="0 8 * * 1")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def on(day: date, hour: int = 7) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def runs(schedule: CampaignSchedule, tick: Tick, day: date, anchor: date | None = ANCHOR) -> bool:
    return reason_to_skip(schedule, tick, on(day), anchor, CALENDAR) is None


@given(day=DAYS, anchor=DAYS, skip=st.booleans())
def test_on_every_day_exactly_one_of_the_usual_and_the_dense_schedule_runs(
    day: date, anchor: date, *, skip: bool
) -> None:
    schedule = replace(BOTH, skip_days_off=skip)
    ticks = [tick for tick in (Tick.USUAL, Tick.DENSE) if runs(schedule, tick, day, anchor)]
    off = skip and not CALENDAR.is_working(day)
    assert ticks == ([] if off else [Tick.DENSE if anchor - timedelta(7) <= day < anchor else Tick.USUAL])


@given(DAYS)
def test_without_a_schedule_for_the_last_week_the_usual_one_runs_on_every_day(day: date) -> None:
    assert runs(CampaignSchedule("0 7 * * *"), Tick.USUAL, day)


@given(DAYS)
def test_while_there_is_no_anchor_there_is_no_last_week(day: date) -> None:
    assert runs(BOTH, Tick.USUAL, day, None)
    assert not runs(BOTH, Tick.DENSE, day, None)


def test_the_last_week_is_the_seven_days_before_the_anchor() -> None:
    assert last_week(ANCHOR) == (date(2026, 3, 8), date(2026, 3, 14))


@pytest.mark.parametrize("tick", Tick)
def test_nothing_runs_while_paused_and_it_says_so(tick: Tick) -> None:
    why = reason_to_skip(replace(BOTH, paused=True), tick, on(date(2026, 3, 10)), ANCHOR, CALENDAR)
    assert why
    assert say(why) == "Lịch của đợt này đang tạm dừng."


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 2, 17), "Ngày 17/02/2026 là ngày nghỉ (Tết Nguyên đán)."),
        (date(2026, 2, 28), "Ngày 28/02/2026 là ngày nghỉ (thứ Bảy, Chủ nhật)."),
    ],
)
def test_a_day_off_is_passed_over_with_its_name(day: date, sentence: str) -> None:
    why = reason_to_skip(replace(BOTH, skip_days_off=True), Tick.USUAL, on(day), ANCHOR, CALENDAR)
    assert why
    assert say(why) == sentence


def test_a_tick_of_the_other_week_is_passed_over_with_the_days_of_it() -> None:
    dense = reason_to_skip(BOTH, Tick.DENSE, on(date(2026, 3, 1)), ANCHOR, CALENDAR)
    usual = reason_to_skip(BOTH, Tick.USUAL, on(date(2026, 3, 8)), ANCHOR, CALENDAR)
    assert dense
    assert usual
    assert say(dense) == "Lịch tuần cuối chỉ chạy từ 08/03/2026 đến 14/03/2026."
    assert say(usual) == "Từ 08/03/2026 đến 14/03/2026 đợt chạy theo lịch tuần cuối."


def test_the_report_is_sent_in_any_week_but_not_on_days_off_where_those_are_skipped() -> None:
    assert runs(BOTH, Tick.REPORT, date(2026, 3, 9))
    assert not runs(replace(BOTH, skip_days_off=True), Tick.REPORT, date(2026, 2, 16))


@given(
    st.sets(st.integers(0, 23), min_size=1),
    st.integers(0, 59),
    st.sets(st.sampled_from(EVERY_DAY), min_size=1),
)
def test_hours_on_weekdays_come_back_from_cron_as_they_were(hours: set[int], minute: int, days: set[int]) -> None:
    written = WeeklyHours(tuple(f"{hour:02d}:{minute:02d}" for hour in sorted(hours)), tuple(sorted(days)))
    cron = cron_of(written)
    assert cron
    assert fault_of(cron) is None
    assert weekly_hours(cron) == written


def test_hours_with_different_minutes_have_no_cron() -> None:
    assert cron_of(WeeklyHours(("07:00", "13:30"), EVERY_DAY)) is None


@pytest.mark.parametrize(
    ("field", "days"), [("0", (6,)), ("7", (6,)), ("5-7", (4, 5, 6)), ("1-5", (0, 1, 2, 3, 4)), ("6,0", (5, 6))]
)
def test_sunday_is_read_as_0_and_as_7(field: str, days: tuple[int, ...]) -> None:
    assert weekly_hours(f"0 7 * * {field}") == WeeklyHours(("07:00",), days)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (CampaignSchedule(), "chỉ khi có người bấm"),
        (replace(BOTH, paused=True), "tạm dừng"),
        (
            CampaignSchedule("0 7 * * *", "0 7,13 * * *", skip_days_off=True),
            "mỗi ngày lúc 07:00; bảy ngày trước ngày gốc: mỗi ngày lúc 07:00, 13:00; bỏ ngày nghỉ",
        ),
        (CampaignSchedule("30 6 * * 1-5"), "thứ Hai đến thứ Sáu lúc 06:30"),
        (CampaignSchedule("0 7 * * 1,4"), "thứ Hai, thứ Năm lúc 07:00"),
        (CampaignSchedule("*/15 7-17 * * *"), "theo cron “*/15 7-17 * * *”"),
    ],
)
def test_a_schedule_in_words(schedule: CampaignSchedule, words: str) -> None:
    assert say(schedule_words(schedule)) == words


def test_the_journal_says_the_report_too_and_survives_fields_of_later_versions() -> None:
    said = stored_schedule_words({"cron": "0 7 * * *", "report": "0 8 * * 1", "of_later": 1})
    assert say(said) == "mỗi ngày lúc 07:00; báo cáo thứ Hai lúc 08:00"
