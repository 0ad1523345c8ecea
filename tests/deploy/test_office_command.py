"""deploy/lotrinh-office: the command line of a server is the services' own, whoever calls it and from wherever."""

import getpass
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import TOP

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such shell")
ME = getpass.getuser()
STRANGER = "nobody" if os.geteuid() == 0 else ME
"""Whom root gives the command to; nobody else may give it away."""


@pytest.fixture
def server() -> Iterator[Path]:
    """A server's folders beneath one that every user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="lotrinh-office-"))
    folder.chmod(0o755)
    for name in ("opt/lotrinh/.venv/bin", "etc/lotrinh/secrets", "var/lib/lotrinh", "root"):
        (folder / name).mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def install_command(server: Path, user: str, programs: str = "") -> Path:
    """Install the command as ``lotrinh`` for this user, with these folders in place of the machine's."""
    text = (TOP / "deploy" / "lotrinh-office").read_text(encoding="utf-8")
    text = text.replace("/opt/lotrinh/.venv/bin", programs or f"{server}/opt/lotrinh/.venv/bin")
    for place in ("/etc/lotrinh", "/var/lib/lotrinh"):
        text = text.replace(place, f"{server}{place}")
    command = server / "lotrinh"
    command.write_text(text.replace("!= lotrinh ]", f"!= {user} ]").replace("-u lotrinh", f"-u {user}"))
    command.chmod(0o755)
    return command


def call_command(command: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
    return subprocess.run(
        [command, *arguments],
        cwd=command.parent / "root",
        env=kept | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def read_process(server: Path, **environment: str) -> Mapping[str, str]:
    """Let the program be one that tells what it was started with."""
    program = server / "opt/lotrinh/.venv/bin/lotrinh"
    program.write_text('#!/bin/sh\necho "user=$(id -un)\npwd=$PWD\numask=$(umask)\narguments=$*"\nexec env\n')
    program.chmod(0o755)
    done = call_command(install_command(server, STRANGER), "outbox", "list", **environment)
    assert done.returncode == 0, done.stderr
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines())


def test_it_is_the_services_user_folder_and_settings_whoever_calls(server: Path) -> None:
    (server / "etc/lotrinh/prefect-client.env").write_text("# máy chủ\nPREFECT_API_URL=http://10.0.0.5:4200/api\n")
    (server / "etc/lotrinh/secrets/prefect-auth.env").write_text("PREFECT_API_AUTH_STRING=lotrinh:abc\n")
    found = read_process(server, LOTRINH_SETTINGS="settings.toml", HOME="/elsewhere")
    folder = f"{server}/var/lib/lotrinh"
    assert (found["user"], found["pwd"], found["umask"]) == (STRANGER, folder, "0027")
    assert (found["arguments"], found["HOME"], found["PREFECT_HOME"]) == ("outbox list", folder, f"{folder}/prefect")
    assert found["LOTRINH_SETTINGS"] == f"{server}/etc/lotrinh/settings.toml"
    assert found["LOTRINH_SECRETS_DIR"] == f"{server}/etc/lotrinh/secrets"
    assert (found["PREFECT_API_URL"], found["PREFECT_API_AUTH_STRING"]) == ("http://10.0.0.5:4200/api", "lotrinh:abc")


@pytest.mark.skipif(STRANGER == ME, reason="only root can try what somebody else's files do")
def test_nothing_of_the_services_user_is_carried_out_by_root(server: Path) -> None:
    (server / "etc/lotrinh/secrets/prefect-auth.env").write_text(f"id -un >{server}/var/lib/lotrinh/who\n")
    (server / "var/lib/lotrinh").chmod(0o777)
    read_process(server)
    assert (server / "var/lib/lotrinh/who").read_text() == f"{STRANGER}\n"


def test_a_backup_by_hand_is_one_of_the_services_record(server: Path) -> None:
    data = server / "var/lib/lotrinh"
    (server / "etc/lotrinh/settings.toml").write_text(f'data_dir = "{data}"\n')
    (server / "root/settings.toml").write_text('data_dir = "lotrinh-data"\n')
    command = install_command(server, ME, str(Path(sys.executable).parent))
    assert call_command(command, "db", "upgrade").returncode == 0
    assert call_command(command, "backup", "--out", "nightly").returncode == 0
    (made,) = (data / "nightly").iterdir()
    assert not stat.S_IMODE(made.stat().st_mode) & 0o077
    assert [path.name for path in (server / "root").iterdir()] == ["settings.toml"]
