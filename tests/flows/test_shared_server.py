"""One Prefect server for several offices, and for the nation: what each has deployed stays as it is."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lotrinh.i18n import say
from tests.conftest import TOP
from tests.flows.servers import environment
from tests.flows.test_deploy import CAMPAIGN, crons, keep_in_step, office

pytestmark = [pytest.mark.xdist_group("prefect-server"), pytest.mark.filterwarnings("ignore")]
ZONE, POOL = "Asia/Ho_Chi_Minh", "ca-nuoc"
NATION = '[nation]\ncampaigns = ["bau-cu-2026"]\ncron = "0 6 * * *"\n'


def of_ha_noi(folder: Path, port: int) -> Path:
    """The office of another province, with a campaign of the same name at another hour."""
    file = office(folder, port, "15 6 * * *")
    other = 'province = "ha-noi"\n' + file.read_text(encoding="utf-8").replace("30 7", "45 6")
    file.write_text(other.replace('[units]\nfile = "units.csv"\n', ""), encoding="utf-8")
    return file


def test_two_offices_on_one_server_leave_each_other_s_deployments_alone(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    here, there = office(tmp_path / "phu-tho", port), of_ha_noi(tmp_path / "ha-noi", port)
    looks = [keep_in_step(here), keep_in_step(there)]
    for look in (*looks, *looks):
        look()
    for own, check, remind in (("phu-tho", "0 7 * * *", "30 7 * * *"), ("ha-noi", "15 6 * * *", "45 6 * * *")):
        assert crons(prefect, f"check/{CAMPAIGN}.{own}")["usual"] == (check, ZONE, True, "usual")
        assert crons(prefect, f"remind/{own}") == {"remind": (remind, ZONE, True, "")}
        assert crons(prefect, f"report/{CAMPAIGN}.{own}")
        assert crons(prefect, f"send/{own}") == {}
    files = {d.name: d.parameters["settings"] for d in prefect.read_deployments()}
    assert set(files.values()) == {str(here), str(there)}
    assert len(prefect.read_deployments()) == 8
    here.write_text(here.read_text(encoding="utf-8").partition("[[campaigns]]")[0], encoding="utf-8")
    for look in looks:
        look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {}
    assert crons(prefect, f"check/{CAMPAIGN}.ha-noi")


@pytest.fixture
def look(prefect: Any, port: int, tmp_path: Path) -> Callable[..., list[str]]:
    """Bring a work pool in step with an office whose settings have this besides; return what is wrong."""
    from prefect.client.schemas.actions import WorkPoolCreate

    from flows.deploy import deploy
    from lotrinh.settings.load import load_settings
    from lotrinh.store import open_store

    prefect.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
    file = office(tmp_path / "office", port)
    written = file.read_text(encoding="utf-8")

    def looked(besides: str) -> list[str]:
        file.write_text(written + besides, encoding="utf-8")
        loaded = load_settings(str(file))
        with open_store(loaded.settings.database_url) as store:
            return [say(error.sentence) for error in asyncio.run(deploy(loaded, store, POOL)).problems]

    return looked


def test_a_work_pool_gets_the_nation_s_check_where_the_settings_ask_for_it(
    prefect: Any, look: Callable[..., list[str]]
) -> None:
    assert look("") == []
    names = {f"{d.entrypoint}/{d.name}" for d in prefect.read_deployments()}
    assert not {name for name in names if name.endswith(("/nation", "/province"))}
    assert look(NATION) == []
    nation = prefect.read_deployment_by_name("check-nation/nation")
    (schedule,) = nation.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == ("0 6 * * *", ZONE, True)
    assert (schedule.slug, schedule.parameters) == (CAMPAIGN, {"campaign": CAMPAIGN})
    province = prefect.read_deployment_by_name("check/province")
    assert [(d.work_pool_name, d.job_variables) for d in (nation, province)] == [
        (POOL, {"command": "python -m flows.engine"})
    ] * 2
    assert (province.schedules, province.parameters, nation.parameters) == ([], {}, {})
    assert look(NATION) == []
    assert prefect.read_deployment_by_name("check-nation/nation").schedules == [schedule]  # not made anew at each look
    assert look("") == []
    assert crons(prefect, "check-nation/nation") == {}


def test_the_nation_without_a_cron_is_started_by_hand_with_its_campaign(
    prefect: Any, port: int, tmp_path: Path, look: Callable[..., list[str]]
) -> None:
    assert look('[nation]\ncampaigns = ["bau-cu-2026"]\n') == []
    assert crons(prefect, "check-nation/nation") == {}
    parameters = {"campaign": CAMPAIGN, "tick": "20260202-060000"}
    told = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "deployment", "run", "check-nation/nation", *told],
        cwd=TOP,
        env=environment(port, tmp_path / "client"),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = [run for run in prefect.read_flow_runs() if run.parameters == parameters]
    prefect.delete_flow_run(run.id)


def test_a_campaign_that_is_none_is_named_and_keeps_no_other_from_the_nation(
    prefect: Any, look: Callable[..., list[str]]
) -> None:
    (told,) = look(NATION.replace('"bau-cu-2026"', '"khong-co", "bau-cu-2026"'))
    assert "khong-co" in told
    assert set(crons(prefect, "check-nation/nation")) == {CAMPAIGN}


def test_an_office_without_workers_is_told_that_the_nation_needs_them(
    prefect: Any, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = office(tmp_path / "office", port)
    file.write_text(file.read_text(encoding="utf-8") + NATION, encoding="utf-8")
    keep_in_step(file)()
    assert "[nation] chỉ chạy được bằng worker." in capsys.readouterr().err
    assert {d.name for d in prefect.read_deployments()} == {f"{CAMPAIGN}.phu-tho", "phu-tho"}
