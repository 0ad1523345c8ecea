"""How units are asked: budgets, limits, and which inside addresses are meant."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from lotrinh import __version__

MAX_ADDRESSES = 20
"""A name with more addresses than this is a fault of its name server, not a commune's website."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Whose days the deadlines are in."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """All that can be set. Seconds and bytes; the defaults are what a commune's server can bear.

    ``total_seconds`` bounds the network time of one question, its tries together; waiting for another question to
    the same host and waiting as ``Retry-After`` asks are not in it. ``allow_networks`` and ``allow_hosts`` (a name
    covers its subdomains) may lie inside; so may ``own_origin``, the scheme, host and port of our own portal.
    """

    connect_seconds: float = 3.0
    total_seconds: float = 8.0
    tries: int = 2
    jitter_seconds: float = 0.4
    retry_after_seconds: float = 30.0
    body_bytes: int = 256_000
    depth: int = 20
    max_steps: int = 500
    shards: int = 10
    per_shard: int = 10
    per_host: int = 1
    own_origin_at_once: int = 8
    future_minutes: int = 10
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    own_origin: str = ""
    user_agent: str = f"lotrinh/{__version__}"
    ca_file: str = ""
    zone: ZoneInfo = ZONE


DEFAULTS = HttpOptions()
