"""A schedule as people type it: forgiving about how hours are written, strict about what they mean."""

from dataclasses import replace

import pytest

from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.campaigns.schedule_form import CRONS, CronInput, checked_days, fill_form, read_schedule_form

NOTHING = {name: CronInput() for name in CRONS}


def problems(**typed: CronInput) -> dict[str, str]:
    with pytest.raises(BadInput) as refused:
        read_schedule_form(NOTHING | typed, CampaignSchedule(), skip_days_off=False, paused=False)
    return {problem.where: say(problem.sentence) for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("hours", "cron"),
    [
        ("07:00", "0 7 * * *"),
        ("7h, 13h", "0 7,13 * * *"),
        ("13:30;7h30", "30 7,13 * * *"),
        ("7 13", "0 7,13 * * *"),
        (" 07.15 , ", "15 7 * * *"),
        ("", ""),
    ],
)
def test_hours_are_read_however_people_write_them(hours: str, cron: str) -> None:
    assert read_schedule_form(
        NOTHING | {"cron": CronInput(hours)}, CampaignSchedule(), skip_days_off=False, paused=False
    ) == CampaignSchedule(cron)


def test_days_and_flags_and_cron_are_read() -> None:
    typed = {
        "cron": CronInput("6h30", (0, 1, 2, 3, 4)),
        "last_week": CronInput(cron="*/30 7-17 * * *"),
        "report": CronInput("8h", (6,)),
    }
    made = read_schedule_form(typed, CampaignSchedule(), skip_days_off=True, paused=True)
    assert made == CampaignSchedule(
        "30 6 * * 1,2,3,4,5", "*/30 7-17 * * *", skip_days_off=True, paused=True, report="0 8 * * 0"
    )


@pytest.mark.parametrize(
    "schedule", [CampaignSchedule(), CampaignSchedule("30 6 * * 1,2", "*/30 7-17 * * *", report="0 8 * * 0")]
)
def test_what_is_shown_is_read_as_it_was(schedule: CampaignSchedule) -> None:
    assert read_schedule_form(fill_form(schedule), CampaignSchedule(), skip_days_off=False, paused=False) == schedule


def test_what_is_left_as_it_holds_is_kept_where_it_comes_too_often_to_be_written_now() -> None:
    often = CampaignSchedule("*/5 * * * *", "*/10 6-18 * * *", report="0,1 8 * * *")
    assert read_schedule_form(fill_form(often), often, skip_days_off=False, paused=True) == replace(often, paused=True)
    with pytest.raises(BadInput):
        read_schedule_form(fill_form(often), replace(often, last_week=""), skip_days_off=False, paused=True)


def test_all_that_is_wrong_is_said_at_once_beside_its_field() -> None:
    found = problems(cron=CronInput("26h"), last_week=CronInput("7h", ()), report=CronInput(cron="0 8 L * *"))
    assert list(found) == ["cron_hours", "last_week_days", "report_cron"]
    assert found["cron_hours"].startswith("“26h” không phải một giờ.")
    assert found["last_week_days"] == "Hãy chọn ít nhất một ngày trong tuần."
    assert found["report_cron"].startswith("“0 8 L * *” sai ở ngày “L”: chỉ dùng số từ 1 đến 31.")


def test_a_cron_that_runs_too_often_or_never_is_refused_beside_its_field() -> None:
    found = problems(cron=CronInput(cron="* * * * *"), last_week=CronInput(cron="0 0 30 2 *"))
    assert "phải cách ít nhất 15 phút" in found["cron_cron"]
    assert "không bao giờ đến" in found["last_week_cron"]


def test_hours_and_cron_together_are_refused_rather_than_one_of_them_overlooked() -> None:
    assert "cron_cron" in problems(cron=CronInput("7h", cron="0 8 * * *"))


def test_hours_with_different_minutes_are_refused_with_what_to_do() -> None:
    assert "cùng số phút" in problems(cron=CronInput("7:00, 13:30"))["cron_hours"]


@pytest.mark.parametrize("text", ["bảy giờ", "7:60", "-1", "07:00 CH", "1" * 5000, "<script>", "٧"])
def test_what_is_no_hour_is_refused_shortly(text: str) -> None:
    assert len(problems(cron=CronInput(text))["cron_hours"]) < 200


def test_check_boxes_that_are_no_days_are_left_out() -> None:
    assert checked_days(["0", "6", "6", "7", "x", "-1", "٣", ""]) == (0, 6)
