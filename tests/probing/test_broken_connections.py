"""F1, F2 and F10: refused, reset, silent, dripping, and names that do not resolve."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.prober import Prober
from lotrinh.probing.resolver import Resolver, ThreadedResolver
from tests.probing.faults import (
    CUT,
    LOOPBACK,
    NOW,
    QUICK,
    SLACK,
    Behaviour,
    FaultServer,
    Talk,
    answer,
    ask,
    ask_url,
    black_hole,
    body,
    drips,
    in_turn,
    question,
    resolves_to,
    says,
)

HEAD = answer(b"", content_length="1000")


async def reset(talk: Talk) -> None:
    talk.reset()


async def reset_after_headers(talk: Talk) -> None:
    await talk.send(HEAD + body()[:20])
    await asyncio.sleep(0.02)
    talk.reset()


async def silent(_: Talk) -> None:
    await asyncio.sleep(30)


async def silent_after_headers(talk: Talk) -> None:
    await talk.send(HEAD)
    await asyncio.sleep(30)


def at_the_limit(seconds: float, limit: float = CUT.total_seconds) -> bool:
    """Not before it but for a clock's grain, and long before a server that goes on for half a minute has ended."""
    return limit - 0.02 <= seconds < limit + SLACK


def test_a_refused_connection_is_unreachable_after_two_tries() -> None:
    seen, seconds = asyncio.run(ask_url(f"http://127.0.0.1:{free_port()}/"))
    assert (seen.outcome, seen.reason, seen.tries) == (Outcome.UNREACHABLE, Reason.REFUSED, 2)
    assert seconds < QUICK.total_seconds


@pytest.mark.parametrize(
    "server",
    [
        FaultServer(on_connect=reset),
        FaultServer(reset),
        FaultServer(reset_after_headers),
        FaultServer(says(b"")),
        FaultServer(says(b"HTTP/1.1 200 OK\r\nContent-Ty")),
    ],
    ids=["reset at once", "reset before headers", "reset after headers", "closed at once", "closed in the headers"],
)
def test_a_connection_that_breaks_is_unreachable_after_two_tries(server: FaultServer) -> None:
    heard = ask(server)
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.UNREACHABLE, Reason.RESET)
    assert heard.server.connections == heard.observation.tries == 2
    assert heard.observation.answer is None


def test_a_connection_that_breaks_once_is_asked_again_and_heard() -> None:
    heard = ask(in_turn(reset, says(answer())))
    assert (heard.observation.outcome, heard.observation.tries) == (Outcome.REACHED, 2)


def test_a_black_hole_is_left_after_the_connect_limit_and_tried_twice() -> None:
    with black_hole() as port:
        seen, seconds = asyncio.run(ask_url(f"http://127.0.0.1:{port}/", replace(QUICK, connect_seconds=0.5)))
    assert (seen.reason, seen.tries) == (Reason.CONNECT_TIMEOUT, 2)
    assert 2 * 0.5 <= seconds < QUICK.total_seconds


@pytest.mark.parametrize("behaviour", [silent, silent_after_headers], ids=["no answer", "no body"])
def test_silence_is_cut_at_the_whole_limit(behaviour: Behaviour) -> None:
    heard = ask(behaviour, CUT)
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.UNREACHABLE, Reason.TIMEOUT)
    assert at_the_limit(heard.seconds)


FOREVER = b"x" * 10_000
DRIPS = {
    "status line": FaultServer(drips(answer() + FOREVER, 0.05)),
    "headers": FaultServer(drips(b"a-header: " + FOREVER, 0.05, at_once=b"HTTP/1.1 200 OK\r\n")),
    "body": FaultServer(drips(b" " * 9000, 0.05, at_once=answer(b"", content_length="9000"))),
    "body, ten a second": FaultServer(drips(b" " * 9000, 0.1, at_once=answer(b"", content_length="9000"))),
    "chunks": FaultServer(
        drips(b"1\r\n \r\n" * 2000, 0.05, at_once=answer(b"", content_length="", transfer_encoding="chunked"))
    ),
    "between headers": FaultServer(drips(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, 0.02)),
}


@pytest.mark.parametrize("where", DRIPS)
def test_dripping_is_cut_at_the_whole_limit(where: str) -> None:
    heard = ask(replace(DRIPS[where], requests=[]), CUT)
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.UNREACHABLE, Reason.TIMEOUT)
    assert at_the_limit(heard.seconds)
    assert heard.server.connections == 1


SERVER_HELLO = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + bytes(10_000)


def test_a_dripping_tls_handshake_is_cut_at_the_whole_limit_not_at_the_connect_limit() -> None:
    async def run() -> None:
        async with FaultServer(on_connect=drips(SERVER_HELLO, 0.05)) as server:
            seen, seconds = await ask_url(f"https://127.0.0.1:{server.port}/", replace(CUT, connect_seconds=1.0))
            assert seen.reason is Reason.TIMEOUT
            assert at_the_limit(seconds)

    asyncio.run(run())


def test_the_budgets_are_those_that_are_published() -> None:
    real = HttpOptions()
    assert (real.connect_seconds, real.total_seconds, real.tries, real.retry_after_seconds) == (3, 8, 2, 30)
    assert (real.body_bytes, real.depth, real.max_steps, real.per_host) == (256_000, 20, 500, 1)
    assert (real.allow_networks, real.allow_hosts, real.own_origin) == ((), (), "")


def test_at_the_real_budgets_a_black_hole_is_left_at_three_seconds_and_every_drip_at_eight() -> None:
    real = HttpOptions(allow_networks=(LOOPBACK,))
    slow = [
        *(FaultServer(drips(b"HTTP/1.1 200 OK\r\nx: " + FOREVER, pause)) for pause in (0.5, 10.0)),
        FaultServer(drips(FOREVER, 0.5, at_once=HEAD)),
        FaultServer(on_connect=drips(SERVER_HELLO, 0.5)),
    ]

    async def one(server: FaultServer, *, tls: bool) -> tuple[Reason, float]:
        async with server:
            seen, seconds = await ask_url(f"http{'s' * tls}://127.0.0.1:{server.port}/", real)
            return seen.reason, seconds

    async def run(port: int) -> list[tuple[Reason, float]]:
        knocking = asyncio.create_task(ask_url(f"http://127.0.0.1:{port}/", real))
        dripped = await asyncio.gather(*(one(s, tls=bool(s.on_connect)) for s in slow))
        seen, seconds = await knocking
        assert (seen.reason, seen.tries) == (Reason.CONNECT_TIMEOUT, 2)
        assert at_the_limit(seconds, 2 * 3.0)
        return dripped

    with black_hole() as port:
        for reason, seconds in asyncio.run(run(port)):
            assert reason is Reason.TIMEOUT
            assert at_the_limit(seconds, 8.0)


def fails_with(number: int) -> Resolver:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(number, "no")

    return resolve


async def hangs(_host: str, _port: int) -> Sequence[str]:
    await asyncio.sleep(30)
    return ()


@pytest.mark.parametrize(
    ("resolver", "tries"),
    [
        (fails_with(socket.EAI_NONAME), 1),
        (fails_with(socket.EAI_AGAIN), 2),
        (fails_with(socket.EAI_FAIL), 2),
        (hangs, 1),
        (resolves_to(), 1),
        (resolves_to(*(f"127.0.0.{n}" for n in range(1, 51))), 1),
        (resolves_to("not an address"), 1),
    ],
    ids=["not found", "try again", "server failure", "hanging", "no address", "50 addresses", "rubbish"],
)
def test_a_name_that_does_not_resolve_is_unreachable_dns_within_the_budget(resolver: Resolver, tries: int) -> None:
    seen, seconds = asyncio.run(ask_url("http://xa.example.vn/", CUT, resolver))
    assert (seen.outcome, seen.reason) == (Outcome.UNREACHABLE, Reason.DNS)
    assert seen.tries >= tries
    assert seconds < CUT.total_seconds + SLACK


def test_a_name_that_cannot_exist_is_unreachable_dns_by_the_systems_resolver_too() -> None:
    seen, seconds = asyncio.run(ask_url("http://xa.invalid/", replace(QUICK, total_seconds=2.0)))
    assert (seen.outcome, seen.reason) == (Outcome.UNREACHABLE, Reason.DNS)
    assert seconds < 2.0 + SLACK


def test_the_second_try_takes_the_other_address() -> None:
    async def run() -> None:
        async with FaultServer(host="127.0.0.2") as server:
            names = resolves_to("127.0.0.3", "127.0.0.2")
            seen, _ = await ask_url(f"http://xa.example.vn:{server.port}/", resolver=names)
            assert (seen.outcome, seen.tries) == (Outcome.REACHED, 2)
            assert f"Host: xa.example.vn:{server.port}\r\n".encode() in server.requests[0]

    asyncio.run(run())


def test_a_hanging_name_server_keeps_no_other_unit_waiting() -> None:
    release = threading.Event()

    def look_up(host: str, _port: int) -> Sequence[str]:
        if host.startswith("treo"):
            release.wait(20)
        return ("127.0.0.1",)

    resolver = ThreadedResolver(look_up, at_once=8)
    patient = replace(QUICK, total_seconds=3.0)

    async def run() -> None:
        async with FaultServer() as server, Prober(patient, lambda: NOW, resolver) as prober:
            hanging = [question(f"http://treo{n}.vn:{server.port}/") for n in range(6)]
            good = [question(f"http://tot{n}.vn:{server.port}/") for n in range(6)]
            started = monotonic()
            slow = asyncio.gather(*(prober.ask(q) for q in hanging))
            seen = await asyncio.gather(*(prober.ask(q) for q in good))
            assert {o.outcome for o in seen} == {Outcome.REACHED}
            assert monotonic() - started < patient.total_seconds
            assert not slow.done()
            assert {o.reason for o in await slow} == {Reason.DNS}

    try:
        asyncio.run(run())
    finally:
        release.set()


def test_more_names_than_threads_are_all_looked_up() -> None:
    resolver = ThreadedResolver(lambda host, _port: (host,), at_once=3)

    async def run() -> list[Sequence[str]]:
        return await asyncio.gather(*(resolver(f"h{n}", 80) for n in range(200)))

    assert asyncio.run(run()) == [(f"h{n}",) for n in range(200)]
    assert sum(t.name == "lotrinh-resolver" for t in threading.enumerate()) < 64


def test_a_look_up_that_ends_after_its_asker_is_gone_harms_nobody() -> None:
    release = threading.Event()

    def look_up(_host: str, _port: int) -> Sequence[str]:
        release.wait(5)
        return ()

    resolver = ThreadedResolver(look_up)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(resolver("h", 80), 0.01)

    asyncio.run(give_up())
    release.set()
