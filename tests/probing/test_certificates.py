"""F3: certificates and protocols that cannot be trusted, and that plain http is never a way out."""

import asyncio
import datetime as dt
import ssl
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.probing.prober import Prober
from tests.probing.faults import NOW, QUICK, FaultServer, Talk, answer, ask_url, question, resolves_to, says

HOST = "xa.example.vn"
OFFICE = trustme.CA()
STRANGER = trustme.CA()


def context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(made)
    return made


def days(count: int) -> dt.datetime:
    # Certificates are judged by OpenSSL against the real clock.
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=count)  # noqa: TID251


def good() -> ssl.SSLContext:
    return context(OFFICE.issue_cert(HOST))


def expired() -> ssl.SSLContext:
    return context(OFFICE.issue_cert(HOST, not_before=days(-20), not_after=days(-10)))


def not_yet() -> ssl.SSLContext:
    return context(OFFICE.issue_cert(HOST, not_before=days(10), not_after=days(20)))


def wrong_host() -> ssl.SSLContext:
    return context(OFFICE.issue_cert("khac.example.vn"))


def wrong_address() -> ssl.SSLContext:
    return context(OFFICE.issue_cert("127.0.0.1"))


def unknown_ca() -> ssl.SSLContext:
    return context(STRANGER.issue_cert(HOST))


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), days(-1), days(9))
    named = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    file = folder / "self.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + named.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made


def old_protocol() -> ssl.SSLContext:
    made = good()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    OFFICE.cert_pem.write_to_path(str(file))
    return str(file)


def ask_tls(server: FaultServer, ca_file: str) -> Observation:
    async def run() -> Observation:
        async with server:
            url = f"https://{HOST}:{server.port}/status"
            options = replace(QUICK, ca_file=ca_file)
            return (await ask_url(url, options, resolves_to("127.0.0.1")))[0]

    return asyncio.run(run())


def test_a_certificate_of_the_offices_own_authority_is_trusted_for_its_name(ca_file: str) -> None:
    server = FaultServer(tls=good())
    assert ask_tls(server, ca_file).outcome is Outcome.REACHED
    assert f"Host: {HOST}:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (expired, "hết hạn"),
        (not_yet, "chưa tới ngày"),
        (wrong_host, "tên miền khác"),
        (wrong_address, "tên miền khác"),
        (unknown_ca, "không rõ nơi cấp"),
        (old_protocol, "quá cũ"),
    ],
)
def test_a_fault_of_the_certificate_is_unreachable_tls_and_named(
    make: Callable[[], ssl.SSLContext], words: str, ca_file: str
) -> None:
    server = FaultServer(tls=make())
    seen = ask_tls(server, ca_file)
    assert (seen.outcome, seen.reason, seen.tries) == (Outcome.UNREACHABLE, Reason.TLS, 1)
    assert words in say(seen.sentence, "vi")
    assert server.requests == []


def test_a_self_signed_certificate_is_unreachable_tls(ca_file: str, tmp_path: Path) -> None:
    server = FaultServer(tls=self_signed(tmp_path))
    seen = ask_tls(server, ca_file)
    assert (seen.outcome, seen.reason) == (Outcome.UNREACHABLE, Reason.TLS)
    assert "tự ký" in say(seen.sentence, "vi")
    assert server.requests == []


def test_without_the_offices_authority_its_certificates_are_not_trusted() -> None:
    assert ask_tls(FaultServer(tls=good()), "").reason is Reason.TLS


def test_a_fault_of_tls_never_falls_back_to_http(ca_file: str) -> None:
    first_bytes: list[bytes] = []

    async def listen(talk: Talk) -> None:
        first_bytes.append(await talk.reader.read(3))
        await talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    seen = ask_tls(FaultServer(on_connect=listen), ca_file)
    assert (seen.outcome, seen.reason) == (Outcome.UNREACHABLE, Reason.TLS)
    assert [b[:2] for b in first_bytes] == [b"\x16\x03"]


def test_a_redirect_from_https_to_http_is_not_followed(ca_file: str) -> None:
    async def run() -> None:
        async with FaultServer() as plain:
            away = says(answer(b"", "302 Found", location=plain.origin))
            server = FaultServer(away, tls=good())
            async with server:
                url, options = f"https://{HOST}:{server.port}/", replace(QUICK, ca_file=ca_file)
                seen, _ = await ask_url(url, options, resolves_to("127.0.0.1"))
            assert (seen.outcome, seen.reason) == (Outcome.INVALID, Reason.REDIRECT)
            assert (server.connections, plain.connections) == (1, 0)

    asyncio.run(run())


def test_two_names_at_one_address_each_show_their_own_certificate(ca_file: str) -> None:
    async def run() -> None:
        options = replace(QUICK, ca_file=ca_file, shards=1)
        async with FaultServer(tls=good()) as server:
            prober = Prober(options, lambda: NOW, resolves_to("127.0.0.1"))
            async with prober:
                ours = await prober.ask(question(f"https://{HOST}:{server.port}/"))
                other = await prober.ask(question(f"https://khac.example.vn:{server.port}/"))
        assert (ours.outcome, other.reason) == (Outcome.REACHED, Reason.TLS)

    asyncio.run(run())


def test_an_unreadable_authority_file_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ca_file"):
        Prober(replace(QUICK, ca_file=str(tmp_path / "none.pem")), lambda: NOW)
