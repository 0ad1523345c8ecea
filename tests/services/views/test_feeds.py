"""Feeds over time: names that stay, numbers that grow when a date moves, and runs that read the same for ever."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.core.report.deadline_history import OFFICE, dues_of_report
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.reports.calendar.feed import calendar
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import close_run
from lotrinh.services.runs.report_archive import dump_report, load_deadlines
from lotrinh.services.runs.snapshots import load_run_report
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.views.change_preview import ChangeRequest
from lotrinh.services.views.feeds import Feed, build_office_feed, build_unit_feed, history_of_run
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.services.views.reporting import narrow_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.reports.calendars import Events, read
from tests.services.office import CHECKLIST, NOW, Office, confirmed, office_in

UNIT, OTHER = "04924", "04960"
HOUR = timedelta(hours=1)
MOVED, BACK = date(2026, 3, 22), date(2026, 3, 15)
AFTER = """\
  - id: hai
    title: Hai
    due: done(a) + 30 days
    basis: [{source: luat, at: Điều 2, confidence: A}]
    steps:
      - {id: sau, title: Việc sau, owner: UBND xã, level: commune}
"""


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return office_in(store, tmp_path)


def run(
    office: Office, at: datetime, units: Iterable[str] = (UNIT, OTHER), *, begun_at: datetime | None = None
) -> Report:
    """Carry out a run as of this moment, and then if nothing else is said; return its report as it is read back."""
    campaign = office.campaign()
    campaign = replace(campaign, units=tuple(u for u in campaign.units if u.code in set(units)))
    begun = begin_run(office.store, campaign, begun_at or at, at, {})
    made = LiveCampaign(office.store, office.settings, campaign).report(at)
    close_run(office.store, campaign, replace(made, run=begun.id), at)
    again = load_run_report(office.store, begun.id)
    assert again
    return again


def written(office: Office, report: Report, unit: str = "") -> bytes:
    shown = narrow_report(report, unit) if unit else report
    return calendar(shown, "vi", history_of_run(office.store, shown))


def live(office: Office, at: datetime, unit: str = "") -> Events:
    now, campaign = LiveCampaign(office.store, office.settings, office.campaign()), office.campaign()
    feed: Feed = (
        build_unit_feed(office.store, now, campaign.by_code[unit], at)
        if unit
        else build_office_feed(office.store, now, at)
    )
    return read(calendar(feed.report, "vi", feed.history))


def numbers(events: Events) -> dict[str, int]:
    return {uid.split("@")[0]: event.number for uid, event in events.items()}


def test_names_stay_and_numbers_grow_when_the_anchor_moves(office: Office) -> None:
    before = read(written(office, run(office, NOW), UNIT))
    office.apply(ChangeRequest(MOVED))
    after = read(written(office, run(office, NOW + HOUR), UNIT))
    assert set(before) == set(after)
    assert numbers(before) == {f"a.{UNIT}": 0, f"b.{UNIT}": 0}
    assert numbers(after) == {f"a.{UNIT}": 1, f"b.{UNIT}": 1}
    assert {after[uid].start - before[uid].start for uid in before} == {timedelta(days=7)}
    assert {event.changed for event in after.values()} == {NOW + HOUR}


def test_the_office_s_numbers_grow_with_the_milestones(office: Office) -> None:
    assert set(numbers(read(written(office, run(office, NOW)))).values()) == {0}
    office.apply(ChangeRequest(MOVED))
    assert numbers(read(written(office, run(office, NOW + HOUR)))) == {"mot.milestone": 1, "t.25": 1}


def test_what_did_not_move_keeps_its_number(office: Office) -> None:
    run(office, NOW)
    office.apply(office.upload(CHECKLIST.replace("ngay - 10 days", "ngay - 9 days")))
    assert numbers(read(written(office, run(office, NOW + HOUR), UNIT))) == {f"a.{UNIT}": 0, f"b.{UNIT}": 1}


def test_a_stored_run_reads_the_same_whatever_moves_later(office: Office) -> None:
    first = run(office, NOW)
    kept = {unit: written(office, first, unit) for unit in ("", UNIT, "25")}
    office.apply(ChangeRequest(MOVED))
    live(office, NOW + HOUR, UNIT)
    live(office, NOW + HOUR)
    run(office, NOW + HOUR)
    assert {unit: written(office, first, unit) for unit in kept} == kept


def test_a_date_that_moved_and_came_back_between_two_runs_has_moved_twice_for_who_read_it(office: Office) -> None:
    run(office, NOW)
    office.apply(ChangeRequest(MOVED))
    assert numbers(live(office, NOW + HOUR, UNIT))[f"a.{UNIT}"] == 1
    office.apply(ChangeRequest(BACK))
    assert numbers(live(office, NOW + 2 * HOUR, UNIT))[f"a.{UNIT}"] == 2
    assert numbers(live(office, NOW + 2 * HOUR, OTHER))[f"a.{OTHER}"] == 0  # nobody read it meanwhile
    made = run(office, NOW + 3 * HOUR)
    assert numbers(read(written(office, made, UNIT)))[f"a.{UNIT}"] == 2


def test_a_feed_read_before_the_first_run_counts_too(office: Office) -> None:
    assert set(numbers(live(office, NOW, UNIT)).values()) == {0}
    office.apply(ChangeRequest(MOVED))
    assert set(numbers(live(office, NOW + HOUR, UNIT)).values()) == {1}
    assert set(numbers(read(written(office, run(office, NOW + 2 * HOUR), UNIT))).values()) == {1}


def test_a_feed_and_the_run_after_it_agree(office: Office) -> None:
    run(office, NOW)
    office.apply(ChangeRequest(MOVED))
    for unit in ("", UNIT, "25"):
        shown = live(office, NOW + HOUR, unit)
        assert numbers(read(written(office, run(office, NOW + HOUR), unit))) == numbers(shown)


def test_a_run_of_some_units_moves_nothing_for_the_others_nor_for_the_office(office: Office) -> None:
    run(office, NOW)
    run(office, NOW + HOUR, units=[UNIT])
    made = run(office, NOW + 2 * HOUR)
    assert set(numbers(read(written(office, made, OTHER))).values()) == {0}
    assert set(numbers(read(written(office, made))).values()) == {0}
    run(office, NOW + 3 * HOUR, units=[UNIT])
    office.apply(ChangeRequest(MOVED))
    assert set(numbers(read(written(office, run(office, NOW + 4 * HOUR), OTHER))).values()) == {1}


def test_a_run_that_shows_a_day_in_the_past_tells_nothing_anew(office: Office) -> None:
    run(office, NOW)
    office.apply(ChangeRequest(MOVED))
    run(office, NOW - 24 * HOUR, begun_at=NOW)
    assert office.store.deadlines.published("thu") == {}
    assert set(numbers(live(office, NOW + HOUR, UNIT)).values()) == {1}


def test_a_run_after_the_clock_was_set_back_tells_what_has_moved(office: Office) -> None:
    run(office, NOW)
    office.apply(ChangeRequest(MOVED))
    run(office, NOW - HOUR)
    assert office.store.deadlines.published("thu") != {}


def test_a_date_that_hangs_on_an_event_comes_moves_and_is_cancelled(office: Office) -> None:
    """The event is withdrawn in the end, so nobody knows the date any more."""
    (office.home / "thu.yaml").write_text(CHECKLIST + AFTER, encoding="utf-8")
    run(office, NOW)
    name = f"sau.{UNIT}@thu.lotrinh"
    assert name not in live(office, NOW + HOUR, UNIT)
    confirmed(office, UNIT, "a")
    assert live(office, NOW + HOUR, UNIT)[name].start == date(2026, 2, 28)
    office.store.journal.append(
        NewEntry(
            kind=EntryKind.WITHDRAWN, at=NOW, campaign="thu", unit=UNIT, step="a", actor="x", body={"reason": "nhầm"}
        )
    )
    gone = live(office, NOW + 2 * HOUR, UNIT)[name]
    assert (gone.status, gone.start, gone.number) == ("CANCELLED", date(2026, 2, 28), 2)
    assert read(written(office, run(office, NOW + 3 * HOUR), UNIT))[name][2:6] == gone[2:6]


def test_a_step_that_is_taken_out_and_put_back_on_another_day_has_moved(office: Office) -> None:
    run(office, NOW)
    office.apply(office.upload("".join(line for line in CHECKLIST.splitlines(keepends=True) if "id: b" not in line)))
    assert set(numbers(read(written(office, run(office, NOW + HOUR), UNIT)))) == {f"a.{UNIT}"}
    office.apply(office.upload(CHECKLIST.replace("ngay - 10 days", "ngay - 9 days")))
    assert numbers(read(written(office, run(office, NOW + 2 * HOUR), UNIT))) == {f"a.{UNIT}": 0, f"b.{UNIT}": 1}


@pytest.fixture
def province(settings: Settings, store: Store) -> tuple[Campaign, Report]:
    campaign, now = open_campaign_of_files(settings, "bau-cu-2026"), datetime(2026, 2, 3, 1, tzinfo=UTC)
    store.journal.append(*sample_entries(campaign, now))
    return campaign, LiveCampaign(store, settings, campaign).report(now)


def test_the_deadlines_of_a_report_laid_down_are_read_without_the_report(province: tuple[Campaign, Report]) -> None:
    campaign, report = province
    told = load_deadlines(dump_report(report, campaign.policy))
    assert told == dues_of_report(report)
    assert len(told) == len(report.units) + 2
    assert OFFICE in told


def test_no_name_comes_twice_in_a_whole_province(province: tuple[Campaign, Report]) -> None:
    _, report = province
    feeds = [read(calendar(narrow_report(report, u.unit.code), "vi", {})) for u in list(report.everybody)[:12]]
    names = [name for events in feeds for name in events]
    assert len(names) == len(set(names))
    ours = read(calendar(report, "vi", {}))
    assert {name for name in ours if ".milestone@" not in name} == {name for name in names if ".25@" in name}


def test_a_deadline_in_tet_reminds_before_the_holiday(province: tuple[Campaign, Report]) -> None:
    campaign, report = province
    first_day, last_day = date(2026, 2, 16), date(2026, 2, 20)
    rows = [r for r in report.milestones if r.due and first_day <= r.due.day <= last_day and r.units > r.done]
    assert rows
    events = read(calendar(report, "vi", {}))
    for row in rows:
        event = events[f"{row.milestone.id}.milestone@{campaign.id}.lotrinh"]
        assert row.last_working_day
        assert event.alarm
        assert row.due
        assert (datetime.combine(row.due.day, datetime.min.time()) + event.alarm).date() < first_day
