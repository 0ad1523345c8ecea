"""The clock was an hour ahead and is set right: the next check knows all that was recorded, and is the newest."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind, fold
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.probing.contract import read_answer
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs import runs
from lotrinh.services.runs.ask import begin_run, build_questions
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.status_document import build_status_answer, format_status_document
from lotrinh.services.views.compare_runs import compare_runs
from lotrinh.services.views.explain import build_explanation
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.services.views.reporting import choose_report
from lotrinh.settings.models import CampaignSettings, Settings
from lotrinh.store import Store
from tests.services.builders import DONE, LIEN_SON, LUONG_SON, NOW, happened, hear, says, stands
from tests.services.office import CHECKLIST

MINUTE = timedelta(minutes=1)
AHEAD, SAID, RIGHT = NOW, NOW + 20 * MINUTE, NOW - 30 * MINUTE
"""By a clock an hour ahead: a check, and 20 minutes later a confirmation; 10 minutes later, by the clock set right."""


@pytest.fixture
def of(settings: Settings, tmp_path: Path) -> Campaign:
    (tmp_path / "thu.yaml").write_text(CHECKLIST, encoding="utf-8")
    office = settings.model_copy(update={"campaigns": (CampaignSettings(id="thu"),)})
    return replace(open_campaign_of_files(office, "thu", home=tmp_path), units=(LUONG_SON, LIEN_SON))


def check(
    store: Store,
    settings: Settings,
    of: Campaign,
    at: datetime,
    *,
    state: str = "open",
    begun_at: datetime | None = None,
) -> Report:
    """Carry out a check in which the commune with software of its own says this."""
    run = begin_run(store, of, begun_at or at, at, {})
    said = {"id": "a", **(DONE if state == "done" else {"state": state})}
    store.runs.record(run.id, of.id, [hear(settings, of, LIEN_SON, says(LIEN_SON, said, at=at), at)])
    return conclude(store, settings, of, run, at)


@pytest.fixture
def ahead(store: Store, settings: Settings, of: Campaign) -> Report:
    made = check(store, settings, of, AHEAD)
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a", SAID))
    return made


def status(made: Report, unit: Unit) -> Status:
    return stands(made, unit, "a").status


def test_what_was_recorded_while_it_was_ahead_is_in_the_next_report(
    store: Store, settings: Settings, of: Campaign, ahead: Report
) -> None:
    made = check(store, settings, of, RIGHT, state="done")
    assert (status(ahead, LUONG_SON), status(ahead, LIEN_SON)) == (Status.UNKNOWN, Status.OPEN)
    assert (status(made, LUONG_SON), status(made, LIEN_SON)) == (Status.DONE, Status.DONE)
    assert made.head == store.journal.head()


def test_whoever_asks_for_the_newest_gets_the_same(
    store: Store, settings: Settings, of: Campaign, ahead: Report
) -> None:
    made = check(store, settings, of, RIGHT, state="done")
    assert choose_report(store, of).run == made.run
    assert choose_report(store, of, as_of=SAID).run == made.run
    page, _ = runs.page_of_runs(store, of, RIGHT)
    assert [each.run.id for each in page] == [made.run, ahead.run]
    live = LiveCampaign(store, settings, of).report(RIGHT + MINUTE)
    assert (live.run, status(live, LUONG_SON), status(live, LIEN_SON)) == (made.run, Status.DONE, Status.DONE)
    then = runs.snapshot_as_of(store, of, NOW.date())
    assert then
    assert then.run == made.run


@pytest.mark.parametrize("turned", [False, True])
def test_what_changed_is_told_from_the_check_before_to_the_newest(
    store: Store, settings: Settings, of: Campaign, ahead: Report, *, turned: bool
) -> None:
    made = check(store, settings, of, RIGHT, state="done")
    ends = (made.run, ahead.run) if turned else ("", "")
    found = compare_runs(store, of, *ends, SAID)
    assert (found.old.run, found.new.run, found.is_swapped) == (ahead.run, made.run, turned)
    assert [(r.step, {u.code for u in r.units}) for r in found.changes.done] == [("a", {LUONG_SON.code, LIEN_SON.code})]


def test_a_moment_that_is_named_is_shown_as_it_was(
    store: Store, settings: Settings, of: Campaign, ahead: Report
) -> None:
    made = check(store, settings, of, AHEAD, begun_at=RIGHT)
    assert status(made, LUONG_SON) is Status.UNKNOWN
    assert status(check(store, settings, of, SAID, begun_at=RIGHT), LUONG_SON) is Status.DONE
    assert ahead.run != made.run


@pytest.mark.parametrize("unit", [LUONG_SON, LIEN_SON])
def test_the_explanation_of_now_agrees_with_the_report(
    store: Store, settings: Settings, of: Campaign, ahead: Report, unit: Unit
) -> None:
    a = of.checklist.steps["a"]
    early = build_explanation(store, settings, of, unit, a, RIGHT - MINUTE)
    assert [asked.run for asked in early.checks] == ([ahead.run] if unit is LIEN_SON else [])
    made = check(store, settings, of, RIGHT, state="done")
    now = build_explanation(store, settings, of, unit, a, RIGHT)
    assert (now.step_status.status, now.from_run, now.head) == (status(made, unit), "", made.head)
    past = build_explanation(store, settings, of, unit, a, RIGHT - MINUTE, past=True)
    assert past.step_status.status is not Status.DONE


def test_our_portal_says_nothing_of_the_future_and_is_believed(
    store: Store, settings: Settings, of: Campaign, ahead: Report
) -> None:
    said = build_status_answer(of, LUONG_SON, fold(store.journal.entries()), RIGHT)
    assert said.steps["a"].reported_at == RIGHT
    body = json.dumps(format_status_document(said)).encode()
    assert read_answer(body, build_questions(settings, of, [LUONG_SON.code], {})[0], RIGHT).steps == said.steps
    assert ahead.outcomes()[Outcome.REACHED] == 1
