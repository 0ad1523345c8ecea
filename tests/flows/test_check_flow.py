"""The flow on a real Prefect server of the test's own: same figures as without it, our store first."""

import asyncio
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.core.report.rollup import roll_up
from lotrinh.core.status.observation import Observation
from lotrinh.errors import BadInput, Conflict
from lotrinh.i18n import say
from lotrinh.reports.text import markdown
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import CheckRequest
from lotrinh.services.runs.lease import lease_name, own_holder
from lotrinh.services.runs.snapshots import load_report_json, load_run_report
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from lotrinh.store.leases import Lease
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING
from tests.conftest import Communes, Lotrinh

pytestmark = [pytest.mark.xdist_group("prefect-harness"), pytest.mark.filterwarnings("ignore")]
ADDRESS = "https://tiendo.example.vn"
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    os.environ["PREFECT_HOME"] = str(tmp_path_factory.mktemp("prefect"))
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=90):
            yield


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LOTRINH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOTRINH_HTTP__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    monkeypatch.setenv("LOTRINH_PORTAL__PUBLIC_URL", ADDRESS)
    monkeypatch.chdir(tmp_path)
    return Settings(data_dir=tmp_path / "data")


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("deployed", [False, True])
def test_a_run_that_was_taken_for_dead_and_replaced_says_so_and_asks_nobody_again(
    communes: Communes,
    roster: Callable[[Mapping[str, str]], str],
    environment: Settings,
    monkeypatch: pytest.MonkeyPatch,
    *,
    deployed: bool,
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort
    from prefect.exceptions import FailedRun

    from flows.check import run_in_process

    units = roster({"04924": communes.says("04924", DONE)})
    campaign = open_campaign_of_files(environment, "bau-cu-2026", Path(units))
    if deployed:
        monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "of-a-worker")
    with open_store(environment.database_url) as store:

        def lose(_: Observation) -> None:
            name = lease_name(campaign)
            assert store.leases.take(Lease(name, str(own_holder("neu")), now(), now()), store.leases.get(name))
            begin_run(store, campaign, now(), now(), {}, "neu")

        said = r"Lượt kiểm tra “alt” đã đóng, hoặc lượt mới hơn đã thay nó"
        with pytest.raises(FailedRun if deployed else Conflict, match=said):
            run_in_process(CheckRequest("bau-cu-2026", units=units, run="alt"), lose)
        assert store.runs.states(["alt", "neu"]) == {"alt": INTERRUPTED, "neu": RUNNING}
        assert (store.runs.stored_report("alt"), store.runs.answers("bau-cu-2026")) == (None, {})
    assert [path for path, _ in communes.asked] == ["/04924"]
    with get_client(sync_client=True) as client:
        newest = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    assert [found.state_name for found in newest] == ["Replaced" if deployed else "Failed"]


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_records_what_the_direct_run_says(
    communes: Communes,
    roster: Callable[[Mapping[str, str]], str],
    environment: Settings,
    lotrinh: Lotrinh,
) -> None:
    from prefect.client.orchestration import get_client

    from flows.check import run_in_process

    units = roster({"04924": communes.says("04924", DONE), "04960": communes.url("/nothing")})
    name = run_in_process(CheckRequest("bau-cu-2026", "2026-02-02T08:00:00+07:00", "", units))
    with open_store(environment.database_url) as store:
        recorded = json.loads(load_report_json(store, name) or "")
    direct = lotrinh(
        *("check", "bau-cu-2026", "--units", units, "--as-of", "2026-02-02T08:00", "--format", "json"),
        LOTRINH_DATA_DIR=str(environment.data_dir),
    )
    made = json.loads(direct.stdout)
    assert recorded["summary"] == made["summary"]
    assert [u["steps"] for u in recorded["units"]] == [u["steps"] for u in made["units"]]

    with get_client(sync_client=True) as client:
        tasks = {t.name.split("-")[0] for t in client.read_task_runs()}
        # Other tests' runs leave theirs under the same keys: each says of which run it is.
        ours = [a for a in client.read_artifacts() if a.key and name in str(a.description).replace("\\", "")]
        artifacts = {str(a.key).removesuffix("-bau-cu-2026"): a for a in ours}
    assert tasks >= {"load", "ask", "assess", "record", "publish"}
    assert artifacts.keys() == {"report", "outstanding", "milestones", "progress", "link"}
    with open_store(environment.database_url) as store:
        frozen = load_run_report(store, name)
    assert frozen
    shown, _, left = str(artifacts["report"].data).rpartition("\n\n")  # its last line says where the rest is
    assert markdown.render(frozen, "vi").startswith(shown)
    assert name in left
    rows = json.loads(str(artifacts["milestones"].data))
    assert [(r["Đơn vị"], r["Xong"]) for r in rows] == [
        (m["units"], m["done"])
        for m, row in zip(made["milestones"], frozen.milestones, strict=True)
        if not row.is_national_only
    ]
    figures = roll_up(frozen).figures
    assert figures.reported
    assert artifacts["progress"].data == pytest.approx(100 * figures.reported / figures.expected)
    assert f"{ADDRESS}/campaigns/bau-cu-2026/runs/{name}#reports" in str(artifacts["link"].data)


@pytest.mark.usefixtures("prefect_server")
def test_a_run_on_a_machine_with_another_roster_says_so_in_its_message(
    communes: Communes, environment: Settings, tmp_path: Path
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort

    from flows.check import run_in_process
    from flows.remind import remind

    file, units = tmp_path / "settings.toml", environment.data_dir / "units" / "phu-tho.csv"
    file.write_text('[[campaigns]]\nid = "bau-cu-2026"\n', encoding="utf-8")
    units.parent.mkdir(parents=True)

    def said(code: str, name: str, *, reminds: bool = False) -> str:
        row = f"code,kind,name,status_url\n{code},xa,{name},{communes.says(code)}\n"
        units.write_text(row, encoding="utf-8")
        if reminds:
            remind(str(file))
        else:
            run_in_process(CheckRequest("bau-cu-2026", settings=str(file)))
        with get_client(sync_client=True) as client:
            (newest,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
        return newest.state.message or "" if newest.state else ""

    assert "danh sách" not in said("04924", "Lương Sơn")
    assert "khác danh sách của lượt" in said("04960", "Liên Sơn", reminds=True)
    told = said("04960", "Liên Sơn")
    assert ": 1 trên 1 đơn vị trả lời; 0 không hỏi được. Đợt bau-cu-2026: danh sách đơn vị ở máy này khác" in told
    assert "danh sách" not in said("04960", "Liên Sơn", reminds=True)


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("given", [{"run": "luot-a"}, {"round": "luot-a"}, {"run": "luot-a", "round": "luot-a"}])
def test_a_run_is_named_by_its_parameter_and_still_by_what_that_was_called_before(
    communes: Communes, roster: Callable[[Mapping[str, str]], str], environment: Settings, given: dict[str, str]
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort

    from flows.check import check
    from tasks.context import open_context

    units = roster({"04924": communes.says("04924", DONE)})
    try:
        assert asyncio.run(check("bau-cu-2026", units=units, **given)) == "luot-a"
    finally:
        open_context.cache_clear()
    with open_store(environment.database_url) as store:
        assert store.runs.states(["luot-a"]) == {"luot-a": FINISHED}
    with get_client(sync_client=True) as client:
        (newest,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    assert newest.name == "bau-cu-2026 luot-a"


@pytest.mark.usefixtures("prefect_server", "environment")
def test_a_run_that_both_parameters_name_differently_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.exceptions import FailedRun

    from flows.check import check

    with pytest.raises(BadInput) as refused:
        asyncio.run(check("bau-cu-2026", run="luot-a", round="luot-b"))
    said = say(refused.value.problems[0].sentence, "vi")
    assert said == "Hai tham số “run” (luot-a) và “round” (luot-b) khác nhau; hãy chỉ ghi “run”."
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "of-a-worker")
    with pytest.raises(FailedRun, match="hãy chỉ ghi “run”"):
        asyncio.run(check("bau-cu-2026", run="luot-a", round="luot-b"))
