"""A real Caddy with our Caddyfile before a real portal, as people meet them; both on loopback only."""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from lotrinh.cli.up.processes import free_port
from tests.conftest import TOP
from tests.growth.missing import program

CADDYFILE = TOP / "deploy" / "Caddyfile"
TOKEN = "mot-ma-dai-hai-muoi-ky-tu"
PATIENCE = 60


@dataclass
class Front:
    """The two processes, their folder, and the address that people know. Caddy vouches for itself."""

    folder: Path
    network: str = "127.0.0.0/8"
    port: int = field(default_factory=free_port)
    upstream: int = field(default_factory=free_port)
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'data' / 'lotrinh.db'}"

    def client(self, **headers: str) -> httpx.Client:
        trust = ssl.create_default_context(cafile=str(self.folder / "share/caddy/pki/authorities/local/root.crt"))
        return httpx.Client(base_url=self.url, verify=trust, trust_env=False, timeout=PATIENCE, headers=headers)

    def said(self) -> str:
        """Return all that Caddy has logged."""
        return (self.folder / "caddy.log").read_text(encoding="utf-8")

    def start_portal(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_", "FORWARDED"))}
        own = {
            "LOTRINH_DATA_DIR": str(self.folder / "data"),
            "LOTRINH_PREFECT__API_URL": "",
            "LOTRINH_PORTAL__PORT": str(self.upstream),
            "LOTRINH_PORTAL__PUBLIC_URL": self.url,
            "LOTRINH_PORTAL__METRICS": "token",
            "LOTRINH_PORTAL__METRICS_TOKEN": TOKEN,
        }
        self._run("portal", [sys.executable, "-m", "lotrinh", "portal"], kept | own)
        self._until("portal", f"http://127.0.0.1:{self.upstream}/healthz")

    def start_caddy(self) -> None:
        environment = {
            **{name: str(self.folder / "share") for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")},
            "PORTAL_DOMAIN": self.url,
            "PORTAL_UPSTREAM": f"127.0.0.1:{self.upstream}",
            "METRICS_NETWORK": self.network,
        }
        config = self.folder / "caddy.json"
        config.write_text(json.dumps(loopback_only(adapt_caddyfile(environment), self.port)))
        self._run("caddy", [str(caddy()), "run", "--config", str(config)], environment)
        self._until("caddy", f"{self.url}/readyz")

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        process.wait(PATIENCE)

    def stop_all(self) -> None:
        for name in list(self._running):
            self.stop(name)

    def _run(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def _until(self, name: str, url: str) -> None:
        """Wait until it answers, whatever it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            assert self._running[name].poll() is None, (self.folder / f"{name}.log").read_text(encoding="utf-8")
            try:
                httpx.get(url, verify=False, trust_env=False)  # noqa: S501 - whether anybody answers at all
            except httpx.TransportError:
                assert time.monotonic() < until, name
                time.sleep(0.05)
            else:
                return


def caddy() -> Path:
    return program("caddy", "caddy")


def adapt_caddyfile(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return our Caddyfile as Caddy understands it, with these variables."""
    command = [str(caddy()), "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=True)
    understood: dict[str, Any] = json.loads(done.stdout)
    return understood


def loopback_only(config: dict[str, Any], port: int) -> dict[str, Any]:
    """Keep Caddy to one port of this machine: no ports 80 and 2019, no authority told to the system."""
    (server,) = config["apps"]["http"]["servers"].values()
    server["listen"] = [f"127.0.0.1:{port}"]
    server["automatic_https"] = {"disable_redirects": True}
    config["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    return config | {"admin": {"disabled": True}}


@contextmanager
def front(folder: Path, *, portal: bool = True) -> Iterator[Front]:
    """Start both, or Caddy alone, and stop what was started."""
    made = Front(folder)
    try:
        if portal:
            made.start_portal()
        made.start_caddy()
        yield made
    finally:
        made.stop_all()
