"""What a worker starts for a run is Prefect's own engine; only a server without TLS is asked without authorities."""

import gc
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.deploy import ENGINE
from flows.engine import NOBODY, prepare
from tests.conftest import TOP

FILE = "PREFECT_API_SSL_CERT_FILE"
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize(
    ("given", "file"),
    [
        ({"PREFECT_API_URL": "http://10.0.0.5:4200/api"}, str(NOBODY)),
        ({"PREFECT_API_URL": "http://10.0.0.5:4200/api", FILE: "/etc/ssl/own.pem"}, "/etc/ssl/own.pem"),
        ({"PREFECT_API_URL": "http://10.0.0.5:4200/api", "SSL_CERT_FILE": "/etc/ssl/own.pem"}, None),
        ({"PREFECT_API_URL": "https://prefect.example/api"}, None),
        ({}, None),
    ],
)
def test_a_server_behind_https_and_a_file_of_the_office_keep_their_authorities(
    given: dict[str, str], file: str | None
) -> None:
    environment = dict(given)
    prepare(environment)
    assert environment.get(FILE) == file


def test_the_authority_for_nobody_can_be_read_by_a_client() -> None:
    assert ssl.create_default_context(cafile=NOBODY).cert_store_stats()["x509_ca"] == 1
    assert "KEY" not in NOBODY.read_text(encoding="ascii")


def test_the_command_of_a_worker_is_prefect_s_engine(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
    own = {"PREFECT_HOME": str(tmp_path), "DO_NOT_TRACK": "1", "PREFECT_API_URL": "http://127.0.0.1:1/api"}
    command = [sys.executable, *ENGINE.split()[1:]]
    for run, said in (("no-id", "Invalid flow run id"), (UNKNOWN, "ConnectError")):
        done = subprocess.run(
            [*command, run], cwd=TOP, env=kept | own, capture_output=True, text=True, timeout=90, check=False
        )
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
