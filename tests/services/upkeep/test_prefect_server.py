"""The password that we make for our own Prefect server: once, for its owner alone, and for no other server."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from lotrinh.errors import StoreUnavailable
from lotrinh.services.upkeep.prefect_server import (
    auth_string,
    ensure_password,
    loopback_address,
    password_file,
    prefect_environment,
)
from lotrinh.settings.models import PrefectSettings, Settings

HERE = "http://127.0.0.1:4200/api"


def settings_of(folder: Path, url: str = HERE, **prefect: Any) -> Settings:
    return Settings(data_dir=folder, prefect=PrefectSettings(api_url=url, **prefect))


def test_it_is_made_once_and_every_command_finds_it(tmp_path: Path) -> None:
    assert auth_string(settings_of(tmp_path)) == ""
    assert "PREFECT_API_AUTH_STRING" not in prefect_environment(settings_of(tmp_path))
    made = ensure_password(tmp_path)
    assert ensure_password(tmp_path) == made
    assert auth_string(settings_of(tmp_path)) == made
    assert prefect_environment(settings_of(tmp_path))["PREFECT_API_AUTH_STRING"] == made
    assert ensure_password(tmp_path / "khac") != made


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ensure_password(tmp_path)
    finally:
        os.umask(before)
    file = password_file(tmp_path)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_office_s_own_password_wins(tmp_path: Path) -> None:
    ensure_password(tmp_path)
    assert auth_string(settings_of(tmp_path, auth_string="van-phong:mat-khau")) == "van-phong:mat-khau"


@pytest.mark.parametrize("url", ["", "http://10.1.2.3:4200/api", "http://prefect:4200/api", "https://127.0.0.1/api"])
def test_a_server_that_we_do_not_run_is_not_told_our_password(tmp_path: Path, url: str) -> None:
    ensure_password(tmp_path)
    assert auth_string(settings_of(tmp_path, url)) == ""


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (HERE, ("127.0.0.1", 4200)),
        ("http://localhost:4201/api", ("127.0.0.1", 4201)),
        ("http://[::1]:4200/api", ("::1", 4200)),
        ("http://127.0.0.1:x/api", None),
        ("http://[::1/api", None),
    ],
)
def test_loopback_is_this_machine(url: str, place: tuple[str, int] | None) -> None:
    assert loopback_address(url) == place


@pytest.mark.parametrize("left", [b"", b"\n", b"\xff"])
def test_a_file_that_holds_none_is_written_again(tmp_path: Path, left: bytes) -> None:
    file = password_file(tmp_path)
    file.parent.mkdir()
    file.write_bytes(left)
    assert ensure_password(tmp_path) == file.read_text().strip() != ""


def test_where_it_cannot_be_written_no_server_is_started(tmp_path: Path) -> None:
    password_file(tmp_path).parent.write_text("a file")
    with pytest.raises(StoreUnavailable):
        ensure_password(tmp_path)
