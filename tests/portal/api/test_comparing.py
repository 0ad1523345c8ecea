"""The roll-up and what changed between two runs, as programs read them: the figures and names of the JSON files."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.core.report.rollup import RollupRowKind, roll_up
from lotrinh.core.status.roles import Role
from lotrinh.reports.changes import Comparison, changes_json
from lotrinh.reports.rollup import rollup_json
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.views.compare_runs import compare_runs
from lotrinh.services.views.reporting import choose_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.portal.caller import CAMPAIGN, Caller, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal
from tests.portal.office.test_changes import confirm, ran
from tests.services.builders import hear, says

ROLLUP, CHANGES = f"{CAMPAIGN}/rollup", f"{CAMPAIGN}/changes"
Runs = tuple[str, str, str]


@pytest.fixture
def of(tmp_path: Path) -> Campaign:
    return open_campaign_of_files(Settings(data_dir=tmp_path), "bau-cu-2026")


@pytest.fixture
def runs(portal: Portal, of: Campaign) -> Runs:
    """Runs 4, 2 and 1 days ago; between the first two Liên Sơn confirmed a step, and the last could not ask it."""
    first = ran(portal.store, of, 4)
    confirm(portal.store, 3)
    return first, asked(portal.store, of, 2), ran(portal.store, of, 1, silent="04960")


def asked(store: Store, of: Campaign, days: int) -> str:
    """A finished run, so many days ago, that could ask Liên Sơn."""
    at, there = NOW - timedelta(days=days), of.by_code["04960"]
    begun = begin_run(store, of, at, at, {})
    store.runs.record(begun.id, of.id, [hear(Settings(), of, there, says(there, at=at, campaign=of.id), at)])
    conclude(store, Settings(), of, begun, at + timedelta(seconds=30))
    return begun.id


@pytest.fixture
def viewer(portal: Portal) -> Caller:
    return program_caller(portal, Role.VIEWER, "xem")


def errors(caller: Caller, path: str) -> dict[str, str]:
    """What is wrong with each field of a request that has the right shape."""
    answer = caller.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert answer.json()["type"].endswith("refused")
    return {error["field"]: error["detail"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("by", list(RollupRowKind))
def test_the_roll_up_is_what_the_command_writes_of_the_newest_run(
    portal: Portal, of: Campaign, runs: Runs, viewer: Caller, by: RollupRowKind
) -> None:
    told = viewer.read(f"{ROLLUP}?by={by.value}")
    assert told == json.loads(rollup_json([roll_up(choose_report(portal.store, of))], by))
    assert told["provinces"][0]["run"] == runs[-1]
    for measure in ("expected", "reported", "overdue", "unknown"):
        assert sum(row[measure] for row in told["rows"]) == told["total"][measure]
    assert told["total"]["unknown"] > 0, "whom nobody heard is unknown"


def test_a_roll_up_of_an_earlier_run_or_day_is_of_that_run(runs: Runs, viewer: Caller) -> None:
    def reported(asked: str) -> tuple[str, int]:
        told = viewer.read(f"{ROLLUP}?{asked}")
        return told["provinces"][0]["run"], told["total"]["reported"] + told["total"]["ahead"]

    assert reported(f"run={runs[0]}") == reported("day=2026-01-30") == (runs[0], 0)
    assert reported(f"run={runs[1]}") == reported("day=2026-01-31") == (runs[1], 1)


def test_what_there_is_no_roll_up_of_is_said(runs: Runs, viewer: Caller) -> None:
    early, unknown = viewer.get(f"{ROLLUP}?day=2026-01-01"), viewer.get(f"{ROLLUP}?run=khong-co")
    assert (early.status_code, unknown.status_code) == (404, 404)
    assert f"Lượt đầu tiên của đợt này là {runs[0]}" in early.json()["detail"]
    assert f"Các lượt gần nhất: {', '.join(reversed(runs))}" in unknown.json()["detail"]
    assert list(errors(viewer, f"{ROLLUP}?run={runs[0]}&day=2026-01-31")) == ["day"]
    for asked in ("day=hom-qua", "by=thon", "runs=r1"):
        assert viewer.get(f"{ROLLUP}?{asked}").json()["type"].endswith("malformed"), asked


def test_the_first_and_the_last_day_that_there_is_are_answered_like_others(runs: Runs, viewer: Caller) -> None:
    assert viewer.read(f"{ROLLUP}?day={NOW:%Y-%m-%d}")["provinces"][0]["run"] == runs[-1]
    assert "sau hôm nay" in errors(viewer, f"{ROLLUP}?day=9999-12-31")["day"]
    assert viewer.get(f"{ROLLUP}?day=0001-01-01").status_code == 404


def test_what_changed_is_what_the_command_writes(portal: Portal, of: Campaign, runs: Runs, viewer: Caller) -> None:
    told = viewer.read(f"{CHANGES}?from={runs[0]}&to={runs[1]}")
    found = compare_runs(portal.store, of, runs[0], runs[1], NOW)
    file = Comparison(of.title, of.province.full_name, found.old, found.new, found.changes, found.titles)
    assert told == json.loads(changes_json(file))
    assert (told["summary"]["done"], told["done"][0]["units"]) == (1, ["04960"])
    assert told == viewer.read(f"{CHANGES}?from=2026-01-30&to=31/1/2026"), (
        "days are compared by the runs up to their ends"
    )


def test_without_ends_the_last_two_runs_are_compared_and_a_unit_that_fell_silent_did_not_lose_its_step(
    runs: Runs, viewer: Caller
) -> None:
    told = viewer.read(CHANGES)
    assert (told["from"]["run"], told["to"]["run"]) == runs[1:]
    ((code, outcome, reason),) = [(u["code"], u["outcome"], u["reason"]) for u in told["silent"]]
    assert (code, outcome, reason.split(":")[0]) == ("04960", "UNREACHABLE", "timeout")
    assert (told["undone"], told["summary"]["undone"]) == ([], 0)


def test_each_end_that_cannot_be_compared_is_named(runs: Runs, viewer: Caller) -> None:
    wrong = errors(viewer, f"{CHANGES}?from=2026-01-01&to=khong-co")
    assert f"Lượt đầu tiên của đợt này là {runs[0]}" in wrong["from"]
    assert "“khong-co” không phải lượt kiểm tra" in wrong["to"]
    assert "sau hôm nay" in errors(viewer, f"{CHANGES}?to=2099-01-01")["to"]
    assert "Hãy chọn hai lượt khác nhau" in errors(viewer, f"{CHANGES}?from={runs[0]}&to={runs[0]}")["to"]


def test_a_pair_in_the_wrong_order_is_refused_and_not_turned_around_in_silence(runs: Runs, viewer: Caller) -> None:
    wrong = errors(viewer, f"{CHANGES}?from={runs[2]}&to={runs[0]}")
    assert list(wrong) == ["from"]
    assert wrong["from"].endswith("Hãy đổi chỗ from và to.")
    assert wrong["from"].index(runs[2]) < wrong["from"].index(runs[0])


@pytest.mark.parametrize("path", [ROLLUP, CHANGES])
def test_before_there_is_anything_to_compare_that_is_said(portal: Portal, viewer: Caller, path: str) -> None:
    answer = viewer.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "lượt kiểm tra" in answer.json()["detail"]
    assert unit_caller(portal).get(path).status_code == 403, "the office's alone, as the runs' reports are"


def test_titles_are_in_the_readers_language(runs: Runs, viewer: Caller) -> None:
    ends = f"{CHANGES}?from={runs[0]}&to={runs[1]}"
    here, there = (viewer.read(ends, **{"Accept-Language": tongue}) for tongue in ("vi", "en"))
    assert here["done"][0]["title"] != there["done"][0]["title"]
    rolled = [viewer.read(ROLLUP, **{"Accept-Language": tongue})["rows"][0]["title"] for tongue in ("vi", "en")]
    assert rolled[0] == "Việc của cấp tỉnh" != rolled[1]
