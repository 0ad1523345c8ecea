"""``lotrinh up``: the real parts on free ports, started, killed, restarted and stopped; and what it refuses."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.services.upkeep.prefect_server import password_file
from tests.conftest import TOP, Lotrinh

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by their number")

INTERRUPT = signal.SIGTERM if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else signal.SIGINT
"""Whoever runs the tests in the background may have told them, and all that they start, to ignore Ctrl-C."""
STOPPED = 20
"""Seconds within which everything has stopped: what is promised."""
SETTINGS = """
province = "25"
data_dir = "data"

[portal]
port = {portal}

[prefect]
api_url = "http://127.0.0.1:{prefect}/api"

[[campaigns]]
id = "bau-cu-2026"
schedule = {{ cron = "0 7 * * *" }}
"""
NAMING_WHAT_IS_NOT = """\
[[campaigns]]
id = "bau-cu-2027"
[[receivers]]
unit = "25"
[[receivers]]
unit = "99999"
mail = "abc"
"""


class RunningUp:
    """A ``lotrinh up`` in a folder of its own."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.folder, self.portal, self.prefect = folder, free_port(0), free_port(0)
        text = settings.format(portal=self.portal, prefect=self.prefect)
        (folder / "settings.toml").write_text(text, encoding="utf-8")
        self._said = folder / "said"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
        with self._said.open("wb") as out:
            self.process = subprocess.Popen([sys.executable, "-m", "lotrinh", "up"], cwd=folder, env=kept, stderr=out)

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def until(self, what: Callable[[], bool], seconds: float) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.1)

    @property
    def auth(self) -> tuple[str, str]:
        """User and password of the Prefect server."""
        user, _, password = password_file(self.folder / "data").read_text().strip().partition(":")
        return user, password

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def runs(self, word: str) -> list[psutil.Process]:
        """The processes of one part: one, or none."""
        return [p for p in self.children() if {word, "lotrinh.cli.up.child"} <= set(command_words(p))]

    def part(self, word: str) -> psutil.Process:
        """The process of one part."""
        (found,) = self.runs(word)
        return found


def command_words(process: psutil.Process) -> list[str]:
    """What a process was called with; of one that has ended nothing is known."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def run_up(folder: Path, settings: str = SETTINGS) -> Iterator[RunningUp]:
    started = RunningUp(folder, settings)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(30)


def still_alive(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Return who of these still lives after so many seconds."""
    return psutil.wait_procs(processes, timeout=seconds)[1]


@pytest.mark.xdist_group("up")
@pytest.mark.timeout(400)
def test_up_starts_every_part_restarts_what_is_killed_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with run_up(tmp_path) as up:
        up.until(lambda: f"Cổng: http://127.0.0.1:{up.portal} sẵn sàng sau" in up.said, 240)
        assert httpx.get(f"http://127.0.0.1:{up.portal}/healthz", trust_env=False, timeout=60).json()["status"] == "ok"
        up.part("portal").kill()
        up.until(lambda: "Cổng: đã dừng bất ngờ (mã -9); khởi động lại sau 1 giây" in up.said, 60)
        up.until(lambda: up.said.count("sẵn sàng") >= 2 and up.said.count("Cổng: http") == 2, 120)
        up.until(lambda: "Prefect: http" in up.said, 240)
        settings = f"http://127.0.0.1:{up.prefect}/api/admin/settings"
        server = httpx.get(settings, auth=up.auth, trust_env=False, timeout=60).json()
        assert server["server"]["analytics_enabled"] is False
        assert server["home"] == str(tmp_path / "data" / "prefect-server")
        assert sorted(server["server"]["services"]["db_vacuum"]["enabled"]) == ["events", "flow_runs"]
        assert up.part("prefect").environ()["DO_NOT_TRACK"] == "1"
        assert {s.laddr.ip for s in up.part("prefect").net_connections() if s.status == "LISTEN"} == {"127.0.0.1"}
        up.until(lambda: up.runs("flows.serve"), 60)
        up.part("prefect").kill()
        up.part("flows.serve").kill()
        for part in ("Prefect", "Lịch chạy"):
            up.until(lambda part=part: f"{part}: đã dừng bất ngờ (mã -9); khởi động lại sau" in up.said, 60)
        up.until(lambda: up.said.count("Prefect: http") == 2 and "Lịch chạy: http" in up.said, 240)
        assert httpx.get(settings, auth=up.auth, trust_env=False, timeout=60).is_success
        children = up.children()
        begun = time.monotonic()
        up.process.send_signal(signal.SIGTERM)
        assert up.process.wait(60) == 0
        assert time.monotonic() - begun < STOPPED
        assert still_alive(children, 0) == []
        stops = [line.partition(" ")[2].partition(" ")[2] for line in up.said.splitlines() if "đã dừng." in line]
        assert stops == ["Lịch chạy: đã dừng.", "Cổng: đã dừng.", "Prefect: đã dừng."]
        assert {p.name for p in (tmp_path / "data" / "logs").iterdir()} >= {"portal.log", "prefect.log", "flows.log"}


def test_what_up_started_ends_when_up_itself_is_killed(tmp_path: Path) -> None:
    with run_up(tmp_path) as up:
        up.until(lambda: "Cổng: http" in up.said, 240)
        children = up.children()
        assert len(children) >= 2
        up.process.kill()
        up.process.wait()
        assert still_alive(children, STOPPED) == []


def test_without_prefect_only_the_portal_is_run_and_that_is_said(tmp_path: Path) -> None:
    with run_up(tmp_path, SETTINGS.replace("http://127.0.0.1:{prefect}/api", "")) as up:
        up.until(lambda: "Cổng: http" in up.said, 240)
        assert "không có gì tự chạy theo lịch" in up.said
        assert len(up.children()) == 1
        up.process.send_signal(INTERRUPT)
        assert up.process.wait(STOPPED) == 0


def test_a_taken_port_is_named_with_its_setting_and_all_of_them_at_once(lotrinh: Lotrinh, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        portal, prefect = one.getsockname()[1], two.getsockname()[1]
        text = SETTINGS.format(portal=portal, prefect=prefect)
        (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
        done = lotrinh("up", LOTRINH_PREFECT__API_URL=f"http://localhost:{prefect}/api")
    assert done.returncode == 2
    assert f"portal.port: Cổng mạng {portal} đã có chương trình khác dùng." in done.stderr
    assert f"prefect.api_url: Cổng mạng {prefect} đã có chương trình khác dùng." in done.stderr


def test_one_port_for_two_parts_is_refused(lotrinh: Lotrinh) -> None:
    port = str(free_port(0))
    done = lotrinh("up", LOTRINH_PORTAL__PORT=port, LOTRINH_PREFECT__API_URL=f"http://127.0.0.1:{port}/api")
    assert done.returncode == 2
    assert f"Hai phần cùng dùng cổng mạng {port}." in done.stderr


def test_an_old_schema_is_refused_with_the_command_that_helps(lotrinh: Lotrinh, tmp_path: Path) -> None:
    assert lotrinh("db", "upgrade").returncode == 0
    with sqlite3.connect(tmp_path / "data" / "lotrinh.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    done = lotrinh("up", LOTRINH_PORTAL__PORT=str(free_port(0)))
    assert done.returncode == 2
    assert "Hãy chạy: lotrinh db upgrade" in done.stderr


@pytest.mark.parametrize("arguments", [["lotrinh", "up"], ["lotrinh", "portal"], ["flows.serve"]])
def test_a_database_that_is_not_there_yet_is_another_exit_code_than_wrong_settings(
    arguments: list[str], tmp_path: Path
) -> None:
    """A service is started again for the one, and waits for somebody to mend the other."""
    own = {"LOTRINH_DATA_DIR": str(tmp_path / "data"), "LOTRINH_PORTAL__PORT": str(free_port(0))}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}

    def code(**environment: str) -> int:
        command = [sys.executable, "-m", *arguments]
        path = os.pathsep.join([str(TOP), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            command, cwd=tmp_path, env=kept | own | {"PYTHONPATH": path} | environment, timeout=100, check=False
        ).returncode

    away = f"postgresql+psycopg://x@127.0.0.1:{free_port(0)}/x"
    assert (code(LOTRINH_DATABASE__URL=away), code(LOTRINH_TIMEZONE="x")) == (4, 2)


def test_wrong_settings_are_listed_and_nothing_is_started(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[portal]\nport = 99999\n[remind]\ncron = "x"\n', encoding="utf-8")
    done = lotrinh("up")
    assert done.returncode == 2
    assert "settings.toml:2" in done.stderr
    assert "settings.toml:4" in done.stderr
    assert not (tmp_path / "data").exists()


def test_whatever_the_settings_name_that_cannot_be_used_is_listed_by_up_and_doctor(
    lotrinh: Lotrinh, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(NAMING_WHAT_IS_NOT, encoding="utf-8")
    started, looked = lotrinh("up", LOTRINH_PORTAL__PORT=str(free_port(0))), lotrinh("doctor")
    assert (started.returncode, looked.returncode) == (2, 2)
    for said in (started.stderr, looked.stdout):
        assert "receivers.0: Chưa có địa chỉ nào: hãy ghi mail, zalo hoặc url." in said
        assert "receivers.1.unit: Không có đơn vị mang mã “99999”" in said
        assert "receivers.1.mail: Hộp thư phải có dạng ten@co-quan.gov.vn." in said
        assert "campaigns.bau-cu-2027: Không có bộ đầu việc “bau-cu-2027”." in said
    assert "không có lỗi" not in looked.stdout
    (tmp_path / "settings.toml").write_text('province = "phu-to"\n', encoding="utf-8")
    refused = lotrinh("up", LOTRINH_PORTAL__PORT=str(free_port(0)))
    assert (refused.returncode, "phu-to" in refused.stderr) == (2, True)


def test_a_second_up_in_the_same_data_folder_is_refused_and_names_the_first(lotrinh: Lotrinh, tmp_path: Path) -> None:
    from lotrinh.services.upkeep.lock import FolderLock

    with FolderLock(tmp_path / "data" / "up.lock").write_holder():
        done = lotrinh("up", LOTRINH_PORTAL__PORT=str(free_port(0)))
    assert done.returncode == 2
    assert f"đang chạy với thư mục dữ liệu này (tiến trình {os.getpid()})" in done.stderr
