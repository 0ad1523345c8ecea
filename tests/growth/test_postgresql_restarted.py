"""PostgreSQL goes away in the middle of a check and comes back: it is said, and the next one is right (F30)."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.clock import now
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Observation
from lotrinh.errors import StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import BATCH, begin_run
from lotrinh.services.runs.check import run_check
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED
from tests.conftest import COLUMNS, Communes
from tests.growth.postgres import Postgres, postgres
from tests.store.entries import entries

pytestmark = pytest.mark.xdist_group("growth")

UNITS = BATCH + 8
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}
AS_OF = datetime(2026, 2, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres("lotrinh") as started:
        yield started


@pytest.fixture
def store(server: Postgres) -> Iterator[Store]:
    with open_store(server.url("lotrinh", "psycopg")) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LOTRINH_HTTP__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    return Settings(data_dir=tmp_path)


@pytest.fixture
def campaign(communes: Communes, settings: Settings, tmp_path: Path) -> Campaign:
    codes = [u.code for u in packaged_roster(province("25"))[:UNITS]]
    rows = [f"{code},xa,Xã {code},,,{communes.says(code, DONE)},,,," for code in codes]
    (tmp_path / "units.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return open_campaign_of_files(settings, "bau-cu-2026", tmp_path / "units.csv")


def check(store: Store, settings: Settings, campaign: Campaign, disturb: Callable[[], None] = lambda: None) -> Report:
    """Carry a check out; before the last unit is heard, after the first batch was recorded, something happens."""
    heard: list[str] = []

    def hear(observation: Observation) -> None:
        heard.append(observation.unit)
        if len(heard) == UNITS - 1:
            disturb()

    run = begin_run(store, campaign, now(), AS_OF, {})
    return asyncio.run(run_check(store, settings, campaign, run, now, hear))


def test_a_server_that_is_gone_is_one_sentence_and_when_it_is_back_the_next_check_is_right(
    server: Postgres, store: Store, settings: Settings, campaign: Campaign
) -> None:
    written = store.journal.append(*entries(3, campaign="bau-cu-2026"))
    expected = check(store, settings, campaign)
    with pytest.raises(StoreUnavailable) as gone:
        check(store, settings, campaign, lambda: server.stop("immediate"))
    assert say(gone.value.sentence).startswith("Chưa ghi nhận: cơ sở dữ liệu không dùng được (")
    assert "\n" not in say(gone.value.sentence)
    server.start()
    assert store.journal.entries() == written
    latest = store.runs.latest(campaign.id, province="25")
    assert latest
    assert latest.id == expected.run  # of the check that was cut off there is no report, half or whole
    made = check(store, settings, campaign)
    assert [u.step_statuses for u in made.everybody] == [u.step_statuses for u in expected.everybody]
    cut_off = store.runs.get(made.interrupted)
    assert cut_off
    assert cut_off.state == INTERRUPTED
    assert len(store.runs.observations(cut_off.id)) == BATCH
    assert store.journal.verify(written[-1].hash) is None


def test_a_server_that_is_back_before_it_is_needed_costs_nothing(
    server: Postgres, store: Store, settings: Settings, campaign: Campaign
) -> None:
    def restart() -> None:
        server.stop("immediate")
        server.start()

    made = check(store, settings, campaign, restart)
    latest = store.runs.latest(campaign.id, province="25")
    assert latest
    assert (latest.id, latest.state) == (made.run, FINISHED)
    assert len(store.runs.observations(made.run)) == UNITS
