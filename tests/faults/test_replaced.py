"""A check that was taken for dead and lives: what it heard comes too late, and it says so; both kinds of database."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lotrinh.clock import now
from lotrinh.core.status.observation import Observation
from lotrinh.core.status.status import Status
from lotrinh.errors import Conflict
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude, run_check
from lotrinh.services.runs.lease import hold_lease, lease_name, own_holder
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import HttpSettings, PortalSettings, Settings
from lotrinh.store import Store, open_store
from lotrinh.store.leases import Lease
from lotrinh.store.runs import runs
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING, Run
from tests.conftest import Communes
from tests.core.builders import step
from tests.services.builders import DONE, LIEN_SON, NOW, campaign, hear, says, stands

OF = campaign(step("a"))
LATER = NOW + timedelta(minutes=5)
TOO_LATE = "đã đóng, hoặc lượt mới hơn đã thay nó: không ghi đè"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


def replaced(store: Store, of: Campaign, name: str = "neu") -> Run:
    """Take the campaign's lease from whoever has it, as from one that is dead, and begin a run."""
    lease = lease_name(of)
    assert store.leases.take(Lease(lease, str(own_holder(name)), now(), LATER), store.leases.get(lease))
    return begin_run(store, of, LATER, LATER, {}, name)


def test_what_was_heard_before_the_newer_run_does_not_take_its_place(store: Store, settings: Settings) -> None:
    old = hear(settings, OF, LIEN_SON, says(LIEN_SON, {"id": "a", "state": "open"}))
    begin_run(store, OF, NOW, NOW, {}, "alt")
    new = replaced(store, OF)
    body = says(LIEN_SON, {"id": "a"} | DONE, at=LATER)
    store.runs.record("neu", OF.id, [hear(settings, OF, LIEN_SON, body, LATER)])
    assert stands(conclude(store, settings, OF, new, LATER), LIEN_SON, "a").status is Status.DONE
    with pytest.raises(Conflict, match=TOO_LATE):
        store.runs.record("alt", OF.id, [old])
    assert store.runs.observations("alt") == {}
    assert stands(LiveCampaign(store, settings, OF).report(LATER), LIEN_SON, "a").status is Status.DONE


def test_a_newer_run_waits_for_what_is_being_recorded_and_is_not_overwritten(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, started = says(LIEN_SON, {"id": "a"} | DONE, at=LATER), list[Future[None]]()
    write = runs.replace_observations

    def take_over() -> None:
        replaced(store, OF)
        store.runs.record("neu", OF.id, [hear(settings, OF, LIEN_SON, newer, LATER)])

    def slowly(connection: Any, run_id: str, seen: Any) -> None:
        if run_id == "alt":
            started.append(other.submit(take_over))
            wait(started, 1)  # as long as we write it cannot end
        write(connection, run_id, seen)

    monkeypatch.setattr(runs, "replace_observations", slowly)
    begin_run(store, OF, NOW, NOW, {}, "alt")
    with ThreadPoolExecutor(1) as other:
        store.runs.record("alt", OF.id, [hear(settings, OF, LIEN_SON, says(LIEN_SON, {"id": "a", "state": "open"}))])
        started[0].result()
    assert store.runs.states(["alt", "neu"]) == {"alt": INTERRUPTED, "neu": RUNNING}
    assert store.runs.answers(OF.id)[LIEN_SON.code].body == newer


def test_a_check_that_lost_its_place_says_so_and_leaves_nothing(
    store: Store, tmp_path: Path, communes: Communes, roster: Callable[[Mapping[str, str]], str]
) -> None:
    http = HttpSettings.model_validate({"allow_networks": ["127.0.0.0/8"], "connect_seconds": 1, "total_seconds": 3})
    here = Settings(data_dir=tmp_path / "data", http=http, portal=PortalSettings(port=9))
    of = open_campaign_of_files(here, "bau-cu-2026", Path(roster({"04924": communes.says("04924")})))

    def lose(_: Observation) -> None:
        replaced(store, of)

    with pytest.raises(Conflict, match=TOO_LATE), hold_lease(store, of, "alt", now):
        asyncio.run(run_check(store, here, of, begin_run(store, of, now(), now(), {}, "alt"), now, lose))
    assert store.runs.states(["alt", "neu"]) == {"alt": INTERRUPTED, "neu": RUNNING}
    assert (store.runs.stored_report("alt"), store.runs.observations("alt"), store.runs.answers(of.id)) == (
        None,
        {},
        {},
    )
    store.runs.finish("neu", FINISHED, now(), "h")
    known = store.leases.get(lease_name(of))
    assert known
    assert known.holder.startswith("neu ")
