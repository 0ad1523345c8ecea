"""What several test folders need: a commune's own status server on loopback, and lotrinh as a process."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import deep
from tests.quick import FULL, quick_secrets
from tests.skipped import watch
from tests.zygote import Zygote

__all__ = ["quick_secrets"]

# How long an example takes says more of the machine's other work than of ours.
hypothesis_settings.register_profile(
    "lotrinh", max_examples=100 if FULL else 30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("lotrinh")

TOP = Path(__file__).parents[1]
LONG_ID = 60
COLUMNS = "code,kind,name,area,tags,status_url,website,contact_office,contact_phone,contact_email"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let everything run here too."""
    parser.addoption("--deep", action="store_true", help="run what is left to CI too: tests/deep.py")


def pytest_configure(config: pytest.Config) -> None:
    """In CI a skipped test fails the run."""
    watch(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Elsewhere than in CI what takes long is left to it."""
    deep.choose(config, items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out."""
    if deep.left_out(config):
        terminalreporter.write_line(deep.TOLD.format(names=", ".join(deep.DEEP)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call what is long by its name: a file made for a test may hold the time at which it was made."""
    return argname if isinstance(val, str | bytes) and len(val) > LONG_ID else None


@dataclass
class Reply:
    """What a commune's server answers."""

    body: bytes
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Communes:
    """Own systems of communes: path -> reply; remembers what was asked."""

    port: int
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, code: str, *steps: dict[str, Any], campaign: str = "bau-cu-2026", **changes: Any) -> str:
        """Let a commune publish these steps, and return its address."""
        document = {
            "schema": "lotrinh.status/1",
            "unit": code,
            "campaign": campaign,
            "generated_at": "2026-02-02T07:30:00+07:00",
            "steps": list(steps),
        } | changes
        self.replies[f"/{code}"] = Reply(json.dumps(document, ensure_ascii=False).encode())
        return self.url(f"/{code}")


@pytest.fixture
def communes() -> Iterator[Communes]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append((self.path, dict(self.headers)))
            reply = known.replies.get(self.path, Reply(b"{}", 404))
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.type, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Communes(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


Lotrinh = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture
def lotrinh(tmp_path: Path, request: pytest.FixtureRequest) -> Lotrinh:
    """Run the command line as a user does: a process of its own in an empty folder, no Prefect server about."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "PREFECT_"))}
        own = {
            "LOTRINH_DATA_DIR": str(tmp_path / "data"),
            "LOTRINH_PREFECT__API_URL": "",
            "LOTRINH_HTTP__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        }
        seen = kept | own | environment
        if (
            sys.platform == "linux"
            and not FULL
            and not any(name.startswith(("PYTHON", "LC_", "LANG", "TZ")) for name in environment)
        ):
            quick: Zygote = request.getfixturevalue("zygote")
            return quick.run(arguments, tmp_path, seen, 100)
        return subprocess.run(
            [sys.executable, "-m", "lotrinh", *arguments],
            cwd=tmp_path,
            env=seen,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )

    return run


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., str]:
    """Write a roster of Phú Thọ's communes with these status addresses."""
    names = {
        "04924": "Lương Sơn",
        "04960": "Liên Sơn",
        "05047": "Cao Dương",
        "08296": "Sơn Lương",
    }

    def write(addresses: Mapping[str, str], name: str = "units.csv") -> str:
        rows = [f"{code},xa,{names[code]},,,{url},,,," for code, url in addresses.items()]
        path = tmp_path / name
        path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
        return str(path)

    return write
