"""Who uses a data folder: what shares it, what has it alone, and who is named to whom."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lotrinh.errors import Conflict, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.upkeep.lock import (
    CHECK,
    FLOWS,
    PORTAL,
    RESTORE,
    RUNNING,
    SHARED,
    UP,
    FolderLock,
    hold_alone,
    hold_shared,
    lock_path,
)
from tests.conftest import TOP

HOLDING = """
import sys
from pathlib import Path
from lotrinh.services.upkeep.lock import hold_shared
with hold_shared(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


def refused(folder: Path, program: str = "") -> str:
    """Try to have the folder, alone or shared, and return what is said against it."""
    with pytest.raises(Conflict) as caught, hold_shared(folder, program) if program else hold_alone(folder):
        pass
    return say(caught.value.sentence)


def test_portals_and_checks_run_beside_each_other_and_each_keeps_a_restore_away(tmp_path: Path) -> None:
    with (
        hold_shared(tmp_path, PORTAL),
        hold_shared(tmp_path, PORTAL),
        hold_shared(tmp_path, FLOWS),
        hold_shared(tmp_path, CHECK),
    ):
        assert refused(tmp_path) == say(RUNNING[PORTAL])
    for program in SHARED:
        with hold_shared(tmp_path, program):
            assert refused(tmp_path) == say(RUNNING[program])
    with hold_alone(tmp_path):
        pass


def test_while_a_restore_is_at_work_nothing_begins_and_the_restore_is_named(tmp_path: Path) -> None:
    with hold_alone(tmp_path):
        said = {refused(tmp_path, program) for program in SHARED} | {refused(tmp_path)}
        with pytest.raises(Conflict) as caught:
            FolderLock(lock_path(tmp_path, UP))
    assert said | {say(caught.value.sentence)} == {say(RUNNING[RESTORE])}


def test_up_is_named_with_its_process_though_a_restore_was_there_before(tmp_path: Path) -> None:
    with hold_alone(tmp_path):
        pass
    with FolderLock(lock_path(tmp_path, UP)).write_holder(), hold_shared(tmp_path, PORTAL):
        assert f"`lotrinh up` đang chạy với thư mục dữ liệu này (tiến trình {os.getpid()})" in refused(tmp_path)


@pytest.mark.parametrize("program", SHARED)
def test_who_is_killed_holds_nothing(tmp_path: Path, program: str) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path), program]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert refused(tmp_path) == say(RUNNING[program])
        process.kill()
        process.wait()
        with hold_alone(tmp_path):
            pass


def test_where_nothing_can_be_written_a_portal_runs_and_nothing_is_restored(tmp_path: Path) -> None:
    (tmp_path / "locks").touch()  # a file where the folder would be
    with hold_shared(tmp_path, PORTAL), pytest.raises(StoreUnavailable, match="Không ghi được"), hold_alone(tmp_path):
        pass


def test_a_folder_that_is_not_there_yet_is_nobodys_and_is_not_made(tmp_path: Path) -> None:
    with hold_alone(tmp_path / "moi"):
        assert not (tmp_path / "moi").exists()
