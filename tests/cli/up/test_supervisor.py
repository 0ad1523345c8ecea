"""A part of ``lotrinh up`` that cannot live is started again later and later, then given up; others go on."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lotrinh.cli.up import supervisor
from lotrinh.cli.up.processes import TetheredChild
from lotrinh.cli.up.rotating import LogRotation
from lotrinh.cli.up.sender import Sender
from lotrinh.cli.up.supervisor import PartPlan, PartState, SupervisedPart
from lotrinh.cli.up.up import StopRequest, supervise
from lotrinh.core.text import M
from lotrinh.i18n import say

NOBODY = "http://127.0.0.1:9/healthz"


class Sentences(list[str]):
    """Remembers what was said."""

    def __call__(self, sentence: M) -> None:
        self.append(say(sentence, "vi"))


class NeverStopped(StopRequest):
    """Is never asked to stop, and takes no signals."""

    def __init__(self) -> None:
        self.is_made = False


def part(*arguments: str, needs: str = "") -> PartPlan:
    return PartPlan("portal", list(arguments), "http://here", NOBODY, 2, needs=needs)


def look_until(watched: SupervisedPart, state: PartState) -> None:
    end = time.monotonic() + 60
    while watched.state is not state:
        assert time.monotonic() < end
        watched.look(may_start=True)
        time.sleep(0.01)


def test_a_part_that_dies_at_once_is_given_up_after_five_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0)
    heard = Sentences()
    watched = SupervisedPart(part("no.such.module"), tmp_path, heard)
    look_until(watched, PartState.GIVEN_UP)
    assert len(heard) == 5
    assert "đã dừng bất ngờ (mã 1); khởi động lại" in heard[0]
    assert heard[-1] == (f"Cổng: dừng 5 lần liền (mã 1); không khởi động lại nữa. Xem {tmp_path / 'portal.log'}.")
    assert (tmp_path / "portal.log").read_text(encoding="utf-8").count("(ModuleNotFoundError:") == 5


def test_everything_ends_with_exit_code_one_when_the_portal_is_lost_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0)
    assert supervise([SupervisedPart(part("no.such.module"), tmp_path, Sentences())], NeverStopped()) == 1


def test_what_is_not_the_portal_is_started_again_for_ever_and_that_is_said_once_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0)
    heard = Sentences()
    watched = SupervisedPart(replace(part("no.such.module"), name="flows"), tmp_path, heard)
    end = time.monotonic() + 60
    while watched.deaths < 8:
        assert time.monotonic() < end
        watched.look(may_start=True)
        time.sleep(0.01)
    assert watched.state is PartState.WAITING
    assert len(heard) == 5
    log = tmp_path / "flows.log"
    assert heard[-1] == f"Lịch chạy: dừng 5 lần liền (mã 1); vẫn thử lại sau mỗi 0 giây. Xem {log}."


def test_messages_are_sent_now_and_then_and_a_sender_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_until(text: str) -> None:
        end = time.monotonic() + 60
        while text not in "".join([*heard, log.read_text() if log.exists() else ""]):
            assert time.monotonic() < end
            sender.look()
            time.sleep(0.01)

    heard, log = Sentences(), tmp_path / "send.log"
    sender = Sender(["no.such.module"], tmp_path, heard)
    sender.look()
    assert not log.exists()
    monkeypatch.setattr("lotrinh.cli.up.sender.EVERY_SECONDS", 0)
    looked_until("lotrinh send báo lỗi (mã 1)")
    (tmp_path / "hanging.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(99)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sender = Sender(["hanging"], tmp_path, heard)
    looked_until("here\n")
    monkeypatch.setattr("lotrinh.cli.up.sender.LONGEST_SECONDS", 0)
    looked_until("here\nhere\n")
    sender.stop()
    assert len(heard) == 1


def test_the_pause_before_a_restart_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Sentences()
    watched = SupervisedPart(part("no.such.module"), tmp_path, heard)
    for _ in range(3):
        look_until(watched, PartState.STARTING)
        look_until(watched, PartState.WAITING)
        monkeypatch.setattr(watched, "_next", 0.0)
    assert [line.partition("sau ")[2].partition(" giây")[0] for line in heard] == ["1", "2", "4"]


def test_a_death_while_the_needed_part_is_away_does_not_count(tmp_path: Path) -> None:
    watched = SupervisedPart(part("no.such.module", needs="prefect"), tmp_path, Sentences())
    look_until(watched, PartState.STARTING)
    end = time.monotonic() + 60
    while watched.state is PartState.STARTING:
        assert time.monotonic() < end
        watched.look(may_start=False)
    assert (watched.state, watched.deaths) == (PartState.WAITING, 0)


def test_a_part_waits_for_the_one_it_needs(tmp_path: Path) -> None:
    watched = SupervisedPart(part("no.such.module", needs="prefect"), tmp_path, Sentences())
    watched.look(may_start=False)
    assert watched.state is PartState.WAITING


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = "import signal, time; signal.signal(15, signal.SIG_IGN); print('there', flush=True); time.sleep(99)"
subprocess.Popen([sys.executable, "-c", other])
print("here", flush=True)
time.sleep(99)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="groups of processes are another thing there")
def test_a_child_that_will_not_stop_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    child = TetheredChild("stubborn", ["stubborn"], {}, tmp_path / "log")
    while (tmp_path / "log").read_text().count("here") < 2:  # "there" holds it too
        time.sleep(0.02)
    assert child.is_left_running()
    child.stop(0.3)
    assert child.exit_code() == -9
    end = time.monotonic() + 60
    while child.is_left_running():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_child_is_asked_to_stop_by_letting_go_of_its_standard_input(tmp_path: Path) -> None:
    (tmp_path / "obedient.py").write_text(
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print(sys.stdin.read() == '', flush=True)\nwhile True: time.sleep(0.05)\n",
        encoding="utf-8",
    )
    child = TetheredChild("obedient", ["obedient"], {"PYTHONPATH": str(tmp_path)}, tmp_path / "log")
    while not (tmp_path / "log").read_text():
        time.sleep(0.02)
    child.stop(60)
    assert child.exit_code() == 7
    assert (tmp_path / "log").read_text() == "True\n"


def test_the_logs_of_the_last_five_starts_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "portal.log"
    for start in range(8):
        LogRotation([log])
        log.write_text(str(start))
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {
        "portal.log": "7",
        **{f"portal.{n}.log": str(7 - n) for n in range(1, 6)},
    }


@pytest.mark.skipif(sys.platform == "win32", reason="a log that another process writes cannot be emptied there")
def test_a_log_that_has_become_large_is_put_away_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = 100_000
    monkeypatch.setattr("lotrinh.cli.up.rotating.LARGEST_BYTES", largest)
    monkeypatch.setattr("lotrinh.cli.up.rotating.LOOK_SECONDS", 0)
    (tmp_path / "talkative.py").write_text(
        "import time\nfor line in range(10_000_000):\n    print(f'{line:0199}', flush=True)\n    time.sleep(0.0002)\n"
    )
    log = tmp_path / "portal.log"
    logs = LogRotation([log])
    child = TetheredChild("talkative", ["talkative"], {"PYTHONPATH": str(tmp_path)}, log)
    try:
        first, end = 0, time.monotonic() + 60
        while first < 12 * largest / 200:  # more than all that is kept
            assert time.monotonic() < end
            logs.look()
            oldest = tmp_path / "portal.5.log"
            first = int(oldest.read_text()[:199]) if oldest.exists() else 0
            time.sleep(0.01)
    finally:
        child.stop(5)
    kept = [log, *(tmp_path / f"portal.{number}.log" for number in range(1, 6))]
    assert {path.name for path in tmp_path.glob("*.log")} == {path.name for path in kept}
    for path in kept:
        assert path.stat().st_size < 5 * largest
        lines = path.read_text().splitlines()
        assert [int(line) for line in lines] == list(range(int(lines[0]), int(lines[0]) + len(lines))), path
