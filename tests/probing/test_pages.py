"""Machine probes: a page is met, not met or not seen, and whichever it is, the unit's own answer stands."""

import asyncio
import logging
import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.core.status.observation import Observation, Outcome, ProbeOutcome, Reason
from lotrinh.i18n import say
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.pages import compare_page
from lotrinh.probing.prober import Prober
from lotrinh.probing.question import MachineProbe
from tests.probing.faults import (
    CUT,
    NOW,
    QUICK,
    SLACK,
    Behaviour,
    FaultServer,
    Talk,
    answer,
    ask_url,
    drips,
    endless,
    question,
    says,
)

WORDS = "Danh sách cử tri"
STEP = "niem-yet"


def page(text: str = WORDS, status: str = "200 OK", **headers: str) -> bytes:
    return answer(f"<h1>{text}</h1>".encode(), status, **{"content_type": "text/html"} | headers)


async def reset(talk: Talk) -> None:
    talk.reset()


def look(
    behaviour: Behaviour | bytes,
    status: int = 200,
    contains: str = WORDS,
    answers: bytes | None = None,
    options: HttpOptions = QUICK,
) -> tuple[Observation, FaultServer]:
    """Ask a unit whose page behaves like this."""
    seen_page = says(behaviour) if isinstance(behaviour, bytes) else behaviour

    async def run() -> tuple[Observation, FaultServer]:
        paths = {"/trang": seen_page}
        async with FaultServer(says(answer() if answers is None else answers), paths) as server:
            probe = MachineProbe(STEP, f"{server.origin}/trang", status, contains)
            seen, _ = await ask_url(f"{server.origin}/status", options, probes=(probe,))
            return seen, server

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("behaviour", "status", "contains"),
    [
        (page(), 200, WORDS),
        (page(unicodedata.normalize("NFD", WORDS)), 200, WORDS),
        (page(), 200, unicodedata.normalize("NFD", WORDS)),
        (page("\ufeff" + WORDS), 200, WORDS),
        (page("khác"), 200, ""),
        (page(content_type=""), 200, WORDS),
        (page(status="404 Not Found"), 404, ""),
        (page(status="301 Moved", location="https://xa.vn/"), 301, ""),
        (page(status="503 Busy"), 503, WORDS),
    ],
    ids=[
        "text",
        "decomposed page",
        "decomposed words",
        "mark",
        "status only",
        "no type",
        "gone as wanted",
        "moved as wanted",
        "busy",
    ],
)
def test_a_page_that_shows_what_it_must_is_met(behaviour: bytes, status: int, contains: str) -> None:
    seen, server = look(behaviour, status, contains)
    assert seen.probes[STEP][0] is ProbeOutcome.MET
    assert b"accept: */*" in server.requests[1].lower()


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (page("khác"), WORDS),
        (page(WORDS.upper()), WORDS),
        (page("Danh sach cu tri"), WORDS),
        (page(""), WORDS),
        (page(status="404 Not Found"), "404"),
        (page(status="410 Gone"), "410"),
        (page(status="204 No Content"), "204"),
        (page(status="400 Bad"), "400"),
    ],
    ids=["other text", "capitals", "no marks", "empty", "404", "410", "204", "400"],
)
def test_a_page_that_does_not_show_it_is_not_met(behaviour: bytes, words: str) -> None:
    seen, _ = look(behaviour)
    found, sentence = seen.probes[STEP]
    assert found is ProbeOutcome.NOT_MET
    assert words in say(sentence, "vi")


NOT_SEEN: dict[str, Behaviour] = {
    **{str(code): says(page(status=f"{code} X")) for code in (401, 403, 408, 429, 451, 500, 503, 599)},
    "redirect": says(page(status="302 Found", location="/dang-nhap")),
    "gzip": says(page(content_encoding="gzip")),
    "endless": endless(b" " * 64_000, answer(b"", content_length="", content_type="text/html")),
    "UTF-16": says(answer(WORDS.encode("utf-16"), content_type="text/html")),
    "latin": says(answer(b"<h1>\xe9t\xe9</h1>", content_type="text/html")),
    "not HTTP": says(b"220 ftp.xa.vn\r\n\r\n"),
    "reset": reset,
    "dripping": drips(page()),
}


@pytest.mark.parametrize("fault", NOT_SEEN)
def test_a_page_that_could_not_be_seen_says_nothing_about_the_step_and_is_tried_once(fault: str) -> None:
    started = monotonic()
    seen, server = look(NOT_SEEN[fault], options=CUT)
    assert seen.probes[STEP][0] is ProbeOutcome.FAILED
    assert (seen.outcome, seen.tries, server.connections) == (Outcome.REACHED, 1, 2)
    assert monotonic() - started < CUT.total_seconds + SLACK


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://0177.0.0.1/", "file:///etc/passwd", "", "http://a@xa.vn/"])
def test_a_page_inside_is_refused_before_a_byte_is_sent(url: str) -> None:
    async def run() -> None:
        async with FaultServer() as server:
            allowed = replace(QUICK, allow_networks=(), own_origin=server.origin)
            probe = MachineProbe(STEP, url)
            seen, _ = await ask_url(f"{server.origin}/status", allowed, probes=(probe,))
            assert (seen.outcome, seen.probes[STEP][0]) == (Outcome.REACHED, ProbeOutcome.FAILED)
            assert server.connections == 1

    asyncio.run(run())


def test_pages_are_looked_at_though_the_unit_itself_does_not_answer() -> None:
    seen, _ = look(page(), answers=answer(b"", "500 X"))
    assert (seen.outcome, seen.reason, seen.answer) == (Outcome.UNREACHABLE, Reason.HTTP, None)
    assert seen.probes[STEP][0] is ProbeOutcome.MET


def test_a_host_that_could_not_be_connected_to_is_not_tried_again_for_its_pages() -> None:
    asked: list[str] = []

    async def unknown(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no")

    probes = (
        MachineProbe("a", "http://xa.vn/1"),
        MachineProbe("b", "http://khac.vn/2"),
        MachineProbe("c", "http://khac.vn/3"),
    )
    seen, _ = asyncio.run(ask_url("http://xa.vn/status", resolver=unknown, probes=probes))
    assert {name: found for name, (found, _) in seen.probes.items()} == dict.fromkeys("abc", ProbeOutcome.FAILED)
    assert asked == ["xa.vn", "khac.vn"]


def test_what_pages_cost_is_not_counted_as_the_units() -> None:
    slow = MachineProbe(STEP, f"http://127.0.0.1:{free_port()}/")
    seen, seconds = asyncio.run(ask_url("http://10.0.0.1/", probes=(slow,)))
    assert (seen.reason, seen.tries) == (Reason.ADDRESS, 1)
    assert seen.milliseconds <= seconds * 1000


def test_a_fault_of_ours_in_a_page_costs_the_unit_nothing_and_is_logged_with_its_code(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("x")

    monkeypatch.setattr(f"{Prober.__module__}.{compare_page.__name__}", broken)
    with caplog.at_level(logging.ERROR, "lotrinh.probing"):
        seen, _ = look(page())
    assert (seen.outcome, seen.probes[STEP][0]) == (Outcome.REACHED, ProbeOutcome.FAILED)
    assert [r.getMessage().split()[0] for r in caplog.records] == [f"unit={seen.unit}"]


def test_several_pages_of_one_unit_each_have_their_own_finding() -> None:
    async def run() -> None:
        paths = {"/1": says(page()), "/2": says(page("khác")), "/3": reset}
        async with FaultServer(paths=paths) as server, Prober(QUICK, lambda: NOW) as prober:
            probes = tuple(MachineProbe(f"b{n}", f"{server.origin}/{n}", contains=WORDS) for n in (1, 2, 3))
            seen = await prober.ask(question(f"{server.origin}/status", probes=probes))
            assert [found for found, _ in seen.probes.values()] == [
                ProbeOutcome.MET,
                ProbeOutcome.NOT_MET,
                ProbeOutcome.FAILED,
            ]
            assert server.most_at_once == 1

    asyncio.run(run())
