"""The Prefect server of ``lotrinh up`` has a password: web pages are refused, our own parts and commands are not."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.services.upkeep.prefect_server import password_file
from tests.cli.up.test_up import SETTINGS, RunningUp, command_words, run_up

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by their number"),
    pytest.mark.xdist_group("up-password"),
    pytest.mark.timeout(400),
]
FOREIGN = {"Origin": "https://attacker.example"}
SHELL = {"prefect.deployments.steps.run_shell_script": {"script": "touch /attacked"}}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningUp]:
    """All parts, which say what they say as JSON."""
    with run_up(tmp_path_factory.mktemp("up"), SETTINGS + '\n[log]\nformat = "json"\n') as started:
        started.until(lambda: "Lịch chạy: http" in started.said, 240)
        yield started


def run_beside(up: RunningUp, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as somebody at the same machine does."""
    return subprocess.run(
        [sys.executable, "-m", "lotrinh", *arguments],
        cwd=up.folder,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def api(up: RunningUp) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{up.prefect}/api", auth=up.auth, trust_env=False, timeout=60)


def test_a_web_page_can_neither_read_nor_change_nor_start_anything(up: RunningUp) -> None:
    with api(up) as ours, httpx.Client(base_url=ours.base_url, headers=FOREIGN, trust_env=False, timeout=60) as page:
        check = ours.get("/deployments/name/check/bau-cu-2026.phu-tho").json()
        runs = ours.post("/flow_runs/count", json={}).json()
        number = check["id"]
        answers = [
            page.post("/deployments/filter", json={}),
            page.patch(f"/deployments/{number}", json={"pull_steps": [SHELL]}),
            page.patch(f"/deployments/{number}", json={"pull_steps": [SHELL]}, auth=("lotrinh", "")),
            page.post(f"/deployments/{number}/create_flow_run", json={}),
            page.post(f"/deployments/{number}/create_flow_run", content="{}", headers={"Content-Type": "text/plain"}),
            page.get("/admin/settings"),
        ]
        assert [answer.status_code for answer in answers] == [401] * len(answers)
        asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
        for answer in (*answers, page.options(f"/deployments/{number}", headers=asked), page.get("/health")):
            assert "access-control-allow-origin" not in answer.headers
        assert ours.get("/deployments/name/check/bau-cu-2026.phu-tho").json()["pull_steps"] == check["pull_steps"]
        assert ours.post("/flow_runs/count", json={}).json() == runs


def test_its_own_page_is_let_in_by_either_name_of_this_machine(up: RunningUp) -> None:
    with api(up) as ours:
        for origin in (f"http://127.0.0.1:{up.prefect}", f"http://localhost:{up.prefect}"):
            answer = ours.get("/admin/version", headers={"Origin": origin})
            assert answer.headers["access-control-allow-origin"] == origin
    page = httpx.get(f"http://127.0.0.1:{up.prefect}/", follow_redirects=True, trust_env=False, timeout=60)
    assert "<html" in page.text
    assert (up.folder / "data" / "prefect-server" / "ui").is_dir()
    settings = httpx.get(f"http://127.0.0.1:{up.prefect}/ui-settings", trust_env=False, timeout=60).json()
    assert settings["auth"] == "BASIC"


def test_what_is_due_is_carried_out(up: RunningUp) -> None:
    with api(up) as ours:
        number = ours.get("/deployments/name/check/bau-cu-2026.phu-tho").json()["id"]
        run = ours.post(f"/deployments/{number}/create_flow_run", json={}).json()["id"]

        def state() -> str:
            return str(ours.get(f"/flow_runs/{run}").json()["state"]["type"])

        up.until(lambda: state() in {"COMPLETED", "FAILED", "CRASHED"}, 240)
        assert state() == "COMPLETED", (up.folder / "data" / "logs" / "flows.log").read_text()


def test_a_check_beside_it_goes_through_prefect_and_doctor_is_content(up: RunningUp) -> None:
    done = run_beside(up, "check", "bau-cu-2026")
    assert done.returncode == 0, done.stderr
    assert "trực tiếp" not in done.stderr
    findings = json.loads(run_beside(up, "doctor", "--format", "json").stdout)
    signs = {finding["what"]: finding["sign"] for finding in findings}
    assert (signs["prefect"], signs["telemetry_server"]) == ("good", "good")


def test_the_password_is_its_owners_alone_and_is_written_nowhere_else(up: RunningUp) -> None:
    file = password_file(up.folder / "data")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = up.auth[1]
    assert len(secret) >= 32
    assert str(file) in up.said
    assert secret not in up.said
    assert [process for process in up.children() if secret in " ".join(command_words(process))] == []
    written = [p for p in (up.folder / "data").rglob("*") if p.is_file() and p != file]
    assert any(p.name == "prefect.db" for p in written)
    assert [p for p in written if secret.encode() in p.read_bytes()] == []


def test_what_up_and_its_schedules_say_is_json_where_the_settings_say_so(up: RunningUp) -> None:
    said = [json.loads(line) for line in up.said.splitlines()]
    assert {(line["logger"], line["level"]) for line in said} == {("lotrinh.up", "info")}
    assert any(line["message"].startswith("Prefect: http") for line in said)
    log = (up.folder / "data" / "logs" / "flows.log").read_text(encoding="utf-8")
    (works,) = [json.loads(line) for line in log.splitlines() if "Lịch chạy đang dùng" in line]
    assert (works["logger"], works["level"]) == ("lotrinh.serve", "info")


def start_plan(folder: Path) -> "subprocess.Popen[str]":
    """Work out what ``lotrinh up`` would start in this folder, as it does itself."""
    command = [sys.executable, "-m", "lotrinh.cli.up.plan"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def lay_out(folder: Path, auth: str = "", port: int = 0) -> None:
    text = SETTINGS.format(portal=free_port(0), prefect=port or free_port(0))
    (folder / "settings.toml").write_text(text.replace("[prefect]", f"[prefect]\n{auth}"), encoding="utf-8")


def test_another_server_on_its_port_is_known_as_prefect_without_its_password(up: RunningUp, tmp_path: Path) -> None:
    lay_out(tmp_path, port=up.prefect)
    said = start_plan(tmp_path).communicate(timeout=60)[1]
    assert f"prefect.api_url: Cổng mạng {up.prefect} đã có máy chủ Prefect khác dùng." in said


def test_the_offices_own_password_is_used_and_none_is_made(tmp_path: Path) -> None:
    lay_out(tmp_path, 'auth_string = "van-phong:mat-khau"')
    plan = json.loads(start_plan(tmp_path).communicate(timeout=60)[0])
    environment = plan["parts"][1]["environment"]
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == "van-phong:mat-khau"
    assert plan["password"] == ""
    assert not password_file(tmp_path / "data").exists()


def test_starts_at_once_agree_on_the_password(tmp_path: Path) -> None:
    lay_out(tmp_path)
    processes = [start_plan(tmp_path) for _ in range(4)]
    said = [process.communicate(timeout=100)[0] for process in processes]
    plans = [json.loads(words) for process, words in zip(processes, said, strict=True) if process.returncode == 0]
    assert plans  # others were refused, for the first one had the folder
    kept = password_file(tmp_path / "data").read_text().strip()
    for plan in plans:
        used = [part["environment"]["PREFECT_API_AUTH_STRING"] for part in plan["parts"][1:]]
        assert used == [kept, kept]
    assert [p.name for p in password_file(tmp_path / "data").parent.iterdir()] == ["prefect__auth_string"]
