"""A run stores its report once; what programs read of it is, to the byte, what earlier versions stored beside it."""

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.catalog.checklists import from_content
from lotrinh.core.report.changes import compare_snapshots
from lotrinh.core.report.report import Report, UnitReport, milestone_rows
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Policy, Status
from lotrinh.core.text import Message
from lotrinh.reports.data.json_report import report_json
from lotrinh.reports.data.snapshot_csv import snapshot_csv
from lotrinh.reports.data.snapshot_json import format_snapshot, parse_snapshot
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.archived_snapshot import extract_snapshot, extract_summary
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.report_archive import dump_report, load_report
from lotrinh.services.runs.snapshots import load_report_json, load_run_report, load_snapshot
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.upkeep.figures import read_totals
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, StoredReport
from tests.conftest import TOP
from tests.reports.samples import commune, the_checklist, the_report, unit_report
from tests.services.earlier import first_form, store_as_before, store_forms

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)
BEFORE = json.loads((TOP / "tests" / "data" / "stored-report.json").read_text(encoding="utf-8"))
"""What a run of the version before stored: its report as JSON and laid down, and the checklist it was made with."""
TEXT, ARCHIVE, CHECKLIST = BEFORE["json"], base64.b64decode(BEFORE["archive"]), BEFORE["checklist"]
FORMS = {
    "both": (TEXT, ARCHIVE),
    "JSON alone": (TEXT, None),
    "an archive alone": (None, ARCHIVE),
    "an archive of today": (None, dump_report(load_report(ARCHIVE, from_content(CHECKLIST)), Policy())),
}


@pytest.fixture(params=FORMS)
def stored(request: pytest.FixtureRequest, store: Store, settings: Settings) -> str:
    """A run that left its report in one of the forms that there are; its id."""
    file = from_content(CHECKLIST)
    run = begin_run(
        store, replace(open_campaign_of_files(settings, "bau-cu-2026"), checklist=file), NOW, NOW, {}, "luot-1"
    )
    store.runs.finish(run.id, FINISHED, NOW, run.head, StoredReport(b"", file.content_hash, CHECKLIST))
    store_forms(store, run.id, *FORMS[request.param])
    return run.id


def test_programs_read_the_bytes_that_were_stored_before_whatever_form_is_stored(store: Store, stored: str) -> None:
    assert load_report_json(store, stored) == TEXT
    assert load_snapshot(store, stored) == parse_snapshot(TEXT)


def test_the_table_is_the_same_whatever_form_is_stored(store: Store, stored: str) -> None:
    snapshot, file = load_snapshot(store, stored), from_content(CHECKLIST)
    assert snapshot
    rows = snapshot_csv(snapshot, file, "vi")
    assert rows == snapshot_csv(parse_snapshot(TEXT), file, "vi")
    assert rows.count("\n") == 1 + TEXT.count('"due_at"') - TEXT.count('"days_left"')


def test_what_a_run_left_is_told_of_every_form(store: Store, stored: str) -> None:
    forms = store.runs.stored_forms(stored)
    assert forms.report
    assert forms.whole is (load_run_report(store, stored) is not None)


def test_the_totals_are_read_out_of_the_beginning_of_every_form_but_a_lone_archive_of_the_first(
    store: Store, stored: str, request: pytest.FixtureRequest
) -> None:
    found = read_totals(store.figures.report_beginning(stored, 2_000))
    alone = "an archive alone" in request.node.name
    assert found == ({} if alone else json.loads(TEXT)["summary"]["statuses"])


@pytest.mark.parametrize("beginning", [b"", b"x", b"no archive at all", dump_report(the_report(), Policy())[:30], ""])
def test_no_totals_are_read_out_of_what_is_no_beginning(beginning: str | bytes) -> None:
    assert read_totals(beginning) == {}


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    of = open_campaign_of_files(settings, "bau-cu-2026")
    return replace(of, units=of.units[:20])


def ran(store: Store, settings: Settings, of: Campaign, at: datetime) -> str:
    return conclude(store, settings, of, begin_run(store, of, at, at, {}), at).run


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_run_of_today_gives_the_json_that_its_report_was_when_it_was_made(
    store: Store, settings: Settings, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LOTRINH_LANG", language)
    store.journal.append(*sample_entries(campaign, NOW))
    made = conclude(store, settings, campaign, begin_run(store, campaign, NOW, NOW, {}), NOW)
    written = report_json(made)
    assert load_report_json(store, made.run) == written
    monkeypatch.setenv("LOTRINH_LANG", "vi")
    assert load_report_json(store, made.run) == written
    dumped = store.runs.report_dump(made.run)
    assert dumped
    assert len(dumped[0]) < len(written.encode()) / 20
    assert extract_summary(dumped[0][:1_000]) == made.summary()


def test_runs_of_different_versions_are_compared_like_those_of_one(
    store: Store, settings: Settings, campaign: Campaign
) -> None:
    old = ran(store, settings, campaign, NOW - timedelta(days=9))
    store.journal.append(*sample_entries(campaign, NOW))
    new = ran(store, settings, campaign, NOW)
    found = compared(store, old, new)
    assert found.done
    for name, whole in ((old, True), (new, True), (old, False)):
        store_as_before(store, name, whole=whole)
        assert compared(store, old, new) == found


def compared(store: Store, old: str, new: str) -> Any:
    before, after = load_snapshot(store, old), load_snapshot(store, new)
    assert before
    assert after
    return compare_snapshots(before, after)


def test_an_archive_of_the_first_form_whose_checklist_is_lost_says_nothing(store: Store, stored: str) -> None:
    store_forms(store, stored, None, ARCHIVE)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM checklists")
    assert (load_snapshot(store, stored), load_report_json(store, stored)) == (None, None)


WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
MOMENTS = st.none() | st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001 - the zone comes from ``timezones``
    datetime(2026, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")]),
)
FLAGS = st.fixed_dictionaries(
    {},
    optional={
        "obstacle": WORDS,
        "returned": WORDS,
        "progress": st.fixed_dictionaries({"done": st.integers(0, 9), "of": st.integers(1, 9)}),
        "waiting_for": st.lists(WORDS, min_size=1, max_size=2),
        "conflict": st.just(value=True),
        "stale": MOMENTS.filter(bool).map(lambda at: at and at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))),
    },
)
STEPS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(Status),
        "flags": FLAGS,
        "completed_on": st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31)),
        "heard_at": MOMENTS,
        "reported_at": MOMENTS,
    }
)
OUTCOMES = st.tuples(st.sampled_from(Outcome), st.sampled_from(Reason), WORDS.map(lambda t: Message("{t}", t=t)))


@st.composite
def units(draw: st.DrawFn, number: int) -> UnitReport:
    """One unit of which anything may have been heard."""
    made = unit_report(commune(f"{number:05}", draw(WORDS), area=draw(WORDS)), outcome=draw(OUTCOMES))
    steps = [step_status._replace(**draw(STEPS)) for step_status in made.step_statuses]
    return made._replace(step_statuses=steps, checked_at=draw(MOMENTS), last_answer_at=draw(MOMENTS))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = [draw(units(number)) for number in range(draw(st.integers(0, 3)))]
    zone = ZoneInfo(draw(st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"])))
    made = the_report(*found, sample=draw(st.booleans()), interrupted=draw(st.sampled_from(["", "luot-0"])))
    checklist = replace(made.checklist, timezone=zone.key)
    return replace(made, as_of=made.as_of.astimezone(zone), checklist=checklist, province_name=draw(WORDS))


@given(reports())
def test_whatever_a_report_says_its_archive_gives_its_json(report: Report) -> None:
    snapshot = extract_snapshot(dump_report(report, Policy()))
    assert snapshot
    assert format_snapshot(snapshot) == report_json(report)
    assert parse_snapshot(report_json(report)) == snapshot


def test_a_report_without_a_province_or_units_gives_its_json() -> None:
    file = the_checklist()
    rows = milestone_rows(file, [], None, the_report().as_of)
    for report in (the_report(), replace(the_report(), province=None, milestones=rows)):
        snapshot = extract_snapshot(dump_report(report, Policy()))
        assert snapshot
        assert format_snapshot(snapshot) == report_json(report)


def test_an_archive_of_the_first_form_is_not_taken_for_one_of_today() -> None:
    archive = dump_report(the_report(unit_report(commune())), Policy())
    assert extract_snapshot(first_form(archive)) is None
    assert extract_summary(first_form(archive)) == {}
