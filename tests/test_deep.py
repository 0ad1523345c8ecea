"""Which tests are left to CI, and that CI leaves none."""

import os
import subprocess
import sys

import pytest

from tests.conftest import TOP
from tests.deep import DEEP, HERE, is_deep


@pytest.mark.parametrize("name", DEEP)
def test_what_is_left_to_ci_is_there(name: str) -> None:
    assert (HERE / name).exists()


def test_a_file_is_deep_by_its_folder_or_its_whole_name() -> None:
    assert is_deep(HERE / "growth" / "test_nation.py")
    assert is_deep(HERE / "cli" / "up" / "test_up.py")
    assert not is_deep(HERE / "cli" / "up" / "test_supervisor.py")
    assert not is_deep(HERE / "services" / "runs" / "test_nation.py")


@pytest.mark.parametrize(
    ("ci", "arguments", "found"),
    [
        ("", (), False),
        ("", ("--deep",), True),
        ("", ("tests/test_skipped.py",), True),
        ("true", (), True),
    ],
)
def test_ci_and_whoever_asks_runs_what_is_left_out_elsewhere(
    ci: str, arguments: tuple[str, ...], *, found: bool
) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "-k", "test_what_passed_or_is_known_is_fine", *arguments],
        cwd=TOP,
        env=kept | {"CI": ci},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == (pytest.ExitCode.OK if found else pytest.ExitCode.NO_TESTS_COLLECTED), done.stdout
    assert ("Only in CI" in done.stdout) is not found
