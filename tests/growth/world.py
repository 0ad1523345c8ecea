"""What a region or the nation runs on, for real: PostgreSQL, Redis, a Prefect server on both, and worker machines.

A machine is a folder with its own settings, data and Prefect home, from which one worker runs.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import psutil

from lotrinh.catalog.units import Province, packaged_roster, provinces, write_roster
from lotrinh.cli.up.processes import free_port
from tests.conftest import TOP
from tests.growth.missing import program
from tests.growth.postgres import Postgres, postgres
from tests.growth.units import CAMPAIGN

POOL, NATION = "lotrinh", "check-nation/nation"
SETTINGS = """
province = "25"
data_dir = "data"
[database]
url = {database}
[prefect]
api_url = "{prefect}"
[http]
allow_networks = ["127.0.0.0/8"]
per_host = {per_host}
[[campaigns]]
id = "{campaign}"
"""


@dataclass
class Machine:
    """One worker and the folder it runs from."""

    folder: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def tree(self) -> list[psutil.Process]:
        """The worker and the runs that it has started."""
        with suppress(psutil.NoSuchProcess):
            own = psutil.Process(self.process.pid)
            return [own, *own.children(recursive=True)]
        return []

    def kill(self) -> None:
        """Take the machine away: kill -9 for the worker and all that it runs."""
        for each in self.tree():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()


@dataclass
class World:
    """Where everything is. ``provinces`` are those whose units answer."""

    folder: Path
    postgres: Postgres
    redis: int
    prefect: int
    units: int
    provinces: Sequence[Province]
    per_province: int | None
    per_host: int
    server: "subprocess.Popen[bytes]"
    redis_process: "subprocess.Popen[bytes]"
    machines: list[Machine] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.prefect}/api"

    @property
    def database(self) -> str:
        return self.postgres.url("lotrinh", "psycopg")

    def environment(self, folder: Path) -> dict[str, str]:
        """The environment of a machine: what we hand out, and nothing of this process's own Prefect or lotrinh.

        What is installed has been compiled: Python may keep what it compiles.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_", "PYTHONDONTWRITE"))}
        own = {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "PREFECT_API_URL": self.api,
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "LOTRINH_SETTINGS": str(folder / "settings.toml"),
        }
        return kept | handed_out("prefect-client.env") | own

    def lay_out(self, name: str) -> Path:
        """Make the folder of a machine: settings, and the rosters with the units' addresses."""
        folder = self.folder / name
        (folder / "data" / "units").mkdir(parents=True)
        filled = SETTINGS.format(
            database=json.dumps(self.database), prefect=self.api, campaign=CAMPAIGN, per_host=self.per_host
        )
        (folder / "settings.toml").write_text(filled, encoding="utf-8")
        for province in self.provinces:
            units = packaged_roster(province)[: self.per_province]
            asked = [replace(u, status_url=f"http://127.0.0.1:{self.units}/{u.code}") for u in units]
            write_roster(folder / "data" / "units" / f"{province.slug}.csv", asked)
        return folder

    def add_machine(self, name: str, limit: int) -> Machine:
        """Start a worker that carries out so many runs at a time."""
        folder = self.lay_out(name)
        environment = self.environment(folder)
        command = ["worker", "start", "--pool", POOL, "--name", name, "--limit", str(limit), "--type", "process"]
        machine = Machine(folder, environment, start(["prefect", *command], environment, folder, "worker.log"))
        self.machines.append(machine)
        return machine

    def run(self, machine: Path, code: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """Run Python code as on a machine."""
        return start(["-c", code, *arguments], self.environment(machine), machine, "run.log", module=False)


def start(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: str, *, module: bool = True
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, *(["-m"] if module else []), *arguments]
    with (folder / log).open("ab") as out:
        return subprocess.Popen(command, env=dict(environment), cwd=folder, stdout=out, stderr=subprocess.STDOUT)


@contextmanager
def ended(process: "subprocess.Popen[Any]") -> Iterator["subprocess.Popen[Any]"]:
    try:
        yield process
    finally:
        stop(process)


def stop(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def redis_server(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start a Redis on loopback that keeps nothing."""
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "redis.log").open("ab") as out:
        process = subprocess.Popen(
            [str(program("redis-server", "redis-server")), *options], stdout=out, stderr=subprocess.STDOUT
        )
    wait_until(lambda: listens(port), 60)
    return process


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(holds: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)


def handed_out(file: str) -> dict[str, str]:
    """Read the settings that we hand out in a file of ``deploy/``."""
    lines = (TOP / "deploy" / file).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def prefect_environment(database: Postgres, redis: int, folder: Path) -> dict[str, str]:
    """Take the settings that we hand out for a server, all five of Redis among them, with the addresses of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
    own = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database.url("prefect", "asyncpg"),
    }
    ours = {k: v.replace("127.0.0.1:6379", f"127.0.0.1:{redis}") for k, v in handed_out("prefect-server.env").items()}
    return kept | ours | own


def healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def world(
    folder: Path,
    wanted: Sequence[Province] = (),
    per_province: int | None = None,
    latency: float = 0.2,
    per_host: int = 1000,
) -> Iterator[World]:
    """Start everything but the machines; end everything."""
    program("redis-server", "redis-server")
    with ExitStack() as stack:
        database = stack.enter_context(postgres("lotrinh", "prefect"))
        redis, prefect = free_port(), free_port()
        queue = redis_server(folder, redis)
        stack.callback(stop, queue)
        environment = prefect_environment(database, redis, folder / "prefect-server")
        command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(prefect)]
        server = stack.enter_context(ended(start(command, environment, folder, "prefect.log")))
        units = stack.enter_context(ended(unit_server(latency)))
        port = int((units.stdout and units.stdout.readline()) or 0)
        chosen = tuple(wanted) or provinces()
        made = World(folder, database, redis, prefect, port, chosen, per_province, per_host, server, queue)
        wait_until(lambda: healthy(prefect) or server.poll() is not None, 180)
        assert server.poll() is None, (folder / "prefect.log").read_text()
        stack.callback(lambda: stop(made.redis_process))
        stack.callback(lambda: [machine.kill() for machine in made.machines])
        yield made


def unit_server(latency: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.growth.units", str(latency)]
    return subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)


def deploy(of: World, machine: Path) -> None:
    """Tell the server of the nation's flows, by the commands and the file that we hand out."""
    pool = ["work-pool", "create", POOL, "--type", "process"]
    for arguments in (pool, ["--no-prompt", "deploy", "--name", "province", "--name", "nation"]):
        command = [sys.executable, "-m", "prefect", *arguments]
        done = subprocess.run(
            command, cwd=TOP, env=of.environment(machine), capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
