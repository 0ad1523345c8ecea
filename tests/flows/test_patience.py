"""What is done when Prefect does not come to an end: what has been recorded is enough (fault F15)."""

import subprocess
import sys
import threading
import time

import pytest

from lotrinh.errors import PrefectGone
from tasks import prefect_timeout
from tasks.prefect_timeout import run_within_timeout


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_timeout, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(prefect_timeout, "PATIENCE_SECONDS", 0.1)


def test_work_that_ends_gives_its_result_and_its_failure() -> None:
    assert run_within_timeout(lambda: "r", lambda: True) == "r"
    with pytest.raises(ZeroDivisionError):
        run_within_timeout(lambda: str(1 / 0), lambda: True)


def test_work_that_has_not_been_recorded_is_waited_for() -> None:
    begun = time.monotonic()
    assert run_within_timeout(lambda: time.sleep(0.3) or "r", lambda: False) == "r"
    assert time.monotonic() - begun >= 0.3


def test_work_that_has_been_recorded_and_does_not_end_is_left_with_a_sentence() -> None:
    gone = threading.Event()
    with pytest.raises(PrefectGone, match="kết quả đã ghi"):
        run_within_timeout(gone.wait, lambda: True)
    gone.set()


def test_a_process_that_hangs_ends_by_itself() -> None:
    code = "import time\nfrom tasks.prefect_timeout import exit_after\nexit_after(0.2)\ntime.sleep(60)"
    assert subprocess.run([sys.executable, "-c", code], timeout=20, check=False).returncode == 1
