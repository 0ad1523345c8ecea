"""A stored report read back says what it said when it was made."""

from dataclasses import replace

import pytest

from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.reports.data.csv_report import report_csv
from lotrinh.reports.data.json_report import report_json
from lotrinh.reports.data.snapshot_json import parse_snapshot
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.snapshots import checklist_of_run, load_run_report, load_snapshot
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import checklist, milestone, step
from tests.services.builders import DONE, LIEN_SON, LUONG_SON, NOW, campaign, happened, hear, report, says, silence

STEPS = (
    step("a", "2026-02-10", milestone="m1"),
    step("b", "2026-01-25 at 17:00", milestone="m1"),
    step("c", "done(a) + 5 days", milestone="m2"),
    step("d", None, milestone="m2", requires=("b",)),
)
OBSTACLE = {"id": "b", "state": "obstacle", "note": "Thiếu | dữ liệu", "progress": {"done": 7, "of": 12}}


@pytest.fixture
def was(store: Store, settings: Settings) -> Report:
    file = checklist(milestone("m1", steps=STEPS[:2]), milestone("m2", steps=STEPS[2:]), content_hash="c" * 64)
    of = campaign(file=file)
    store.journal.append(
        happened(EntryKind.CONFIRMED, LUONG_SON, "a", sample=True),
        happened(EntryKind.RETURNED, LUONG_SON, "a", reason="Thiếu dấu"),
    )
    said = hear(settings, of, LIEN_SON, says(LIEN_SON, {"id": "a", **DONE}, OBSTACLE))
    return report(store, of, said, silence(LUONG_SON, Outcome.INVALID, Reason.TYPE), settings=settings)


def test_all_figures_come_back(was: Report) -> None:
    then = parse_snapshot(report_json(was))
    assert (then.run, then.as_of, then.head, then.sample) == (was.run, was.as_of, was.head, True)
    assert then.statuses == was.statuses()
    assert then.outcomes == was.outcomes()
    assert [u.unit.code for u in then.silent] == [LUONG_SON.code]
    assert then.by_code[LUONG_SON.code].sentence == "x"
    assert then.by_code[LIEN_SON.code].last_answer_at == NOW
    assert then.by_code[LIEN_SON.code].steps["b"].flags == {
        "obstacle": "Thiếu | dữ liệu",
        "progress": {"done": 7, "of": 12},
    }
    assert [(m.id, m.units, m.done) for m in then.milestones] == [("m1", 2, 0), ("m2", 2, 0)]


def test_every_unit_and_step_comes_back_with_its_status_deadline_and_day(was: Report) -> None:
    then = parse_snapshot(report_json(was))
    for unit in was.everybody:
        steps = then.by_code[unit.unit.code].steps
        assert list(steps) == [s.step for s in unit.step_statuses]
        for step_status in unit.step_statuses:
            found = steps[step_status.step]
            assert (found.status, found.completed_on) == (step_status.status, step_status.completed_on)
            assert (found.due is None) == (step_status.due is None)


def test_a_report_without_units_or_province_is_read_too(was: Report) -> None:
    then = parse_snapshot(report_json(replace(was, units=(), province=None, milestones=())))
    assert (list(then.everybody), then.statuses) == ([], {})


@pytest.fixture
def real(settings: Settings) -> Campaign:
    of = open_campaign_of_files(settings, "bau-cu-2026")
    return replace(of, units=of.units[:3])


def test_the_report_of_a_run_is_made_again_whole_though_the_checklist_has_changed(
    store: Store, settings: Settings, real: Campaign
) -> None:
    made = conclude(store, settings, real, begin_run(store, real, NOW, NOW, {}), NOW)
    again = load_run_report(store, made.run)
    assert again
    assert report_csv(again, "vi") == report_csv(made, "vi")
    then = load_snapshot(store, made.run)
    assert then
    assert checklist_of_run(store, real, then) is real.checklist
    changed = replace(real, checklist=replace(real.checklist, content_hash="d" * 64, milestones=()))
    assert [m.title for m in checklist_of_run(store, changed, then).milestones] == [
        m.title for m in real.checklist.milestones
    ]


def test_a_run_without_a_report_gives_none(store: Store, real: Campaign) -> None:
    begun = begin_run(store, real, NOW, NOW, {})
    assert (load_snapshot(store, begun.id), load_run_report(store, begun.id)) == (None, None)
