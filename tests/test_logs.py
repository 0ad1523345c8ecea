"""Log lines: one for each event, with what it is about, whatever foreign text is in it (faults F27, F28)."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from lotrinh import logs
from lotrinh.portal.app import create_app
from lotrinh.settings.models import Settings
from tests.conftest import Communes, Lotrinh

HOSTILE = 'x\r\n{"level": "error"}\x1b[31m\u2028\u2029\x85\x00\u202e\ud800"\\'


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own that writes JSON lines."""
    logger = logging.Logger("lotrinh.test")  # noqa: LOG001 - one that nobody else listens to
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    logger.addHandler(handler)
    yield logger, out
    handler.close()


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_event_is_one_line_with_what_it_is_about(log: tuple[logging.Logger, io.StringIO]) -> None:
    with logs.about(request="r1", campaign="bau-cu-2026"), logs.about(run="n1"):
        log[0].warning("nói %s", "điều này", extra={"unit": "04960"})
    log[0].warning("sau đó")
    first, second = events(log[1].getvalue())
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "warning",
        "logger": "lotrinh.test",
        "message": "nói điều này",
        "request": "r1",
        "run": "n1",
        "campaign": "bau-cu-2026",
        "unit": "04960",
    }
    assert set(second) == {"time", "level", "logger", "message"}


def test_foreign_text_begins_no_line_and_no_field(log: tuple[logging.Logger, io.StringIO]) -> None:
    with logs.about(run=HOSTILE):
        log[0].warning("%s", HOSTILE, extra={"unit": HOSTILE})
        try:
            int(HOSTILE)
        except ValueError:
            log[0].exception("hỏng")
    text = log[1].getvalue()
    assert len(text.splitlines()) == 2
    assert all(c.isprintable() for line in text.split("\n") for c in line)
    first, second = events(text)
    assert first["level"] == "warning"
    assert first["message"] == first["unit"] == first["run"] == HOSTILE
    assert "ValueError" in second["error"]


def test_plain_lines_are_one_line_too() -> None:
    record = logging.LogRecord("lotrinh", logging.ERROR, "", 0, "%s", (HOSTILE,), None)
    assert len(logs.Lines().format(record).splitlines()) == 1


def test_other_libraries_say_warnings_only() -> None:
    root, ours = logging.getLogger(), logging.getLogger("lotrinh")
    before = root.level, root.handlers[:], ours.level
    root.handlers[:] = []
    try:
        for level, least in (("info", logging.WARNING), ("error", logging.ERROR)):
            logs.start("json", level)
            assert logging.getLogger("httpx").getEffectiveLevel() == least
            assert logging.getLogger("lotrinh.probing").getEffectiveLevel() == getattr(logging, level.upper())
    finally:
        root.handlers[:] = before[1]
        root.setLevel(before[0])
        ours.setLevel(before[2])


def test_work_side_by_side_does_not_mix_what_it_is_about() -> None:
    async def work(run: str) -> str:
        with logs.about(run=run):
            await asyncio.sleep(0)
            return logs.known("run")

    async def both() -> list[str]:
        return await asyncio.gather(work("a"), work("b"))

    assert asyncio.run(both()) == ["a", "b"]
    assert logs.known("run") == ""


def test_a_process_that_somebody_else_set_up_writes_json_too() -> None:
    logger, handler = logging.getLogger("elsewhere.of.test_logs"), logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    try:
        logs.join("plain", "warning")
        assert not isinstance(handler.formatter, logs.JsonLines)
        logs.join("json", "warning")
        assert isinstance(handler.formatter, logs.JsonLines)
    finally:
        logger.removeHandler(handler)


def test_every_request_has_an_id_of_ours_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    app, heard = create_app(Settings(), None), list[str]()  # type: ignore[arg-type]  # nothing is asked of it

    @app.get("/tell")
    def tell() -> None:
        heard.append(logs.known("request"))

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [await client.get("/tell", headers={"X-Request-ID": "của-tôi".encode()}) for _ in range(2)]

    with caplog.at_level(logging.INFO, "lotrinh.portal"):
        answers = asyncio.run(ask())
    assert [answer.headers["x-request-id"] for answer in answers] == heard
    assert len(set(heard)) == 2
    assert [r.getMessage().rpartition(" ")[0].rpartition(" ")[0] for r in caplog.records] == ["GET /tell 200"] * 2


@pytest.mark.parametrize("form", ["json", "plain"])
def test_a_unit_that_fails_is_one_line_with_its_code_and_its_run(
    lotrinh: Lotrinh, communes: Communes, roster: Any, form: str
) -> None:
    communes.says("04960", schema="a\nunit=04924")
    units = roster({"04960": communes.url("/04960"), "04924": communes.url("/khong-co")})
    done = lotrinh("check", "bau-cu-2026", "--direct", "--units", units, "--format", "json", LOTRINH_LOG__FORMAT=form)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)["run"]
    lines = [line for line in done.stderr.splitlines() if "lotrinh.probing" in line]
    assert len(lines) == 2
    assert all(run in line for line in lines)
    if form == "json":
        said = [json.loads(line) for line in lines]
        assert {event["unit"] for event in said} == {"04960", "04924"}
        assert {(event["run"], event["campaign"]) for event in said} == {(run, "bau-cu-2026")}
