"""One record for the nation: provinces do not disturb each other, and none is recorded twice for a tick."""

from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lotrinh.catalog.units import packaged_roster, province, provinces, write_roster
from lotrinh.errors import AlreadyRecorded, Conflict, NotFound
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run, earlier_tries, try_name
from lotrinh.services.runs.lease import LASTS, SILENT_SECONDS
from lotrinh.services.runs.nation import TRIES, NationRun, TryStage, list_participants, settings_for_province, tick_of
from lotrinh.settings.models import CampaignSettings, Settings, UnitsSettings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, NOT_CARRIED_OUT, RUNNING

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
PATIENCE = timedelta(seconds=60)
LATER = NOW + PATIENCE + timedelta(seconds=1)
HA_NOI, PHU_THO = province("01"), province("25")
TICK = tick_of(NOW)


def started(store: Store, settings: Settings, code: str, name: str) -> str:
    campaign = open_campaign_of_files(settings_for_province(settings, code), "bau-cu-2026")
    return begin_run(store, campaign, NOW, NOW, {}, name).id


def finished(store: Store, settings: Settings, code: str, number: int = 1) -> str:
    name = started(store, settings, code, try_name(TICK, code, number))
    store.runs.finish(name, FINISHED, NOW, store.journal.head())
    return name


def nation_of(store: Store, *codes: str) -> NationRun:
    nation = NationRun(store, TICK, PATIENCE)
    nation.begin([province(code) for code in codes], NOW)
    return nation


def start_all(nation: NationRun) -> dict[str, str]:
    """Let every try be carried out by somebody; return province -> run."""
    for each in nation.unstarted_tries:
        each.flow_run = f"run-{nation.run_name(each)}"
    return {t.province.code: t.flow_run for t in nation.open_tries}


def test_a_province_is_asked_with_its_own_roster_and_not_with_the_offices_file(tmp_path: Path) -> None:
    write_roster(tmp_path / "own.csv", packaged_roster(PHU_THO)[:2])
    settings = Settings(data_dir=tmp_path, units=UnitsSettings(file=tmp_path / "own.csv"))
    campaign = open_campaign_of_files(settings_for_province(settings, "ha-noi"), "bau-cu-2026")
    assert (campaign.province.code, len(campaign.units)) == ("01", len(packaged_roster(HA_NOI)))
    assert len(open_campaign_of_files(settings_for_province(settings, "25"), "bau-cu-2026").units) == 2
    assert settings_for_province(settings, "") is settings


def test_an_imported_roster_of_a_province_goes_before_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    write_roster(tmp_path / "units" / "ha-noi.csv", packaged_roster(HA_NOI)[:3])
    assert (
        len(open_campaign_of_files(settings_for_province(Settings(data_dir=tmp_path), "01"), "bau-cu-2026").units) == 3
    )


def test_a_province_that_is_none_is_named(settings: Settings) -> None:
    with pytest.raises(NotFound, match="Hà Tây cũ"):
        settings_for_province(settings, "Hà Tây cũ")


def test_a_campaign_that_names_units_is_run_where_they_are_and_nowhere_else(tmp_path: Path) -> None:
    own = tuple(u.code for p in (HA_NOI, PHU_THO) for u in packaged_roster(p)[:2])
    settings = Settings(data_dir=tmp_path, campaigns=(CampaignSettings(id="bau-cu-2026", units=own),))
    assert list_participants(settings, "bau-cu-2026") == (HA_NOI, PHU_THO)
    assert [u.code for u in open_campaign_of_files(settings_for_province(settings, "01"), "bau-cu-2026").units] == list(
        own[:2]
    )


def test_a_campaign_for_all_is_run_in_all_provinces_or_in_those_that_are_named(settings: Settings) -> None:
    assert list_participants(settings, "bau-cu-2026") == provinces()
    assert list_participants(settings, "bau-cu-2026", ["25", "ha-noi"]) == (PHU_THO, HA_NOI)


def test_provinces_of_one_record_do_not_interrupt_each_other(store: Store, settings: Settings) -> None:
    here, there = started(store, settings, "25", "a"), started(store, settings, "01", "b")
    assert store.runs.states([here, there, "khong-co"]) == {here: RUNNING, there: RUNNING}
    again = started(store, settings, "25", "c")
    assert store.runs.states([here, there, again]) == {here: INTERRUPTED, there: RUNNING, again: RUNNING}
    assert store.runs.find_interrupted_before("bau-cu-2026", again, province="25") == here
    assert store.runs.pulse("bau-cu-2026", province="01") == (there, 0)


def test_each_query_for_a_province_sees_its_runs_alone(store: Store, settings: Settings) -> None:
    here, there = finished(store, settings, "25"), finished(store, settings, "01")
    runs, of = store.runs, "bau-cu-2026"
    for code, name in (("25", here), ("01", there)):
        found = [
            runs.latest(of, province=code),
            runs.latest(of, NOW.date(), province=code),
            runs.latest_at(of, NOW.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")), province=code),
            runs.first(of, province=code),
            *runs.finished(of, 9, province=code),
            *runs.newest(of, province=code),
        ]
        assert [r and r.id for r in found] == [name] * 6
    assert len(runs.newest(of)) == 2
    assert not open_campaign_of_files(settings, of).has_run(runs.newest(of, province="01")[0])


def test_a_run_that_was_replaced_cannot_be_finished_any_more(store: Store, settings: Settings) -> None:
    slow, new = started(store, settings, "25", "a"), started(store, settings, "25", "b")
    with pytest.raises(Conflict, match="đã đóng, hoặc lượt mới hơn đã thay nó"):
        store.runs.finish(slow, FINISHED, NOW, "h")
    assert store.runs.states([slow, new]) == {slow: INTERRUPTED, new: RUNNING}


def test_a_further_try_does_not_begin_once_an_earlier_one_has_finished(store: Store, settings: Settings) -> None:
    first = finished(store, settings, "25")
    with pytest.raises(AlreadyRecorded) as refused:
        started(store, settings, "25", try_name(TICK, "25", 2))
    assert refused.value.run == first
    assert [r.id for r in store.runs.newest("bau-cu-2026")] == [first]
    assert earlier_tries("20260202-010000-ab12") == earlier_tries("a.1") == ()


def test_what_is_recorded_for_the_tick_is_not_run_again(store: Store, settings: Settings) -> None:
    finished(store, settings, "25")
    nation = nation_of(store, "25", "01")
    assert [t.province.code for t in nation.unstarted_tries] == ["01"]
    assert NationRun(store, "20260203-010000", PATIENCE, {}, {}).recorded_runs == {}


def test_a_run_that_fails_is_tried_again_and_no_more_often_than_it_may(store: Store) -> None:
    nation = nation_of(store, "25")
    for number in range(1, TRIES + 1):
        runs = dict.fromkeys(start_all(nation).values(), TryStage.ENDED)
        assert [t.number for t in nation.open_tries] == [number]
        assert nation.update(runs, NOW) == ()
    assert nation.is_over(runs)
    assert "Tỉnh Phú Thọ (chưa máy nào chạy)" in say(nation.summary())


def test_a_run_without_news_is_given_up_and_one_that_waits_for_a_machine_is_not(store: Store) -> None:
    nation = nation_of(store, "25", "01")
    runs = start_all(nation)
    at = {runs["25"]: TryStage.RUNNING, runs["01"]: TryStage.WAITING}
    assert nation.update(at, NOW) == ()
    assert nation.update(at, NOW + PATIENCE) == ()
    assert nation.update(at, LATER) == (runs["25"],)
    assert {t.province.code: t.number for t in nation.open_tries} == {"25": 2, "01": 1}


def test_a_try_that_waits_for_the_lease_of_a_dead_machine_is_not_given_up(store: Store) -> None:
    from flows.nation import check_nation

    patience, starting = signature(check_nation.fn).parameters["patience"].default, timedelta(seconds=15)
    nation = NationRun(store, TICK, timedelta(seconds=patience))
    nation.begin([PHU_THO], NOW)
    at = {start_all(nation)["25"]: TryStage.RUNNING}
    assert nation.update(at, NOW) == ()
    assert nation.update(at, NOW + starting + LASTS + timedelta(seconds=SILENT_SECONDS)) == ()


def test_every_unit_that_is_heard_is_news(store: Store, settings: Settings) -> None:
    nation = nation_of(store, "25")
    at = {start_all(nation)["25"]: TryStage.RUNNING}
    nation.update(at, NOW)
    started(store, settings, "25", try_name(TICK, "25", 1))
    assert nation.update(at, LATER) == ()
    assert len(nation.update(at, LATER + PATIENCE + PATIENCE)) == 1


def test_a_clock_that_steps_back_an_hour_gives_nobody_up_and_one_that_steps_ahead_loses_one_try(
    store: Store, settings: Settings
) -> None:
    hour = timedelta(hours=1)
    nation = nation_of(store, "25")
    at = {start_all(nation)["25"]: TryStage.RUNNING}
    assert nation.update(at, NOW) == nation.update(at, NOW - hour) == ()
    assert len(nation.update(at, NOW + hour)) == 1
    # The run that was taken for dead ends all the same: it is what is recorded, and the second try finds it.
    finished(store, settings, "25")
    assert nation.update({}, NOW + hour) == ()
    assert not any(nation.open_tries)
    with pytest.raises(AlreadyRecorded):
        started(store, settings, "25", try_name(TICK, "25", 2))


def test_the_provinces_that_are_missing_are_named_with_their_reason(store: Store, settings: Settings) -> None:
    finished(store, settings, "01")
    store.runs.finish(started(store, settings, "25", try_name(TICK, "25", 1)), NOT_CARRIED_OUT, NOW, "h")
    started(store, settings, "04", try_name(TICK, "04", 1))
    nation = nation_of(store, "01", "04", "08", "25")
    nation.update(dict.fromkeys(start_all(nation).values(), TryStage.RUNNING), NOW)
    assert say(nation.summary()) == (
        "Đã ghi 1 trên 4 tỉnh, thành phố. Chưa xong: Tỉnh Cao Bằng (bị dừng giữa chừng), Tỉnh Tuyên Quang (chưa máy"
        " nào chạy), Tỉnh Phú Thọ (mạng của máy chạy không tới được đơn vị nào). Hãy chạy lại với tick=20260202-010000."
    )
    assert say(nation_of(store, "01").summary()) == "Đã ghi 1 trên 1 tỉnh, thành phố."
