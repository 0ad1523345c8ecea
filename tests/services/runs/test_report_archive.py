"""A report laid down whole: every format made again from it is the same to the byte."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lotrinh.catalog.checklists import from_content
from lotrinh.core.checklist.checklist import Scope
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.reports.data.csv_report import report_csv
from lotrinh.reports.data.json_report import report_json
from lotrinh.reports.text import markdown, terminal
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import close_run
from lotrinh.services.runs.report_archive import dump_report, load_report, load_unit_report
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import checklist, milestone, step
from tests.services.builders import LIEN_SON, LUONG_SON
from tests.services.builders import campaign as small_campaign

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)
UNIT, STEP = "04960", "niem-yet-danh-sach-cu-tri"


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    return open_campaign_of_files(settings, "bau-cu-2026")


@pytest.fixture
def report(settings: Settings, store: Store, campaign: Campaign) -> Report:
    said = (
        (EntryKind.OBSTACLE, {"note": "Mất điện <b>cả xã</b>"}),
        (EntryKind.PROPOSAL, {"note": "Đề nghị tỉnh cấp máy in"}),
        (EntryKind.ANSWERED, {"note": "Đã giao Sở Nội vụ"}),
        (EntryKind.HANDED_OVER, {"office": "Sở Nội vụ"}),
    )
    new = [
        NewEntry(kind=kind, at=NOW, campaign=campaign.id, unit=UNIT, step=STEP, actor="unit:04960", body=body)
        for kind, body in said
    ]
    store.journal.append(*sample_entries(campaign, NOW), *new)
    return LiveCampaign(store, settings, campaign).report(NOW)


def again(report: Report, campaign: Campaign) -> Report:
    return load_report(dump_report(report, campaign.policy), from_content(report.checklist.content))


def test_every_format_of_a_report_made_again_is_the_same(report: Report, campaign: Campaign) -> None:
    made = again(report, campaign)
    assert report_json(made) == report_json(report)
    assert report_csv(made, "vi") == report_csv(report, "vi")
    assert markdown.render(made, "vi", everything=True) == markdown.render(report, "vi", everything=True)
    assert terminal.render(made, "vi", 160) == terminal.render(report, "vi", 160)


def test_obstacles_proposals_and_their_answers_are_kept(report: Report, campaign: Campaign) -> None:
    own = [v for v in again(report, campaign).obstacles if v.unit.code == UNIT and v.step.id == STEP]
    assert [(v.text, v.is_proposal) for v in own] == [
        ("Mất điện <b>cả xã</b>", False),
        ("Đề nghị tỉnh cấp máy in", True),
    ]
    assert {(v.answer, v.handed_to, v.answered_at) for v in own} == {("Đã giao Sở Nội vụ", "Sở Nội vụ", NOW)}


def test_one_unit_or_the_province_is_made_again_without_the_others(report: Report, campaign: Campaign) -> None:
    frozen, whole = dump_report(report, campaign.policy), again(report, campaign)
    for each in whole.everybody:
        alone = load_unit_report(frozen, report.checklist, each.unit.code)
        assert alone
        assert (alone.unit, alone.step_statuses, alone.checked_at) == (each.unit, each.step_statuses, each.checked_at)
        assert [(p.step.id, p.opens, p.due) for p in alone.plan] == [(p.step.id, p.opens, p.due) for p in each.plan]
    assert load_unit_report(frozen, report.checklist, "99999") is None


def test_laying_down_again_changes_nothing(report: Report, campaign: Campaign) -> None:
    frozen = dump_report(report, campaign.policy)
    assert dump_report(load_report(frozen, report.checklist), campaign.policy) == frozen


def test_a_stored_run_gives_its_report_back_though_the_checklist_has_changed(
    store: Store, report: Report, campaign: Campaign
) -> None:
    run = begin_run(store, campaign, NOW, NOW, {}, "luot-1")
    close_run(store, campaign, replace(report, run=run.id), NOW)
    kept = store.runs.report_dump(run.id)
    assert kept
    made = load_report(kept[0], from_content(kept[1]))
    assert made.summary() == report.summary()
    assert made.checklist.content_hash == campaign.checklist.content_hash


def test_units_with_different_steps_of_one_deadline_each_keep_their_own(settings: Settings, store: Store) -> None:
    scopes = (Scope(codes=frozenset({LUONG_SON.code})), Scope(codes=frozenset({LIEN_SON.code})))
    due = "election_day - 10 days"
    steps = tuple(step(f"viec-{n}", due, applies_to=scope) for n, scope in enumerate(scopes))
    of = small_campaign(file=checklist(milestone("m", due, steps=steps), content_hash="c" * 64))
    made = LiveCampaign(store, settings, of).report(NOW)
    plans = [
        [item.step.id for item in unit.plan] for unit in load_report(dump_report(made, of.policy), of.checklist).units
    ]
    assert plans == [["viec-0"], ["viec-1"]]
