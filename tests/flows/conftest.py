"""A whole Prefect server, and a client of it, for the test modules that look at deployments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lotrinh.cli.up.processes import free_port
from tests.flows.servers import prefect_at


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One Prefect server for all that need a whole one."""
    chosen = free_port()
    with prefect_at(chosen, tmp_path_factory.mktemp("prefect")):
        yield chosen


@pytest.fixture
def prefect(port: int, tmp_path: Path) -> Iterator[Any]:
    """A client of the server; Prefect's own settings are those of the test."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    own = {PREFECT_API_URL: f"http://127.0.0.1:{port}/api", PREFECT_HOME: tmp_path / "client"}
    with temporary_settings(own), get_client(sync_client=True) as client:
        for deployment in client.read_deployments():
            client.delete_deployment(deployment.id)
        yield client
