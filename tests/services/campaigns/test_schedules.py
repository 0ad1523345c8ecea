"""The schedule that holds: the file's, or the office's change of it; the next moments; changing it, once, in order."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from lotrinh.core.notify.schedules import CampaignSchedule, Tick
from lotrinh.core.status.journal import EntryKind
from lotrinh.errors import BadInput, Conflict
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.campaigns.schedules import (
    EffectiveSchedule,
    change_schedule,
    effective_schedule,
    next_checks,
    next_report,
    parse_schedule,
)
from lotrinh.services.notify.reminders import open_office
from lotrinh.services.views.change_preview import applied_changes
from lotrinh.settings.models import CampaignSettings, ScheduleSettings, Settings
from lotrinh.store import Store
from lotrinh.store.engine import writing
from lotrinh.store.schema import schedules

NOW = datetime(2026, 3, 6, 1, tzinfo=UTC)
"""Friday, 08:00 in Việt Nam; the election is on 15 March."""
WRITTEN = CampaignSchedule("0 7 * * *", "0 7,13 * * *", report="0 8 * * 1")
NEW = CampaignSchedule("0 6 * * 1-5", skip_days_off=True)
LAN, HOA = "officer:lan", "officer:hoa"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    campaign = CampaignSettings(id="bau-cu-2026", units=("04924",), schedule=ScheduleSettings(**asdict(WRITTEN)))
    return settings.model_copy(update={"campaigns": (campaign,)})


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    return open_campaign_of_files(settings, "bau-cu-2026")


def test_the_file_s_schedule_holds_until_the_office_changes_it_and_again_after_a_reset(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    assert effective_schedule(store, settings, campaign.id) == EffectiveSchedule(WRITTEN, None)
    assert change_schedule(store, settings, campaign, NEW, "", LAN, NOW)
    holds = effective_schedule(store, settings, campaign.id)
    assert holds.schedule == NEW
    assert holds.change
    assert (holds.change.actor, holds.change.changed_at) == (LAN, NOW)
    assert change_schedule(store, settings, campaign, None, holds.version, LAN, NOW)
    assert effective_schedule(store, settings, campaign.id) == EffectiveSchedule(WRITTEN, None)


def test_every_change_is_in_the_journal_with_what_was_before_and_the_chain_verifies(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    change_schedule(store, settings, campaign, NEW, "", LAN, NOW)
    change_schedule(store, settings, campaign, None, effective_schedule(store, settings, campaign.id).version, HOA, NOW)
    first, second = store.journal.entries(campaign.id)
    assert (first.new.kind, first.new.actor, first.new.body["schedule"]) == (
        EntryKind.CHANGED,
        LAN,
        {"old": asdict(WRITTEN), "new": asdict(NEW)},
    )
    assert (second.new.actor, second.new.body["schedule"]) == (HOA, {"old": asdict(NEW), "new": asdict(WRITTEN)})
    assert store.journal.verify() is None


def test_a_change_of_the_schedule_is_none_of_anchor_or_checklist(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    change_schedule(store, settings, campaign, NEW, "", LAN, NOW)
    assert applied_changes(store, campaign) == ()


def test_what_changes_nothing_is_not_recorded(store: Store, settings: Settings, campaign: Campaign) -> None:
    assert not change_schedule(store, settings, campaign, WRITTEN, "", LAN, NOW)
    assert not change_schedule(store, settings, campaign, None, "", LAN, NOW)
    change_schedule(store, settings, campaign, NEW, "", LAN, NOW)
    assert not change_schedule(
        store, settings, campaign, NEW, effective_schedule(store, settings, campaign.id).version, LAN, NOW
    )
    assert len(store.journal.entries(campaign.id)) == 1


def test_of_two_who_change_at_once_the_second_hears_who_was_quicker_and_nothing_is_overwritten(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    change_schedule(store, settings, campaign, NEW, "", LAN, NOW)
    with pytest.raises(Conflict) as refused:
        change_schedule(store, settings, campaign, replace(NEW, paused=True), "", HOA, NOW + timedelta(minutes=1))
    assert say(refused.value.sentence).startswith(
        "Chưa đổi: lúc 08:00 06/03/2026, Văn phòng tỉnh (lan) đã đổi lịch này."
    )
    assert effective_schedule(store, settings, campaign.id).schedule == NEW
    assert len(store.journal.entries(campaign.id)) == 1


def test_a_campaign_that_the_office_pauses_is_not_reminded_of_either(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    assert [each.id for each in open_office(store, settings).campaigns] == [campaign.id]
    change_schedule(store, settings, campaign, replace(WRITTEN, paused=True), "", LAN, NOW)
    assert open_office(store, settings).campaigns == ()


def keep(store: Store, campaign: Campaign, **content: object) -> None:
    """Keep a change that an earlier version let in."""
    with writing(store.engine) as connection:
        row = {"campaign": campaign.id, "content": json.dumps(content), "changed_at": NOW.isoformat(), "actor": LAN}
        connection.execute(insert(schedules).values(**row))


@pytest.mark.parametrize("paused", [True, False])
def test_a_kept_schedule_that_comes_more_often_than_may_be_written_now_holds_as_it_is(
    store: Store, settings: Settings, campaign: Campaign, *, paused: bool
) -> None:
    often = CampaignSchedule("*/10 6-18 * * *", "*/5 * * * *", paused=paused, report="0,1 8 * * *")
    keep(store, campaign, **asdict(often))
    holds = effective_schedule(store, settings, campaign.id)
    assert (holds.schedule, holds.is_unreadable) == (often, False)
    assert bool(open_office(store, settings).campaigns) is not paused
    with pytest.raises(BadInput) as refused:
        parse_schedule(asdict(holds.schedule))  # written again, it is not let in
    assert [problem.where for problem in refused.value.problems] == ["cron", "last_week", "report"]


@pytest.mark.parametrize(("kept", "of_file"), [(True, False), (False, True), (False, False)])
def test_of_a_kept_schedule_that_cannot_be_read_any_more_only_the_pause_holds(
    store: Store, settings: Settings, campaign: Campaign, *, kept: bool, of_file: bool
) -> None:
    (declared,) = settings.campaigns
    said = declared.model_copy(update={"schedule": declared.schedule.model_copy(update={"paused": of_file})})
    settings = settings.model_copy(update={"campaigns": (said,)})
    keep(store, campaign, cron="0 7 L * *", paused=kept)
    holds = effective_schedule(store, settings, campaign.id)
    assert (holds.schedule, holds.is_unreadable) == (replace(WRITTEN, paused=kept or of_file), True)


def test_a_kept_schedule_that_cannot_be_read_is_mended_by_keeping_what_holds(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    keep(store, campaign, cron="0 7 L * *", paused=True)
    holds = effective_schedule(store, settings, campaign.id)
    assert change_schedule(store, settings, campaign, holds.schedule, holds.version, HOA, NOW + timedelta(minutes=1))
    mended = effective_schedule(store, settings, campaign.id)
    assert (mended.schedule, mended.is_unreadable) == (replace(WRITTEN, paused=True), False)


def test_bad_fields_are_named_all_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        parse_schedule({"cron": "0 25 * * *", "report": "thứ hai", "paused": "có", "hourly": True})
    assert [problem.where for problem in refused.value.problems] == ["cron", "paused", "report", "hourly"]


def test_the_next_checks_go_over_from_the_usual_to_the_dense_schedule_and_back(campaign: Campaign) -> None:
    coming = next_checks(WRITTEN, campaign, NOW, 17)
    assert [f"{t.at:%d %H:%M}" for t in coming] == [
        "07 07:00",
        *(f"{day:02d} {hour}" for day in range(8, 15) for hour in ("07:00", "13:00")),
        "15 07:00",
        "16 07:00",
    ]
    assert {t.tick for t in coming[1:15]} == {Tick.DENSE}
    assert {t.at.tzinfo for t in coming} == {campaign.zone}


def test_the_next_checks_step_over_days_off(campaign: Campaign) -> None:
    before_tet = datetime(2026, 2, 13, 1, tzinfo=UTC)
    coming = next_checks(CampaignSchedule("0 7 * * *", skip_days_off=True), campaign, before_tet, 2)
    assert [campaign.checklist.calendar.is_working(t.at.date()) for t in coming] == [True, True]
    assert coming[0].at.date() > datetime(2026, 2, 20, tzinfo=UTC).date()


def test_a_paused_campaign_has_no_next_check_and_no_next_report(campaign: Campaign) -> None:
    paused = replace(WRITTEN, paused=True)
    assert next_checks(paused, campaign, NOW, 5) == ()
    assert next_report(paused, campaign, NOW) is None


def test_the_next_report_is_told(campaign: Campaign) -> None:
    assert next_report(WRITTEN, campaign, NOW) == datetime(2026, 3, 9, 8, tzinfo=campaign.zone)
    assert next_report(CampaignSchedule(), campaign, NOW) is None


def test_a_dense_schedule_that_never_runs_is_answered_soon(campaign: Campaign) -> None:
    far = datetime(2026, 4, 1, tzinfo=UTC)
    assert next_checks(CampaignSchedule(last_week="*/15 * * * *"), campaign, far, 5) == ()
