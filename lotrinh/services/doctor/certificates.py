"""Certificates: until when those of our own address and, where asked, of the units' addresses are valid."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M
from lotrinh.probing.addresses import Gate, Target, read_target
from lotrinh.probing.failures import ProbeFailure
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.resolver import lookup
from lotrinh.services.doctor.finding import Diagnosis, attention, failing, good

SECONDS, AT_ONCE, ALTOGETHER = 5, 10, 60
"""Seconds for one host and for all; hosts at a time."""
SOON = timedelta(days=14)


def inspect_own_certificate(url: str, trust: ssl.SSLContext, now: datetime) -> Iterator[Diagnosis]:
    """Look at the certificate of our public address, where it has one."""
    address = urlsplit(url)
    if address.scheme == "https" and address.hostname:
        port = address.port or 443
        yield inspect_certificate(
            "certificate", address.hostname, lambda: certificate_end(address.hostname or "", port, None, trust), now
        )


def inspect_unit_certificates(
    units: Sequence[Unit], options: HttpOptions, trust: ssl.SSLContext, now: datetime
) -> Iterator[Diagnosis]:
    """Look at the certificates of the units' own addresses, each host once, a few at a time.

    Addresses that a check would not ask are not asked here either.
    """
    targets = {target.origin: target for unit in units if (target := _secure(unit.status_url))}
    gate = Gate(options)

    def look(target: Target) -> Diagnosis:
        def until() -> datetime:
            address = gate.admit(target, lookup(target.host, target.port))[0]
            return certificate_end(target.host, target.port, str(address), trust)

        return inspect_certificate(f"certificate:{target.host}", target.host, until, now)

    pool = ThreadPoolExecutor(AT_ONCE)
    futures = [pool.submit(look, target) for target in targets.values()]
    done, missing = wait(futures, timeout=ALTOGETHER)
    # A host that never answers must not hold up the rest: its thread ends by its own time limit.
    pool.shutdown(wait=False, cancel_futures=True)
    yield from (one for future in futures if future in done and (one := future.result()).advice)
    count = M("Đã xem chứng thư của {seen}/{count} máy chủ đơn vị", seen=len(done), count=len(futures))
    yield (
        attention("certificates_units", count, M("Chạy lại khi mạng thông."))
        if missing
        else good("certificates_units", count)
    )


def _secure(url: str) -> Target | None:
    try:
        target = read_target(url)
    except ProbeFailure:
        return None
    return target if target.scheme == "https" else None


def inspect_certificate(what: str, host: str, until: Callable[[], datetime], now: datetime) -> Diagnosis:
    """Say until when a certificate is valid, or why it is none that can be trusted."""
    try:
        end = until()
    except ssl.SSLCertVerificationError as error:
        found = M("Chứng thư của {host} không hợp lệ ({reason})", host=host, reason=error.verify_message)
        return failing(what, found, M("Thay chứng thư của {host}.", host=host))
    except ProbeFailure as failed:
        return attention(what, failed.sentence, M("Xem lại địa chỉ trong danh sách đơn vị."))
    except OSError as error:
        found = M("Không kết nối được tới {host} để xem chứng thư ({reason})", host=host, reason=str(error))
        return attention(what, found, M("Kiểm tra mạng và máy chủ {host}.", host=host))
    found = M("Chứng thư của {host} dùng được đến {day}", host=host, day=end.date())
    return attention(what, found, M("Gia hạn chứng thư.")) if end < now + SOON else good(what, found)


def certificate_end(host: str, port: int, address: str | None, trust: ssl.SSLContext) -> datetime:
    """Shake hands with a host, at this address where one is given; return when its certificate ends."""
    with (
        socket.create_connection((address or host, port), timeout=SECONDS) as plain,
        trust.wrap_socket(plain, server_hostname=host) as safe,
    ):
        shown = safe.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
