"""OpenTelemetry: nothing of it while it is off; a real receiver hears spans without secrets while it is on."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.conftest import Communes, Lotrinh

PORTAL = """
import asyncio, json, sys
import httpx
if {missing}:
    sys.modules["opentelemetry.sdk"] = None
from lotrinh import logs, traces
from lotrinh.portal.app import create_app
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
logs.start("plain", "warning")
started = traces.start("lotrinh-portal")
settings = Settings()
with open_store(settings.database_url) as store:
    app = create_app(settings, store)
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            for path in ("/healthz", "/sign-in?unit=04960&code=K7QM-2XRT-9HWP", "/read/ma-bi-mat"):
                answer = await client.get(path, headers={{"User-Agent": "trinh-duyet-cua-ai"}})
                assert answer.status_code < 500, answer.text
    asyncio.run(ask())
extra = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation")
print(json.dumps([started, sorted(m for m in sys.modules if m.startswith(extra))]))
"""


@dataclass
class Receiver:
    """A collector on loopback that keeps what it is sent."""

    port: int
    bodies: list[bytes] = field(default_factory=list)

    @property
    def endpoint(self) -> dict[str, str]:
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.port}"}

    def spans(self) -> list[Any]:
        heard = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [s for request in heard for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            known.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def portal(folder: Path, *, missing: bool = False, **environment: str) -> tuple[bool, list[str], str]:
    """Run a portal that is asked three things; return whether it sends, what it imported, and what it said."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LOTRINH_", "OTEL_"))}
    own = {"LOTRINH_DATA_DIR": str(folder), "NO_PROXY": "*"}
    script = PORTAL.format(missing=missing)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=kept | own | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    started, imported = json.loads(done.stdout)
    return started, imported, done.stderr


def test_while_it_is_off_nothing_of_the_extra_is_imported(tmp_path: Path) -> None:
    """OpenTelemetry's bare interface is FastAPI's own dependency, and does nothing by itself."""
    assert portal(tmp_path) == (False, [], "")


def test_without_the_extra_the_portal_serves_and_says_what_to_install(tmp_path: Path) -> None:
    started, _, said = portal(tmp_path, missing=True, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert not started
    assert "lotrinh[otel]" in said
    assert "Traceback" not in said


def test_requests_arrive_as_spans_of_routes_without_secrets_addresses_and_browsers(
    tmp_path: Path, receiver: Receiver
) -> None:
    started, _, _ = portal(tmp_path, **receiver.endpoint)
    assert started
    assert {span.name for span in receiver.spans()} == {"GET /sign-in", "GET /read/{token}"}
    sent = b"".join(receiver.bodies)
    for secret in (b"K7QM", b"ma-bi-mat", b"trinh-duyet", b"127.0.0.1"):
        assert secret not in sent


def test_a_check_arrives_as_run_batch_and_units(
    lotrinh: Lotrinh, communes: Communes, roster: Any, receiver: Receiver
) -> None:
    communes.says("04960", {"id": "quyet-dinh-to-bau-cu", "state": "obstacle", "note": "Ghi chú riêng của xã"})
    units = roster({"04960": communes.url("/04960"), "04924": communes.url("/khong-co")})
    done = lotrinh(
        "check", "bau-cu-2026", "--direct", "--units", units, "--format", "json", NO_PROXY="*", **receiver.endpoint
    )
    assert done.returncode == 0, done.stderr
    spans = receiver.spans()
    assert sorted(span.name for span in spans) == ["batch", "run", "unit", "unit"]
    by_id = {span.span_id: span for span in spans}
    above = {span.name: by_id[span.parent_span_id].name for span in spans if span.parent_span_id}
    assert above == {"batch": "run", "unit": "batch"}
    said = [{a.key: a.value.string_value for a in span.attributes} for span in spans if span.name == "unit"]
    assert {(s["lotrinh.unit"], s["lotrinh.outcome"]) for s in said} == {("04960", "REACHED"), ("04924", "UNREACHABLE")}
    assert "Ghi chú".encode() not in b"".join(receiver.bodies)
