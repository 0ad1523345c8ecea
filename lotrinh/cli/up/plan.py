"""What ``lotrinh up`` is to run: ``python -m lotrinh.cli.up.plan [--settings FILE]`` prints it as JSON.

A process of its own, which ends: what checking settings and database takes in memory is given back, and ``lotrinh up``,
which stays for weeks, is small. Everything that speaks against starting is said here, all of it at once.
"""

import argparse
import errno
import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import httpx

from lotrinh.cli.base import open_settings, print_failure, use_utf8
from lotrinh.cli.up.processes import require_bindable
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.services.upkeep.lock import UP, FolderLock, lock_path
from lotrinh.services.upkeep.prefect_server import (
    auth_string,
    ensure_password,
    loopback_address,
    password_file,
    prefect_environment,
    server_environment,
)
from lotrinh.services.upkeep.restore_marker import require_finished
from lotrinh.services.upkeep.settings_check import settings_problems
from lotrinh.settings.load import LoadedSettings, require_token
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

ASKING_SECONDS = 1
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a name for all addresses, which is not listened on


class ServerAddress(NamedTuple):
    """Where a server of ours is to listen, and the setting that says so."""

    setting: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where it is asked on this machine."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def prefect_address(settings: Settings) -> ServerAddress | None:
    """Where the Prefect server of this machine listens; None where it is another machine's, or none is used."""
    found = loopback_address(settings.prefect.api_url)
    return ServerAddress("prefect.api_url", *found) if found else None


def portal_address(settings: Settings) -> ServerAddress:
    """Where the portal listens."""
    return ServerAddress("portal.port", settings.portal.host, settings.portal.port)


def port_problems(places: list[ServerAddress]) -> Iterator[Problem]:
    """Say of each port that cannot be listened on why, and what to do."""
    ports = [place.port for place in places]
    for place in places:
        values = {"port": place.port, "setting": place.setting}
        if ports.count(place.port) > 1:
            yield Problem(
                place.setting, 0, 0, M("Hai phần cùng dùng cổng mạng {port}. Hãy đặt {setting} khác.", **values)
            )
            continue
        try:
            require_bindable(place.host, place.port)
        except OSError as error:
            yield Problem(place.setting, 0, 0, port_problem(place, error))


def port_problem(place: ServerAddress, error: OSError) -> M:
    """Say why a port cannot be had, and what to do."""
    values = {"port": place.port, "setting": place.setting}
    if error.errno == errno.EADDRINUSE:
        return M(
            "Cổng mạng {port} đã có {who} dùng. Hãy dừng bên đó, hoặc đặt {setting} khác.",
            who=port_holder(place),
            **values,
        )
    if error.errno == errno.EACCES:
        return M("Không có quyền dùng cổng mạng {port}. Hãy đặt {setting} từ 1024 trở lên.", **values)
    return M("Máy này không có địa chỉ {host}. Hãy sửa portal.host hoặc {setting}.", host=place.host, **values)


def port_holder(place: ServerAddress) -> M:
    """Ask who has the port: another of ours, or anybody."""
    if place.setting == "portal.port":
        return M("cổng lotrinh khác") if "head" in fetch_text(f"{place.url}/healthz") else M("chương trình khác")
    return M("máy chủ Prefect khác") if fetch_text(f"{place.url}/api/health") == "true" else M("chương trình khác")


def fetch_text(url: str) -> str:
    """Return what is answered with success, else nothing."""
    try:
        answer = httpx.get(url, timeout=ASKING_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return ""
    return answer.text if answer.is_success else ""


def build_plan(loaded: LoadedSettings) -> dict[str, object]:
    """Check everything, make a new database, and return what to run; nothing is started."""
    require_token(loaded)
    settings = loaded.settings
    portal, prefect = portal_address(settings), prefect_address(settings)
    lock = lock_path(settings.data_dir, UP)
    with FolderLock(lock).write_holder():
        require_finished(settings.data_dir, settings.database_url)
        with open_store(settings.database_url) as store:
            problems = [*settings_problems(store, settings, loaded.home)]
            if problems := [*problems, *port_problems([portal, *([prefect] if prefect else [])])]:
                raise BadInput(problems)
        own = prefect is not None and not settings.prefect.auth_string.get_secret_value()
        if own:
            ensure_password(settings.data_dir)
    logs = (settings.data_dir / "logs").resolve()
    logs.mkdir(parents=True, exist_ok=True)
    file = ["--settings", str(loaded.file.resolve())] if loaded.file else []
    parts = [portal_part(portal, file)]
    if prefect:
        parts.append(prefect_part(settings, prefect))
    if settings.prefect.api_url:
        parts.append(flows_part(settings, file, needs="prefect" if prefect else ""))
    return {
        "language": settings.language,
        "timezone": settings.timezone,
        "lock": str(lock.resolve()),
        "logs": str(logs),
        "log_format": settings.log.format,
        "prefect": settings.prefect.api_url,
        "password": str(password_file(settings.data_dir).resolve()) if own else "",
        "parts": parts,
        "send": ["lotrinh", "send", *file],
    }


def portal_part(place: ServerAddress, file: list[str]) -> dict[str, object]:
    """The portal, as ``lotrinh portal`` runs it."""
    return {
        "name": "portal",
        "arguments": ["lotrinh", "portal", *file],
        "url": place.url,
        "probe": f"{place.url}/healthz",
        "stop_seconds": 7,
    }


def prefect_part(settings: Settings, place: ServerAddress) -> dict[str, object]:
    """Prefect's server on loopback, with a password."""
    folder = settings.data_dir / "prefect-server"
    environment = server_environment(folder, place.host, place.port, auth_string(settings))
    environment["PREFECT_API_URL"] = settings.prefect.api_url
    return {
        "name": "prefect",
        "arguments": ["prefect", "server", "start", "--host", place.host, "--port", str(place.port)],
        "environment": environment,
        "url": place.url,
        "probe": f"{place.url}/api/health",
        "stop_seconds": 5,
    }


def flows_part(settings: Settings, file: list[str], needs: str) -> dict[str, object]:
    """The deployments of all campaigns, carried out on this machine when their time comes."""
    return {
        "name": "flows",
        "arguments": ["flows.serve", *file],
        "environment": prefect_environment(settings),
        "url": settings.prefect.api_url,
        "probe": f"{settings.prefect.api_url.rstrip('/')}/deployments/filter",
        "auth": auth_string(settings),
        "needs": needs,
        "stop_seconds": 5,
    }


def main() -> int:
    """Print the plan, or say what speaks against it."""
    use_utf8()
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings")
    try:
        plan = build_plan(open_settings(parser.parse_args().settings))
    except LotrinhError as error:
        return print_failure(error)
    json.dump(plan, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
