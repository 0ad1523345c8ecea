"""F12: addresses that point inside are refused before a byte is sent, however they are written."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.i18n import say
from lotrinh.probing.addresses import Gate, is_outside, read_target
from lotrinh.probing.failures import ProbeFailure
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.resolver import Resolver
from tests.probing.faults import QUICK, FaultServer, Talk, ask_url, resolves_to

CLOSED = replace(QUICK, allow_networks=())

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse, nothing listens on it
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "192.0.0.8",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2002:808:808::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "2001:0:7f00:1::",
]
OUTSIDE = ["8.8.8.8", "203.113.128.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"]

SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7F.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.1.",
    "127。0。0。1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0",
]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_outside(address: str) -> None:
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_outside(address: str) -> None:
    assert is_outside(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_for_an_inside_address_is_refused_even_among_public_ones(address: str) -> None:
    with pytest.raises(ProbeFailure) as caught:
        Gate(HttpOptions()).admit(read_target("http://xa.vn/"), ["8.8.8.8", address])
    assert caught.value.reason is Reason.ADDRESS


@pytest.mark.parametrize("host", [*SPELLINGS, "localhost", "tro-vao-trong.vn"])
def test_nothing_connects_to_an_inside_address_however_it_is_written(host: str) -> None:
    async def run() -> None:
        async with FaultServer() as server:
            seen, _ = await ask_url(f"http://{host}:{server.port}/", CLOSED, resolves_to("127.0.0.1"))
            assert (seen.outcome, seen.reason, seen.tries) == (Outcome.UNREACHABLE, Reason.ADDRESS, 1)
            assert server.connections == 0

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"])
def test_an_odd_spelling_of_an_allowed_address_is_asked_as_what_it_means(host: str) -> None:
    async def run() -> None:
        async with FaultServer() as server:
            seen, _ = await ask_url(f"http://{host}:{server.port}/")
            assert seen.outcome is Outcome.REACHED

    asyncio.run(run())


def changing(*answers: str) -> tuple[Resolver, list[str]]:
    """A name whose address changes with every look-up."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    return resolve, asked


def test_a_name_that_changes_its_address_is_asked_where_it_was_checked() -> None:
    async def fails(talk: Talk) -> None:
        talk.reset()

    async def run() -> None:
        async with FaultServer(fails, host="127.0.0.2") as allowed, FaultServer(port=allowed.port) as secret:
            resolver, asked = changing("127.0.0.2", "127.0.0.1")
            options = replace(QUICK, allow_networks=(ip_network("127.0.0.2/32"),))
            seen, _ = await ask_url(f"http://xa.vn:{allowed.port}/", options, resolver)
            assert (seen.reason, seen.tries, allowed.connections) == (Reason.RESET, 2, 2)
            assert (secret.connections, asked) == (0, ["xa.vn"])

    asyncio.run(run())


def test_one_allowed_address_does_not_open_the_others() -> None:
    async def run() -> None:
        async with FaultServer(host="127.0.0.2") as server:
            options = replace(QUICK, allow_networks=(ip_network("127.0.0.2/32"),))
            both = resolves_to("127.0.0.2", "127.0.0.1")
            seen, _ = await ask_url(f"http://xa.vn:{server.port}/", options, both)
            assert (seen.reason, server.connections) == (Reason.ADDRESS, 0)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("phutho.gov.vn", True),
        ("luongson.phutho.gov.vn", True),
        ("LuongSon.PhuTho.gov.vn", True),
        ("luongson.phutho.gov.vn.", True),
        ("xaphutho.gov.vn", False),
        ("phutho.gov.vn.xau.vn", False),
        ("gov.vn", False),
        ("10.0.0.5", True),
        ("0x0a.0.0.5", True),
        ("10.0.0.6", False),
        ("1.10.0.0.5", False),
    ],
)
def test_an_allowed_host_covers_itself_and_its_subdomains_and_nothing_else(host: str, *, allowed: bool) -> None:
    async def run() -> None:
        options = replace(CLOSED, allow_hosts=("phutho.gov.vn", "10.0.0.5"), connect_seconds=0.05, total_seconds=3.0)
        seen, _ = await ask_url(f"http://{host}:1/", options, resolves_to("127.0.0.1"))
        assert (seen.reason is not Reason.ADDRESS) == allowed

    asyncio.run(run())


def test_our_own_portal_is_asked_wherever_it_listens_and_nothing_beside_it() -> None:
    async def run() -> None:
        async with FaultServer() as portal, FaultServer() as other:
            own = replace(CLOSED, own_origin=portal.origin)
            seen, _ = await ask_url(f"{portal.origin}/status", own)
            assert seen.outcome is Outcome.REACHED
            assert say(seen.sentence, "vi") == "Đã đọc những gì đơn vị ghi trên cổng lộ trình."
            for url in (
                f"{other.origin}/status",
                f"http://127.0.0.2:{portal.port}/",
                f"http://localhost:{portal.port}/",
            ):
                seen, _ = await ask_url(url, own, resolves_to("127.0.0.1"))
                assert seen.reason is Reason.ADDRESS
            assert (portal.connections, other.connections) == (1, 0)

    asyncio.run(run())


def test_the_families_of_a_names_addresses_take_turns() -> None:
    found = Gate(HttpOptions()).admit(
        read_target("http://xa.vn/"), ["2001:4860::1", "2001:4860::2", "8.8.8.8", "8.8.4.4", "8.8.8.8"]
    )
    assert [str(a) for a in found] == ["2001:4860::1", "8.8.8.8", "2001:4860::2", "8.8.4.4"]
