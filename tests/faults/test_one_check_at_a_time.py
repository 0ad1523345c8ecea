"""Checks that start at the same moment, and one whose process is killed, on both kinds of database."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.lease import Holder, lease_name, take_lease
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING
from tests.conftest import TOP, Lotrinh

AT_ONCE = 8
CHECK = """
import sys
from lotrinh.clock import now
from lotrinh.errors import Overlapping
from lotrinh.i18n import say
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.lease import hold_lease
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

url, name = sys.argv[1:]
campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
with open_store(url) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with hold_lease(store, campaign, name, now):
            begin_run(store, campaign, now(), now(), {}, name)
            print("holds", flush=True)
            sys.stdin.readline()
    except Overlapping as error:
        print(say(error.sentence), flush=True)
"""


@contextmanager
def checks(url: str, *names: str) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """Processes that are ready to check; each goes when it is told a line."""
    started = {
        name: subprocess.Popen(
            [sys.executable, "-c", CHECK, url, name], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in names
    }
    try:
        for process in started.values():
            assert said(process) == "ready"
        yield started
    finally:
        for process in started.values():
            process.kill()
            process.communicate()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def test_of_eight_checks_at_once_one_runs_and_killed_with_kill_9_it_keeps_nobody_waiting(database: str) -> None:
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    with open_store(database) as store:
        with checks(database, *(f"lauf-{n}" for n in range(AT_ONCE))) as started:
            for process in started.values():
                tell(process)
            answers = {name: said(process) for name, process in started.items()}
            (winner,) = [name for name, answer in answers.items() if answer == "holds"]
            others = [answer for name, answer in answers.items() if name != winner]
            assert all(f"(lượt {winner}, máy " in answer for answer in others)
            assert all(f"tiến trình {started[winner].pid})" in answer for answer in others)
            assert [run.id for run in store.runs.newest(campaign.id)] == [winner]
            started[winner].send_signal(signal.SIGKILL)
            started[winner].wait()
        known = store.leases.get(lease_name(campaign))
        assert known
        assert Holder.of(known.holder).run == winner
        before = now()
        assert Holder.of(take_lease(store, campaign, "danach", now).holder).run == "danach"
        assert (now() - before).total_seconds() < 1


def test_a_check_on_the_command_line_leaves_one_that_runs_alone_and_marks_one_that_was_killed(
    tmp_path: Path, lotrinh: Lotrinh
) -> None:
    units = tmp_path / "one.csv"
    units.write_text("code,kind,name,status_url\n04924,xa,Lương Sơn,http://127.0.0.1:9/\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    check = ("check", "bau-cu-2026", "--units", str(units), "--format", "json")
    with open_store(settings.database_url) as store, checks(settings.database_url, "lauf-1") as started:
        tell(started["lauf-1"])
        assert said(started["lauf-1"]) == "holds"
        refused = lotrinh(*check)
        assert refused.returncode == 2
        assert "(lượt lauf-1, máy " in refused.stderr
        assert store.runs.states(["lauf-1"]) == {"lauf-1": RUNNING}
        assert len(store.runs.newest("bau-cu-2026")) == 1
        started["lauf-1"].kill()
        started["lauf-1"].wait()
        assert lotrinh(*check).returncode == 0
        assert [run.state for run in store.runs.newest("bau-cu-2026")] == [FINISHED, INTERRUPTED]


if sys.platform != "linux":
    pytest.skip("Only Linux tells of a process when it was started.", allow_module_level=True)
