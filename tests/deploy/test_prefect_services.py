"""Prefect's own programs as deploy/ starts them: never without a password, with pages, and restarted where it helps."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import TOP
from tests.deploy.test_deploy_files import DEPLOY, INSTALLED, UNITS, compose, unit, variables

SYSTEMD = DEPLOY / "systemd"
SERVICES = [path for path in UNITS if path.suffix == ".service"]


def commands_of_prefect() -> Iterator[tuple[str, str, set[str]]]:
    """Whatever of Prefect's own a unit or a container runs: its name, the command, and the secrets that it is given."""
    for path in SERVICES:
        command = unit(path)["Service"]["ExecStart"]
        if command.startswith(f"{INSTALLED}prefect "):
            yield path.name, command, set(re.findall(r"^EnvironmentFile=(.*)$", path.read_text(), re.MULTILINE))
    for name, service in compose()["services"].items():
        command = " ".join(service.get("command", ()))
        if re.search(r"\bprefect [a-z-]+ (start|create)\b", command):
            yield name, command, {f"/run/secrets/{secret}" for secret in service.get("secrets", ())}


def test_the_server_has_a_password_and_whoever_asks_it_is_given_it() -> None:
    found = list(commands_of_prefect())
    services, containers = {"lotrinh-prefect", "lotrinh-worker@"}, {"prefect", "deploy", "worker-1", "worker-2"}
    assert {name for name, *_ in found} == {f"{name}.service" for name in services} | containers
    for name, command, files in found:
        if name.endswith(".service"):
            assert "/etc/lotrinh/secrets/prefect-auth.env" in files, name  # without it nothing starts
            continue
        assert "/run/secrets/prefect__auth_string" in files, name
        wanted = {"PREFECT_API_AUTH_STRING"} | ({"PREFECT_SERVER_API_AUTH_STRING"} if name == "prefect" else set())
        assert set(re.findall(r"export (PREFECT_\w*AUTH_STRING)=", command)) == wanted, name


def test_our_own_programs_find_the_password_among_their_secrets() -> None:
    for name, service in compose()["services"].items():
        ours = "LOTRINH_SECRETS_DIR" in service.get("environment", {})
        assert not ours or "prefect__auth_string" in service["secrets"], name
    for path in SERVICES:
        assert variables(path.read_text())["LOTRINH_SECRETS_DIR"] == "/etc/lotrinh/secrets", path.name


def test_the_guide_makes_every_secret_that_is_asked_for() -> None:
    guide = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
    for secret in compose()["secrets"]:
        assert re.search(rf"> {secret}\b", guide), secret
    for path in SERVICES:
        for file in re.findall(r"^EnvironmentFile=-?(/etc/lotrinh/secrets/.*)$", path.read_text(), re.MULTILINE):
            assert re.search(rf"> {file}\b", guide), file
    assert "> /etc/lotrinh/secrets/prefect__auth_string" in guide


def test_a_container_s_server_does_not_start_without_its_password(tmp_path: Path) -> None:
    """The command as it is written, its secrets in another folder, and a program that says how it was started."""
    command = compose()["services"]["prefect"]["command"][2].replace("$$", "$").replace("/run/secrets", str(tmp_path))
    program = tmp_path / "prefect"
    program.write_text('#!/bin/sh\necho "$1 $PREFECT_SERVER_API_AUTH_STRING $PREFECT_API_AUTH_STRING"\n')
    program.chmod(0o755)
    (tmp_path / "prefect_database_url").write_text("postgresql+asyncpg://x")

    def started() -> "subprocess.CompletedProcess[str]":
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        return subprocess.run(["sh", "-c", command], env=path, capture_output=True, text=True, check=False)

    assert started().returncode != 0
    (tmp_path / "prefect__auth_string").write_text("")
    assert started().returncode != 0
    (tmp_path / "prefect__auth_string").write_text("lotrinh:x")
    assert started().stdout == "server lotrinh:x lotrinh:x\n"


def test_only_the_server_s_own_pages_may_read_what_it_answers() -> None:
    given = variables((DEPLOY / "prefect-server.env").read_text(encoding="utf-8"))
    origins = given["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"].split(",")
    assert origins == ["http://127.0.0.1:4200", "http://localhost:4200"]


def test_the_pages_are_unpacked_where_the_service_may_write() -> None:
    path = SYSTEMD / "lotrinh-prefect.service"
    place = variables(path.read_text(encoding="utf-8"))["PREFECT_SERVER_UI_STATIC_DIRECTORY"]
    assert place.startswith(f"/var/lib/{unit(path)['Service']['StateDirectory']}/")
    container = compose()["services"]["prefect"]
    assert container["read_only"]
    assert container["environment"]["PREFECT_SERVER_UI_STATIC_DIRECTORY"].startswith(f"{container['tmpfs'][0]}/")


def test_a_service_that_somebody_has_to_mend_is_not_started_again_and_again() -> None:
    restarted = {path.name: unit(path)["Service"] for path in SERVICES if "Restart=" in path.read_text()}
    assert "lotrinh.service" in restarted
    for name, service in restarted.items():
        assert service["RestartPreventExitStatus"] == "2", name


def test_one_service_for_all_parts_stops_the_others_first_and_waits_for_the_database() -> None:
    text = (SYSTEMD / "lotrinh.service").read_text(encoding="utf-8")
    others = {path.name for path in SERVICES} - {
        "lotrinh.service",
        "lotrinh-backup.service",
        "lotrinh-send.service",
        "lotrinh-worker@.service",
    }
    after, conflicts = (
        {name for line in re.findall(rf"^{key}=(.*)$", text, re.MULTILINE) for name in line.split()}
        for key in ("After", "Conflicts")
    )
    assert conflicts == others
    assert after >= {"postgresql.service", *others}
