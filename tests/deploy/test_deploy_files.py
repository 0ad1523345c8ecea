"""What lies in deploy/ fits what is installed: settings load, commands and variables exist, units verify."""

import configparser
import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from lotrinh.cli.main import cli
from lotrinh.cli.up.sender import EVERY_SECONDS, NORMAL
from lotrinh.portal.guard import LARGEST_FORM
from lotrinh.settings.load import OWN_VARIABLES, load_settings
from tests.conftest import TOP
from tests.growth.missing import program
from tests.settings.conftest import every_setting

if TYPE_CHECKING:
    import click

DEPLOY = TOP / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
INSTALLED = "/opt/lotrinh/.venv/bin/"
ENV_FILES = sorted(DEPLOY.glob("*.env"))
REDIS = {
    "PREFECT_SERVER_EVENTS_MESSAGING_BROKER",
    "PREFECT_SERVER_EVENTS_MESSAGING_CACHE",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
    "PREFECT_SERVER_DOCKET_URL",
}
OF_OTHERS = {"PYTHONUNBUFFERED", "DO_NOT_TRACK", "PATH", "FORWARDED_ALLOW_IPS"}
"""Variables of Python, of Prefect's client, of the shell, and of uvicorn."""
FOREIGN = ("POSTGRES_", "PORTAL_", "METRICS_NETWORK")
"""Variables of PostgreSQL's image, and those that our own Caddyfile reads."""


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None, delimiters="=", comment_prefixes="#")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def variables(text: str) -> dict[str, str]:
    """Read the lines NAME=value of a file; ``Environment=`` before them is a unit's."""
    found = re.findall(r"^(?:Environment=|#? ?)?([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE)
    return dict(found)


def written_variables() -> Iterator[str]:
    for path in (*ENV_FILES, *UNITS):
        yield from variables(path.read_text(encoding="utf-8"))
    for service in compose()["services"].values():
        yield from service.get("environment", {})


def prefect_variables() -> set[str]:
    """Every name that Prefect, and its messaging on Redis, reads from the environment."""
    from prefect.settings import Settings
    from prefect.settings.base import PrefectBaseSettings
    from prefect_redis.client import RedisMessagingSettings
    from prefect_redis.messaging import RedisMessagingConsumerSettings, RedisMessagingPublisherSettings

    def names(model: Any) -> Iterator[str]:
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, PrefectBaseSettings):
                yield from names(field.annotation)
            else:
                yield str(model.model_config["env_prefix"] + name).upper()

    models = (Settings, RedisMessagingSettings, RedisMessagingPublisherSettings, RedisMessagingConsumerSettings)
    return {name for model in models for name in names(model)}


def calls() -> list[list[str]]:
    """List every command that a unit or a container runs."""
    found = [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS if path.suffix == ".service"]
    for service in compose()["services"].values():
        command = service.get("command", [])
        if command[:2] == ["sh", "-c"]:
            parts = re.split(r"&&|;", command[2])
            found += [shlex.split(re.sub(r"^ *(exec|do) ", "", part)) for part in parts if "export" not in part]
        elif "image" in service and service["image"].startswith("lotrinh"):
            found.append(command)
    return [[Path(call[0]).name, *call[1:]] for call in found]


def test_the_settings_of_the_server_load_with_the_secrets_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "database__url").write_text("postgresql+psycopg://lotrinh:x@db/lotrinh")
    (tmp_path / "portal__metrics_token").write_text("mot-ma-dai-hai-muoi-ky-tu")
    (tmp_path / "postgres_password").write_text("x")
    monkeypatch.setenv("LOTRINH_SECRETS_DIR", str(tmp_path))
    settings = load_settings(str(DEPLOY / "settings.server.toml")).settings
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert (settings.portal.metrics, settings.log.format) == ("token", "json")
    assert settings.campaigns[0].schedule.cron


def test_every_variable_is_one_that_somebody_reads() -> None:
    ours = {f"LOTRINH_{key.upper().replace('.', '__')}" for key, _ in every_setting()} | OWN_VARIABLES
    known = ours | prefect_variables() | OF_OTHERS
    unknown = {name for name in written_variables() if name not in known and not name.startswith(FOREIGN)}
    assert unknown == set()


def test_messaging_on_redis_is_set_whole() -> None:
    given = variables((DEPLOY / "prefect-server.env").read_text(encoding="utf-8"))
    assert set(given) >= REDIS
    for name in REDIS:
        value = given[name]
        assert value.startswith("redis://") or importlib.util.find_spec(value), value


def test_usage_is_told_to_nobody() -> None:
    for path in ENV_FILES:
        given = variables(path.read_text(encoding="utf-8"))
        assert (given["DO_NOT_TRACK"], given["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false"), path.name


def test_every_command_of_ours_exists_with_its_options() -> None:
    ours = [call[1:] for call in calls() if call[0] == "lotrinh"]
    assert {call[0] for call in ours} == {"up", "portal", "backup", "send"}
    for call in ours:
        command: click.Command = cli.commands[call[0]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in call if word.startswith("--")} <= options, call


def test_every_module_that_is_run_is_there() -> None:
    modules = [call[2] for call in calls() if call[:2] == ["python", "-m"]]
    assert set(modules) == {"flows.serve", "flows.deploy"}
    assert all(importlib.util.find_spec(module) for module in modules)


def test_every_command_of_prefect_exists_with_its_options(tmp_path: Path) -> None:
    of_prefect = [call[1:] for call in calls() if call[0] == "prefect"]
    by_words: dict[tuple[str, ...], set[str]] = {}
    for call in of_prefect:
        words = tuple(word for word in call if not word.startswith("-"))[:2]
        by_words.setdefault(words, set()).update(word for word in call if word.startswith("--"))
    assert set(by_words) == {("server", "start"), ("worker", "start"), ("work-pool", "create")}
    for words, options in by_words.items():
        shown = subprocess.run(
            [sys.executable, "-m", "prefect", *words, "--help"],
            env={"PREFECT_HOME": str(tmp_path), "COLUMNS": "200", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert all(option in shown for option in options), (words, options)


def test_containers_need_only_what_is_declared() -> None:
    whole = compose()
    services = whole["services"]
    for name, service in services.items():
        assert set(service.get("secrets", ())) <= set(whole["secrets"]), name
        assert set(service.get("networks", ())) <= set(whole["networks"]), name
        assert all((DEPLOY / file).is_file() for file in service.get("env_file", ())), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in whole["volumes"], volume
        for other, wanted in service.get("depends_on", {}).items():
            assert "healthcheck" in services[other] or wanted["condition"] != "service_healthy", (name, other)
        image, _, tag = service["image"].partition(":")
        assert tag not in {"", "latest"}, name
        assert not set("/.") & set(image), name
    assert all(str(secret["file"]).startswith("secrets/") for secret in whole["secrets"].values())
    assert {"postgres", "redis", "prefect", "portal", "worker-1", "worker-2", "caddy"} <= set(services)


def test_the_portal_s_address_is_the_domain_that_caddy_serves_and_nobody_s_by_default() -> None:
    services = compose()["services"]
    assert services["caddy"]["environment"]["PORTAL_DOMAIN"] == "${PORTAL_DOMAIN:?}"
    for name in ("portal", "worker-1", "schedules", "deploy"):
        assert services[name]["environment"]["LOTRINH_PORTAL__PUBLIC_URL"] == "https://${PORTAL_DOMAIN:?}", name
    assert services["caddy"]["depends_on"]["portal"]["condition"] == "service_started"


def test_nothing_is_open_to_the_world_but_caddy() -> None:
    for name, service in compose()["services"].items():
        if name != "caddy":
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
            assert "front" not in service.get("networks", ()) or name == "portal"


def test_the_portal_believes_the_proxy_alone() -> None:
    services = compose()["services"]
    caddy = services["caddy"]["networks"]["front"]["ipv4_address"]
    assert services["portal"]["environment"]["FORWARDED_ALLOW_IPS"] == caddy


def test_the_image_installs_from_the_lock_alone_and_its_sources_are_let_in() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"^RUN (.*pip install.*)$", text, re.MULTILINE)
    assert len(installs) == 2
    assert all("--no-deps" in install for install in installs)
    assert "--require-hashes" in installs[0]
    assert "index" not in text
    assert re.findall(r"^USER (\w+)$", text, re.MULTILINE) == ["lotrinh"]
    let_in = {line[1:] for line in (TOP / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [w for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for w in line.split()]
    assert set(copied) == let_in
    assert all((TOP / path).exists() for path in copied)


def read_lock(name: str) -> Mapping[str, set[str]]:
    """Read a lock: package and version -> its hashes."""
    text = (TOP / "requirements" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    return {block.split(" \\")[0].strip(): set(re.findall(r"sha256:(\w+)", block)) for block in blocks}


def test_the_lock_of_servers_is_the_tested_one() -> None:
    server, tested = read_lock("server.txt"), read_lock("dev.txt")
    assert {name: hashes for name, hashes in server.items() if tested.get(name) != hashes} == {}
    assert all(server.values())
    names = {line.split("==")[0] for line in server}
    assert names >= {"psycopg", "prefect-redis", "opentelemetry-sdk", "prefect", "hatchling"}
    assert not names & {"pytest", "playwright", "mypy"}


def test_caddy_takes_what_the_portal_takes() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    (size,) = re.findall(r"max_size (\d+)MB", text)
    assert int(size) * 1_000_000 == LARGEST_FORM
    formatted = subprocess.run(
        [program("caddy", "caddy"), "fmt", DEPLOY / "Caddyfile"], capture_output=True, check=True
    )
    assert formatted.stdout.decode() == text


def test_what_the_caddyfile_reads_is_given_in_the_container_and_in_the_words_for_those_who_install() -> None:
    read = set(re.findall(r"\{\$(\w+)", (DEPLOY / "Caddyfile").read_text(encoding="utf-8")))
    assert set(compose()["services"]["caddy"]["environment"]) == read
    words = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
    assert set(re.findall(r'^Environment="(\w+)=', words, re.MULTILINE)) == read


def test_only_what_is_named_can_be_written_by_a_service() -> None:
    for path in UNITS:
        if path.suffix == ".service":
            service = unit(path)["Service"]
            assert service["ProtectSystem"] == "strict", path.name
            assert (service["User"], service["NoNewPrivileges"]) == ("lotrinh", "yes"), path.name
            assert service["ExecStart"].startswith(INSTALLED), path.name
            # Who holds a check is known by the start of its machine, which stands beside the processes in /proc.
            assert (service["ProtectProc"], "ProcSubset" in service) == ("invisible", False), path.name
    timers = [path for path in UNITS if path.suffix == ".timer"]
    assert {timer.stem for timer in timers} == {"lotrinh-backup", "lotrinh-send"}
    assert all(timer.with_suffix(".service") in UNITS for timer in timers)


def guard_lines(path: Path) -> list[str]:
    """What a unit says of whom it runs as, and what it may do."""
    text = path.read_text(encoding="utf-8")
    return text[text.index("\nUser=") :].partition("\n[Install]")[0].split()


def test_a_new_unit_may_do_no_more_than_the_others() -> None:
    assert guard_lines(DEPLOY / "systemd/lotrinh-send.service") == guard_lines(
        DEPLOY / "systemd/lotrinh-backup.service"
    )


def test_who_notices_that_checks_have_stopped_needs_nothing_that_carries_them_out() -> None:
    path = DEPLOY / "systemd/lotrinh-send.service"
    assert "prefect" not in path.read_text(encoding="utf-8").partition("[Unit]")[2]
    services = compose()["services"]
    (sender,) = (name for name, service in services.items() if "lotrinh send" in str(service.get("command")))
    needed, found = [sender], set[str]()
    while needed:
        found.add(name := needed.pop())
        needed += set(services[name].get("depends_on", {})) - found
    assert found == {"send", "portal", "postgres"}


def test_they_look_as_often_as_on_one_machine() -> None:
    timer = unit(DEPLOY / "systemd/lotrinh-send.timer")["Timer"]
    assert timer["OnCalendar"] == f"*:0/{EVERY_SECONDS // 60}"
    assert f"sleep {EVERY_SECONDS};" in str(compose()["services"]["send"]["command"])
    codes = {
        int(code) for code in unit(DEPLOY / "systemd/lotrinh-send.service")["Service"]["SuccessExitStatus"].split()
    }
    assert codes | {0} == set(NORMAL)


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    own = f"{Path(sys.executable).parent}/"
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace(INSTALLED, own)
        (tmp_path / path.name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    analyze = program("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
