"""F12: how a status address is read, and that nothing is asked where it is not plainly one."""

import asyncio
import socket
import struct
from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.probing.addresses import read_ipv4, read_target
from lotrinh.probing.failures import ProbeFailure
from tests.probing.faults import QUICK, FaultServer, ask_url, resolves_to


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/status",
        "//127.0.0.1/",
        "127.0.0.1",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/",
        "javascript:alert(1)",
        "http:/127.0.0.1:{port}/",
        "http:127.0.0.1:{port}/",
        "http://",
        "http:///status",
        "http://:{port}/",
        "http://a@127.0.0.1:{port}/",
        "http://a:b@127.0.0.1:{port}/",
        "http://@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\r\nX: y/",
        "http://127.0.0.1:{port}/\r\nX: y",
        "http://127.0.0.1:{port}/%0d\n",
        "http://127.0.0.1:{port}/\x00",
        " http://127.0.0.1:{port}/",
        "http://127.0.0.1 :{port}/",
        "http://127.0.0.1\\@8.8.8.8:{port}/",
        "http://127.0.0.1:{port}x/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:-1/",
        "http://127.0.0.1:8０/",
        "http://[127.0.0.1]:{port}/",
        "http://[::1%25lo]:{port}/",
        "http://[::1:{port}/",
        "http://::1:{port}/",
        "http://%31%32%37.0.0.1:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://256.0.0.1:{port}/",
        "http://127.0.0.1.1:{port}/",
        "http://08.0.0.1:{port}/",
        "http://4294967296:{port}/",
        "http://xa..vn:{port}/",
        "http://-xa.vn:{port}/",
        "http://xa.vn\ud800:{port}/",
        "http://" + "a" * 64 + ".vn:{port}/",
        "http://" + "a." * 130 + "vn:{port}/",
        "http://127.0.0.1:{port}/" + "a" * 2000,
    ],
)
def test_an_address_that_is_not_plain_http_is_refused_even_where_everything_is_allowed(url: str) -> None:
    async def run() -> None:
        async with FaultServer() as server:
            everything = replace(QUICK, allow_networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
            address = url.replace("{port}", str(server.port))
            seen, _ = await ask_url(address, everything, resolves_to("127.0.0.1"))
            assert (seen.outcome, seen.reason) == (Outcome.UNREACHABLE, Reason.ADDRESS)
            assert server.connections == 0

    asyncio.run(run())


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "0x{:x}", "0{:o}"]), st.integers(1, 4))
def test_every_spelling_of_an_ipv4_address_is_read_as_the_c_library_reads_it(
    number: int, spelling: str, parts: int
) -> None:
    high = number.to_bytes(4, "big")[: parts - 1]
    low = int.from_bytes(number.to_bytes(4, "big")[parts - 1 :], "big")
    text = ".".join([*(spelling.format(b) for b in high), spelling.format(low)])
    assert read_ipv4(text) == IPv4Address(number) == IPv4Address(struct.unpack("!I", socket.inet_aton(text))[0])


@given(st.text("0123456789abcdefx.", max_size=20))
def test_what_is_read_as_ipv4_is_what_the_c_library_would_connect_to(text: str) -> None:
    read = read_ipv4(text)
    if read is not None and "0x" not in text:
        assert socket.inet_aton(text) == read.packed


@given(st.text(max_size=60))
def test_reading_an_address_gives_a_plain_target_or_says_why_not(text: str) -> None:
    try:
        target = read_target(text)
    except ProbeFailure as failed:
        assert failed.reason is Reason.ADDRESS
    else:
        assert target.scheme in {"http", "https"}
        assert target.host


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7F.1", "0177.0.0.1", "0177.0.0.01.", "127。0。0。1", "[::FFFF:127.0.0.1]"],
)
def test_an_address_is_what_it_means_however_it_is_spelled(host: str) -> None:
    target = read_target(f"http://{host}:81/127.1?a=0177.0.0.1")
    assert (target.origin, target.host_header) == (("http", "127.0.0.1", 81), "127.0.0.1:81")
    assert str(target.at(IPv4Address("127.0.0.1"))) == "http://127.0.0.1:81/127.1?a=0177.0.0.1"


def test_the_request_goes_to_the_checked_address_and_names_the_host() -> None:
    target = read_target("https://Xa.Example.vn:8443/a?b=c#d")
    assert str(target.at(IPv4Address("8.8.8.8"))) == "https://8.8.8.8:8443/a?b=c"
    assert str(target.at(ip_address("2001:4860::1"))) == "https://[2001:4860::1]:8443/a?b=c"
    assert (target.host_header, read_target("http://xa.vn:80/").host_header) == ("xa.example.vn:8443", "xa.vn")
    assert read_target("http://[::FFFF:1]:81/").host_header == "[::ffff:1]:81"
    assert read_target("https://xã.vn/").host == "xn--x-yfa.vn"
