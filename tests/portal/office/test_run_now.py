"""A check started by a click: ``lotrinh portal`` as a process, its child asking real communes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.clock import now
from lotrinh.core.status.roles import Role
from lotrinh.services.access.accounts import add_officer
from lotrinh.settings.load import load_settings
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED
from tests.conftest import Communes
from tests.portal.people import SECRET, hidden_fields, page_text

HOME = "/campaigns/bau-cu-2026"
SECONDS = 90
Roster = Callable[[Mapping[str, str]], str]


@dataclass
class Running:
    """A portal as a process, and the browser of its administrator."""

    process: "subprocess.Popen[str]"
    browser: httpx.Client
    settings: Settings
    stderr: Path

    def click(self) -> httpx.Response:
        fields = hidden_fields(self.browser.get(f"{HOME}/runs").text)
        return self.browser.post(f"{HOME}/runs", data=fields, follow_redirects=False)

    def follow(self, page: str) -> list[httpx.Response]:
        """Do what the page's Refresh does until it leads elsewhere; return what was seen."""
        seen, end = list[httpx.Response](), time.monotonic() + SECONDS
        while page and time.monotonic() < end:
            seen.append(self.browser.get(page, follow_redirects=False))
            page = seen[-1].headers.get("Refresh", "").removeprefix("2;url=")
            time.sleep(0.2)
        return seen


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A server that takes connections and never answers: a check that runs until its patience ends."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        yield silent


@pytest.fixture
def start(tmp_path: Path, roster: Roster) -> Iterator[Callable[[dict[str, str]], Running]]:
    begun: list[Running] = []

    def run(units: dict[str, str]) -> Running:
        file = tmp_path / "settings.toml"
        file.write_text(
            f'data_dir = "{tmp_path / "data"}"\n[prefect]\napi_url = ""\n[http]\nallow_networks = ["127.0.0.0/8"]\n'
            f'[units]\nfile = "{roster(units)}"\n[[campaigns]]\nid = "bau-cu-2026"\n',
            encoding="utf-8",
        )
        settings = load_settings(str(file)).settings
        with open_store(settings.database_url) as store:
            add_officer(store, "quan-tri", Role.ADMINISTRATOR, "Quản trị", SECRET, now())
        port, stderr = free_port(), tmp_path / "portal.err"
        with stderr.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "lotrinh", "portal", "--settings", str(file), "--port", str(port)],
                env={k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))},
                cwd=tmp_path,
                stderr=out,
                text=True,
            )
        origin = f"http://127.0.0.1:{port}"
        browser = httpx.Client(
            base_url=origin, trust_env=False, headers={"Origin": origin}, follow_redirects=True, timeout=60
        )
        begun.append(Running(process, browser, settings, stderr))
        ready(browser)
        browser.post("/sign-in", data={"name": "quan-tri", "secret": SECRET}, follow_redirects=False)
        return begun[-1]

    yield run
    for each in begun:
        each.browser.close()
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()


def ready(browser: httpx.Client) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            browser.get("/healthz")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the portal did not start")


def states(settings: Settings) -> list[str]:
    with open_store(settings.database_url) as store:
        return [r.state for r in store.runs.newest("bau-cu-2026")]


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_click_starts_a_check_that_is_watched_to_its_report(
    start: Callable[[dict[str, str]], Running], communes: Communes
) -> None:
    """One commune has software of its own, one cannot be asked, the third is asked at the portal itself."""
    done = {"id": "quyet-dinh-to-bau-cu", "state": "open"}
    running = start({"04924": communes.says("04924", done), "04960": communes.url("/none"), "05047": ""})
    clicked = running.click()
    assert (clicked.status_code, clicked.headers["location"]) == (303, f"{HOME}/runs/now?after=")
    assert running.click().status_code == 409
    *watched, last = running.follow(clicked.headers["location"])
    assert watched
    assert all("trên 3 đơn vị" in page_text(page) and "<progress" in page.text for page in watched)
    assert last.status_code == 303
    report = running.browser.get(last.headers["location"])
    said = page_text(report)
    assert "đã xong" in said
    assert "3 đơn vị: 2 hỏi được" in said
    assert [path for path, _ in communes.asked] == ["/04924", "/none"]
    assert states(running.settings) == [FINISHED]


def test_a_second_click_is_refused_and_a_killed_check_is_interrupted(
    start: Callable[[dict[str, str]], Running], held: socket.socket
) -> None:
    running = start({"04924": f"http://127.0.0.1:{held.getsockname()[1]}/"})
    where = running.click().headers["location"]
    wait_for(lambda: states(running.settings) == ["running"])
    refused = running.click()
    assert refused.status_code == 409
    assert "đang chạy" in page_text(refused)
    child = next(p for p in children(running.process.pid))
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: states(running.settings) == [INTERRUPTED])
    *_, last = running.follow(where)
    assert "bị dừng giữa chừng" in page_text(running.browser.get(last.headers["location"]))
    assert running.click().status_code == 303


def test_a_check_that_cannot_even_begin_is_interrupted_too(
    start: Callable[[dict[str, str]], Running], tmp_path: Path
) -> None:
    running = start({"05047": ""})
    fields = hidden_fields(running.browser.get(f"{HOME}/runs").text)
    file = tmp_path / "settings.toml"
    file.write_text(file.read_text(encoding="utf-8") + "nonsense = 1\n", encoding="utf-8")
    running.browser.post(f"{HOME}/runs", data=fields, follow_redirects=False)
    wait_for(lambda: states(running.settings) == [INTERRUPTED])
    log = next((running.settings.data_dir / "logs").iterdir()).read_text(encoding="utf-8")
    assert "nonsense" in log


def test_the_portal_stops_on_a_signal_with_its_check_and_leaves_plain_lines(
    start: Callable[[dict[str, str]], Running], held: socket.socket
) -> None:
    running = start({"04924": f"http://127.0.0.1:{held.getsockname()[1]}/"})
    running.click()
    wait_for(lambda: states(running.settings) == ["running"])
    (child,) = children(running.process.pid)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(SECONDS) == 0
    assert not Path(f"/proc/{child}").exists()
    assert states(running.settings) == [INTERRUPTED]
    lines = running.stderr.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Cổng lotrinh: http://127.0.0.1:")
    assert lines[-1] == "Cổng lotrinh đã dừng."
    assert not [line for line in lines if "Traceback" in line or line.startswith("{")]


def children(of: int) -> list[int]:
    """The processes that this one started."""
    found = Path(f"/proc/{of}/task").glob("*/children")
    return [int(pid) for file in found for pid in file.read_text().split()]
