"""Where a question may go: addresses are read strictly and refused before a byte is sent unless they lie outside.

Names are looked up once; every address found is checked, and the request goes to a checked address and no other,
so a name that changes its answer in between gains nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M, Message, escape_unprintable
from lotrinh.probing.failures import ProbeFailure, no_answer
from lotrinh.probing.options import MAX_ADDRESSES, HttpOptions

Address = IPv4Address | IPv6Address

MAX_LENGTH = 2000
MAX_PORT = 65_535
BYTES = 4
PORTS = {"http": 80, "https": 443}

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\\]")
_SHAPE = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^:\[\]@%/?#]+)(?::([0-9]{1,5}))?(?=[/?#]|\Z)", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(ip_network(n) for n in ("192.0.0.0/24", "64:ff9b:1::/48", "2002::/16", "3fff::/20"))
"""Protocol assignments, local NAT64, 6to4 and documentation, of which not every Python says that they are special."""


@dataclass(frozen=True, slots=True)
class Target:
    """One address that was read: ``host`` in ASCII, ``literal`` when the host is an IP address in any spelling."""

    url: httpx.URL
    scheme: str
    host: str
    port: int
    literal: Address | None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port, an IP address as what it means."""
        return self.scheme, str(self.literal or self.host), self.port

    @property
    def host_header(self) -> str:
        """What the other side is told as Host."""
        host = _bracketed(self.literal) if self.literal else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: Address) -> httpx.URL:
        """Return the same page at exactly this IP address."""
        return self.url.copy_with(host=str(address), port=self.port, fragment=None)


def _refused(sentence: Message) -> ProbeFailure:
    return no_answer(Reason.ADDRESS, sentence)


def read_target(text: str) -> Target:
    """Read a status address; ``ProbeFailure`` when it is not a plain http or https one."""
    shape = None if len(text) > MAX_LENGTH or _FORBIDDEN.search(text) else _SHAPE.match(text)
    if shape is None:
        raise _refused(_not_plain(text))
    scheme, port = shape[1].lower(), int(shape[3] or PORTS[shape[1].lower()])
    literal = _literal(shape[2])
    # httpx reads fewer spellings of an IP address than the C library does: it is given what they mean.
    meant = text if literal is None else text[: shape.start(2)] + _bracketed(literal) + text[shape.end(2) :]
    try:
        url = httpx.URL(meant)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused(_not_plain(text)) from error
    host = url.raw_host.decode("ascii").removesuffix(".").lower()
    if not 0 < port <= MAX_PORT or (literal is None and not _is_name(host)):
        raise _refused(_not_plain(text))
    return Target(url, scheme, host, port, literal)


def _not_plain(text: str) -> Message:
    return M(
        "Địa chỉ hỏi tiến độ “{address}” không dùng được. "
        "Cần địa chỉ bắt đầu bằng http:// hoặc https://, có tên máy chủ, không kèm tên người dùng hay ký tự lạ.",
        address=escape_unprintable(text, 100),
    )


def _is_name(host: str) -> bool:
    """Whether the host can be looked up: a name, and not a number that no IP address is written as."""
    return bool(_NAME.fullmatch(host)) and not _NUMBER.fullmatch(host.rpartition(".")[2])


def _literal(host: str) -> Address | None:
    """Return the IP address that a host spells out, if it does."""
    if not host.startswith("["):
        return read_ipv4(host.translate(_DOTS).removesuffix(".").lower())
    try:
        return _plain(IPv6Address(host[1:-1]))
    except ValueError:
        return None


def _bracketed(address: Address) -> str:
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


def read_ipv4(text: str) -> IPv4Address | None:
    """Read an IPv4 address as the C library does: one to four parts, decimal, octal or hexadecimal."""
    parts = text.split(".")
    if len(parts) > BYTES or not all(_NUMBER.fullmatch(p) for p in parts):
        return None
    try:
        *high, last = [_read_part(p) for p in parts]
    except ValueError:
        return None
    room = BYTES - len(high)
    if last >= 1 << 8 * room or any(byte >= 1 << 8 for byte in high):
        return None
    return IPv4Address(bytes(high) + last.to_bytes(room, "big"))


def _read_part(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def is_outside(address: Address) -> bool:
    """Whether the address is a public one; of one that carries an IPv4 address, whether that is."""
    meant = IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else _plain(address)
    special = meant.is_multicast or meant.is_reserved or meant.is_unspecified or any(meant in n for n in _SPECIAL)
    return meant.is_global and not special and not (isinstance(meant, IPv6Address) and meant.is_site_local)


class Gate:
    """Decides which addresses may be asked."""

    def __init__(self, options: HttpOptions) -> None:
        self._networks = options.allow_networks
        self._hosts = tuple(h.strip(".").lower() for h in options.allow_hosts if h.strip("."))
        self._own = portal_origin(options)

    def is_own(self, target: Target) -> bool:
        """Whether the target is our own portal."""
        return target.origin == self._own

    def admit(self, target: Target, found: Sequence[str]) -> list[Address]:
        """Return all addresses of a target, the families taking turns; ``ProbeFailure`` when one lies inside."""
        addresses = [_plain(ip_address(text.partition("%")[0])) for text in dict.fromkeys(found)]
        if not addresses or len(addresses) > MAX_ADDRESSES:
            raise no_answer(Reason.DNS, _odd_number(target.host, len(addresses)))
        if not (self.is_own(target) or self._names(target)):
            self._check(target, addresses)
        return _alternate(addresses)

    def _names(self, target: Target) -> bool:
        if target.literal is not None:
            return str(target.literal) in self._hosts
        return any(target.host == h or target.host.endswith("." + h) for h in self._hosts)

    def _check(self, target: Target, addresses: Iterable[Address]) -> None:
        for address in addresses:
            if not (is_outside(address) or self._is_allowed(address)):
                raise _refused(_inside(target.host, address))

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def portal_origin(options: HttpOptions) -> tuple[str, str, int] | None:
    """Return the origin of our own portal; None where there is none, or none that can be read."""
    try:
        return read_target(options.own_origin).origin if options.own_origin else None
    except ProbeFailure:
        return None


def _plain(address: Address) -> Address:
    """Return a v4-mapped address as the IPv4 address that it means."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _alternate(addresses: Iterable[Address]) -> list[Address]:
    """Put the first address of the other family second: one broken family must not use up both tries."""
    first, *rest = addresses
    other = next((a for a in rest if a.version != first.version), None)
    return [first, *([other] if other else []), *(a for a in rest if a != other)]


def _inside(host: str, address: Address) -> Message:
    return M(
        "Địa chỉ hỏi tiến độ trỏ vào mạng nội bộ ({host}, {address}) nên không được hỏi. "
        "Nếu đúng là máy chủ của đơn vị, thêm vào [http] allow_networks hoặc allow_hosts trong cấu hình.",
        host=host,
        address=str(address),
    )


def _odd_number(host: str, count: int) -> Message:
    return M(
        "Tên miền {host} trỏ tới {count} địa chỉ máy chủ, không thể đúng. Đề nghị đơn vị kiểm tra cấu hình tên miền.",
        host=host,
        count=count,
    )
