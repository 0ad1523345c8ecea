"""What `make test` leaves to CI, so that a developer waits minutes: what starts many servers, browsers or processes.

In CI everything runs; here everything with --deep, and whatever is named on the command line.
"""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest

DEEP = (
    "browser",
    "cli/test_admin_command.py",
    "cli/keeping/test_backup_command.py",
    "cli/test_startup.py",
    "cli/up/test_up.py",
    "cli/up/test_up_password.py",
    "deploy",
    "faults",
    "flows",
    "growth",
    "portal/office/test_run_now.py",
    "portal/api/test_schemathesis.py",
    "reports/docx/test_printed.py",
    "reports/xlsx/test_printed.py",
    "services/runs/test_report_archive.py",
    "services/runs/test_killed.py",
    "test_deep.py",
    "test_demo.py",
    "test_skipped.py",
    "test_traces.py",
)
"""Folders and files of tests/."""
HERE = Path(__file__).parent
TOLD = "Only in CI, or with make test ARGS=--deep: {names}"


def is_deep(path: Path) -> bool:
    """Whether a test file is left to CI."""
    inside = PurePosixPath(path.relative_to(HERE).as_posix())
    return any(inside.is_relative_to(name) for name in DEEP)


def left_out(config: pytest.Config) -> bool:
    """Whether deep tests are left out: not in CI, not where they are asked for or files are named."""
    asked = bool(config.getoption("--deep")) or os.environ.get("CI") == "true"
    return not asked and _whole(config.args)


def _whole(arguments: Iterable[str]) -> bool:
    return {Path(argument).resolve() for argument in arguments} == {HERE}


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the deep tests out of what was found."""
    if left_out(config):
        deep = [item for item in items if is_deep(item.path)]
        items[:] = [item for item in items if not is_deep(item.path)]
        config.hook.pytest_deselected(items=deep)
