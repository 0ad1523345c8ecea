"""In continuous integration nothing is skipped in silence: a run with a skipped test fails and says which, and why."""

import os
from collections.abc import Iterator

import pytest

EXCEPTIONS = frozenset(
    {
        "only root can try what somebody else's files do",  # elsewhere than in CI people are not root
    }
)
"""Reasons for which a test may be skipped in CI too. Those for Windows need none: there is no CI there."""


class Skipped:
    """Hears of every test and module that is skipped, from the workers too."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skipped test; one that is expected to fail is none."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.known[report.nodeid] = reason_of(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that is skipped as a whole."""
        if report.skipped:
            self.known[report.nodeid] = reason_of(report.longrepr)

    def unexpected(self) -> Iterator[str]:
        """Say each skipped test that may not be, with its reason."""
        for name, reason in sorted(self.known.items()):
            if reason not in EXCEPTIONS:
                yield f"{name}: {reason}"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the run fail where all else has passed."""
        if any(self.unexpected()) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was skipped."""
        if lines := list(self.unexpected()):
            terminalreporter.section("skipped, which may not be in CI", red=True)
            terminalreporter.write_line("\n".join(lines))


def reason_of(found: object) -> str:
    """Return what a skip said of itself: the last of file, line, reason."""
    said = str(found[-1]) if isinstance(found, tuple) else str(found)
    return said.removeprefix("Skipped: ")


def watch(config: pytest.Config) -> None:
    """Watch a run in CI, where its workers are counted."""
    if os.environ.get("CI") == "true" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skipped())
