"""What the office hears when checks stop, and when they run again; and when it hears nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.services.notify.missed_check_alarm import enqueue_alarms, stalled_campaigns
from lotrinh.settings.models import CampaignSettings, ScheduleSettings
from lotrinh.store import Store
from lotrinh.store.outbox import OutboxMessage
from tests.sending.servers import post_office
from tests.services.notify.test_reminders import MAIL, checked
from tests.services.reminding import DAY, ZONE, World, world_in

EVERY_MORNING = ScheduleSettings(cron="0 7 * * *")
MONDAYS = ScheduleSettings(cron="0 7 * * 1")
HOURS, TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)
Watched = Callable[[World, datetime, datetime], list[str]]


def at(month: int, day: int, hour: int = 7, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=ZONE)


@pytest.fixture
def watched(store: Store) -> Watched:
    """Send every ten minutes, and return when the office was told what."""

    def through(world: World, moment: datetime, until: datetime) -> list[str]:
        told, office = list[str](), world.office(store)
        while moment < until:
            if enqueue_alarms(office, moment).new:
                told.append(f"{moment:%a %d %H:%M} {newest(store).kind}")
            moment += TEN_MINUTES
        return told

    return through


def newest(store: Store) -> OutboxMessage:
    return store.outbox.newest(most=1)[0]


def test_when_checks_stop_the_office_hears_once_a_day_and_once_when_they_run_again(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    world = world_in(tmp_path, MAIL, schedule=EVERY_MORNING)
    checked(store, world, DAY)
    told = watched(world, DAY, DAY + 75 * HOURS)
    checked(store, world, DAY + 75 * HOURS)
    told += watched(world, DAY + 75 * HOURS, DAY + 96 * HOURS)
    # More than 26 hours after Tuesday's check; then on each new day out of quiet hours; on Friday a check finishes.
    assert told == ["Wed 11 09:40 alarm", "Thu 12 06:30 alarm", "Fri 13 06:30 alarm", "Fri 13 10:30 recovered"]
    subjects = [message.content["subject"] for message in reversed(store.outbox.newest())]
    assert subjects[0] == "Ngày 11/02/2026: việc kiểm tra đã ngừng"
    assert subjects[-1] == "Ngày 13/02/2026: việc kiểm tra đã chạy lại"


@pytest.mark.parametrize(
    ("schedule", "last", "heard"),
    [
        (ScheduleSettings(cron="0 7 * * *", skip_days_off=True), at(2, 6, 7, 0, 10), "Mon 09 08:10 alarm"),
        (ScheduleSettings(cron="0 7 * * 1-5"), at(2, 6, 7, 0, 10), "Mon 09 08:10 alarm"),
        (MONDAYS, at(2, 2, 7, 0, 10), "Mon 09 08:10 alarm"),
        (ScheduleSettings(cron="0 * * * *"), at(2, 2, 7, 0, 10), "Tue 03 09:10 alarm"),  # more than 26 hours
    ],
)
def test_a_check_has_an_hour_to_finish_before_it_is_missed(
    tmp_path: Path, store: Store, watched: Watched, schedule: ScheduleSettings, last: datetime, heard: str
) -> None:
    world = world_in(tmp_path, MAIL, schedule=schedule)
    checked(store, world, last)
    assert watched(world, last.replace(second=0), at(2, 9, 9))[:1] == [heard]


def test_a_check_that_finishes_at_its_time_is_never_missed(tmp_path: Path, store: Store, watched: Watched) -> None:
    world = world_in(tmp_path, MAIL, schedule=ScheduleSettings(cron="0 7 * * 1-5"))
    for day in (5, 6, 9):
        checked(store, world, at(2, day, 7, 59))
        assert watched(world, at(2, day, 8), at(2, day + 1, 7, 50)) == []


def test_what_runs_rarely_or_by_hand_is_not_missed_in_between(tmp_path: Path, store: Store, watched: Watched) -> None:
    by_hand = world_in(tmp_path, MAIL)
    assert watched(by_hand, DAY, DAY + 48 * HOURS) == []
    weekly = world_in(tmp_path, MAIL, schedule=MONDAYS)
    checked(store, weekly, DAY)
    assert watched(weekly, DAY + 24 * 5 * HOURS, DAY + 24 * 6 * HOURS) == []
    worked = world_in(tmp_path, MAIL, schedule=ScheduleSettings(cron="*/15 * * * *", skip_days_off=True))
    last = at(2, 13, 23, 58)  # the last working day before Tết
    checked(store, worked, last)
    assert watched(worked, at(2, 14, 0), at(2, 14, 1)) == []
    assert watched(worked, at(2, 23, 1), at(2, 23, 9)) == ["Mon 23 06:30 alarm"]


def test_a_new_office_hears_nothing_before_its_first_check_was_due(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    world = world_in(tmp_path, MAIL, schedule=EVERY_MORNING)
    begun = at(2, 10, 14)
    assert watched(world, begun + TEN_MINUTES, begun + 48 * HOURS) == ["Wed 11 16:20 alarm", "Thu 12 06:30 alarm"]
    assert "chưa có lượt nào chạy xong" in newest(store).content["text"]


def test_a_schedule_that_was_changed_or_paused_counts_from_when_it_holds(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    weekly, daily = (world_in(tmp_path, MAIL, schedule=each) for each in (MONDAYS, EVERY_MORNING))
    paused = world_in(tmp_path, MAIL, schedule=ScheduleSettings(cron="0 7 * * *", paused=True))
    checked(store, weekly, at(2, 2))
    assert watched(weekly, at(2, 2), at(2, 4, 9)) == []
    assert watched(daily, at(2, 4, 9), at(2, 5, 8)) == []  # by Thursday 08:00 the first one has an hour
    assert watched(daily, at(2, 5, 8), at(2, 5, 9)) == ["Thu 05 08:10 alarm"]
    assert watched(paused, at(2, 5, 9), at(2, 9, 9)) == []
    assert watched(daily, at(2, 9, 9), at(2, 10, 8)) == []
    assert watched(daily, at(2, 10, 8), at(2, 10, 9)) == ["Tue 10 08:10 alarm"]


def test_in_the_last_week_its_own_schedule_is_watched(tmp_path: Path, store: Store, watched: Watched) -> None:
    world = world_in(
        tmp_path, MAIL, schedule=ScheduleSettings(cron="0 7 * * 1", last_week="0 7,13 * * *")
    )  # anchor: 15 March
    checked(store, world, at(3, 8, 13))
    assert watched(world, at(3, 8, 13), at(3, 11, 6)) == ["Mon 09 15:10 alarm", "Tue 10 06:30 alarm"]


def test_a_thinner_last_week_is_no_silence(tmp_path: Path, store: Store, watched: Watched) -> None:
    world = world_in(tmp_path, MAIL, schedule=ScheduleSettings(cron="0 7 * * *", last_week="0 7 * * 2"))
    checked(store, world, at(3, 8))
    assert watched(world, at(3, 8), at(3, 10, 8)) == []
    checked(store, world, at(3, 10))
    assert watched(world, at(3, 10, 8), at(3, 12, 12)) == []


@pytest.mark.parametrize("often", ["0 7,13 * * *", "*/15 * * * *"])
def test_a_campaign_that_is_checked_in_its_last_week_only_is_watched_then(
    tmp_path: Path, watched: Watched, often: str
) -> None:
    world = world_in(tmp_path, MAIL, schedule=ScheduleSettings(last_week=often))
    set_up = datetime(2025, 1, 6, 7, tzinfo=ZONE)  # the last week is more than a year ahead
    assert watched(world, set_up, set_up + HOURS) == []
    assert watched(world, at(3, 7), at(3, 7, 8)) == []
    told = watched(world, at(3, 9, 6), at(3, 9, 7)) + watched(world, at(3, 10, 6), at(3, 10, 7))
    assert told == ["Mon 09 06:30 alarm", "Tue 10 06:30 alarm"]  # on the 8th, a Sunday, nobody is told anything


def test_a_check_that_finished_while_the_clock_was_ahead_silences_nothing(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    world = world_in(tmp_path, MAIL, schedule=EVERY_MORNING)
    checked(store, world, at(2, 9))
    checked(store, world, at(3, 5))  # on the 10th: the clock was a month ahead, and was then set right
    assert watched(world, at(2, 10, 9), at(2, 11, 11)) == []  # it was there by nine
    assert watched(world, at(2, 11, 11), at(2, 11, 20)) == ["Wed 11 11:10 alarm"]
    told = watched(world, at(3, 4, 6), at(3, 6, 6))  # when the clock comes to what it said then, nothing has run again
    assert told == ["Wed 04 06:30 alarm", "Thu 05 06:30 alarm"]
    checked(store, world, at(3, 6))
    assert watched(world, at(3, 6), at(3, 6, 8)) == ["Fri 06 07:00 recovered"]


def test_a_switch_that_looked_while_the_clock_was_ahead_goes_by_the_clock_that_was_set_right(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    world = world_in(tmp_path, MAIL, schedule=EVERY_MORNING)
    checked(store, world, at(3, 5))
    assert watched(world, at(3, 5), at(3, 5, 9)) == []
    assert watched(world, at(2, 10, 9), at(2, 12, 6)) == ["Wed 11 11:10 alarm"]


def test_nobody_is_told_that_checks_run_again_where_none_has_run(
    tmp_path: Path, store: Store, watched: Watched
) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings(), schedule=EVERY_MORNING)
        checked(store, world, DAY - 48 * HOURS)
        assert world.send(store).sent == 1  # the alarm, of which only little is kept
        for other in (
            ScheduleSettings(cron="0 7 * * *", paused=True),
            ScheduleSettings(),
            ScheduleSettings(cron="0 9 * * *"),
        ):
            changed = world_in(tmp_path, post.settings(), schedule=other)
            assert watched(changed, DAY, DAY + 3 * HOURS) == []
        checked(store, world, DAY + 3 * HOURS)
        assert watched(world, DAY + 3 * HOURS, DAY + 5 * HOURS) == ["Tue 10 10:30 recovered"]


def two(folder: Path, second: ScheduleSettings | None) -> World:
    """An office with two campaigns, of which the second may be paused or gone."""
    world = world_in(folder, MAIL)
    named = {"thu": EVERY_MORNING} | ({"hai": second} if second else {})
    campaigns = [
        CampaignSettings(id=name, checklist="thu", units=("04924",), anchor=date(2026, 3, 15), schedule=each)
        for name, each in named.items()
    ]
    world.settings = world.settings.model_copy(update={"campaigns": tuple(campaigns)})
    return world


@pytest.mark.parametrize("second", [None, ScheduleSettings(cron="0 7 * * *", paused=True), ScheduleSettings()])
def test_a_campaign_that_runs_no_more_keeps_nobody_from_hearing_that_the_others_do(
    tmp_path: Path, store: Store, watched: Watched, second: ScheduleSettings | None
) -> None:
    both = two(tmp_path, EVERY_MORNING)
    enqueue_alarms(both.office(store), DAY - 48 * HOURS)
    assert watched(both, DAY, DAY + HOURS) == ["Tue 10 07:30 alarm"]
    checked(store, both, DAY + HOURS)
    assert [each.campaign for each in stalled_campaigns(both.office(store), DAY + HOURS)] == ["hai"]
    assert watched(both, DAY + HOURS, DAY + 2 * HOURS) == []
    left = two(tmp_path, second)
    assert watched(left, DAY + 2 * HOURS, DAY + 3 * HOURS) == ["Tue 10 09:30 recovered"]
