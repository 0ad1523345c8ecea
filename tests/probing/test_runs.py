"""Many units at once: no fault reaches another unit, stops the run, or is left behind when it is over."""

import asyncio
import json
import logging
import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.core.status.observation import COULD_NOT_CONNECT, Observation, Outcome, Reason
from lotrinh.core.text import M
from lotrinh.probing import prober as prober_module
from lotrinh.probing.contract import read_answer
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.prober import Prober, Question
from lotrinh.services.runs.ask import is_own_network_down
from tests.probing.faults import (
    CUT,
    NOW,
    QUICK,
    Behaviour,
    FaultServer,
    Talk,
    answer,
    body,
    drips,
    endless,
    question,
    resolves_to,
    says,
)

SPACES = b" " * 64_000


async def reset(talk: Talk) -> None:
    talk.reset()


async def silent(_: Talk) -> None:
    await asyncio.sleep(30)


KEYS = json.dumps({f"k{n}": n for n in range(100_000)})
FAULTS: dict[str, tuple[Behaviour, Reason]] = {
    "reset": (reset, Reason.RESET),
    "silent": (silent, Reason.TIMEOUT),
    "dripping": (drips(answer()), Reason.TIMEOUT),
    "redirect": (says(answer(b"", "302 Found", location="http://0177.0.0.1/")), Reason.REDIRECT),
    "endless": (endless(SPACES, answer(b"", content_length="")), Reason.SIZE),
    "too many keys": (says(answer(KEYS[:255_000].rpartition(",")[0].encode() + b"}")), Reason.SCHEMA),
    "deep": (says(answer(b"[" * 255_000)), Reason.SCHEMA),
    "nested": (says(answer(b'{"a":' * 40_000 + b"1" + b"}" * 40_000)), Reason.SCHEMA),
    "huge number": (says(answer(body().replace(b'"of": 12', b'"of": ' + b"9" * 200_000))), Reason.SCHEMA),
    "UTF-16": (says(answer(body().decode().encode("utf-16"))), Reason.ENCODING),
    "login": (says(answer(b"<html>", content_type="text/html")), Reason.TYPE),
    "other unit": (says(answer(body(unit="00000"))), Reason.UNIT),
    "other schema": (says(answer(body(schema="a\nunit=1 outcome=REACHED"))), Reason.SCHEMA),
    "future": (says(answer(body(unit="future", generated_at="2027-01-01T00:00:00Z"))), Reason.TIME),
    "busy": (says(answer(b"", "503 Busy", retry_after="9999999")), Reason.HTTP),
    "not HTTP": (says(b"\x00\xff" * 500), Reason.PROTOCOL),
}


def by_path(unit: str) -> Behaviour:
    return says(answer(body(unit=unit)))


async def ask_many(
    paths: dict[str, Behaviour], options: HttpOptions = CUT, times: int = 1
) -> tuple[dict[str, Observation], FaultServer]:
    """Ask the paths of one server as units of different hosts, the path's last part being the unit."""
    async with FaultServer(paths=paths) as server, Prober(options, lambda: NOW, resolves_to("127.0.0.1")) as prober:
        seen: dict[str, Observation] = {}
        for _ in range(times):
            asked = [
                question(f"http://xa{n}.vn:{server.port}{path}", unit=path[1:].replace("%20", " "))
                for n, path in enumerate(paths)
            ]
            seen |= {o.unit: o async for o in prober.ask_all(asked)}
        return seen, server


def mixed() -> dict[str, Behaviour]:
    faulty = {f"/{name.replace(' ', '%20')}": behaviour for name, (behaviour, _) in FAULTS.items()}
    return faulty | {f"/tot{n}": by_path(f"tot{n}") for n in range(20)}


def test_no_fault_of_one_unit_reaches_another() -> None:
    seen, _ = asyncio.run(ask_many(mixed()))
    assert {name: seen[name].reason for name in FAULTS} == {name: reason for name, (_, reason) in FAULTS.items()}
    assert {seen[f"tot{n}"].outcome for n in range(20)} == {Outcome.REACHED}
    assert all((o.answer is None) == (o.outcome is not Outcome.REACHED) for o in seen.values())


def test_each_unit_has_exactly_one_line_in_the_log_and_starts_no_other(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "lotrinh"):
        seen, _ = asyncio.run(ask_many(mixed()))
    lines = [r.getMessage() for r in caplog.records if r.name != "asyncio"]
    assert sorted(line.partition(" campaign=")[0] for line in lines) == sorted(f"unit={unit}" for unit in seen)
    assert not any(sign in line for line in lines for sign in "\r\n\x1b\x85\u2028")


def test_a_run_of_poison_keeps_memory_flat_and_leaves_no_descriptor_open() -> None:
    async def run() -> None:
        await ask_many(mixed())
        before = open_files()
        tracemalloc.start()
        await ask_many(mixed(), times=4)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 50_000_000
        for _ in range(50):
            if open_files() <= before:
                break
            await asyncio.sleep(0.02)
        assert open_files() <= before

    asyncio.run(run())


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0  # noqa: PTH208 - only their number


@pytest.mark.parametrize(("per_host", "most"), [(1, 1), (3, 3)])
def test_a_host_is_asked_as_many_questions_at_once_as_set(per_host: int, most: int) -> None:
    server = asyncio.run(crowd(replace(QUICK, per_host=per_host)))
    assert (server.connections, server.most_at_once) == (12, most)


def test_our_own_portal_is_asked_more_at_once() -> None:
    port = free_port()
    own = replace(QUICK, own_origin=f"http://127.0.0.1:{port}", own_origin_at_once=5)
    assert asyncio.run(crowd(own, port)).most_at_once == 5


async def crowd(options: HttpOptions, port: int = 0) -> FaultServer:
    async def slow(talk: Talk) -> None:
        await asyncio.sleep(0.1)  # so that as many are there at once as may be
        await talk.send(answer())

    async with FaultServer(slow, port=port) as server, Prober(options, lambda: NOW) as prober:
        seen = [o async for o in prober.ask_all(question(f"{server.origin}/{n}") for n in range(12))]
        assert {o.outcome for o in seen} == {Outcome.REACHED}
    return server


def test_a_slow_host_with_many_units_keeps_no_other_host_waiting() -> None:
    async def run() -> None:
        async with FaultServer(silent) as dead, FaultServer() as alive, Prober(QUICK, lambda: NOW) as prober:
            asked = [*(question(dead.origin, unit="dead") for _ in range(30)), question(alive.origin)]
            async with asyncio.timeout(QUICK.total_seconds):  # in which not one of the others has ended
                async for seen in prober.ask_all(asked):
                    assert seen.outcome is Outcome.REACHED
                    break

    asyncio.run(run())


def test_a_fault_of_ours_is_one_units_observation_with_its_cause_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(content: bytes, asked: Question, *rest: object) -> object:
        if asked.unit == "hong":
            raise ZeroDivisionError
        return read_answer(content, asked, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(prober_module, "read_answer", broken)
    with caplog.at_level(logging.INFO, "lotrinh.probing"):
        seen, _ = asyncio.run(ask_many({f"/{unit}": by_path(unit) for unit in ("a", "hong", "b")}))
    assert {unit: o.outcome for unit, o in seen.items()} == {
        "a": Outcome.REACHED,
        "hong": Outcome.UNREACHABLE,
        "b": Outcome.REACHED,
    }
    assert [r.getMessage().split()[0] for r in caplog.records if r.exc_info] == ["unit=hong"]


def test_when_even_the_log_fails_the_run_ends_with_the_fault_and_does_not_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        async with asyncio.timeout(30):
            await ask_many({"/a": by_path("a"), "/b": by_path("b")})

    monkeypatch.setattr(prober_module, "_log_observation", broken)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())


async def leave_at_the_first(prober: Prober, asked: Sequence[Question]) -> None:
    async for _ in prober.ask_all(asked):
        break


async def be_cancelled(prober: Prober, asked: Sequence[Question]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            _ = [o async for o in prober.ask_all(asked[1:])]


@pytest.mark.parametrize("leave", [leave_at_the_first, be_cancelled])
def test_a_run_that_is_left_early_leaves_nothing_running(
    leave: Callable[[Prober, Sequence[Question]], asyncio.Future[None]],
) -> None:
    async def run() -> None:
        async with FaultServer(silent, {"/1": says(answer())}) as server:
            async with Prober(QUICK, lambda: NOW, resolves_to("127.0.0.1")) as prober:
                await leave(prober, [question(f"http://xa{n}.vn:{server.port}/{n}") for n in range(1, 9)])
            assert not [t for t in asyncio.all_tasks() if "_work" in repr(t.get_coro())]

    asyncio.run(run())


def test_no_unit_is_an_empty_run() -> None:
    assert asyncio.run(ask_many({}))[0] == {}


def seen_as(reason: Reason) -> Observation:
    outcome = Outcome.UNREACHABLE if reason else Outcome.REACHED
    return Observation("", outcome, reason, M(""), NOW)


@pytest.mark.parametrize("reason", sorted(COULD_NOT_CONNECT))
@pytest.mark.parametrize(("failed", "ours"), [(15, False), (16, True), (20, True)])
def test_four_fifths_of_the_first_twenty_not_connected_is_our_network(
    reason: Reason, failed: int, *, ours: bool
) -> None:
    first = [seen_as(reason)] * failed + [seen_as(Reason.NONE)] * (20 - failed)
    assert is_own_network_down(first) == ours
    assert is_own_network_down(first[::-1] + [seen_as(reason)] * 100) == ours


@pytest.mark.parametrize("reason", sorted(set(Reason) - COULD_NOT_CONNECT))
def test_who_was_connected_to_is_never_our_network(reason: Reason) -> None:
    assert not is_own_network_down([seen_as(reason)] * 20)


def test_twenty_refused_connections_are_our_network() -> None:
    async def run() -> list[Observation]:
        port = free_port()
        asked = [question(f"http://xa{n}.vn:{port}/") for n in range(20)]
        async with Prober(QUICK, lambda: NOW, resolves_to("127.0.0.1")) as prober:
            return [o async for o in prober.ask_all(asked)]

    assert is_own_network_down(asyncio.run(run()))
