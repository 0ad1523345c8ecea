"""A whole Prefect server, with the service that makes runs of schedules, which the test harness leaves out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import TOP
from tests.growth.world import ended, healthy, start, wait_until

if TYPE_CHECKING:
    import subprocess

QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_SERVER_LEVEL": "WARNING"}


def environment(port: int, home: Path, **more: str) -> dict[str, str]:
    """The environment of a program of Prefect: nothing of this process's own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
    own = {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    return kept | QUIET | own | more


@contextmanager
def prefect_at(port: int, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A server in a folder of its own, until it is ended."""
    home.mkdir(exist_ok=True)
    command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with ended(start(command, environment(port, home), home, "server.log")) as server:
        wait_until(lambda: healthy(port) or server.poll() is not None, 180)
        assert server.poll() is None, (home / "server.log").read_text()
        yield server


@contextmanager
def serving(settings: Path, port: int, look: float = 1) -> Iterator["subprocess.Popen[bytes]"]:
    """``python -m flows.serve``, its words in ``run.log`` beside the settings."""
    home = settings.parent
    command = ["flows.serve", "--settings", str(settings), "--look", str(look)]
    environment_ = environment(
        port, home / "client", PYTHONPATH=os.pathsep.join([str(TOP), os.environ.get("PYTHONPATH", "")])
    )
    with ended(start(command, environment_, home, "run.log")) as process:
        yield process
