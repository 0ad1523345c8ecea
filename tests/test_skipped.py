"""A run in CI that has skipped something is not a good run, however it was skipped."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import TOP

SKIPPED = {
    "inside": 'def test_x():\n    pytest.skip("no such program")\n',
    "marked": '@pytest.mark.skipif(True, reason="no such program")\ndef test_x():\n    pass\n',
    "fixture": '@pytest.fixture\ndef thing():\n    pytest.skip("no such program")\ndef test_x(thing):\n    pass\n',
    "module": 'pytest.skip("no such program", allow_module_level=True)\n',
}
FINE = {
    "passed": "def test_x():\n    pass\n",
    "known": '@pytest.mark.xfail(reason="known")\ndef test_x():\n    raise AssertionError\n',
    "excepted": "from tests.skipped import EXCEPTIONS\ndef test_x():\n    pytest.skip(min(EXCEPTIONS))\n",
}


def run(folder: Path, files: Mapping[str, str], *options: str, ci: str = "true") -> "subprocess.CompletedProcess[str]":
    """Run test files of these contents under our own hook."""
    (folder / "conftest.py").write_text("from tests.skipped import watch as pytest_configure\n")
    for name, body in files.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n{body}")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, *options, folder],
        cwd=folder,
        env=kept | {"CI": ci, "PYTHONPATH": str(TOP)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_it_fails_and_says_what_was_skipped_and_why(tmp_path: Path, workers: str) -> None:
    done = run(tmp_path, SKIPPED | FINE, "-n", workers)
    assert done.returncode == 1, done.stdout
    said = done.stdout.split("skipped, which may not be in CI")[1].splitlines()
    told = sorted(line for line in said if line.endswith(": no such program") and "SKIPPED" not in line)
    assert [line.split(".py")[0] for line in told] == [f"test_{name}" for name in sorted(SKIPPED)]


def test_what_passed_or_is_known_is_fine(tmp_path: Path) -> None:
    assert run(tmp_path, FINE).returncode == 0


def test_elsewhere_people_may_have_less(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPED | FINE, ci="").returncode == 0
