"""The token that the figures are read with is asked for where a portal starts: workers have no use for it."""

import json
from pathlib import Path

import pytest

from tests.conftest import Lotrinh

ASKED = "“portal.metrics” là token thì portal.metrics_token phải có ít nhất 20 ký tự."


@pytest.fixture(autouse=True)
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text('province = "25"\n[portal]\nmetrics = "token"\n', encoding="utf-8")
    return file


@pytest.mark.parametrize("command", ["portal", "up"])
@pytest.mark.parametrize("token", ["", "x" * 19])
def test_no_portal_starts_whose_figures_could_be_had_by_guessing(lotrinh: Lotrinh, command: str, token: str) -> None:
    done = lotrinh(command, LOTRINH_PORTAL__METRICS_TOKEN=token)
    assert (done.returncode, done.stderr) == (2, f"settings.toml:3: {ASKED}\n")


def test_a_worker_s_machine_needs_no_token(lotrinh: Lotrinh) -> None:
    assert lotrinh("send").returncode == 0
    found = {row["what"]: row for row in json.loads(lotrinh("doctor", "--format", "json").stdout)}
    assert (found["metrics"]["sign"], found["metrics"]["found"]) == ("attention", ASKED)


def test_a_machine_with_the_token_hears_nothing_of_it(lotrinh: Lotrinh) -> None:
    done = lotrinh("doctor", "--format", "json", LOTRINH_PORTAL__METRICS_TOKEN="x" * 20)
    assert "metrics" not in {row["what"] for row in json.loads(done.stdout)}
