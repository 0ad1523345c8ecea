"""Deployments on a real Prefect server: in step with the record, late runs superseded, overlapping ones refused."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lotrinh.clock import now
from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.campaigns.schedules import change_schedule, effective_schedule
from lotrinh.services.runs.lease import hold_lease
from lotrinh.settings.load import load_settings
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from tests.conftest import TOP
from tests.flows.servers import environment, serving

# A dozen runs, each a process of its own: on a busy machine they take their time.
pytestmark = [pytest.mark.xdist_group("prefect-server"), pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(400)]
CAMPAIGN, HOUR = "bau-cu-2026", timedelta(hours=1)
SETTINGS = """\
data_dir = "data"
[prefect]
api_url = "http://127.0.0.1:{port}/api"
[http]
allow_networks = ["127.0.0.0/8"]
[units]
file = "units.csv"
[remind]
cron = "30 7 * * *"
[[campaigns]]
id = "bau-cu-2026"
anchor = 2099-03-15
[campaigns.schedule]
cron = "{cron}"
last_week = "0 7,13 * * *"
report = "0 8 * * 1"
"""
UNITS = "code,kind,name,status_url\n04924,xa,Lương Sơn,http://127.0.0.1:9/\n"


def office(folder: Path, port: int, cron: str = "0 7 * * *") -> Path:
    """Lay an office's folder out; its schedule leaves the tests alone, unless they want one that comes."""
    folder.mkdir()
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    file = folder / "settings.toml"
    file.write_text(SETTINGS.format(port=port, cron=cron), encoding="utf-8")
    return file


def crons(client: Any, name: str) -> dict[str, tuple[str, str, bool, str]]:
    """The schedules of a deployment: cron, zone, whether active, and what tick its runs are told."""
    there = client.read_deployment_by_name(name).schedules
    return {s.slug: (s.schedule.cron, s.schedule.timezone, s.active, s.parameters.get("tick", "")) for s in there}


def keep_in_step(file: Path) -> Callable[[], None]:
    """Do by hand what ``flows.serve`` does again and again."""
    from flows.office import OfficeSource
    from flows.runner import DeploymentKeeper

    own = OfficeSource(str(file))
    kept = DeploymentKeeper(own, lambda planned: planned.build().aapply())
    return lambda: asyncio.run(kept.sync())


def changed(file: Path, new: CampaignSchedule) -> tuple[Store, Settings]:
    """Let the office change the schedule in the portal."""
    settings = load_settings(str(file)).settings
    with open_store(settings.database_url) as store:
        seen = effective_schedule(store, settings, CAMPAIGN).version
        change_schedule(store, settings, open_campaign_of_files(settings, CAMPAIGN), new, seen, "officer:lan", now())
    return store, settings


def test_deployments_have_their_crons_in_the_campaign_s_time_zone(prefect: Any, port: int, tmp_path: Path) -> None:
    keep_in_step(office(tmp_path / "office", port))()
    zone = "Asia/Ho_Chi_Minh"
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {
        "usual": ("0 7 * * *", zone, True, "usual"),
        "dense": ("0 7,13 * * *", zone, True, "dense"),
    }
    assert crons(prefect, f"report/{CAMPAIGN}.phu-tho") == {"report": ("0 8 * * 1", zone, True, "report")}
    assert crons(prefect, "remind/phu-tho") == {"remind": ("30 7 * * *", zone, True, "")}
    assert crons(prefect, "send/phu-tho") == {}
    deployment = prefect.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho")
    assert (deployment.entrypoint, deployment.parameters["campaign"]) == ("flows.check.check", CAMPAIGN)
    assert {"campaign:bau-cu-2026", "province:25"} <= set(deployment.tags)


def test_a_schedule_that_the_office_changes_appears_in_prefect_without_a_restart(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    file = office(tmp_path / "office", port)
    look = keep_in_step(file)
    look()
    before = {s.slug: s.id for s in prefect.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho").schedules}
    look()
    assert {s.slug: s.id for s in prefect.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho").schedules} == before
    changed(file, CampaignSchedule("30 6 * * 1-5", report="0 8 * * 1"))
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {"usual": ("30 6 * * 1-5", "Asia/Ho_Chi_Minh", True, "usual")}
    changed(file, CampaignSchedule("30 6 * * 1-5", report="0 8 * * 1", paused=True))
    look()
    assert [active for _, _, active, _ in crons(prefect, f"check/{CAMPAIGN}.phu-tho").values()] == [False]
    assert [active for _, _, active, _ in crons(prefect, f"report/{CAMPAIGN}.phu-tho").values()] == [False]


def test_settings_that_become_wrong_are_said_once_and_leave_everything_as_it_was(
    prefect: Any, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = office(tmp_path / "office", port)
    look = keep_in_step(file)
    look()
    before = crons(prefect, f"check/{CAMPAIGN}.phu-tho")
    file.write_text(SETTINGS.format(port=port, cron="0 25 * * *"), encoding="utf-8")
    look()
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == before
    assert capsys.readouterr().err.count("“campaigns.0.schedule.cron” sai ở giờ “25”") == 1
    file.write_text('province = "khong-co"\n' + SETTINGS.format(port=port, cron="0 9 * * *"), encoding="utf-8")
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == before
    assert capsys.readouterr().err.count("Không có tỉnh “khong-co”.") == 1


def test_a_roster_that_breaks_keeps_the_schedules_and_once_it_is_mended_they_follow(
    prefect: Any, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = office(tmp_path / "office", port)
    look = keep_in_step(file)
    look()
    before = crons(prefect, f"check/{CAMPAIGN}.phu-tho")
    changed(file, CampaignSchedule("30 6 * * 1-5"))
    (file.parent / "units.csv").write_text("code,kind,name\n4924,xa,Lương Sơn\n9,xa,X\n", encoding="utf-8")
    file.write_text(SETTINGS.format(port=port, cron="0 7 * * *").replace("30 7", "45 6"), encoding="utf-8")
    look()
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == before
    assert crons(prefect, "remind/phu-tho")["remind"][0] == "45 6 * * *"  # what does not hang on it is planned
    (said,) = capsys.readouterr().err.splitlines()
    assert "lịch đang có vẫn giữ. Danh sách đơn vị chưa dùng được (2 lỗi). " in said
    assert "units.csv:2: Mã “4924” mất số 0 ở đầu." in said
    (file.parent / "units.csv").write_text(UNITS, encoding="utf-8")
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {"usual": ("30 6 * * 1-5", "Asia/Ho_Chi_Minh", True, "usual")}


def test_a_campaign_that_is_taken_out_of_the_settings_runs_no_more_though_another_cannot_be_opened(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    file = office(tmp_path / "office", port)
    other = '[[campaigns]]\nid = "thu"\nchecklist = "{}"\n[campaigns.schedule]\ncron = "0 8 * * *"\n'
    written = file.read_text(encoding="utf-8")
    file.write_text(written + other.format("dai-hoi-dang-bo-xa"), encoding="utf-8")
    look = keep_in_step(file)
    look()
    kept = crons(prefect, "check/thu.phu-tho")
    assert kept
    file.write_text(written.partition("[[campaigns]]")[0] + other.format("khong-co"), encoding="utf-8")
    look()
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {}
    assert crons(prefect, "check/thu.phu-tho") == kept
    assert crons(prefect, "remind/phu-tho")


def ran(prefect: Any, *runs: Any, seconds: float = 240) -> list[tuple[str, str]]:
    """Wait until these runs have ended; return the names of their states and what they say."""
    end = time.monotonic() + seconds
    while True:
        states = [prefect.read_flow_run(run.id).state for run in runs]
        if all(state.is_final() for state in states):
            return [(state.name, state.message or "") for state in states]
        assert time.monotonic() < end, [state.name for state in states]
        time.sleep(0.5)


def asked(prefect: Any, ago: timedelta, flow: str = "check", **parameters: str) -> Any:
    """A run that was due some time ago."""
    from prefect.states import Scheduled

    deployment = prefect.read_deployment_by_name(f"{flow}/{CAMPAIGN}.phu-tho")
    state = Scheduled(scheduled_time=now() - ago)
    return prefect.create_flow_run_from_deployment(deployment.id, parameters=parameters, state=state)


def test_runs_step_aside_for_newer_ones_for_their_calendar_and_for_whoever_holds_the_lease(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    file = office(tmp_path / "office", port)
    keep_in_step(file)()
    late = [asked(prefect, age * HOUR, tick=tick) for age, tick in ((3, "usual"), (2, "usual"), (1, "dense"))]
    with serving(file, port):
        oldest, newer, dense = ran(prefect, *late)
        settings = load_settings(str(file)).settings
        with open_store(settings.database_url) as store:
            campaign = open_campaign_of_files(settings, CAMPAIGN)
            with hold_lease(store, campaign, "am-terminal", now):
                refused = ran(prefect, asked(prefect, timedelta()))
            due = ran(prefect, asked(prefect, HOUR, "report", tick="report"))
            changed(file, CampaignSchedule("0 7 * * *", report="0 8 * * 1", paused=True))
            paused = ran(prefect, asked(prefect, timedelta(), "report", tick="report"))
            (run,) = store.runs.newest(CAMPAIGN)
    assert oldest[0] == "Superseded"
    assert oldest[1].startswith("Lượt này trễ: đã đến giờ của lượt mới hơn")
    # The dense one is newer still, but it is not its week: it keeps no other from running.
    assert dense == ("Skipped", "Lịch tuần cuối chỉ chạy từ 08/03/2099 đến 14/03/2099.")
    assert newer == ("Completed", f"Lượt {run.id}: 0 trên 1 đơn vị trả lời; 1 không hỏi được.")
    assert run.state == "finished"
    tags = set(prefect.read_flow_run(late[1].id).tags)
    assert {"campaign:bau-cu-2026", "province:25", "unreachable:1"} <= tags
    assert [name for name, _ in due] == ["Completed"]
    assert paused == [("Skipped", "Lịch của đợt này đang tạm dừng.")]
    ((name, said),) = refused
    assert name == "Refused"
    assert "lượt am-terminal, máy " in said
    assert f"tiến trình {os.getpid()}" in said


def test_prefect_deploy_all_makes_deployments_that_every_worker_can_run(
    prefect: Any, port: int, tmp_path: Path
) -> None:
    environment_ = environment(port, tmp_path / "client")
    pool = ["work-pool", "create", "lotrinh", "--type", "process", "--overwrite"]
    for arguments in (pool, ["--no-prompt", "deploy", "--all"]):
        command = [sys.executable, "-m", "prefect", *arguments]
        done = subprocess.run(
            command, cwd=TOP, env=environment_, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    there = {(d.entrypoint, d.name): d for d in prefect.read_deployments()}
    assert there.keys() == {
        ("flows.check.check", f"{CAMPAIGN}.phu-tho"),
        ("flows.check.check", "province"),
        ("flows.nation.check_nation", "nation"),
        ("flows.remind.remind", "phu-tho"),
        ("flows.remind.send", "phu-tho"),
        ("flows.weekly.weekly", f"{CAMPAIGN}.phu-tho"),
    }
    assert {d.work_pool_name for d in there.values()} == {"lotrinh"}
    assert [d.pull_steps for d in there.values() if d.pull_steps] == []
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho")["dense"] == ("0 7,13 * * *", "Asia/Ho_Chi_Minh", True, "dense")


def test_a_work_pool_gets_the_schedules_that_hold_and_its_workers_their_own_settings(
    prefect: Any, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from prefect.client.schemas.actions import WorkPoolCreate

    from flows.deploy import main

    file = office(tmp_path / "office", port)
    changed(file, CampaignSchedule("30 6 * * 1-5"))
    prefect.create_work_pool(WorkPoolCreate(name="vung", type="process"), overwrite=True)
    assert main(["--settings", str(file), "--pool", "vung"]) == 0
    assert f"check/{CAMPAIGN}.phu-tho: 30 6 * * 1-5 Asia/Ho_Chi_Minh\n" in capsys.readouterr().out
    deployment = prefect.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho")
    assert deployment.work_pool_name == "vung"
    assert deployment.parameters == {"campaign": CAMPAIGN}
    assert crons(prefect, f"check/{CAMPAIGN}.phu-tho") == {"usual": ("30 6 * * 1-5", "Asia/Ho_Chi_Minh", True, "usual")}


def test_a_work_pool_that_is_not_there_is_named_with_what_to_do(
    prefect: Any, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.deploy import main

    assert main(["--settings", str(office(tmp_path / "office", port)), "--pool", "khac"]) == 2
    assert "Không có work pool “khac”. Hãy tạo: prefect work-pool create khac" in capsys.readouterr().err
    assert prefect.read_deployments() == []
