"""A whole run over real sockets: asked in batches, recorded as it goes, and concluded."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.errors import RunNotCarriedOut
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import BATCH, FIRST, begin_run, split_batches
from lotrinh.services.runs.check import CheckRequest, run_check
from lotrinh.services.runs.snapshots import load_report_json
from lotrinh.settings.models import HttpSettings, PortalSettings, Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, NOT_CARRIED_OUT
from tests.conftest import Communes, Reply
from tests.services.builders import NOW, ZONE

DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}
OPEN = {"id": "quyet-dinh-to-bau-cu", "state": "open"}
Roster = Callable[[Mapping[str, str]], str]


@pytest.fixture
def here(settings: Settings) -> Settings:
    """Settings that allow asking this machine; our own portal does not answer."""
    http = HttpSettings.model_validate({"allow_networks": ["127.0.0.0/8"], "connect_seconds": 1, "total_seconds": 3})
    return settings.model_copy(update={"http": http, "portal": PortalSettings(port=9)})


def run(store: Store, settings: Settings, campaign: Campaign, at: datetime = NOW) -> Report:
    run = begin_run(store, campaign, at, at, {})
    return asyncio.run(run_check(store, settings, campaign, run, lambda: at))


def status(made: Report, place: int = 0) -> Status:
    return next(s.status for s in made.units[place].step_statuses if s.step == DONE["id"])


def test_a_finished_run_leaves_its_report_and_is_the_latest(
    store: Store, here: Settings, communes: Communes, roster: Roster
) -> None:
    campaign = open_campaign_of_files(here, "bau-cu-2026", Path(roster({"04924": communes.says("04924", DONE)})))
    made = run(store, here, campaign)
    kept = store.runs.latest("bau-cu-2026")
    assert kept
    assert (kept.id, kept.state, kept.head, kept.finished_at) == (made.run, FINISHED, made.head, NOW)
    written = json.loads(load_report_json(store, made.run) or "")
    assert written["summary"] == json.loads(json.dumps(made.summary()))
    assert status(made) is Status.DONE


@pytest.mark.parametrize("answer", [
    Reply(b"<html>Login", type="text/html"), Reply(b"{", 200), Reply(b"x", 500), Reply(b"{}", 404),
    Reply(json.dumps({"schema": "lotrinh.status/1", "steps": [DONE]}).encode()),
])  # fmt: skip
@pytest.mark.parametrize("before", [DONE, OPEN, None])
def test_an_answer_that_is_none_changes_nothing_that_was_known(
    store: Store, here: Settings, communes: Communes, roster: Roster, answer: Reply, before: dict[str, str] | None
) -> None:
    campaign = open_campaign_of_files(here, "bau-cu-2026", Path(roster({"04924": communes.url("/04924")})))
    known = Status.UNKNOWN
    if before:
        communes.says("04924", before)
        known = status(run(store, here, campaign))
    communes.replies["/04924"] = answer
    made = run(store, here, campaign)
    assert made.outcomes()[Outcome.REACHED] == 0
    assert status(made) is known


def test_a_run_that_our_own_network_fails_is_closed_without_a_report(
    store: Store, here: Settings, communes: Communes
) -> None:
    assert communes.port
    campaign = open_campaign_of_files(here, "bau-cu-2026")  # all 148 at a portal that does not listen
    with pytest.raises(RunNotCarriedOut):
        run(store, here, campaign)
    assert store.runs.latest("bau-cu-2026") is None
    assert run_states(store) == {NOT_CARRIED_OUT}
    assert store.runs.answers("bau-cu-2026") == {}


def run_states(store: Store) -> set[str]:
    from sqlalchemy import text

    with store.engine.connect() as connection:
        return {str(row[0]) for row in connection.execute(text("SELECT state FROM rounds"))}


def test_batches_hold_every_unit_once_the_first_twenty_apart() -> None:
    codes = [f"{n:05}" for n in range(148)]
    made = split_batches(codes)
    assert [len(b) for b in made] == [FIRST, BATCH, BATCH, BATCH, BATCH]
    assert [code for batch in made for code in batch] == codes
    assert split_batches([]) == [[]]
    assert split_batches(codes[:3]) == [codes[:3]]


def test_a_request_without_a_moment_is_of_now() -> None:
    assert CheckRequest("x").moment(NOW) == NOW
    assert CheckRequest("x", "2026-02-01T08:00:00+07:00").moment(NOW) == datetime(2026, 2, 1, 8, tzinfo=ZONE)
    assert CheckRequest("x").units_file is None
    assert CheckRequest("x", units="a.csv").units_file == Path("a.csv")
